"""Base, AsyncBase and Drive: made at will, every call refused in words."""

from .util import Util

BASE = ("put", "put_many", "insert", "get", "delete", "update", "fetch")
DRIVE = ("put", "get", "list", "delete")


class ServiceNotAvailable(Exception):
    pass


def refuse(kind, call):
    words = "The %s service is not part of this micropush yet; %s can store and read nothing."
    if kind == "mail":
        words = "The %s service is not part of this micropush; %s can send nothing."
    return ServiceNotAvailable(words % (kind, call))


class Base:
    def __init__(self, name, host=None):
        self.name = name
        self.util = Util()


class AsyncBase:
    def __init__(self, name, host=None, session=None):
        self.name = name
        self.util = Util()

    async def close(self):
        return None


class Drive:
    def __init__(self, name, host=None):
        self.name = name


def _refusing(kind, method):
    def call(self, *args, **kwargs):
        raise refuse(kind, "%s(%r).%s()" % (kind, self.name, method))

    call.__name__ = method
    return call


def _refusing_later(kind, method):
    async def call(self, *args, **kwargs):
        raise refuse(kind, "AsyncBase(%r).%s()" % (self.name, method))

    call.__name__ = method
    return call


for _method in BASE:
    setattr(Base, _method, _refusing("Base", _method))
    setattr(AsyncBase, _method, _refusing_later("Base", _method))
for _method in DRIVE:
    setattr(Drive, _method, _refusing("Drive", _method))
