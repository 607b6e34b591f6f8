# Flask-HTTPAuth as its documentation shows it.
import sys

from flask import Flask
from flask_httpauth import HTTPBasicAuth, HTTPDigestAuth, HTTPTokenAuth

app = Flask("x")
app.config["SECRET_KEY"] = "a secret of the services under test"
users = {"anna": "pass-anna", "bert": "pass-bert", "cleo": "pass-cleo"}
tokens = {f"token-of-{name}-0123456789": name for name in users}
basic, digest, token = HTTPBasicAuth(), HTTPDigestAuth(), HTTPTokenAuth(scheme="Bearer")
optional = HTTPTokenAuth(scheme="Bearer")
header = HTTPTokenAuth(header="X-Partner")


@basic.verify_password
def verify_password(username, password):
    if users.get(username) == password:
        return username


@digest.get_password
def get_password(username):
    return users.get(username)


@token.verify_token
@optional.verify_token
@header.verify_token
def verify_token(value):
    return tokens.get(value)


@app.route("/basic/<id>")
@basic.login_required
def by_basic(id):
    return {"record": f"record {id}"}


@app.route("/digest/<id>")
@digest.login_required
def by_digest(id):
    return {"record": f"record {id}"}


@app.route("/token/<id>")
@token.login_required
def by_token(id):
    return {"record": f"record {id}"}


@app.route("/header/<id>")
@header.login_required
def by_header(id):
    return {"record": f"record {id}"}


@app.route("/optional/<id>")
@optional.login_required(optional=True)
def by_optional(id):
    return {"record": f"record {id}", "reader": optional.current_user() or "a stranger"}


app.run("127.0.0.1", int(sys.argv[1]))
