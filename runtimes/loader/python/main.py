"""Loads and serves a Python micro, in three phases that init asks for over file descriptor 3:
runtime loaded -> app imported -> listening. Without an entry among its arguments it is told of its app after the first. Runs on Python 3.7 and newer, with the standard library alone."""

import sys

# Modules that any Python has loaded by now; whatever comes on top is ours (see micropush_path.hide).
_BORN_WITH = set(sys.modules)
_FOLDER = __file__.rpartition("/")[0]


def _load():
    sys.path.insert(0, _FOLDER)
    import micropush_phases

    sys.path.remove(_FOLDER)
    return micropush_phases


if __name__ == "__main__":
    _load().run(sys.argv[1] if len(sys.argv) > 1 else None, _BORN_WITH)
