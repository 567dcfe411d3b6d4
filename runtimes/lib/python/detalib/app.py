"""`App` of Deta Micros: an app with `lib`, where handlers are registered."""

from detalib import handlers


def App(wrapped=None):
    """Gives an app `lib`. The app itself comes back, so that nothing of it changes; without one it is an app that has
    handlers and no pages."""
    if wrapped is None:
        return _Pageless()
    try:
        wrapped.lib = Lib()
    except (AttributeError, TypeError):
        return _Wrapper(wrapped)
    return wrapped


class Lib:
    """`@app.lib.run()`, `@app.lib.run(action="x")`, `@app.lib.cron()`: decorators that change nothing and can be stacked."""

    def run(self, handler=None, action=""):
        if isinstance(handler, str):
            handler, action = None, handler

        def register(function):
            handlers.add_run(function, action)
            return function

        return register if handler is None else register(handler)

    def cron(self, handler=None):
        def register(function):
            handlers.add_cron(function)
            return function

        return register if handler is None else register(handler)


class _Pageless:
    lib = Lib()

    def __call__(self, environ, start_response):
        text = b"This micro has no pages: it only registers handlers for actions and schedules.\n"
        start_response("404 Not Found", [("Content-Type", "text/plain"), ("Content-Length", str(len(text)))])
        return [text]


class _Wrapper:
    """For an app that takes no attribute. The loader looks at `micropush_wrapped` to tell ASGI from WSGI."""

    def __init__(self, wrapped):
        self.micropush_wrapped = wrapped
        self.lib = Lib()

    def __call__(self, *args, **kwargs):
        return self.micropush_wrapped(*args, **kwargs)

    def __getattr__(self, name):
        return getattr(self.micropush_wrapped, name)
