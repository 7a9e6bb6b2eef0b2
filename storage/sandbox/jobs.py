"""What a child may be asked to do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, BinaryIO, Final

from storage.content import copying, covering, drawing, iso20022, judging, tables
from storage.content.flaws import BROKEN, Flaw
from storage.sandbox import Answer

UNREADABLE: Final = (Flaw, OSError, ValueError, SyntaxError, RuntimeError, LookupError, TypeError, AttributeError)
"""What libraries raise over files that are not as they say."""


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


def outline(facts: dict[str, Any], file: BinaryIO) -> Answer:
    """Say how many pages there are to look at, or the words; or what stood in the way."""
    try:
        return drawing.outline(file, facts["type"], drawn=facts["drawn"])
    except UNREADABLE:
        return {"code": BROKEN.code}


def draw(facts: dict[str, Any], file: BinaryIO, out: BinaryIO) -> Answer:
    """Write one page as a picture, say how large it is, or what stood in the way."""
    try:
        return drawing.draw(file, out, facts["type"], facts["page"], facts["mark"])
    except UNREADABLE:
        return {"code": BROKEN.code}


def codes(facts: dict[str, Any], file: BinaryIO) -> Answer:
    """Say what the QR codes on one page hold, or what stood in the way."""
    try:
        return drawing.codes(file, facts["type"], facts["page"])
    except UNREADABLE:
        return {"code": BROKEN.code}


def shape(facts: dict[str, Any], file: BinaryIO) -> Answer:
    """Say how wide and high one page is, or what stood in the way."""
    try:
        return drawing.shape(file, facts["type"], facts["page"])
    except UNREADABLE:
        return {"code": BROKEN.code}


def cover(facts: dict[str, Any], file: BinaryIO, out: BinaryIO) -> Answer:
    """Write some pages with their black boxes as one PDF, say how many, or what stood in the way."""
    try:
        return covering.cover(file, out, facts["type"], facts["pages"], facts["boxes"])
    except UNREADABLE:
        return {"code": BROKEN.code}


def table(facts: dict[str, Any], file: BinaryIO) -> Answer:
    """Say the cells of the first table, or what stood in the way."""
    try:
        rows, more = tables.table(file, facts["type"], facts["rows"], facts["columns"], typed=facts["typed"])
    except (*UNREADABLE, StopIteration):
        return {"code": BROKEN.code}
    return {"rows": rows, "more": more}


def forms(facts: dict[str, Any], file: BinaryIO) -> Answer:
    """Say the rows of the tables in a Word file, or what stood in the way."""
    try:
        rows, more = tables.forms(file, facts["rows"])
    except UNREADABLE:
        return {"code": BROKEN.code}
    return {"rows": rows, "more": more}


def entries(facts: dict[str, Any], file: BinaryIO) -> Answer:
    """Say the transactions of a bank's message as a table, or what stood in the way."""
    try:
        rows, more = iso20022.entries(file, facts["rows"])
    except Flaw as flaw:
        return {"code": flaw.kind.code}
    except UNREADABLE:
        return {"code": BROKEN.code}
    return {"rows": rows, "more": more}


JOBS: Final[dict[str, Callable[..., Answer]]] = {
    "inspect": inspect,
    "copy": copy,
    "bind": bind,
    "join": join,
    "outline": outline,
    "draw": draw,
    "codes": codes,
    "shape": shape,
    "cover": cover,
    "table": table,
    "forms": forms,
    "entries": entries,
}
