import os

from attempt import attempt_one, serve


def attack():
    written = made = 0
    block = b"x" * (1024 * 1024)

    def bytes_():
        nonlocal written
        with open("/dev/shm/large", "wb", buffering=0) as file:
            while written < 600:
                file.write(block)
                written += 1

    def files():
        nonlocal made
        os.unlink("/dev/shm/large")
        while made < 200_000:
            os.mknod(f"/dev/shm/{made}")
            made += 1

    came = {"bytes": attempt_one(bytes_), "files": attempt_one(files)}
    return {**came, "megabytes": written, "made": made}


app = serve({"attack": attack})
