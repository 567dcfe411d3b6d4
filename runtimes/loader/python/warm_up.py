"""Compiles an app's modules to byte-code; nothing of the app is run. `python3 warm_up.py <folder of the app> <folder for the byte-code>`"""

import os
import py_compile
import sys
import time

LONGEST_S = 15
# Packages that were committed with the app are not what it is served with.
LEFT_OUT = {"node_modules", "__pycache__", "site-packages", "dist-packages", ".git"}


def main(app, cache):
    end = time.monotonic() + LONGEST_S
    for folder, folders, files in os.walk(app):
        folders[:] = sorted(name for name in folders if name not in LEFT_OUT)
        for name in files:
            if name.endswith(".py"):
                _compile(os.path.join(folder, name), app, cache)
            if time.monotonic() > end:
                return


def _compile(path, app, cache):
    target = os.path.join(cache, os.path.relpath(path, app) + "c")
    try:
        os.makedirs(os.path.dirname(target), exist_ok=True)
        mode = py_compile.PycInvalidationMode.UNCHECKED_HASH
        py_compile.compile(path, target, path, doraise=True, invalidation_mode=mode)
    except Exception:
        # Python says what is wrong with it when the app imports it; many files never are.
        return


main(*sys.argv[1:])
