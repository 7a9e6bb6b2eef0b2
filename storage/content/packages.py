"""ZIP and what is built on it, opened without trust: the directory is compared with the content, every byte counted."""

from __future__ import annotations

import re
import stat
import struct
import unicodedata
import zlib
from collections.abc import Iterator
from typing import BinaryIO, Final
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from storage.content.flaws import (
    BAD_NAME,
    BOMB,
    BROKEN,
    LINK,
    LYING,
    METHOD,
    POLYGLOT,
    SLIP,
    TOO_MANY,
    TWICE,
    Flaw,
)
from storage.kinds import ENCRYPTED

MAX_ENTRIES: Final = 2_000
MAX_BYTES: Final = 200 * 1024 * 1024
MAX_RATIO: Final = 100
SMALL: Final = 10 * 1024 * 1024
"""Below this the ratio says nothing: a table of equal rows shrinks further than a hundredfold."""
CHUNK: Final = 256 * 1024
LOCAL: Final = struct.Struct("<4sHHHHHLLLHH")
END: Final = b"PK\x05\x06"
END_SIZE: Final = 22
MAX_COMMENT: Final = 65_535
LOCKED: Final = 0x1 | 0x40 | 0x2000
UTF_8: Final = 0x800
DRIVE: Final = re.compile(r"[A-Za-z]:")
REGULAR: Final = frozenset({0, stat.S_IFREG, stat.S_IFDIR})


class Budget:
    """What an archive may cost, shared with the archives in it."""

    def __init__(self) -> None:
        self.entries = MAX_ENTRIES
        self.bytes = MAX_BYTES

    def count(self, entries: int) -> None:
        """Take that many entries from what is left; raise `Flaw`."""
        self.entries -= entries
        if self.entries < 0:
            raise Flaw(TOO_MANY)

    def unpack(self, size: int) -> None:
        """Take that many unpacked bytes from what is left; raise `Flaw`."""
        self.bytes -= size
        if self.bytes < 0:
            raise Flaw(BOMB)


class Package:
    """An archive whose directory holds nothing strange; its parts are read through a counting reader."""

    def __init__(self, file: BinaryIO, budget: Budget | None = None) -> None:
        self.file = file
        self.budget = budget or Budget()
        try:
            with ZipFile(file) as archive:
                entries = archive.infolist()
                self.start = archive.start_dir
        except (BadZipFile, NotImplementedError, ValueError, EOFError, struct.error, OverflowError) as error:
            raise Flaw(BROKEN) from error
        self.budget.count(len(entries))
        for entry in entries:
            _check(entry)
        self._measure(entries)
        self.entries = {entry.filename: entry for entry in entries if not entry.is_dir()}
        if len({_folded(entry) for entry in entries}) < len(entries):
            raise Flaw(TWICE)

    def chunks(self, entry: ZipInfo, *, counted: bool = True) -> Iterator[bytes]:
        """Yield the unpacked bytes; raise `Flaw` as soon as they are more than the directory says, or damaged."""
        crc = size = 0
        for chunk in self._unpacked(entry):
            size += len(chunk)
            if size > entry.file_size:
                raise Flaw(LYING)
            if counted:
                self.budget.unpack(len(chunk))
            crc = zlib.crc32(chunk, crc)
            yield chunk
        if size < entry.file_size:
            raise Flaw(LYING)
        if crc != entry.CRC:
            raise Flaw(BROKEN)

    def read(self, name: str, *, counted: bool = True) -> bytes:
        """Return a whole part."""
        return b"".join(self.chunks(self.entries[name], counted=counted))

    def _measure(self, entries: list[ZipInfo]) -> None:
        """The parts lie one after the other, from the very beginning to the directory, and nothing follows it."""
        size = self.file.seek(0, 2)
        declared = sum(entry.file_size for entry in entries)
        if declared > MAX_BYTES or (declared > SMALL and declared > MAX_RATIO * size):
            raise Flaw(BOMB)
        end = 0
        for entry in sorted(entries, key=lambda entry: entry.header_offset):
            if entry.header_offset < end:
                raise Flaw(LYING)
            end = entry.header_offset + LOCAL.size + entry.compress_size
        if end > self.start:
            raise Flaw(LYING)
        self.file.seek(0)
        if entries and self.file.read(4) != b"PK\x03\x04":
            raise Flaw(POLYGLOT)
        if not _ends_here(self.file, size):
            raise Flaw(POLYGLOT)

    def _unpacked(self, entry: ZipInfo) -> Iterator[bytes]:
        left = self._seek(entry)
        if entry.compress_type == ZIP_STORED:
            while left and (raw := self.file.read(min(CHUNK, left))):
                left -= len(raw)
                yield raw
            return
        unpacker = zlib.decompressobj(-zlib.MAX_WBITS)
        position = self.file.tell()
        try:
            while left and not unpacker.eof:
                self.file.seek(position)
                raw = self.file.read(min(CHUNK, left))
                if not raw:
                    break
                position, left = position + len(raw), left - len(raw)
                yield unpacker.decompress(raw, CHUNK)
                while unpacker.unconsumed_tail and not unpacker.eof:
                    yield unpacker.decompress(unpacker.unconsumed_tail, CHUNK)
        except zlib.error as error:
            raise Flaw(BROKEN) from error
        if unpacker.unused_data or left:
            raise Flaw(LYING)

    def _seek(self, entry: ZipInfo) -> int:
        """Stand at the first packed byte; the part's own header must tell what the directory tells."""
        self.file.seek(entry.header_offset)
        raw = self.file.read(LOCAL.size)
        if len(raw) < LOCAL.size:
            raise Flaw(BROKEN)
        mark, _, flags, method, _, _, _, _, _, name_length, extra_length = LOCAL.unpack(raw)
        name = self.file.read(name_length)
        own = entry.orig_filename.encode("utf-8" if entry.flag_bits & UTF_8 else "cp437")
        if mark != b"PK\x03\x04" or flags & LOCKED or method != entry.compress_type or name != own:
            raise Flaw(LYING)
        self.file.seek(extra_length, 1)
        return entry.compress_size


def is_packed(file: BinaryIO) -> bool:
    """Whether an archive's directory ends the file, whatever the file begins with."""
    size = file.seek(0, 2)
    return _ends_here(file, size)


def _ends_here(file: BinaryIO, size: int) -> bool:
    """Whether the file ends with the end of a directory and its comment, with nothing behind."""
    file.seek(max(0, size - END_SIZE - MAX_COMMENT))
    tail = file.read()
    found = tail.rfind(END)
    while found >= 0:
        if len(tail) >= found + END_SIZE:
            comment = int.from_bytes(tail[found + 20 : found + 22], "little")
            if found + END_SIZE + comment == len(tail):
                return True
        found = tail.rfind(END, 0, found)
    return False


def _check(entry: ZipInfo) -> None:
    name = entry.orig_filename
    if "\0" in name or any(unicodedata.category(c) in {"Cc", "Cf", "Cs"} for c in name):
        raise Flaw(BAD_NAME)
    parts = name.replace("\\", "/").split("/")
    if ".." in parts or not parts[0] or DRIVE.match(name):
        raise Flaw(SLIP)
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if kind not in REGULAR:
        raise Flaw(LINK)
    if entry.flag_bits & LOCKED or entry.compress_type == 99:
        raise Flaw(ENCRYPTED)
    if entry.compress_type not in {ZIP_STORED, ZIP_DEFLATED}:
        raise Flaw(METHOD)
    if len(name) > 500:
        raise Flaw(BAD_NAME)


def _folded(entry: ZipInfo) -> str:
    return unicodedata.normalize("NFC", entry.orig_filename).replace("\\", "/").rstrip("/").casefold()
