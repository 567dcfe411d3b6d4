import ctypes
import os
import signal

from attempt import attempt_one, call, libc, serve, syscall, try_all

NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET = (
    0x00020000, 0x02000000, 0x04000000, 0x08000000, 0x10000000, 0x20000000, 0x40000000,
)
MS_BIND, MS_REMOUNT = 4096, 32


def unshare(flags):
    """In a child of its own, so that one that succeeds changes nothing for the next."""
    return in_child(lambda: call("unshare", flags))


def in_child(work):
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(write, str(attempt_one(work)).encode())
        os._exit(0)
    os.close(write)
    said = os.read(read, 4096).decode()
    os.close(read)
    os.waitpid(child, 0)
    return said


def setns():
    file = os.open("/proc/1/ns/net", os.O_RDONLY)
    return call("setns", file, 0)


def as_root_of_its_own():
    """With every right in a user namespace of its own: can it now write where it could not?"""
    if call("unshare", NEWUSER | NEWNS) != "done":
        return "no namespace"
    call("mount", None, b"/app", None, ctypes.c_ulong(MS_REMOUNT | MS_BIND), None)
    with open("/app/main.py", "a") as file:
        file.write("# changed")


def attack():
    return try_all(
        {
            "user": lambda: unshare(NEWUSER),
            "mounts": lambda: unshare(NEWNS),
            "network": lambda: unshare(NEWNET),
            "processes": lambda: unshare(NEWPID),
            "all": lambda: unshare(NEWUSER | NEWNS | NEWPID | NEWNET | NEWIPC | NEWUTS | NEWCGROUP),
            "clone": lambda: in_child(lambda: syscall("clone", NEWUSER | NEWNS | signal.SIGCHLD, 0, 0, 0, 0)),
            "setns": setns,
            "write": lambda: in_child(as_root_of_its_own),
        }
    )


app = serve({"attack": attack})
