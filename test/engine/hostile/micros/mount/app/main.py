import ctypes

from attempt import call, serve, syscall, try_all

MS_BIND, MS_REMOUNT, MS_MOVE = 4096, 32, 8192


def mount(source, target, kind, flags=0):
    return call("mount", source, target, kind, ctypes.c_ulong(flags), None)


def attack():
    return try_all(
        {
            "tmpfs": lambda: mount(b"none", b"/tmp", b"tmpfs"),
            "proc": lambda: mount(b"proc", b"/tmp", b"proc"),
            "cgroup": lambda: mount(b"cgroup", b"/tmp", b"cgroup"),
            "bind": lambda: mount(b"/", b"/tmp", None, MS_BIND),
            "writable app": lambda: mount(None, b"/app", None, MS_REMOUNT | MS_BIND),
            "writable root": lambda: mount(None, b"/", None, MS_REMOUNT),
            "move": lambda: mount(b"/app", b"/tmp", None, MS_MOVE),
            "umount": lambda: call("umount2", b"/proc/kcore", 2),
            "chroot": lambda: call("chroot", b"/tmp"),
            "pivot_root": lambda: syscall("pivot_root", b"/", b"/tmp"),
            "open_tree": lambda: syscall("open_tree", -100, b"/", 1),
            "fsopen": lambda: syscall("fsopen", b"tmpfs", 0),
            "mount_setattr": lambda: syscall("mount_setattr", -100, b"/app", 0, 0, 32),
        }
    )


app = serve({"attack": attack})
