"""Child processes of the demonstration: started together, stopped together, none outlives its parent's care."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

STOP_SECONDS = 10

Children = Mapping[str, subprocess.Popen[bytes]]


@contextlib.contextmanager
def running(
    commands: Mapping[str, Sequence[str]], *, folder: Path, patience: float = STOP_SECONDS
) -> Iterator[Children]:
    """Run each `python -m …` under its name while the block lasts; afterwards all of them have ended.

    A child that does not end within `patience` seconds of being told is killed with all its own.
    """
    started: dict[str, subprocess.Popen[bytes]] = {}
    try:
        for name, arguments in commands.items():
            # A session of its own, so that Ctrl-C reaches the parent only and each child is told to stop once.
            started[name] = subprocess.Popen([sys.executable, "-m", *arguments], cwd=folder, start_new_session=True)
        yield started
    finally:
        for child in started.values():
            child.terminate()
        for child in started.values():
            end(child, patience)


def end(child: subprocess.Popen[bytes], patience: float) -> None:
    """Wait for a child that was told to stop, `patience` seconds at most, and leave none of its own behind."""
    with contextlib.suppress(subprocess.TimeoutExpired):
        child.wait(patience)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()


def ended(children: Children) -> str | None:
    """Return the name of a child that has ended by itself, if any."""
    return next((name for name, child in children.items() if child.poll() is not None), None)
