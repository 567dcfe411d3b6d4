"""What the app registered for actions and schedules, and the call of it."""

import inspect
import json

_runs = {}
_crons = []


class Event:
    """What a handler gets."""

    def __init__(self, type, action, body):
        self.type = type
        self.action = action
        self.body = body
        self.json = json.loads(body)


def add_run(handler, action):
    _runs[action] = handler


def add_cron(handler):
    # Both decorators of one function are two registrations, the same decorator twice is one.
    if handler not in _crons:
        _crons.append(handler)


def invoke(type, action="", body="{}"):
    """Calls what was registered for an event of the type "run" or "cron"; `body` is JSON as text.

    Gives what the handler of the action returned; of cron the list of all, in the order of registration. It blocks and wants a
    thread without a running event loop, because handlers of old call asyncio.run() themselves. Whoever starts it is in this
    process: nothing of it is reachable over HTTP.
    """
    event = Event(type, action, body)
    if type == "cron":
        return [_call(handler, event) for handler in _crons]
    if action not in _runs:
        raise LookupError("The app has no handler for " + ("the action %s" % action if action else "app.lib.run()"))
    return _call(_runs[action], event)


def _call(handler, event):
    result = handler(event)
    if inspect.iscoroutine(result):
        import asyncio

        return asyncio.run(result)
    return result
