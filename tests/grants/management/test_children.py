"""The demonstration's processes live and end together."""

from __future__ import annotations

import signal
import time
from pathlib import Path

import pytest

from grants.management.children import ended, running

IDLE = "import time\ntime.sleep(60)\n"
STUBBORN = (
    "import pathlib, signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\npathlib.Path('up').touch()\n" + IDLE
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with three programs: one that idles, one that ends at once, one that will not be told."""
    (tmp_path / "idle.py").write_text(IDLE)
    (tmp_path / "brief.py").write_text("")
    (tmp_path / "stubborn.py").write_text(STUBBORN)
    return tmp_path


def test_all_children_end_with_the_block(folder):
    with running({"web": ["idle"], "worker": ["idle"]}, folder=folder) as children:
        assert ended(children) is None
    assert [child.returncode for child in children.values()] == [-signal.SIGTERM] * 2


def test_a_child_that_ends_by_itself_is_named(folder):
    with running({"web": ["idle"], "worker": ["brief"]}, folder=folder) as children:
        children["worker"].wait(10)
        assert ended(children) == "worker"


def test_a_child_that_will_not_be_told_is_killed(folder):
    with running({"web": ["stubborn"]}, folder=folder, patience=0.2) as children:
        while not (folder / "up").exists():
            time.sleep(0.05)
    assert children["web"].returncode == -signal.SIGKILL


def test_what_a_killed_child_started_ends_too(folder):
    parent = "import pathlib, subprocess, sys\np = subprocess.Popen([sys.executable, '-m', 'idle'])\n"
    (folder / "parent.py").write_text(parent + "pathlib.Path('pid').write_text(str(p.pid))\np.wait()\n")
    with running({"worker": ["parent"]}, folder=folder) as children:
        while not (folder / "pid").exists() or not (folder / "pid").read_text():
            time.sleep(0.05)
        children["worker"].kill()
        children["worker"].wait()
    wait_until_gone(Path("/proc") / (folder / "pid").read_text() / "cmdline")


def wait_until_gone(command: Path) -> None:
    """Return when the process has ended; one that nobody has reaped yet has an empty command line."""
    last = time.monotonic() + 5
    while command.exists() and command.read_bytes():
        assert time.monotonic() < last, "still running"
        time.sleep(0.05)
