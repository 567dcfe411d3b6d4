import os
import shutil
import subprocess

from attempt import serve, try_all


def set_user_id_program():
    """A copy of `id` that belongs to us and says so: does running it with the bit on make us anybody else?"""
    shutil.copy("/usr/bin/id", "/tmp/id")
    os.chmod("/tmp/id", 0o6755)
    return subprocess.run(["/tmp/id", "-u"], capture_output=True, text=True).stdout.strip() == str(os.getuid())


def root_owned():
    shutil.copy("/usr/bin/id", "/tmp/root-id")
    os.chown("/tmp/root-id", 0, 0)


def attack():
    came = try_all(
        {
            "setuid": lambda: os.setuid(0),
            "setgid": lambda: os.setgid(0),
            "setgroups": lambda: os.setgroups([0]),
            "setresuid": lambda: os.setresuid(0, 0, 0),
            "another micro's user": lambda: os.setuid(os.getuid() + 1),
            "chown": root_owned,
            "own set-user-id program": set_user_id_program,
            "set-user-id programs": lambda: find_set_user_id(),
            "su": lambda: subprocess.run(["su", "-c", "id"], capture_output=True, stdin=subprocess.DEVNULL).returncode != 0,
        }
    )
    return {**came, "user": os.getuid() == os.geteuid() >= 200000}


def find_set_user_id():
    command = "find / -xdev -perm /6000 -type f -not -path '/tmp/*' 2>/dev/null"
    return subprocess.run(command, shell=True, capture_output=True, text=True).stdout.split()


app = serve({"attack": attack})
