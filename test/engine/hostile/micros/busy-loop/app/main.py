import os

from attempt import serve


def attack():
    """On all processors at once, in children that nobody waits for, and in the one that should answer."""
    for _ in range(16):
        if os.fork() == 0:
            while True:
                pass
    while True:
        pass


app = serve({"attack": attack})
