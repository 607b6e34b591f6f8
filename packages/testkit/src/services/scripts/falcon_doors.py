# Falcon: a hook of ours in front of a resource, the caller's key in a header of unusual name or in a short cookie.
import sys
from wsgiref.simple_server import WSGIRequestHandler, make_server

import falcon

keys = [f"token-of-{name}-0123456789" for name in ["anna", "bert", "cleo"]]


class Quiet(WSGIRequestHandler):
    def log_message(self, *_):
        pass


class Records:
    def __init__(self, key_of):
        self.key_of = key_of

    def on_get(self, request, response, id):
        if self.key_of(request) not in keys:
            raise falcon.HTTPUnauthorized(title="A key is needed")
        response.media = {"record": f"record {id}"}


app = falcon.App()
app.add_route("/header/{id}", Records(lambda request: request.get_header("X-Membership")))
app.add_route("/cookie/{id}", Records(lambda request: (request.get_cookie_values("m") or [""])[0]))
make_server("127.0.0.1", int(sys.argv[1]), app, handler_class=Quiet).serve_forever()
