"""The connection to init, on file descriptor 3."""

import gc
import os
import sys
import threading

FD = 3
FAILURE_BYTES = 8 * 1024


class Control:
    def __init__(self):
        # Programs that the app starts do not get it.
        os.set_inheritable(FD, False)
        self.open = True

    def say(self, word):
        self._write(word.encode() + b"\n")

    def fail(self, text):
        print(text, file=sys.stderr, flush=True)
        line = text.replace("\\", "\\\\").replace("\r", "").replace("\n", "\\n").encode("utf-8", "replace")
        if len(line) > FAILURE_BYTES:
            # The last lines of a traceback say what happened, so those are kept.
            tail = line[-(FAILURE_BYTES - 16):].decode("utf-8", "ignore")
            line = ("... " + tail.lstrip("\\n")).encode()
        self._write(b"failed " + line + b"\n")

    def wait_for(self, word):
        """Blocks until init says the word, and gives the bytes that it announces behind it; ends the process when init is gone."""
        while True:
            received = b""
            while not received.endswith(b"\n"):
                received += self._read(1)
            found, _, size = received.strip().decode().partition(" ")
            if found == word:
                return self._read_all(int(size or 0))
            if found == "park":
                # What is garbage need not go to disk.
                gc.collect()
                self.say("parked")

    def _read_all(self, size):
        block = b""
        while len(block) < size:
            block += self._read(size - len(block))
        return block

    def _read(self, size):
        data = os.read(FD, size)
        if not data:
            # Init serves the app's own port by itself, so there is nothing left to do but not to be in the way.
            self.close()
            self._stay()
        return data

    def close(self):
        if self.open:
            self.open = False
            os.close(FD)

    def _write(self, data):
        while self.open and data:
            try:
                data = data[os.write(FD, data):]
            except OSError:
                return

    def _stay(self):
        for thread in threading.enumerate():
            if thread is not threading.current_thread():
                thread.join()
        os._exit(0)
