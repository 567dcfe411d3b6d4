"""Makes of a process that was started without an app what it would be had it been started with this one."""

import os
import sys


def adopt(block):
    """Arguments, environment, and the working directory, over which the app's files were mounted since. What only a new process can
    take, the engine starts one for. The block is that of the start message: mode, number of arguments, arguments, environment."""
    strings = [os.fsdecode(part) for part in block.split(b"\0")[1:-1]]
    count = int(strings[0])
    arguments, environment = strings[1 : 1 + count], strings[1 + count :]
    # Taken out first, so that they stand in the order in which a new process would have them.
    os.environ.clear()
    for line in environment:
        name, _, value = line.partition("=")
        os.environ[name] = value
    _mend_copy(environment)
    os.chdir("/app")
    if hasattr(sys, "orig_argv"):
        sys.orig_argv[:] = arguments
    return arguments[-1]


def _mend_copy(environment):
    """What the process was born with is kept apart from os.environ, and some read it there."""
    copy = sys.modules["posix"].environ
    copy.clear()
    copy.update(os.fsencode(line).split(b"=", 1) for line in environment)
