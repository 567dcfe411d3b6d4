import os

from attempt import attempt_one, serve

made = 0


def attack():
    global made

    def fill():
        global made
        for _ in range(100_000):
            os.mknod(f"/tmp/{made}")
            made += 1

    return {"then": attempt_one(fill), "files": made}


app = serve({"attack": attack})
