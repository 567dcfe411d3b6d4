import ctypes

from attempt import serve, syscall, try_all

parameters = ctypes.create_string_buffer(120)


def attack():
    return try_all(
        {
            "setup": lambda: syscall("io_uring_setup", 8, parameters),
            "enter": lambda: syscall("io_uring_enter", 0, 0, 0, 0, 0, 0),
            "register": lambda: syscall("io_uring_register", 0, 0, 0, 0),
        }
    )


app = serve({"attack": attack})
