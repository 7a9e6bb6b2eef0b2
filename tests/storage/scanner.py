"""A scanner made for tests: it speaks clamd's language over a real socket, and misbehaves as it is told."""

from __future__ import annotations

import socket
import struct
import threading
import time
from pathlib import Path

from tests.storage.hostile import EICAR


class Scanner:
    """Listens until closed. `answer` None means that EICAR is found and everything else is clean."""

    def __init__(self, place: Path, *, answer: bytes | None = None, hangs: bool = False, hangs_up: int = 0) -> None:
        self.answer, self.hangs, self.hangs_up = answer, hangs, hangs_up
        self.scans = 0
        self.over = threading.Event()
        self.line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.line.bind(str(place))
        self.line.listen()
        self.line.settimeout(0.1)
        self.thread = threading.Thread(target=self._serve)
        self.thread.start()

    def close(self) -> None:
        """Go away."""
        self.over.set()
        self.thread.join()
        self.line.close()

    def _serve(self) -> None:
        while not self.over.is_set():
            try:
                caller, _ = self.line.accept()
            except TimeoutError:
                continue
            with caller:
                caller.settimeout(5)
                self._talk(caller)

    def _talk(self, caller: socket.socket) -> None:
        command = caller.recv(10)
        if command == b"zPING\0":
            caller.sendall(b"PONG\0")
            return
        self.scans += 1
        if self.hangs:
            while not self.over.wait(0.05):
                pass
            return
        content = b""
        while length := struct.unpack(">L", self._exactly(caller, 4))[0]:
            content += self._exactly(caller, length)
            if self.hangs_up and len(content) >= self.hangs_up:
                caller.sendall(b"INSTREAM size limit exceeded. ERROR\0")
                time.sleep(0.1)
                return
        found = b"stream: Own.Test.Eicar-1.UNOFFICIAL FOUND\0" if EICAR in content else b"stream: OK\0"
        caller.sendall(found if self.answer is None else self.answer)

    @staticmethod
    def _exactly(caller: socket.socket, size: int) -> bytes:
        content = b""
        while len(content) < size:
            chunk = caller.recv(size - len(content))
            if not chunk:
                raise ConnectionResetError
            content += chunk
        return content
