import os
import socket
import stat

from attempt import serve, try_all

NAMES = [
    "/var/run/docker.sock",
    "/run/docker.sock",
    "/run/containerd/containerd.sock",
    "/var/run/redis/redis.sock",
    "/run/systemd/private",
    "/run/dbus/system_bus_socket",
    "/run/micropush/ctl.sock",
]


def reach(address):
    def connect():
        with socket.socket(socket.AF_UNIX) as one:
            one.connect(address)

    return connect


def sockets():
    """Every socket that has a name in here."""
    found = []
    for folder, _, files in os.walk("/"):
        if folder.startswith(("/proc", "/sys")):
            continue
        for name in files:
            path = os.path.join(folder, name)
            if stat.S_ISSOCK(os.lstat(path).st_mode):
                found.append(path)
    return found


def attack(abstract):
    came = try_all({name: reach(name) for name in [*NAMES, *abstract]})
    return {"came": came, "sockets": sockets()}


def app(environ, start_response):
    names = [name for name in environ["QUERY_STRING"].split(",") if name]
    if environ["PATH_INFO"] == "/host":
        return serve({"host": lambda: attack(names)})(environ, start_response)
    return serve({"abstract": lambda: try_all({name: reach("\0" + name) for name in names})})(environ, start_response)
