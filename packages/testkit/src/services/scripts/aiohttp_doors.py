# aiohttp: a middleware of ours that reads Basic with aiohttp's own BasicAuth; health without.
import sys

from aiohttp import BasicAuth, web

users = {"anna": "pass-anna", "bert": "pass-bert", "cleo": "pass-cleo"}


@web.middleware
async def door(request, handler):
    if request.path.startswith("/records/"):
        try:
            login, password = BasicAuth.decode(request.headers.get("Authorization", ""))[:2]
        except ValueError:
            login, password = "", None
        if users.get(login) != password or password is None:
            raise web.HTTPUnauthorized(headers={"WWW-Authenticate": "Basic"})
    return await handler(request)


async def record(request):
    return web.json_response({"record": f"record {request.match_info['id']}"})


app = web.Application(middlewares=[door])
app.add_routes([web.get("/records/{id}", record), web.get("/open/{id}", record)])
web.run_app(app, host="127.0.0.1", port=int(sys.argv[1]), print=None)
