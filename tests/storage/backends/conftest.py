"""Each kind of store in turn, empty; what differs between them is how bytes there grow old and how they are spoiled."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from storage.backends import Store
from storage.backends.address import understood
from storage.backends.local import LocalStore
from storage.backends.minio import MinioStore
from tests.storage.servers import PACKAGES, Server, installed, radosgw

RADOSGW = pytest.param("radosgw", marks=pytest.mark.radosgw)


@dataclass(frozen=True)
class Place:
    """A store, and the hand of somebody who reaches behind it."""

    store: Store
    server: Server | None = None
    folder: Path | None = None

    @property
    def bucket(self) -> str:
        """The bucket of a store that has one."""
        assert isinstance(self.store, MinioStore)
        return self.store.bucket

    @property
    def old(self) -> timedelta:
        """An age that bytes reach here within a test."""
        return timedelta(seconds=6) if self.folder is None else timedelta(hours=1)

    def grow_old(self) -> None:
        """All that is kept now was saved that long ago, and more."""
        if self.folder is None:
            time.sleep(self.old.total_seconds() + 1)
            return
        for path in self.folder.rglob("*"):
            os.utime(path, (0, 0))
        self.be_seen()

    def put(self, name: str, content: bytes) -> None:
        """Write under this name past the store."""
        if self.folder is None:
            import io  # noqa: PLC0415

            assert self.server is not None
            self.server.client().put_object(self.bucket, name, io.BytesIO(content), len(content))
            return
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        path.write_bytes(content)
        self.be_seen()

    def be_seen(self) -> None:
        """A server that remembers its folders has forgotten them: rclone keeps a listing for a millisecond."""
        if self.server is not None:
            time.sleep(0.05)


@pytest.fixture(scope="session")
def ceph(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Debian's radosgw."""
    if not installed():
        pytest.skip(f"radosgw is not here: apt-get install -y --no-install-recommends {PACKAGES}")
    folder = tmp_path_factory.mktemp("ceph")
    with radosgw(folder) as server:
        yield server
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """The store that the test asks for."""
    if request.param == "local":
        return Place(LocalStore(tmp_path / "local"), folder=tmp_path / "local")
    server: Server = request.getfixturevalue("s3" if request.param == "rclone" else "ceph")
    bucket = server.bucket()
    store = MinioStore(understood(server.url(bucket)), scratch=tmp_path / "spool")
    return Place(store, server, server.folder / bucket if server.folder else None)


def locked_place(server: Server, tmp_path: Path, *, locked: bool, versioned: bool) -> Place:
    """A bucket of radosgw that keeps versions, and locks them if asked."""
    bucket = server.bucket(locked=locked, versioned=versioned)
    return Place(MinioStore(understood(server.url(bucket)), scratch=tmp_path / "spool"), server)
