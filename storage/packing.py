"""A package of files: the same pieces at the same moment are the same bytes, however many and however large."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import BinaryIO, Final
from zipfile import ZIP_STORED, ZipFile, ZipInfo
from zoneinfo import ZoneInfo

from storage.backends import store
from storage.models import Document

CHUNK: Final = 1024 * 1024
SHANGHAI: Final = ZoneInfo("Asia/Shanghai")
READABLE: Final = 0o100644 << 16
UNIX: Final = 3


class Damaged(Exception):
    """A piece is not what the records say of it; nothing may be built on it."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One file of a package: its path inside, its size in bytes, what it must be if that is known, and its bytes."""

    path: str
    size: int
    open: Callable[[], BinaryIO]
    sha256: str = ""

    @classmethod
    def made(cls, path: str, content: bytes) -> Piece:
        """A piece that the product wrote itself."""
        return cls(path, len(content), lambda: BytesIO(content))

    @classmethod
    def kept(cls, path: str, document: Document) -> Piece:
        """A document as it was handed in."""
        return cls(path, document.size, lambda: store().open(document.key), document.sha256)


@dataclass(frozen=True, slots=True)
class Packed:
    """A piece that is in the package, measured on its way in."""

    path: str
    size: int
    sha256: str


class Packer:
    """Writes pieces one after another, a chunk in memory at a time.

    Nothing is compressed: what comes is compressed already, and the bytes depend on no version of a compressor.
    """

    def __init__(self, out: BinaryIO, *, at: datetime) -> None:
        self._zip = ZipFile(out, "w", ZIP_STORED, allowZip64=True)
        self._moment = at.astimezone(SHANGHAI).timetuple()[:6]
        self.packed: list[Packed] = []

    def add(self, piece: Piece) -> Packed:
        """The piece is in the package.

        Raises `Damaged` when it is longer, shorter or other than it must be, `Missing` when the store has lost it.
        """
        info = ZipInfo(piece.path, self._moment)
        info.external_attr, info.create_system, info.file_size = READABLE, UNIX, piece.size
        digest, count = hashlib.sha256(), 0
        with piece.open() as source, self._zip.open(info, "w") as target:
            for chunk in _chunks(source):
                count += len(chunk)
                if count > piece.size:
                    break
                digest.update(chunk)
                target.write(chunk)
        found = Packed(piece.path, count, digest.hexdigest())
        if count != piece.size or piece.sha256 not in {"", found.sha256}:
            raise Damaged(piece.path)
        self.packed.append(found)
        return found

    def add_all(self, pieces: Iterable[Piece]) -> Iterator[Packed]:
        """Add them in their order, yielding each once it is in."""
        for piece in pieces:
            yield self.add(piece)

    def close(self) -> None:
        """The package is whole."""
        self._zip.close()


def _chunks(source: BinaryIO) -> Iterator[bytes]:
    while chunk := source.read(CHUNK):
        yield chunk
