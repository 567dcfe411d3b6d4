"""two-in-one, the API: a plain WSGI function of the standard library, which says what time it is."""

import json
import os
from datetime import datetime, timezone


def app(environ, start_response):
    found = environ.get("PATH_INFO", "/") == "/"
    body = {"error": "not found"}
    if found:
        body = {"greeting": os.environ.get("GREETING", "Hello"), "time": datetime.now(timezone.utc).isoformat()}
    data = json.dumps(body).encode()
    headers = [
        ("Content-Type", "application/json"),
        ("Content-Length", str(len(data))),
        # The page is served from another host name, the web micro's.
        ("Access-Control-Allow-Origin", "*"),
    ]
    start_response("200 OK" if found else "404 Not Found", headers)
    return [data]
