"""Byte-code of the app's own modules, which a warm-up has compiled: next to the source none can be written, because it is read-only."""

import importlib.machinery as machinery
import importlib.util
import marshal
import os
import sys

APP = "/app/"
# The image has an empty folder, which a cache is mounted over when there is one (see runner/build/warm).
CACHE = "/var/cache/micropush/"
HEADER_BYTES = 16


class CachedLoader(machinery.SourceFileLoader):
    def get_code(self, fullname):
        code = _cached(self.get_filename(fullname))
        return super().get_code(fullname) if code is None else code


def install():
    """Modules below the app's folder are loaded with their cached byte-code from now on."""
    if not _is_there():
        return
    below = machinery.FileFinder.path_hook(
        (machinery.ExtensionFileLoader, machinery.EXTENSION_SUFFIXES),
        (CachedLoader, machinery.SOURCE_SUFFIXES),
        (machinery.SourcelessFileLoader, machinery.BYTECODE_SUFFIXES),
    )

    def hook(folder):
        if not (folder + "/").startswith(APP):
            raise ImportError
        return below(folder)

    sys.path_hooks.insert(0, hook)


def _is_there():
    try:
        return bool(os.listdir(CACHE))
    except OSError:
        return False


def loader(name, path):
    """For the entry file, which is not looked for on the module path."""
    return CachedLoader(name, path) if _is_there() else None


def _cached(path):
    if not path.startswith(APP):
        return None
    try:
        with open(CACHE + path[len(APP):] + "c", "rb") as file:
            data = file.read()
        # The cache is of the same content and the same Python; a file that was cut short must not stop the app all the same.
        if data[:4] != importlib.util.MAGIC_NUMBER:
            return None
        return marshal.loads(memoryview(data)[HEADER_BYTES:])
    except (OSError, EOFError, ValueError, TypeError):
        return None
