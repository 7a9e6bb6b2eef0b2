"""`python -m tests.benchmarks.stores [--mb N]`: a large file through our store and through the bare SDK, in one run.

Both speak to the same rclone, in turn, so that a busy machine is busy for both. Exit 1 when ours has less than the
share of the SDK's speed that issue 4 asks of an upload as a whole, or its memory grows with the file.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import BinaryIO

import django
from minio import Minio

from tests.storage.servers import Server, rclone

MB = 1024 * 1024
ROUNDS = 3
SHARE = 0.35
MEMORY = 150
"""Megabytes by which the process may grow over all of it."""


def main() -> int:
    """Measure and print; 1 when a budget is passed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mb", type=int, default=200)
    size = parser.parse_args().mb * MB
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "grants.settings.rehearsal")
    django.setup()
    with tempfile.TemporaryDirectory(prefix="qingnuan-bench-") as folder:
        (Path(folder) / "buckets").mkdir()
        with rclone(Path(folder) / "buckets") as server:
            return measured(server, Path(folder), size)


def measured(server: Server, folder: Path, size: int) -> int:
    """Put and get the file, round after round, ours and theirs in turn."""
    from storage.backends import key_of  # noqa: PLC0415 -- with settings
    from storage.backends.address import understood  # noqa: PLC0415 -- with settings
    from storage.backends.local import LocalStore  # noqa: PLC0415
    from storage.backends.minio import MinioStore  # noqa: PLC0415

    path, bucket, bare = filled(folder / "file", size), server.bucket(), server.client()
    store, spool = MinioStore(understood(server.url(bucket)), scratch=folder / "spool"), LocalStore(folder / "spool")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    seconds: dict[str, list[float]] = {}

    def timed(name: str, work: Callable[[], object]) -> None:
        began = time.perf_counter()
        work()
        seconds.setdefault(name, []).append(time.perf_counter() - began)

    def received() -> None:
        """As an upload goes: into the spool first, then to the store."""
        with path.open("rb") as file:
            stored = spool.save(file, size=size)
        with spool.open(stored.key) as file:
            store.save(file, size=size)

    def put() -> None:
        with path.open("rb") as file:
            store.save(file, size=size)

    key = key_of(digest(path))
    for _ in range(ROUNDS):
        timed("put, SDK", lambda: bare.fput_object(bucket, "bare", str(path)))
        timed("put, ours", put)
        timed("received and put, ours", received)
        timed("get, SDK", lambda: emptied(bare, bucket))
        timed("get, ours", lambda: drained(store.open(key)))
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    return told(seconds, size, grown)


def told(seconds: dict[str, list[float]], size: int, grown: float) -> int:
    """Print speeds and shares."""
    speed = {name: size / MB / median(times) for name, times in seconds.items()}
    over = grown > MEMORY
    for name, found in speed.items():
        share = found / speed[f"{'get' if name.startswith('get') else 'put'}, SDK"]
        over |= share < SHARE
        print(f"{name:24} {found:7.0f} MB/s  {share:5.0%} of the SDK{'  TOO SLOW' if share < SHARE else ''}")
    print(f"{size / MB:.0f} MB, median of {ROUNDS}; memory grew by {grown:.0f} MB (at most {MEMORY})")
    return int(over)


def filled(path: Path, size: int) -> Path:
    """A file of random bytes."""
    with path.open("wb") as file:
        for _ in range(size // MB):
            file.write(os.urandom(MB))
    return path


def digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def emptied(bare: Minio, bucket: str) -> None:
    """Read the object with the SDK, to its end."""
    answer = bare.get_object(bucket, "bare")
    while answer.read(MB):
        pass
    answer.release_conn()


def drained(file: BinaryIO) -> None:
    """Read a file to its end."""
    with file:
        while file.read(MB):
            pass


if __name__ == "__main__":
    sys.exit(main())
