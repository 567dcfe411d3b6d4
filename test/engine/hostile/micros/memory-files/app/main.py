import os

from attempt import attempt_one, serve


def attack():
    """Memory that belongs to no process: files that exist in memory only."""
    block = b"x" * (16 * 1024 * 1024)
    kept = []

    def fill():
        for number in range(64):
            file = os.memfd_create(str(number))
            kept.append(file)
            os.write(file, block)

    return {"then": attempt_one(fill), "files": len(kept)}


app = serve({"attack": attack})
