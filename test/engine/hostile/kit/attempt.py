"""What all hostile Python micros share; it lies beside each of them when it is deployed."""

import ctypes
import errno
import json
import platform

libc = ctypes.CDLL(None, use_errno=True)
ARM = platform.machine() == "aarch64"

# Calls that the C library has no function for: x86-64, arm64.
NUMBERS = {
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "pivot_root": (155, 41),
    "open_tree": (428, 428),
    "move_mount": (429, 429),
    "fsopen": (430, 430),
    "mount_setattr": (442, 442),
    "clone": (56, 220),
    "pidfd_open": (434, 434),
    "pidfd_getfd": (438, 438),
    "kcmp": (312, 272),
}


def serve(attacks):
    """A WSGI app: `GET /<name>` makes that attack and answers with what came of it as JSON, any other path with "alive"."""

    def app(environ, start_response):
        attack = attacks.get(environ["PATH_INFO"][1:])
        body = "alive" if attack is None else json.dumps(attack())
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [body.encode()]

    return app


def try_all(attempts):
    """Makes each attempt by itself and gives for each its error's name, or what it returned."""
    return {name: attempt_one(attempt) for name, attempt in attempts.items()}


def attempt_one(attempt):
    try:
        result = attempt()
        return "done" if result is None else result
    except OSError as error:
        return name_of(error.errno)


def call(function, *args):
    """A function of the C library that answers -1 on failure."""
    ctypes.set_errno(0)
    result = getattr(libc, function)(*args)
    return "done" if result >= 0 else name_of(ctypes.get_errno())


def syscall(name, *args):
    """A system call by its number. No pointer of these is ever followed further than the check of rights."""
    ctypes.set_errno(0)
    number = NUMBERS[name][1 if ARM else 0]
    result = libc.syscall(ctypes.c_long(number), *[arg if isinstance(arg, ctypes._SimpleCData) else pointer(arg) for arg in args])
    return "done" if result >= 0 else name_of(ctypes.get_errno())


def pointer(value):
    return ctypes.c_long(value) if isinstance(value, int) else value


def name_of(number):
    return errno.errorcode.get(number, str(number))
