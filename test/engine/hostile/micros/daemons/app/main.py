import os
import signal
import time

from attempt import serve


def daemon(number):
    """Twice forked, in a session of its own, deaf, and its name taken from the kernel."""
    if os.fork() != 0:
        return
    os.setsid()
    if os.fork() != 0:
        os._exit(0)
    for each in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGPIPE):
        signal.signal(each, signal.SIG_IGN)
    with open("/proc/self/comm", "w") as file:
        file.write(f"kworker/{number}")
    while True:
        time.sleep(1)
        try:
            with open(f"/tmp/daemon-{number}", "a") as file:
                file.write("x")
        except OSError:
            pass


def attack():
    for number in range(5):
        daemon(number)
    return sum(1 for name in os.listdir("/proc") if name.isdigit())


app = serve({"attack": attack})
