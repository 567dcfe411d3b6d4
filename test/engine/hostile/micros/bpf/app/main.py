import ctypes

from attempt import serve, syscall, try_all

attributes = ctypes.create_string_buffer(128)


def attack():
    return try_all(
        {
            "map": lambda: syscall("bpf", 0, attributes, 128),
            "program": lambda: syscall("bpf", 5, attributes, 128),
            "perf_event_open": lambda: syscall("perf_event_open", attributes, 0, -1, -1, 0),
            "userfaultfd": lambda: syscall("userfaultfd", 0),
        }
    )


app = serve({"attack": attack})
