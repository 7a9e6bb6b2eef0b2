"""What every store does alike: whole or not there, equal bytes in one place, nothing lost by a break or a race."""

from __future__ import annotations

import hashlib
import io
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from storage.backends import Missing, WrongSize, key_of
from storage.backends.measuring import CHUNK, measure
from tests.storage.backends.conftest import RADOSGW, Place
from tests.storage.files import Breaking

pytestmark = pytest.mark.parametrize("place", ["local", "rclone", RADOSGW], indirect=True)
KILLED_WHILE_SAVING = """
import os, signal, sys
from pathlib import Path
import django
django.setup()
from storage.backends import at

class Killer:
    def read(self, size=-1):
        self.read = lambda size: os.kill(os.getpid(), signal.SIGKILL)
        return b"half"

at(sys.argv[1]).save(Killer(), size=8)
"""


class Plain:
    """Bytes that come once and cannot be sought in."""

    def __init__(self, content: bytes) -> None:
        self.content = io.BytesIO(content)

    def read(self, size: int = -1, /) -> bytes:
        return self.content.read(size)


def put(place: Place, content: bytes) -> str:
    return place.store.save(io.BytesIO(content), size=len(content)).key


@pytest.mark.parametrize("wrap", [io.BytesIO, Plain])
def test_bytes_come_back_as_they_were_saved(place: Place, wrap: type[io.BytesIO]):
    content = os.urandom(2 * CHUNK + 1)

    stored = place.store.save(wrap(content), size=len(content))

    assert (stored.sha256, stored.size) == (hashlib.sha256(content).hexdigest(), len(content))
    assert stored.key == f"sha256/{stored.sha256[:2]}/{stored.sha256[2:4]}/{stored.sha256}"
    assert place.store.stat(stored.key) == stored
    with place.store.open(stored.key) as file:
        assert file.read() == content


def test_a_large_file_comes_back_as_it_was_saved(place: Place):
    content = os.urandom(40_000_001)
    key = put(place, content)
    with place.store.open(key) as file:
        assert measure(file, size=len(content)).key == key


def test_only_what_is_left_of_a_stream_is_saved(place: Place):
    stream = io.BytesIO(b"head and tail")
    stream.seek(9)
    assert place.store.save(stream, size=4).sha256 == hashlib.sha256(b"tail").hexdigest()


def test_a_file_is_read_from_any_place_in_it(place: Place):
    content = os.urandom(3_000_000)
    with place.store.open(put(place, content)) as file:
        assert file.seekable()
        assert file.seek(0, io.SEEK_END) == len(content)
        assert file.read(1) == b""
        for at in (2_900_000, 7, 0, 1_500_000, 1_500_003):
            assert file.seek(at) == at
            assert file.read(300_000) == content[at : at + 300_000]
        assert file.seek(-5, io.SEEK_END) == len(content) - 5
        assert file.read() == content[-5:]


def test_equal_bytes_lie_in_one_place(place: Place):
    assert put(place, b"same") == put(place, b"same")
    assert len(list(place.store.names())) == 1


def test_saving_again_heals_a_damaged_file(place: Place):
    key = put(place, b"true")
    place.put(key, b"a lie")

    put(place, b"true")

    with place.store.open(key) as file:
        assert file.read() == b"true"


@pytest.mark.parametrize("size", [0, 3, 5, 10**9])
@pytest.mark.parametrize("wrap", [io.BytesIO, Plain])
def test_a_stream_of_another_length_leaves_nothing(place: Place, size: int, wrap: type[io.BytesIO]):
    with pytest.raises(WrongSize):
        place.store.save(wrap(b"four"), size=size)
    assert list(place.store.names()) == []


def test_a_stream_too_long_is_not_read_to_its_end(place: Place):
    stream = io.BytesIO(b"x" * 10 * CHUNK)
    with pytest.raises(WrongSize):
        place.store.save(stream, size=1)
    assert stream.tell() == CHUNK


@pytest.mark.parametrize("error", [ConnectionResetError(), KeyboardInterrupt(), RuntimeError()])
def test_a_stream_that_breaks_leaves_nothing(place: Place, error: BaseException):
    with pytest.raises(type(error)):
        place.store.save(Breaking(b"four", error), size=8)
    assert list(place.store.names()) == []


def test_a_process_killed_while_saving_leaves_nothing_to_be_seen(place: Place, tmp_path: Path):
    url = place.server.url(place.bucket) if place.server else str(place.store)
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "grants.settings.test", "DATA_DIR": str(tmp_path / "data")}

    done = subprocess.run([sys.executable, "-c", KILLED_WHILE_SAVING, url], env=environment, check=False)

    assert done.returncode == -9
    assert list(place.store.names()) == []


def test_what_was_never_saved_is_missing(place: Place):
    key = key_of("0" * 64)

    assert not place.store.exists(key)
    assert not place.store.delete(key)
    with pytest.raises(Missing):
        place.store.open(key)
    with pytest.raises(Missing):
        place.store.stat(key)
    with pytest.raises(Missing):
        place.store.hold_until(key, datetime(2099, 1, 1, tzinfo=UTC))


@pytest.mark.parametrize("key", ["", "x", "../secret", "sha256/ab/cd/../../../x", f"sha256/00/11/{'2' * 64}", "中文"])
def test_only_a_digest_is_a_key(place: Place, key: str):
    for ask in (place.store.open, place.store.stat, place.store.exists, place.store.delete):
        with pytest.raises(Missing):
            ask(key)
    with pytest.raises(Missing):
        place.store.presigned(key, name="a.pdf", media_type="application/pdf")


def test_a_deleted_file_is_gone(place: Place):
    key = put(place, b"gone")

    assert place.store.exists(key)
    assert place.store.delete(key)
    assert not place.store.exists(key)
    assert list(place.store.names()) == []


def test_a_file_saved_again_is_young_again(place: Place):
    key = put(place, b"orphan")
    place.grow_old()
    assert list(place.store.names(unsaved_for=place.old)) == [key]

    put(place, b"orphan")

    assert list(place.store.names(unsaved_for=place.old)) == []
    assert not place.store.delete(key, unsaved_for=place.old)
    assert place.store.exists(key)


def test_names_come_in_order_with_strays(place: Place):
    keys = sorted(put(place, bytes([n])) for n in range(5))
    place.put("sha256/zz/stray", b"x")
    assert list(place.store.names()) == [*keys, "sha256/zz/stray"]


def test_many_writers_of_equal_bytes_do_not_disturb_each_other(place: Place):
    content = os.urandom(CHUNK)

    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: put(place, content), range(24)))

    assert len(keys) == 1
    with place.store.open(keys.pop()) as file:
        assert file.read() == content
    assert place.store.clear_partial(unsaved_for=timedelta(0)) == 0


@pytest.mark.race
def test_a_sweep_never_takes_what_is_saved_meanwhile(place: Place):
    key = put(place, b"contested")
    place.grow_old()
    put(place, b"contested")

    def save_and_look(_: int) -> bool:
        put(place, b"contested")
        return place.store.exists(key)

    def sweep(_: int) -> bool:
        return place.store.delete(key, unsaved_for=timedelta(days=1))

    with ThreadPoolExecutor(4) as pool:
        saved, swept = pool.map(save_and_look, range(30)), pool.map(sweep, range(60))

    assert not any(swept)
    # rclone takes an object away for a moment while it is overwritten; nobody else does.
    assert all(saved) or (place.server is not None and place.server.folder is not None)
    assert place.store.exists(key)


@pytest.mark.race
def test_what_is_saved_while_a_sweep_takes_the_old_one_is_there(place: Place):
    contents = [bytes([n]) for n in range(12)]
    keys = [put(place, content) for content in contents]
    place.grow_old()

    with ThreadPoolExecutor(4) as pool:
        sweeps = [pool.submit(place.store.delete, key, unsaved_for=place.old) for key in keys]
        saves = [pool.submit(put, place, content) for content in contents]
        assert [one.result() for one in saves] == keys
        assert len([one.result() for one in sweeps]) == len(keys)

    assert list(place.store.names()) == sorted(keys)


def test_a_store_that_works_says_so(place: Place):
    place.store.ready()


def test_where_nothing_is_locked_nothing_is_promised(place: Place):
    key = put(place, b"x")
    assert "object_lock" not in place.store.capabilities
    assert not place.store.hold_until(key, datetime(2099, 1, 1, tzinfo=UTC))
    assert place.store.delete(key)
