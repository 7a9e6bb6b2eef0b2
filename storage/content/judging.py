"""What a file really is, and whether anything in it is refused. Runs in the helper process, never in ours."""

from __future__ import annotations

from functools import cache
from tempfile import SpooledTemporaryFile
from typing import BinaryIO, Final, cast
from zipfile import ZipInfo

import pylibmagic

# isort: split
# pylibmagic comes first: it leads python-magic to the library it carries, so that none need be installed.
import magic
from PIL import Image

from storage.content import images, ofd, office, pdf
from storage.content.flaws import NESTED, NOT_OFFICE, POLYGLOT, Flaw
from storage.content.packages import Budget, Package, is_packed
from storage.content.texts import check_text, check_xml, decoded, root_of
from storage.kinds import (
    BY_SUFFIX,
    CSV,
    DOCX,
    OFD,
    PDF,
    SCRIPT,
    SVG,
    TEXT,
    UNWANTED,
    UNWANTED_SUFFIXES,
    WEB_PAGE,
    XLSX,
    XML,
    ZIP,
)
from storage.names import suffix_of

HEAD: Final = 1024 * 1024
GLANCE: Final = 8 * 1024
"""As much of a part of an archive as tells what it is."""
IN_MEMORY: Final = 8 * 1024 * 1024
ALIASES: Final = dict.fromkeys(("image/heif", "image/heic-sequence", "image/heif-sequence"), "image/heic")
BINARY: Final = "application/octet-stream"
"""What libmagic also says of Office files whose parts come in an order it does not expect."""
MAYBE_TEXT: Final = frozenset({"application/csv", "application/json", "application/xml", BINARY, "message/rfc822"})
PACKED: Final = frozenset({ZIP, DOCX, XLSX})
LOCAL: Final = b"PK\x03\x04"
EMPTY: Final = b"PK\x05\x06"


def inspect(file: BinaryIO, suffix: str) -> str:
    """Return the media type the content shows, empty when unknown; raise `Flaw` for what is never taken.

    Only what fits its suffix is looked into: the caller refuses the rest for its name.
    """
    return _inspect(file, suffix, Budget())


def _inspect(file: BinaryIO, suffix: str, budget: Budget) -> str:
    file.seek(0)
    head = file.read(HEAD)
    found = _identified(head)
    if found in PACKED or (found == BINARY and head.startswith((LOCAL, EMPTY))):
        return _package(file, suffix, budget)
    if found.startswith("text/") or found in MAYBE_TEXT:
        found = _text(head, suffix, is_xml=found == "text/xml" or suffix == ".xml")
    if found == _expected(suffix):
        _check(file, found)
    if not found and is_packed(file):
        raise Flaw(POLYGLOT)
    return found


def warm() -> None:
    """Load what every file needs, so that no child has to."""
    _magic()
    Image.preinit()


def _identified(head: bytes) -> str:
    found = _magic().from_buffer(head)
    if found in UNWANTED or found.startswith(SCRIPT):
        raise Flaw(UNWANTED.get(found, UNWANTED["text/x-shellscript"]))
    return ALIASES.get(found, found)


@cache
def _magic() -> magic.Magic:
    return magic.Magic(mime=True, magic_file=str(pylibmagic.data.joinpath("magic.mgc")))


def _expected(suffix: str) -> str:
    return BY_SUFFIX[suffix].media_type if suffix in BY_SUFFIX else ""


def _check(file: BinaryIO, media_type: str, *, whole: bool = True) -> None:
    if media_type == PDF:
        pdf.check(file)
    elif media_type in images.FORMATS:
        images.check(file, media_type, whole=whole)
    elif media_type == XML:
        check_xml(file)
    elif media_type in {TEXT, CSV}:
        check_text(file)


def _package(file: BinaryIO, suffix: str, budget: Budget) -> str:
    """Tell what a ZIP file is by what it holds: libmagic takes any for Word that names its folders so."""
    package = Package(file, budget)
    if ofd.ROOT in package.entries:
        if _expected(suffix) == OFD:
            ofd.check(package)
        return OFD
    found = office.kind_of(package)
    if not found and _expected(suffix) in {DOCX, XLSX} and office.CONTENT_TYPES in package.entries:
        raise Flaw(NOT_OFFICE)
    if found and found == _expected(suffix):
        office.check(package)
        _check_parts(package, [name for name in package.entries if office.EMBEDDED_PACKAGE.search(name)])
    if not found and _expected(suffix) == ZIP:
        _check_parts(package, list(package.entries))
    return found or ZIP


def _check_parts(package: Package, names: list[str]) -> None:
    """Each part of an archive is held to what holds for a file of its own; a flaw says which part has it."""
    for name in names:
        try:
            _check_part(package, package.entries[name])
        except Flaw as flaw:
            flaw.inside = flaw.inside or name
            raise


def _check_part(package: Package, entry: ZipInfo) -> None:
    suffix = suffix_of(entry.filename)
    if suffix in UNWANTED_SUFFIXES:
        raise Flaw(UNWANTED_SUFFIXES[suffix])
    counted = not office.EMBEDDED_PACKAGE.search(entry.filename)
    with SpooledTemporaryFile(IN_MEMORY) as spool:
        part = cast("BinaryIO", spool)
        for chunk in package.chunks(entry, counted=counted):
            part.write(chunk)
        part.seek(0)
        head = part.read(GLANCE)
        found = _identified(head) if head else ""
        if found in PACKED or head.startswith(LOCAL):
            if _expected(suffix) not in {DOCX, XLSX, OFD} or _package(part, suffix, package.budget) == ZIP:
                raise Flaw(NESTED)
        elif found == "text/xml" or suffix == ".xml":
            _text(head, suffix, is_xml=True)
            _check(part, XML if suffix == ".xml" else "")
        elif found == _expected(suffix) and found:
            _check(part, found, whole=False)


def _text(head: bytes, suffix: str, *, is_xml: bool) -> str:
    text = decoded(head)
    if text is None:
        return ""
    root = root_of(text) if is_xml else ""
    if root in {"html", "svg"}:
        raise Flaw(WEB_PAGE if root == "html" else SVG)
    if root:
        return XML
    return CSV if suffix == ".csv" else TEXT
