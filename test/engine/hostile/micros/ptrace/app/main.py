import ctypes
import os

from attempt import call, serve, syscall, try_all

PTRACE_ATTACH, PTRACE_SEIZE = 16, 0x4206


class Part(ctypes.Structure):
    _fields_ = [("base", ctypes.c_void_p), ("length", ctypes.c_size_t)]


def read_memory_of(pid):
    room = ctypes.create_string_buffer(16)
    local = Part(ctypes.cast(room, ctypes.c_void_p), 16)
    remote = Part(ctypes.c_void_p(0x400000), 16)
    return call("process_vm_readv", pid, ctypes.byref(local), 1, ctypes.byref(remote), 1, 0)


def steal_descriptor():
    process = ctypes.CDLL(None).syscall(434, 1, 0)
    return syscall("pidfd_getfd", process, 0, 0)


def attack():
    return try_all(
        {
            "attach": lambda: call("ptrace", PTRACE_ATTACH, 1, 0, 0),
            "seize": lambda: call("ptrace", PTRACE_SEIZE, 1, 0, 0),
            "process_vm_readv": lambda: read_memory_of(1),
            "pidfd_getfd": steal_descriptor,
            "kcmp": lambda: syscall("kcmp", 1, os.getpid(), 0, 0, 0),
            "memory": lambda: open("/proc/1/mem", "rb").close(),
            "environment": lambda: open("/proc/1/environ", "rb").read(1) and None,
            "descriptors": lambda: os.listdir("/proc/1/fd") and None,
        }
    )


app = serve({"attack": attack})
