from attempt import serve, syscall, try_all

SESSION = -3


def attack():
    return try_all(
        {
            "add_key": lambda: syscall("add_key", b"user", b"mine", b"x", 1, SESSION),
            "request_key": lambda: syscall("request_key", b"user", b"theirs", 0, SESSION),
            "join session": lambda: syscall("keyctl", 1, 0),
            "read": lambda: syscall("keyctl", 11, SESSION, 0, 0),
            "describe": lambda: syscall("keyctl", 6, SESSION, 0, 0),
        }
    )


app = serve({"attack": attack})
