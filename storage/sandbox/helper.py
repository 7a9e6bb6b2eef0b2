"""The helper process: waits for files, forks a child for each, ends when nobody is on the line any more."""

from __future__ import annotations

import fcntl
import gc
import json
import os
import resource
import signal
import socket
import sys
import warnings
from typing import Any, BinaryIO, Final

from storage.content.judging import warm
from storage.sandbox import BUSY, SECONDS, Answer
from storage.sandbox.jobs import JOBS

MEGABYTE: Final = 1024 * 1024
MEMORY: Final = 900 * MEGABYTE
"""Of addresses: 50 million pixels in four channels twice over, or a PDF of 20 MB taken apart, fit; a bomb does not."""
CPU: Final = 8
OUTPUT: Final = 200 * MEGABYTE
MOST_FILES: Final = 60
MOST_BYTES: Final = 65_536


def main(line: socket.socket) -> None:
    """Serve until the other end hangs up."""
    warm()
    gc.freeze()  # what stands ready is shared with the children, not copied
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # children are not waited for: their answer is all we want
    while True:
        request, handles, _, _ = socket.recv_fds(line, MOST_BYTES, MOST_FILES)
        if not request:
            return
        answer, *files = handles
        try:
            if os.fork() == 0:
                line.close()
                _serve(request, answer, files)
        except OSError:
            os.write(answer, BUSY)
        for handle in handles:
            os.close(handle)


def _serve(request: bytes, answer: int, handles: list[int]) -> None:
    """Be the child: set limits, do the job, answer, and end without ever returning."""
    try:
        _limit()
        job, facts = json.loads(request)
        said = _do(job, facts, [os.fdopen(handle, "r+b" if _writable(handle) else "rb") for handle in handles])
        os.write(answer, json.dumps(said).encode())
    except BaseException:  # noqa: BLE001 -- whatever it was, the silence says enough
        os._exit(1)
    os._exit(0)


def _limit() -> None:
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(SECONDS)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU, CPU))
    resource.setrlimit(resource.RLIMIT_FSIZE, (OUTPUT, OUTPUT))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _do(job: str, facts: dict[str, Any], files: list[BinaryIO]) -> Answer:
    """Do the job; say with its answer what it cost: seconds of the processor, kilobytes of memory at most."""
    answer = JOBS[job](facts, *files)
    for file in files:
        file.flush()
    used = resource.getrusage(resource.RUSAGE_SELF)
    return {**answer, "seconds": used.ru_utime + used.ru_stime, "peak": used.ru_maxrss}


def _writable(handle: int) -> bool:
    return fcntl.fcntl(handle, fcntl.F_GETFL) & os.O_ACCMODE == os.O_RDWR


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    main(socket.socket(fileno=int(sys.argv[1])))
