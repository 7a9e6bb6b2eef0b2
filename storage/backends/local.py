"""Files in a folder of this machine: written aside, flushed, then renamed, so that no one ever sees half a file."""

from __future__ import annotations

import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO, Final

from storage.backends import ALWAYS, KEY, Capability, Missing, Readable, Stored
from storage.backends.measuring import measure

READ_ONLY: Final = 0o440


class LocalStore:
    """A store under one folder: `sha256/` holds what is kept, `incoming/` what is still being written."""

    near = True
    capabilities: frozenset[Capability] = frozenset()

    def __init__(self, root: str | Path) -> None:
        self.root = Path(root)
        self.incoming = self.root / "incoming"

    def __str__(self) -> str:
        return self.root.as_uri()

    def ready(self) -> None:
        """Write a file that is gone at once."""
        self._before(ALWAYS)

    def save(self, stream: Readable, *, size: int) -> Stored:
        """Write aside and flush, then rename into place and flush the folder. Equal bytes are written afresh.

        Writing afresh makes the copy young again, which keeps it from a sweep, and heals a damaged one.
        """
        durable_folder(self.incoming)
        handle, draft = tempfile.mkstemp(dir=self.incoming)
        try:
            with os.fdopen(handle, "wb") as file:
                stored = measure(stream, size=size, keep=file.write)
                file.flush()
                os.fchmod(file.fileno(), READ_ONLY)
                os.fsync(file.fileno())
            self._publish(Path(draft), self._path(stored.key))
        except BaseException:
            Path(draft).unlink(missing_ok=True)
            raise
        return stored

    def adopt(self, path: Path, *, size: int) -> Stored:
        """Keep exactly `size` bytes that lie in a flushed file nobody writes to any more, without copying if possible.

        The file stays where it is, until its owner removes that name of it. Raises as `save` does.
        """
        durable_folder(self.incoming)
        with path.open("rb") as file:
            stored = measure(file, size=size)
            draft = self.incoming / f"{path.name}.{os.getpid()}"
            try:
                os.link(path, draft)
            except OSError:  # on another disk, or one without links
                file.seek(0)
                return self.save(file, size=size)
            os.fchmod(file.fileno(), READ_ONLY)
            os.utime(file.fileno())
            os.fsync(file.fileno())
        try:
            self._publish(draft, self._path(stored.key))
        finally:
            draft.unlink(missing_ok=True)  # two names of one file do not replace each other
        return stored

    def open(self, key: str) -> BinaryIO:
        """Return the file open for reading."""
        try:
            return self._path(key).open("rb")
        except FileNotFoundError as error:
            raise Missing(key) from error

    def stat(self, key: str) -> Stored:
        """Return the digest in the key with the size on disk."""
        path = self._path(key)
        try:
            return Stored(sha256=path.name, size=path.stat().st_size)
        except FileNotFoundError as error:
            raise Missing(key) from error

    def exists(self, key: str) -> bool:
        """Return whether the file is there."""
        return self._path(key).is_file()

    def delete(self, key: str, *, unsaved_for: timedelta = ALWAYS) -> bool:
        """Remove the file under the same lock as `save`, so that a copy just saved again cannot be lost."""
        path = self._path(key)
        with self._locked():
            if not _older(path, self._before(unsaved_for)):
                return False
            path.unlink()
            _sync(path.parent)
        return True

    def hold_until(self, key: str, until: datetime) -> bool:
        """Say no: whoever may write to the folder may remove from it."""
        self.stat(key)
        return False

    def presigned(self, key: str, *, name: str, media_type: str) -> str:
        """Give none: the application itself sends what lies here."""
        self._path(key)
        return ""

    def names(self, *, unsaved_for: timedelta = ALWAYS) -> Iterator[str]:
        """Walk the kept files in order of name."""
        before = self._before(unsaved_for)
        for folder, below, files in os.walk(self.root / "sha256"):
            below.sort()
            for path in (Path(folder, file) for file in sorted(files)):
                if _older(path, before):
                    yield path.relative_to(self.root).as_posix()

    def clear_partial(self, *, unsaved_for: timedelta) -> int:
        """Remove drafts whose writer died."""
        before = self._before(unsaved_for)
        drafts = [path for path in self.incoming.iterdir() if _older(path, before)]
        for draft in drafts:
            draft.unlink(missing_ok=True)
        return len(drafts)

    def _path(self, key: str) -> Path:
        if not KEY.fullmatch(key):
            raise Missing(key)
        return self.root / key

    def _publish(self, draft: Path, target: Path) -> None:
        durable_folder(target.parent)
        with self._locked():
            draft.replace(target)
        _sync(target.parent)

    def _before(self, age: timedelta) -> float:
        """Return the moment `age` ago by the disk's own clock: a rehearsal's clock may stand years away."""
        durable_folder(self.incoming)
        with tempfile.TemporaryFile(dir=self.incoming) as probe:
            return os.fstat(probe.fileno()).st_mtime - age.total_seconds()

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Keep every other process of this machine from renaming or removing meanwhile."""
        durable_folder(self.root)
        with (self.root / ".lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield


def _older(path: Path, moment: float) -> bool:
    """Return whether the file is there and was last written at or before that moment of the disk's clock."""
    try:
        return path.lstat().st_mtime <= moment
    except FileNotFoundError:
        return False


def durable_folder(folder: Path) -> None:
    """Make the folder and those above it, each made durable in the one that holds it."""
    if not folder.is_dir():
        durable_folder(folder.parent)
        folder.mkdir(mode=0o750, exist_ok=True)
        _sync(folder.parent)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
