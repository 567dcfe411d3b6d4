"""Finds the application among a module's names, and tells ASGI from WSGI."""

import functools
import inspect
import types

NAMES = ("app", "application", "api", "asgi", "wsgi")
FACTORIES = ("create_app", "make_app", "get_app")


def find(module):
    """The application of a module, or None; a factory that needs no argument is called."""
    for name in NAMES:
        value = getattr(module, name, None)
        if callable(value) and not inspect.isclass(value) and not isinstance(value, types.ModuleType):
            return value
    for name in FACTORIES:
        factory = getattr(module, name, None)
        if inspect.isfunction(factory) and _required(factory) == 0:
            made = factory()
            if callable(made):
                return made
    return None


def is_asgi(app):
    app = _unwrap(app)
    call = app if inspect.isfunction(app) or inspect.ismethod(app) else getattr(app, "__call__", app)
    if _is_async(app) or _is_async(call):
        return True
    if hasattr(app, "wsgi_app") or hasattr(app, "wsgi"):
        return False
    # A plain function or wrapper: (scope, receive, send), against (environ, start_response).
    return _required(call) in (1, 3)


def is_double_callable(app):
    """ASGI 2: app(scope) gives what is then called with receive and send."""
    app = _unwrap(app)
    call = app if inspect.isfunction(app) else getattr(app, "__call__", app)
    return not _is_async(app) and not _is_async(call) and _required(call) == 1


def _unwrap(app):
    while True:
        if isinstance(app, functools.partial):
            app = app.func
        elif hasattr(app, "micropush_wrapped"):  # detalib.app.App around an app that takes no attribute
            app = app.micropush_wrapped
        else:
            return app


def _is_async(call):
    return inspect.iscoroutinefunction(call)


def _required(call):
    try:
        parameters = inspect.signature(call).parameters.values()
    except (TypeError, ValueError):
        return 2
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    if any(p.kind is inspect.Parameter.VAR_POSITIONAL for p in parameters):
        return 2
    return sum(1 for p in parameters if p.kind in kinds and p.default is inspect.Parameter.empty)
