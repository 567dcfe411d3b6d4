"""What `import deta` gives a micro: the names that apps written for Deta Micros use. Base and Drive load and cannot be called
yet. The package of this name on PyPI is a stranger's today."""

from detalib.app import App

from .services import AsyncBase, Base, Drive, ServiceNotAvailable, refuse

__all__ = ["App", "AsyncBase", "Base", "Deta", "Drive", "ServiceNotAvailable", "app", "send_email"]
__version__ = "1.2.0+micropush"

app = App()


class Deta:
    """The key will pick the data; by default it is the micro's own."""

    def __init__(self, project_key=None, *, project_id=None):
        self.project_key = project_key
        self.project_id = project_id

    def Base(self, name, host=None):
        return Base(name, host=host)

    def AsyncBase(self, name, host=None, session=None):
        return AsyncBase(name, host=host, session=session)

    def Drive(self, name, host=None):
        return Drive(name, host=host)

    def send_email(self, *args, **kwargs):
        return send_email(*args, **kwargs)


def send_email(*args, **kwargs):
    raise refuse("mail", "send_email()")
