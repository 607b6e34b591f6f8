# FastAPI's security utilities as its documentation shows them. Bearer is asked for and, as in the first step of that documentation, never looked at.
import secrets
import sys

import uvicorn
from fastapi import Depends, FastAPI, HTTPException, Security, status
from fastapi.security import APIKeyCookie, APIKeyHeader, APIKeyQuery, HTTPBasic, HTTPBasicCredentials, HTTPBearer

app = FastAPI()
users = {"anna": "pass-anna", "bert": "pass-bert", "cleo": "pass-cleo"}
keys = [f"token-of-{name}-0123456789" for name in users]


def basic(credentials: HTTPBasicCredentials = Depends(HTTPBasic())):
    if not secrets.compare_digest(credentials.password, users.get(credentials.username, "-")):
        raise HTTPException(status_code=status.HTTP_401_UNAUTHORIZED, detail="Incorrect username or password", headers={"WWW-Authenticate": "Basic"})


def known(scheme):
    def check(key: str = Security(scheme)):
        if key not in keys:
            raise HTTPException(status_code=status.HTTP_403_FORBIDDEN, detail="Could not validate credentials")

    return check


doors = {
    "basic": basic,
    "header": known(APIKeyHeader(name="X-Partner")),
    "query": known(APIKeyQuery(name="k")),
    "cookie": known(APIKeyCookie(name="c")),
    "bearer": HTTPBearer(),
}
for name, door in doors.items():

    def read(id: int):
        return {"record": f"record {id}"}

    app.get(f"/{name}/{{id}}", dependencies=[Depends(door)])(read)
uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="error")
