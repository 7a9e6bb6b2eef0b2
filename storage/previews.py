"""Looking at a document without taking it away: pages as pictures, or its words; whoever looks is written across.

Nothing of it is kept: a page is drawn for one reader and one moment.
"""

from __future__ import annotations

import logging
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from tempfile import TemporaryFile
from typing import Any, BinaryIO, Final, cast

from django.contrib.auth.base_user import AbstractBaseUser
from django.utils.timezone import localtime

from storage.backends import Missing, store
from storage.content.flaws import TOO_COMPLEX
from storage.copies import reading_copy
from storage.enums import Secrecy
from storage.models import Derivative, Document
from storage.sandbox import Answer, Overrun, Unavailable, run

PICTURE: Final = "image/webp"
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Outline:
    """What there is to look at: so many pages to draw, or words; `cut` when there is more; or why nothing."""

    pages: int = 0
    blocks: tuple[dict[str, Any], ...] = ()
    cut: bool = False
    problem: str = ""


class Undrawn(Exception):
    """There is no such page, or it cannot be drawn."""


def outline(document: Document, secrecy: Secrecy) -> Outline:
    """Return what readers are shown of the document. Words of one that is not open are drawn as well, to be marked."""
    with suppress(Undrawn):
        said = _asked("outline", document, {"drawn": secrecy != Secrecy.OPEN})
        return Outline(said["pages"], tuple(said.get("blocks", ())), said.get("cut", False))
    return Outline(problem=TOO_COMPLEX.code)


def draw(document: Document, page: int, *, mark: str, now: datetime) -> bytes:
    """Return one page, counted from 1, as a WebP picture with the mark across it; raise `Undrawn`.

    A photo is drawn from its reading copy, which is quicker to open.
    """
    source = reading_copy(document, now=now) or document
    with TemporaryFile() as out:
        _asked("draw", source, {"page": page, "mark": mark}, cast("BinaryIO", out))
        out.seek(0)
        return out.read()


def codes(document: Document, page: int) -> list[str]:
    """Return what the QR codes on one page, counted from 1, hold; raise `Undrawn`."""
    return [str(text) for text in _asked("codes", document, {"page": page})["codes"]]


def slant(document: Document, page: int) -> float:
    """Return how high one page, counted from 1, is for its width; raise `Undrawn`."""
    said = _asked("shape", document, {"page": page})
    return float(said["height"]) / float(said["width"] or 1)


def mark(reader: AbstractBaseUser, secrecy: Secrecy, *, now: datetime) -> str:
    """Return what is written across: who looks and when; nothing across what is open."""
    return "" if secrecy == Secrecy.OPEN else f"{reader} {localtime(now):%Y-%m-%d %H:%M}"


def _asked(job: str, document: Document | Derivative, facts: dict[str, Any], *out: BinaryIO) -> Answer:
    try:
        with store().open(document.key) as file:
            said = run(job, {"type": document.media_type, **facts}, file, *out)
    except Missing as error:
        log.critical("document %s has no file", document.pk)
        raise Undrawn from error
    except Unavailable as error:
        log.exception("document %s cannot be looked at", document.pk)
        raise Undrawn from error
    except Overrun as error:
        raise Undrawn from error
    if "code" in said:
        raise Undrawn(said["code"])
    return said
