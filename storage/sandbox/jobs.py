"""What a child may be asked to do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, BinaryIO, Final

from storage.content import copying, judging
from storage.content.flaws import BROKEN, Flaw
from storage.sandbox import Answer


def inspect(facts: dict[str, Any], file: BinaryIO) -> Answer:
    """Say the media type of the file, or what is wrong with it."""
    try:
        return {"type": judging.inspect(file, facts["suffix"])}
    except Flaw as flaw:
        return {"code": flaw.kind.code, "facts": flaw.facts, "inside": flaw.inside}


def copy(facts: dict[str, Any], file: BinaryIO, out: BinaryIO) -> Answer:
    """Write a copy for readers, say what it is like, or what stood in the way."""
    try:
        return copying.copy(file, out, facts["type"], facts["side"])
    except (Flaw, OSError, ValueError, SyntaxError, RuntimeError):
        return {"code": BROKEN.code}


def bind(facts: dict[str, Any], *files: BinaryIO) -> Answer:
    """Write one PDF of the photos into the last file."""
    *photos, out = files
    return copying.bind(photos, out, facts["pages"])


def join(facts: dict[str, Any], *files: BinaryIO) -> Answer:
    """Write the pages of our own PDFs into the last file."""
    *parts, out = files
    return copying.join(parts, out)


JOBS: Final[dict[str, Callable[..., Answer]]] = {"inspect": inspect, "copy": copy, "bind": bind, "join": join}
