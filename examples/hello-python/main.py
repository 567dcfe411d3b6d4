"""hello-python: a FastAPI app with start-up and shutdown. micropush finds `app` here and serves it."""

import os
import platform
from contextlib import asynccontextmanager
from datetime import datetime, timezone

from fastapi import FastAPI, Request


@asynccontextmanager
async def lifespan(app: FastAPI):
    app.state.started = datetime.now(timezone.utc)
    print("started")
    yield
    print("stopped")


app = FastAPI(title="hello-python", lifespan=lifespan)


@app.get("/")
async def hello(request: Request):
    return {
        "greeting": "Hello from a Python micro",
        "micro": os.environ.get("MICRO_NAME", "hello-python"),
        "runtime": f"Python {platform.python_version()}",
        "started": request.app.state.started.isoformat(),
    }


@app.get("/hello/{name}")
async def hello_name(name: str):
    return {"greeting": f"Hello {name}"}
