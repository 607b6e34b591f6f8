# httpbin, the application, on Flask's own server.
import sys

from httpbin import app

app.run("127.0.0.1", int(sys.argv[1]))
