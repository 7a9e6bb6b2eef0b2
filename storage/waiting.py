"""待上传: bytes received while the store is away wait on this machine, and come through once it answers."""

from __future__ import annotations

import fcntl
import logging
import threading
import time
from pathlib import Path
from typing import Final

from django.conf import settings

from storage.backends import Missing, Readable, Store, Stored, Unavailable, WrongSize, home, key_of, spool, store
from storage.backends.local import LocalStore
from storage.enums import UploadState
from storage.queries import needed, waiting

log = logging.getLogger(__name__)
PATIENCE: Final = 8.0
"""Seconds a person's page may wait for the store; the clock has all the time it needs."""
PAUSE: Final = 30.0
"""Seconds during which a store that was away just now is not tried by another page of this process."""


class Tries:
    """When a page of this process may try the store again."""

    after = 0.0


class Full(OSError):
    """The spool has no room for the file."""


def receive(stream: Readable | Path, *, size: int) -> Stored:
    """Keep exactly `size` bytes on a disk of this machine: in the home of documents if it is near, else in the spool.

    A finished file on this machine is given by its path, and taken over rather than copied. Raises `WrongSize`, or
    `OSError` when they cannot be kept; `Full` beyond the room of STORAGE_SPOOL_MB, which uploads that come at the same
    moment may pass by their own sizes.
    """
    if home().near:
        return _taken_over(home(), stream, size)
    if taken() + size > settings.STORAGE_SPOOL_MB * 1024 * 1024:
        raise Full(size)
    return _taken_over(spool(), stream, size)


def _taken_over(place: Store, stream: Readable | Path, size: int) -> Stored:
    if not isinstance(stream, Path):
        return place.save(stream, size=size)
    if isinstance(place, LocalStore):
        return place.adopt(stream, size=size)
    with stream.open("rb") as file:
        return place.save(file, size=size)


def taken() -> int:
    """Return how many bytes lie in the spool, those still being written included."""
    return sum(path.stat().st_size for path in Path(settings.STORAGE_SPOOL).rglob("*") if path.is_file())


def bring(sha256: str) -> None:
    """Bring what waits under this digest to the home of documents, any number of times, with one effect.

    1. The home holds the bytes, looked at after they were put: of that digest, of that size.
    2. Every upload that waited for them is finished.
    3. The copy in the spool is gone, unless another upload still needs it.
    Raises `Unavailable` when the home does not answer; all stays as it was, at whatever point that happened.
    """
    _put(sha256)
    _arrived(sha256)


def bring_all() -> int:
    """Bring all that waits, one process of this machine at a time; stop where the store is away. Return how many came.

    What is nowhere to be found stays waiting and is logged: `documents verify` names it.
    """
    digests = list(dict.fromkeys(waiting().values_list("sha256", flat=True)))
    if not digests:
        return 0
    came = 0
    Path(settings.STORAGE_SPOOL).mkdir(mode=0o750, parents=True, exist_ok=True)
    with (Path(settings.STORAGE_SPOOL) / ".bringing").open("w") as alone:
        try:
            fcntl.flock(alone, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return 0
        for sha256 in digests:
            try:
                bring(sha256)
            except Missing:
                log.critical("document bytes %s wait and are nowhere", sha256)
                continue
            except OSError as error:
                log.warning("%d files wait for the store: %s", len(digests) - came, error)
                break
            came += 1
    return came


def bring_now(sha256: str) -> None:
    """Bring it while a person waits for the page, for a few seconds at most; what fails is left to the clock.

    The connection may hang however it likes: the page goes on, and the thread ends with its own timeouts.
    """
    if time.monotonic() < Tries.after:
        return
    done: list[bool] = []
    bringing = threading.Thread(target=_tried, args=(sha256, done), daemon=True)
    bringing.start()
    bringing.join(PATIENCE)
    if done:
        _arrived(sha256)
    else:
        Tries.after = time.monotonic() + PAUSE


def _tried(sha256: str, done: list[bool]) -> None:
    """Only the network, no database: a thread of its own would hold a connection of its own."""
    try:
        _put(sha256)
    except (OSError, Missing) as error:
        log.warning("a file waits for the store: %s", error)
        return
    done.append(True)


def _put(sha256: str) -> None:
    """Put what lies in the spool, or was left behind by a move; what the home has already may be all there is."""
    key, target = key_of(sha256), home()
    source = _source(key, target)
    if source is None:
        target.stat(key)
        return
    with source.open(key) as file:
        try:
            stored = target.save(file, size=source.stat(key).size)
        except WrongSize as error:
            raise Unavailable("the copy changed while it was read") from error
    if stored.sha256 != sha256:  # what was put instead lies under its own digest, and is swept
        raise Missing(key)


def _source(key: str, target: Store) -> Store | None:
    if spool().exists(key):
        return spool()
    return None if target.exists(key) else store()


def _arrived(sha256: str) -> None:
    """The rows first: a copy too many is swept one day, a document without its bytes is not forgiven."""
    waiting().filter(sha256=sha256).update(state=UploadState.FINISHED)
    if not needed([key_of(sha256)]):
        spool().delete(key_of(sha256))
