"""Where foreign content is read: a process of its own for every file, with little memory, little time and no secrets.

A helper process, started with the first file, holds the libraries ready; for each file it forks, which takes some
milliseconds. The child sets its own limits and ends with its answer. What it cannot answer within them is an overrun.
"""

from __future__ import annotations

import atexit
import json
import os
import select
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any, BinaryIO, Final, cast

Answer = dict[str, Any]

ROOT: Final = Path(__file__).resolve().parent.parent.parent
SECONDS: Final = 20
"""How long a file may take by the clock, on a machine that is busy with others."""
START: Final = 30
BUSY: Final = b"busy"
_lock = threading.Lock()


class Unavailable(Exception):
    """No helper could be had: nothing is known about the file."""


class Overrun(Exception):
    """The child used up its memory or time, or died over the file."""


class Helper:
    """The process that holds the libraries ready, and our end of the line to it."""

    def __init__(self) -> None:
        self.line, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.owner = os.getpid()
        with theirs:
            try:
                self.process = subprocess.Popen(
                    [sys.executable, "-m", "storage.sandbox.helper", str(theirs.fileno())],
                    pass_fds=[theirs.fileno()],
                    cwd="/",
                    env={"PYTHONPATH": str(ROOT), "LANG": "C.UTF-8", "MALLOC_ARENA_MAX": "2"},
                    stdin=subprocess.DEVNULL,
                    start_new_session=True,  # Ctrl-C is for us
                )
            except OSError:
                self.line.close()
                raise

    @property
    def alive(self) -> bool:
        """Whether it is ours and still there."""
        return self.owner == os.getpid() and self.process.poll() is None

    def close(self) -> None:
        """Hang up: the helper then ends by itself."""
        self.line.close()
        if self.owner == os.getpid():
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(timeout=5)


class _Ready:
    """The helper of this process, once there was a file."""

    helper: Helper | None = None


def run(job: str, facts: dict[str, Any], *files: BinaryIO) -> Answer:
    """Let a child do the job on the open files; return what it says.

    Raises `Overrun` when it dies or takes too long, `Unavailable` when none can be started.
    """
    with ExitStack() as stack:
        handles = [_handle(file, stack) for file in files]
        for last in (False, True):
            try:
                raw = _ask(ready(renew=last), json.dumps([job, facts]).encode(), handles)
            except OSError as error:
                if last:
                    raise Unavailable from error
                continue
            break
    if raw == BUSY:
        raise Unavailable
    if not raw:
        raise Overrun
    return cast("Answer", json.loads(raw))


def close() -> None:
    """End the helper, if there is one."""
    with _lock:
        if _Ready.helper is not None:
            _Ready.helper.close()
            _Ready.helper = None


atexit.register(close)


def ready(*, renew: bool = False) -> Helper:
    """Return the helper of this process: a fork of ours begins its own, a dead one is replaced."""
    with _lock:
        found = _Ready.helper
        if found is not None and (renew or not found.alive):
            found.close()
            found = None
        _Ready.helper = found or Helper()
        return _Ready.helper


def _ask(helper: Helper, request: bytes, handles: list[int]) -> bytes:
    answer, write = os.pipe()
    with os.fdopen(answer, "rb", buffering=0) as reader:
        try:
            socket.send_fds(helper.line, [request], [write, *handles])
        finally:
            os.close(write)
        said = b""
        while select.select([reader], [], [], SECONDS + START)[0] and (chunk := reader.read(65_536)):
            said += chunk
        return said


def _handle(file: BinaryIO, stack: ExitStack) -> int:
    """Return a descriptor of the file; one that is no file of this machine is copied into one."""
    file.seek(0)
    try:
        return file.fileno()
    except OSError:
        copy: BinaryIO = stack.enter_context(tempfile.TemporaryFile())  # noqa: SIM115 -- the stack closes it
        shutil.copyfileobj(file, copy)
        copy.flush()
        return copy.fileno()
