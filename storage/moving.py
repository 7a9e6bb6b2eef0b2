"""All documents go from one store to another while people work on: copied, read back, counted; any number of times."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from django.conf import settings

from storage.backends import Missing, Store, Unavailable, WrongSize, former, home, key_of, spool, store
from storage.backends.layered import Layered
from storage.backends.measuring import measure
from storage.queries import digests, is_copy_alone

Progress = Callable[[str, int], None]
"""Hears of each file that was copied or read back: its digest and the bytes that passed."""

DIGEST: Final = 64


@dataclass(frozen=True, slots=True)
class Moved:
    """What a pass found: files now proven at the target, of these copied in this pass, and those nowhere to be had."""

    there: int
    copied: int
    lost: tuple[str, ...]


class Proven:
    """Which files were read back from this target and found right; kept in DATA_DIR, so that a killed move goes on."""

    def __init__(self, target: Store) -> None:
        name = hashlib.sha256(str(target).encode()).hexdigest()[:16]
        self.path = Path(settings.DATA_DIR) / "moves" / name
        self.path.parent.mkdir(mode=0o750, parents=True, exist_ok=True)
        written = self.path.read_text(encoding="ascii").splitlines() if self.path.exists() else []
        self._known = {line for line in written if len(line) == DIGEST}

    def __contains__(self, sha256: str) -> bool:
        return sha256 in self._known

    def add(self, sha256: str) -> None:
        """Remember it; a line that a kill tore is no digest and counts for nothing."""
        with self.path.open("a", encoding="ascii") as file:
            file.write(f"\n{sha256}\n")
        self._known.add(sha256)


def move(target: Store, *, progress: Progress) -> Iterator[Moved]:
    """Copy every file that a row needs to the target, pass after pass, until a pass finds nothing new to copy.

    1. What the target lacks is read from wherever a reader would get it, put there, read back and compared.
    2. What was there already is read back and compared once, too, and put anew if it is not right.
    3. A copy for readers that is nowhere to be had is no loss: it is made again when somebody looks at it.
    Nothing is removed anywhere. Raises `Unavailable` when a store does not answer: run it again.
    """
    proven = Proven(target)
    while True:
        done = _pass(target, proven, progress)
        yield done
        if not done.copied:
            return


def _pass(target: Store, proven: Proven, progress: Progress) -> Moved:
    there, copied, lost = 0, 0, []
    for sha256 in digests():
        if sha256 in proven and target.exists(key_of(sha256)):
            there += 1
            continue
        try:
            copied += _settled(sha256, target, progress)
        except Missing:
            if not is_copy_alone(sha256):
                lost.append(sha256)
            continue
        proven.add(sha256)
        there += 1
    return Moved(there, copied, tuple(lost))


def _settled(sha256: str, target: Store, progress: Progress) -> bool:
    """Return whether it had to be copied; afterwards the target holds it, read back."""
    if _right(sha256, target, progress):
        return False
    source = _source(target)
    size = source.stat(key_of(sha256)).size
    with source.open(key_of(sha256)) as file:
        try:
            stored = target.save(file, size=size)
        except WrongSize as error:
            raise Unavailable("the file changed while it was read") from error
    progress(sha256, size)
    if stored.sha256 != sha256:
        raise Missing(sha256)  # the source is spoiled: its bytes are others
    if not _right(sha256, target, progress):
        raise Unavailable("what was put there came back otherwise")
    return True


def _right(sha256: str, target: Store, progress: Progress) -> bool:
    with suppress(Missing, WrongSize), target.open(key_of(sha256)) as file:
        size = target.stat(key_of(sha256)).size
        found = measure(file, size=size)
        progress(sha256, size)
        return found.sha256 == sha256
    return False


def _source(target: Store) -> Store:
    """What a reader reads from; for a move into the home, what lies beside it: a spoiled file there is no source."""
    if target is not home():
        return store()
    left = former()
    return Layered(left, before=(spool(),), after=()) if left else spool()
