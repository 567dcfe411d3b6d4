"""The process was brought back from disk, perhaps not for the first time."""

import inspect
import os
import sys
import traceback


def restored(loop):
    """What was random must not be the same as in other copies, and the app is told."""
    _reseed()
    # Loaded by the app alone; whoever did not ask for it wants nothing.
    library = sys.modules.get("_micropush_restore")
    for callback in getattr(library, "callbacks", ()):
        try:
            result = callback()
            if inspect.isawaitable(result):
                loop.run_until_complete(_finish(result))
        except Exception:
            print("A callback of on_restore failed:\n" + traceback.format_exc(), end="", file=sys.stderr, flush=True)


async def _finish(awaitable):
    return await awaitable


def _reseed():
    """Python's own generator, NumPy's, and those of OpenSSL. What else reads the kernel's anew each time needs nothing."""
    for name, seed in (("random", _seed_module), ("numpy.random", _seed_module), ("_ssl", _seed_openssl)):
        module = sys.modules.get(name)
        try:
            if module is not None:
                seed(module)
        except Exception:
            # A module of the app's own with that name.
            continue
    for path in _bundled_openssl():
        _poll(path)


def _seed_module(module):
    module.seed()


def _seed_openssl(module):
    module.RAND_add(os.urandom(64), 64.0)


def _bundled_openssl():
    """Packages bring copies of OpenSSL with states of their own; the system's is Python's."""
    try:
        with open("/proc/self/maps") as maps:
            paths = {line.split(None, 5)[5].rstrip("\n") for line in maps if "libcrypto" in line}
    except (OSError, IndexError):
        return []
    return sorted(path for path in paths if not path.startswith(("/usr/lib/", "/lib/")))


def _poll(path):
    try:
        import ctypes

        ctypes.CDLL(path, mode=os.RTLD_NOLOAD | os.RTLD_LAZY).RAND_poll()
    except (ImportError, OSError, AttributeError) as error:
        print("Random numbers could not be seeded anew in %s: %s" % (path, error), file=sys.stderr, flush=True)
