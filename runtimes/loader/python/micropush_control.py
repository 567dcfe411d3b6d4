"""The connection to init, on file descriptor 3."""

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
        """Blocks until init says the word; ends the process when init is gone."""
        received = b""
        while not received.endswith(b"\n"):
            byte = os.read(FD, 1)
            if not byte:
                # Init serves the app's own port by itself, so there is nothing left to do but not to be in the way.
                self.close()
                self._stay()
            received += byte
        if received.strip().decode() != word:
            self.wait_for(word)

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
