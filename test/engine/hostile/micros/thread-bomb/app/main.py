import threading

from attempt import serve

never = threading.Event()


def attack():
    started = 0
    try:
        for _ in range(3000):
            threading.Thread(target=never.wait, daemon=True).start()
            started += 1
    except RuntimeError as error:
        return {"started": started, "then": str(error)}
    finally:
        never.set()
    return {"started": started, "then": "nothing"}


app = serve({"attack": attack})
