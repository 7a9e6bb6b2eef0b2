"""A file that lies elsewhere, read as if it lay here: sought in, fetched by ranges, never half without saying so."""

from __future__ import annotations

import io
import time
from collections.abc import Callable
from typing import Any, Final

from urllib3 import BaseHTTPResponse
from urllib3.exceptions import HTTPError

from storage.backends import Unavailable

Fetch = Callable[[int, int], BaseHTTPResponse]
"""Ask for (offset, length); raises `Unavailable` or `Missing`."""

FIRST: Final = 256 * 1024
GROWTH: Final = 8
"""A look here and there costs little; a file read to its end takes few requests, each of which costs a server much."""
PATIENCE: Final = 20.0
SLOWEST: Final = 32 * 1024
"""Bytes a second below which, after so many seconds, a store counts as away."""


class RemoteFile(io.RawIOBase):
    """Bytes of a known number, fetched window by window; a window grows as long as reading goes straight on."""

    def __init__(self, size: int, fetch: Fetch) -> None:
        super().__init__()
        self._size, self._fetch = size, fetch
        self._at = self._end = 0
        self._window = FIRST
        self._answer: BaseHTTPResponse | None = None
        self._began = self._got = 0.0

    def readable(self) -> bool:
        """It is there to be read."""
        return True

    def seekable(self) -> bool:
        """Any place in it can be read next."""
        return True

    def tell(self) -> int:
        """Return where the next byte comes from."""
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        """Read on from there; what was fetched beyond the old place is dropped."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        if base + offset != self._at:
            self._drop()
            self._at, self._window = max(0, base + offset), FIRST
        return self._at

    def readinto(self, buffer: Any, /) -> int:
        """Fill the buffer as far as one answer goes; a line that broke is taken up again once, then it is away."""
        if self._at >= self._size or not len(buffer):
            return 0
        try:
            chunk = self._read(len(buffer))
        except Unavailable:
            self._drop()
            chunk = self._read(len(buffer))
        buffer[: len(chunk)] = chunk
        self._at += len(chunk)
        return len(chunk)

    def close(self) -> None:
        """Give the connection back."""
        self._drop()
        super().close()

    def _read(self, count: int) -> bytes:
        if self._answer is None or self._at >= self._end:
            self._ask()
        assert self._answer is not None  # noqa: S101 -- just asked
        try:
            chunk = self._answer.read(min(count, self._end - self._at))
        except (HTTPError, OSError) as error:
            raise Unavailable(f"the answer broke off at byte {self._at}") from error
        if not chunk:
            raise Unavailable(f"the answer ended at byte {self._at} of {self._end}")
        self._got += len(chunk)
        spent = time.monotonic() - self._began
        if spent > PATIENCE and self._got / spent < SLOWEST:
            raise Unavailable(f"{self._got / spent:.0f} bytes a second")
        return chunk

    def _ask(self) -> None:
        if self._answer is not None:
            self._window *= GROWTH
        self._drop()
        self._end = min(self._at + self._window, self._size)
        self._began, self._got = time.monotonic(), 0.0
        self._answer = self._fetch(self._at, self._end - self._at)
        # Not the status: rclone sends a part as 200 (and says in the header which part it is).
        if self._at and not self._answer.headers.get("content-range", "").startswith(f"bytes {self._at}-"):
            self._drop()
            raise Unavailable("the store does not answer with the range asked for")

    def _drop(self) -> None:
        """Give the connection back; one with bytes still under way is closed, not lent to the next."""
        if self._answer is not None:
            if self._at < self._end:
                self._answer.close()
            self._answer.release_conn()
            self._answer = None
