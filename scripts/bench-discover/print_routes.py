"""Prints the routes that a running Flask or FastAPI app holds: `python3 print_routes.py "from httpbin import app"`. One JSON document."""
import json
import sys


def flask(app):
    for rule in app.url_map.iter_rules():
        methods = set(rule.methods or []) - {"OPTIONS"}
        # HEAD beside GET is Flask's doing.
        for method in methods - ({"HEAD"} if "GET" in methods else set()):
            yield f"{method} {rule.rule}"


def starlette(routes, prefix=""):
    for route in routes:
        path = prefix + getattr(route, "path", "")
        if type(route).__name__ == "Mount":
            yield from starlette(route.routes or [], path)
            continue
        # A WebSocket begins as a GET.
        methods = set(getattr(route, "methods", None) or ["GET"])
        for method in methods - ({"HEAD"} if "GET" in methods else set()):
            yield f"{method} {path}"


names = {}
exec(sys.argv[1], names)
app = names["app"]
is_flask = hasattr(app, "url_map")
routes = flask(app) if is_flask else starlette(app.routes)
json.dump({"framework": "flask" if is_flask else "fastapi", "routes": sorted(set(routes))}, sys.stdout)
