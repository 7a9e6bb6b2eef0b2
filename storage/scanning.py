"""Looking for viruses with clamd, where one is configured. What could not be looked at is never called clean."""

from __future__ import annotations

import logging
import re
import socket
import time
from typing import BinaryIO, Final
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext

from storage.enums import Scan

CONNECT: Final = 3
CHUNK: Final = 64 * 1024
LONGEST_ANSWER: Final = 4096
FOUND: Final = re.compile(r"stream: (.+) FOUND")
CLEAN: Final = "stream: OK"

log = logging.getLogger(__name__)


class Infected(Exception):
    """The scanner knows what this is; `signature` is its name for it."""

    def __init__(self, signature: str) -> None:
        self.signature = signature
        super().__init__(signature)


class NotScanned(Exception):
    """The scanner could not be reached, did not answer in time, or answered something else."""


def configured() -> bool:
    """Return whether this installation has a scanner: the setting CLAMD_URL."""
    return bool(settings.CLAMD_URL)


def required() -> bool:
    """Return whether nothing may become visible unscanned: the setting SCAN_REQUIRED."""
    return bool(settings.SCAN_REQUIRED)


def scan(file: BinaryIO) -> Scan:
    """Return what is known about the file after looking at it: clean, or unscanned where no scanner is configured.

    Raises `Infected`, and `NotScanned` for everything else but a plain yes.
    """
    if not configured():
        return Scan.UNSCANNED
    try:
        answer = _ask(file)
    except OSError as error:
        log.warning("the virus scanner cannot be reached: %s", type(error).__name__)
        raise NotScanned from error
    if answer == CLEAN:
        return Scan.CLEAN
    if found := FOUND.fullmatch(answer):
        raise Infected(found.group(1))
    log.warning("the virus scanner answered: %s", answer)
    raise NotScanned


def answers() -> bool:
    """Return whether the scanner is there and awake."""
    family, place = address()
    try:
        with socket.socket(family, socket.SOCK_STREAM) as line:
            line.settimeout(CONNECT)
            line.connect(place)
            line.sendall(b"zPING\0")
            return _answer(line, time.monotonic() + CONNECT) == "PONG"
    except OSError:
        return False


def address() -> tuple[socket.AddressFamily, str | tuple[str, int]]:
    """Return where clamd listens; raise `ImproperlyConfigured` with what to write there."""
    parts = urlsplit(settings.CLAMD_URL)
    if parts.scheme == "unix" and parts.path.startswith("/"):
        return socket.AF_UNIX, parts.path
    if parts.scheme == "tcp" and parts.hostname and parts.port:
        return socket.AF_INET, (parts.hostname, parts.port)
    raise ImproperlyConfigured(
        gettext("CLAMD_URL 写得不对，应是 unix:///run/clamav/clamd.ctl 或 tcp://127.0.0.1:3310。")
    )


def _ask(file: BinaryIO) -> str:
    """Send the file in pieces, each with its length before it; a scanner that had enough has answered already.

    The whole may take the seconds of the setting SCAN_SECONDS.
    """
    family, place = address()
    until = time.monotonic() + settings.SCAN_SECONDS
    with socket.socket(family, socket.SOCK_STREAM) as line:
        line.settimeout(CONNECT)
        line.connect(place)
        file.seek(0)
        try:
            _send(line, b"zINSTREAM\0", until)
            while chunk := file.read(CHUNK):
                _send(line, len(chunk).to_bytes(4, "big") + chunk, until)
            _send(line, bytes(4), until)
        except (BrokenPipeError, ConnectionResetError):
            log.info("the virus scanner hung up before the end of the file")
        return _answer(line, until)


def _send(line: socket.socket, content: bytes, until: float) -> None:
    line.settimeout(_left(until))
    line.sendall(content)


def _answer(line: socket.socket, until: float) -> str:
    said = b""
    while len(said) < LONGEST_ANSWER and not said.endswith(b"\0"):
        line.settimeout(_left(until))
        chunk = line.recv(LONGEST_ANSWER)
        if not chunk:
            break
        said += chunk
    return said.decode("utf-8", "replace").rstrip("\0\n")


def _left(until: float) -> float:
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left
