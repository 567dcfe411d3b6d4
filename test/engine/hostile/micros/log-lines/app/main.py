import threading

from attempt import serve

left = 1000


def flood():
    global left
    line = "x" * 99
    while left > 0:
        print("\n".join([line] * 1000), flush=True)
        left -= 1


def attack():
    threading.Thread(target=flood, daemon=True).start()
    return "begun"


app = serve({"attack": attack, "left": lambda: left})
