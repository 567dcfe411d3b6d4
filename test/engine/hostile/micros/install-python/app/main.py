import os

from attempt import serve
from evil_found import FOUND


def late():
    return [os.path.exists(f"{folder}/late.txt") for folder in ("/app", "/dependencies", "/tmp")]


app = serve({"found": lambda: FOUND, "late": late})
