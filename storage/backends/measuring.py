"""Bytes are measured by us, while they pass: their number and their digest, whoever says what about them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Final

from storage.backends import Readable, Stored, WrongSize

CHUNK: Final = 256 * 1024


def measure(stream: Readable, *, size: int, keep: Callable[[bytes], object] = len) -> Stored:
    """Hand every chunk to `keep` and return what it all was.

    Raises `WrongSize` at the first byte too many, or at an end that comes too soon.
    """
    digest, count = hashlib.sha256(), 0
    while chunk := stream.read(CHUNK):
        count += len(chunk)
        if count > size:
            break
        digest.update(chunk)
        keep(chunk)
    if count != size:
        raise WrongSize(count, size)
    return Stored(sha256=digest.hexdigest(), size=count)
