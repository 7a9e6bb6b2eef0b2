"""PDF: every object looked at after decoding, so that nothing hides in a compressed stream or an escaped name."""

from __future__ import annotations

import re
import zlib
from io import BytesIO
from typing import BinaryIO, Final

import pikepdf
from pikepdf import Array, Dictionary, Name, Object, Pdf, Stream, String

from storage.content.flaws import (
    BROKEN,
    PDF_ACTION,
    PDF_ATTACHMENT,
    PDF_EMPTY,
    PDF_LAUNCH,
    PDF_MEDIA,
    PDF_PAGES,
    PDF_PIXELS,
    PDF_SCRIPT,
    PDF_XFA,
    POLYGLOT,
    TOO_COMPLEX,
    TRUNCATED,
    Flaw,
)
from storage.content.packages import is_packed
from storage.content.texts import check_xml
from storage.kinds import ENCRYPTED

MAX_PAGES: Final = 2_000
MAX_OBJECTS: Final = 250_000
MAX_DEPTH: Final = 60
MAX_PIXELS: Final = 200_000_000
TEN_THOUSAND: Final = 10_000
MAX_ATTACHED: Final = 10 * 1024 * 1024
FILTERS: Final = re.compile(rb"/Filter \[(?: ?/\w+){5}")
"""Streams packed five times over are made to exhaust whoever unpacks them."""
TAIL: Final = 4096
END: Final = re.compile(rb"startxref\s+\d+\s+%%EOF\s*")
BEHIND: Final = 1024
"""As much as readers of PDF forgive behind the end."""
OTHERS: Final = re.compile(
    rb"<\s*(?:!doctype|html|script|svg|\?php)|MZ.{58}|\x7fELF|PK\x03\x04|Rar!", re.IGNORECASE | re.DOTALL
)
SUSPECT: Final = re.compile(
    rb"/(?:JS|JavaScript|Launch|EF|EmbeddedFiles?|Collection|OpenAction|RichMedia\w*|XFA|GoTo[RE]|SubmitForm|ImportData"
    rb"|Movie|Sound|Rendition|Screen|3D|U3D|URI|Image)\b"
)
ACTIONS: Final = {
    "/JavaScript": PDF_SCRIPT,
    "/Launch": PDF_LAUNCH,
    "/GoToR": PDF_ACTION,
    "/GoToE": PDF_ACTION,
    "/SubmitForm": PDF_ACTION,
    "/ImportData": PDF_ACTION,
    "/Movie": PDF_MEDIA,
    "/Sound": PDF_MEDIA,
    "/Rendition": PDF_MEDIA,
}
PARTS: Final = {"/JS": PDF_SCRIPT, "/JavaScript": PDF_SCRIPT, "/XFA": PDF_XFA, "/Collection": PDF_ATTACHMENT}
MEDIA: Final = frozenset({"/RichMedia", "/Movie", "/Sound", "/Screen", "/3D"})
HARMLESS_OPENING: Final = frozenset({"/GoTo", "/Named", "/URI"})
RUNS: Final = re.compile(rb"\s*(?:javascript|vbscript|data|file)\s*:", re.IGNORECASE)


def check(file: BinaryIO) -> None:
    """Raise `Flaw` when the file is cut off, needs a password, runs, fetches or carries something, or is too much."""
    _check_end(file)
    file.seek(0)
    try:
        with Pdf.open(file, suppress_warnings=True) as pdf:
            _check(pdf)
    except pikepdf.PasswordError as error:
        raise Flaw(ENCRYPTED) from error
    except (pikepdf.PdfError, ValueError, RecursionError, TypeError, AttributeError, KeyError, RuntimeError) as error:
        raise Flaw(BROKEN) from error


def _check_end(file: BinaryIO) -> None:
    """The last thing in the file is the end of a PDF, but for a few harmless bytes."""
    if is_packed(file):
        raise Flaw(POLYGLOT)
    size = file.seek(0, 2)
    file.seek(max(0, size - TAIL))
    tail = file.read().rstrip(b"\0")
    ends = list(END.finditer(tail))
    if not ends:
        raise Flaw(POLYGLOT if _ended_before(file) else TRUNCATED)
    behind = tail[ends[-1].end() :]
    if len(behind) > BEHIND or OTHERS.search(behind):
        raise Flaw(POLYGLOT)


def _ended_before(file: BinaryIO) -> bool:
    """Whether the file ended once, and something else than PDF was put behind."""
    file.seek(0)
    content = file.read()
    found = content.rfind(b"%%EOF")
    return found >= 0 and OTHERS.search(content, found) is not None


def _check(pdf: Pdf) -> None:
    pages = len(pdf.pages)
    if not pages:
        raise Flaw(PDF_EMPTY)
    if pages > MAX_PAGES:
        raise Flaw(PDF_PAGES)
    objects = pdf.objects
    if len(objects) > MAX_OBJECTS:
        raise Flaw(TOO_COMPLEX)
    for found in objects:
        table = found.stream_dict if isinstance(found, Stream) else found
        if not isinstance(table, Dictionary | Array):
            continue
        written = table.unparse(resolved=True)
        if FILTERS.search(written):
            raise Flaw(TOO_COMPLEX)
        if SUSPECT.search(written):
            _look(table, 0)
        if isinstance(found, Stream) and b"/EmbeddedFile" in written:
            _check_attached(found)


def _look(found: Object, depth: int) -> None:
    """Look at a dictionary and those written inside it; what it refers to is an object of its own."""
    if depth > MAX_DEPTH:
        raise Flaw(TOO_COMPLEX)
    if isinstance(found, Dictionary):
        _judge(found)
        for value in found.values():
            if isinstance(value, Dictionary | Array) and not value.is_indirect:
                _look(value, depth + 1)
    elif isinstance(found, Array):
        for value in found:
            if isinstance(value, Dictionary | Array) and not value.is_indirect:
                _look(value, depth + 1)


def _judge(table: Dictionary) -> None:
    action, subtype = _word(table, "/S"), _word(table, "/Subtype")
    if action in ACTIONS:
        raise Flaw(ACTIONS[action])
    for key, kind in PARTS.items():
        if key in table:
            raise Flaw(kind)
    if subtype in MEDIA:
        raise Flaw(PDF_MEDIA)
    if "/OpenAction" in table:
        _check_opening(table["/OpenAction"])
    if "/URI" in table and isinstance(table["/URI"], String) and RUNS.match(bytes(table["/URI"])):
        raise Flaw(PDF_SCRIPT)
    if "/EF" in table:
        _check_files(table["/EF"])
    if subtype == "/Image":
        _check_image(table)


def _word(table: Dictionary, key: str) -> str:
    found = table.get(key)
    return str(found) if isinstance(found, Name) else ""


def _check_opening(opening: Object) -> None:
    if isinstance(opening, Dictionary) and str(opening.get("/S", "")) not in HARMLESS_OPENING:
        kind = str(opening.get("/S", ""))
        raise Flaw(ACTIONS.get(kind, PDF_ACTION))


def _check_files(files: Object) -> None:
    if not isinstance(files, Dictionary):
        raise Flaw(PDF_ATTACHMENT)
    for stream in files.values():
        _check_attached(stream)


def _check_attached(stream: Object) -> None:
    """Electronic vouchers carry their data as XML or XBRL inside the PDF; nothing else may travel in it."""
    if not isinstance(stream, Stream):
        raise Flaw(PDF_ATTACHMENT)
    try:
        check_xml(BytesIO(_unpacked(stream)))
    except Flaw as flaw:
        raise Flaw(PDF_ATTACHMENT) from flaw


def _unpacked(stream: Stream) -> bytes:
    """Return what an attached stream holds, at most 10 MB; plain or deflated, as the issuers write it."""
    kind = stream.get("/Filter")
    names = [str(name) for name in kind] if isinstance(kind, Array) else [str(kind)] if kind is not None else []
    raw = stream.read_raw_bytes()
    if names == ["/FlateDecode"] and "/DecodeParms" not in stream:
        unpacker = zlib.decompressobj()
        try:
            raw = unpacker.decompress(raw, MAX_ATTACHED + 1)
        except zlib.error as error:
            raise Flaw(PDF_ATTACHMENT) from error
    elif names:
        raise Flaw(PDF_ATTACHMENT)
    if len(raw) > MAX_ATTACHED:
        raise Flaw(PDF_ATTACHMENT)
    return raw


def _check_image(table: Dictionary) -> None:
    """A picture on a page may not be larger than any scanner makes it."""
    width, height = (int(table.get(key, 0)) for key in ("/Width", "/Height"))
    if width * height > MAX_PIXELS:
        raise Flaw(PDF_PIXELS, wan=width * height // TEN_THOUSAND)
