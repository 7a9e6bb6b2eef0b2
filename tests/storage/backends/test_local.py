"""Files in a folder: whole or not there, equal bytes in one place, nothing lost by a crash or a race."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.backends import Missing, WrongSize
from storage.backends.local import LocalStore
from storage.backends.measuring import CHUNK
from tests.storage.files import Breaking

DAY = timedelta(days=1)
KILLED_WHILE_WRITING = """
import os, signal, sys
from storage.backends.local import LocalStore

class Killer:
    def read(self, size=-1):
        self.read = lambda size: os.kill(os.getpid(), signal.SIGKILL)
        return b"half"

LocalStore(sys.argv[1]).save(Killer(), size=8)
"""


@pytest.fixture
def local(folder: Path) -> LocalStore:
    return LocalStore(folder)


def put(local: LocalStore, content: bytes) -> str:
    return local.save(io.BytesIO(content), size=len(content)).key


def grow_old(local: LocalStore, name: str) -> None:
    os.utime(local.root / name, (0, 0))


def partial(local: LocalStore) -> list[Path]:
    return list(local.incoming.iterdir())


def test_what_is_kept_cannot_be_written_by_mistake(local: LocalStore):
    assert (local.root / put(local, b"kept")).stat().st_mode & 0o777 == 0o440


@pytest.mark.parametrize("size", [0, 3, 5, 10**9])
def test_a_stream_of_another_length_leaves_nothing(local: LocalStore, size: int):
    with pytest.raises(WrongSize):
        local.save(io.BytesIO(b"four"), size=size)

    assert list(local.names()) == []
    assert partial(local) == []


@pytest.mark.parametrize("error", [ConnectionResetError(), KeyboardInterrupt(), RuntimeError()])
def test_a_stream_that_breaks_leaves_nothing(local: LocalStore, error: BaseException):
    with pytest.raises(type(error)):
        local.save(Breaking(b"four", error), size=8)

    assert list(local.names()) == []
    assert partial(local) == []


def test_a_process_killed_while_writing_leaves_only_a_draft(local: LocalStore):
    done = subprocess.run([sys.executable, "-c", KILLED_WHILE_WRITING, str(local.root)], check=False)

    assert done.returncode == -signal.SIGKILL
    assert list(local.names()) == []
    assert len(partial(local)) == 1


def test_a_draft_is_cleared_once_it_is_old(local: LocalStore):
    put(local, b"kept")
    draft = local.incoming / "tmpdraft"
    draft.write_bytes(b"half")
    assert local.clear_partial(unsaved_for=DAY) == 0

    grow_old(local, "incoming/tmpdraft")

    assert local.clear_partial(unsaved_for=DAY) == 1
    assert partial(local) == []
    assert len(list(local.names())) == 1


@given(
    key=st.one_of(
        st.text(), st.sampled_from(["../secret", "/etc/passwd", "sha256/ab/cd/../../../x", f"sha256/00/11/{'2' * 64}"])
    )
)
def test_only_a_digest_is_a_key(key: str):
    local = LocalStore("/nowhere")
    for ask in (local.open, local.stat, local.exists, local.delete):
        with pytest.raises(Missing):
            ask(key)


def test_names_come_in_order_with_strays_and_dangling_links(local: LocalStore):
    keys = sorted(put(local, bytes([n])) for n in range(5))
    (local.root / "sha256" / "zz").mkdir()
    (local.root / "sha256" / "zz" / "stray").touch()
    (local.root / "sha256" / "zz" / "link").symlink_to("/nowhere")

    assert list(local.names()) == [*keys, "sha256/zz/link", "sha256/zz/stray"]


@pytest.mark.race
def test_a_sweep_never_takes_what_is_saved_meanwhile(local: LocalStore):
    key = put(local, b"contested")

    def save_and_look(_: int) -> bool:
        put(local, b"contested")
        return local.exists(key)

    def sweep(_: int) -> bool:
        return local.delete(key, unsaved_for=DAY)

    with ThreadPoolExecutor(4) as pool:
        saved, swept = pool.map(save_and_look, range(100)), pool.map(sweep, range(300))

    assert all(saved)
    assert not any(swept)


def test_many_writers_of_equal_bytes_do_not_disturb_each_other(local: LocalStore):
    content = os.urandom(CHUNK)

    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: put(local, content), range(40)))

    assert len(keys) == 1
    assert (local.root / keys.pop()).read_bytes() == content
    assert partial(local) == []


def test_a_whole_file_is_taken_over_and_stays_under_its_own_name_until_that_is_removed(tmp_path: Path):
    kept, path = LocalStore(tmp_path / "store"), tmp_path / "draft"
    path.write_bytes(b"whole")
    for _ in range(2):  # a kill between this and what follows does it once more
        stored = kept.adopt(path, size=5)
        with kept.open(stored.key) as file:
            assert file.read() == path.read_bytes() == b"whole"
        assert list(kept.incoming.iterdir()) == []
    path.unlink()
    assert kept.stat(stored.key) == stored


def test_a_file_of_another_length_is_not_taken_over(tmp_path: Path):
    kept, path = LocalStore(tmp_path / "store"), tmp_path / "draft"
    path.write_bytes(b"whole")
    with pytest.raises(WrongSize):
        kept.adopt(path, size=4)
    assert list(kept.names()) == []
