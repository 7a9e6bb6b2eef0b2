"""Photos: decoded to the last line under a cap of pixels, one picture, nothing hidden behind or inside."""

from __future__ import annotations

import re
from typing import BinaryIO, Final

import pillow_heif
from PIL import Image, UnidentifiedImageError

from storage.content.flaws import ANIMATED, BROKEN, PIXELS, POLYGLOT, TRUNCATED, Flaw
from storage.content.packages import is_packed

MAX_PIXELS: Final = 50_000_000
TEN_THOUSAND: Final = 10_000
CHUNK: Final = 1024 * 1024
OVERLAP: Final = 64
FORMATS: Final = {
    "image/jpeg": ("JPEG",),
    "image/png": ("PNG",),
    "image/webp": ("WEBP",),
    "image/heic": ("HEIF",),
}
MOVES: Final = frozenset({"WEBP", "PNG"})
PAGE: Final = re.compile(rb"<(?:script|html|\?php|!doctype html|iframe)[\s>]|<\?php|%PDF-1\.\d[\r\n]", re.IGNORECASE)
"""What a browser or a server would run. Pixels look like this by chance once in some hundred thousand photos."""
OTHERS: Final = (
    b"MZ",
    b"\x7fELF",
    b"PK\x03\x04",
    b"Rar!",
    b"7z\xbc\xaf",
    b"%PDF",
    b"GIF8",
    b"<",
    b"#!",
    b"\xd0\xcf\x11\xe0",
)
MARKER: Final = re.compile(rb"\xff+[^\x00\xff\xd0-\xd7]")
END_OF_IMAGE: Final = 0xD9
STANDALONE: Final = frozenset({0x01, 0xD8})

pillow_heif.register_heif_opener()
Image.MAX_IMAGE_PIXELS = None  # counted here, with a sentence of our own


def check(file: BinaryIO, media_type: str, *, whole: bool = True) -> None:
    """Raise `Flaw` unless the file is one picture of a fair size that can be seen to its last line.

    `whole=False` leaves the pixels alone, for the many pictures of an archive.
    """
    _check_hidden(file)
    file.seek(0)
    try:
        with Image.open(file, formats=FORMATS[media_type]) as image:
            _check_picture(image)
            if whole:
                _see(image)
    except Flaw:
        raise
    except UnidentifiedImageError as error:
        raise Flaw(BROKEN) from error
    except (OSError, SyntaxError, ValueError, EOFError, IndexError, TypeError, KeyError, RuntimeError) as error:
        raise Flaw(TRUNCATED if _cut(error) else BROKEN) from error


def _check_picture(image: Image.Image) -> None:
    width, height = image.size
    if width * height > MAX_PIXELS:
        raise Flaw(PIXELS, wan=width * height // TEN_THOUSAND)
    if image.format in MOVES and getattr(image, "n_frames", 1) > 1:
        raise Flaw(ANIMATED)


def _see(image: Image.Image) -> None:
    """Decode every line; a JPEG at an eighth of its size, which reads all its data with little memory."""
    width, height = image.size
    image.draft("RGB", (max(1, width // 8), max(1, height // 8)))
    image.load()


def _cut(error: Exception) -> bool:
    said = str(error).lower()
    return "truncated" in said or "end of" in said or "unexpected end" in said or "incomplete" in said


def _check_hidden(file: BinaryIO) -> None:
    """Phones write second pictures and films behind a photo; programs and web pages come from nowhere good."""
    if is_packed(file):
        raise Flaw(POLYGLOT)
    file.seek(0)
    before = b""
    while chunk := file.read(CHUNK):
        if PAGE.search(before + chunk):
            raise Flaw(POLYGLOT)
        before = chunk[-OVERLAP:]
    end = _end(file)
    file.seek(end)
    if file.read(OVERLAP).lstrip(b"\0\r\n\t ").startswith(OTHERS):
        raise Flaw(POLYGLOT)


def _end(file: BinaryIO) -> int:
    """Return where the picture itself ends; the end of the file where that cannot be told."""
    file.seek(0)
    content = file.read()
    if content.startswith(b"\xff\xd8"):
        return _end_of_jpeg(content)
    if content.startswith(b"\x89PNG"):
        found = content.find(b"IEND\xaeB`\x82")
        return found + 8 if found >= 0 else len(content)
    if content.startswith(b"RIFF"):
        return int.from_bytes(content[4:8], "little") + 8
    return len(content)


def _end_of_jpeg(content: bytes) -> int:
    """Go from marker to marker; within the coded lines only a true marker follows FF."""
    at = 2
    while found := MARKER.search(content, at):
        kind = content[found.end() - 1]
        if kind == END_OF_IMAGE:
            return found.end()
        at = found.end()
        if kind not in STANDALONE:
            at += int.from_bytes(content[at : at + 2], "big")
    return len(content)
