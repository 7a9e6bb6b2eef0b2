"""OFD, the national format of e-vouchers: a package of XML that must be whole and speak of nothing outside itself."""

from __future__ import annotations

import posixpath
import re
from typing import Final

from storage.content.flaws import NOT_OFD, OFD_ACTIVE, XML_ACTIVE, XML_BROKEN, Flaw
from storage.content.packages import Package
from storage.content.texts import parse, strict_parser

ROOT: Final = "OFD.xml"
OVERLAP: Final = 64
DOCTYPE: Final = re.compile(rb"<!DOCTYPE|<!ENTITY|<\0!\0D\0O\0C\0T\0Y\0P\0E")
ACTIVE: Final = re.compile(rb"<(?:[\w.-]+:)?(?:Script|JavaScript)\b|(?:java|vb)script\s*:", re.IGNORECASE)
PLACES: Final = frozenset({"DocRoot", "FileLoc", "BaseLoc", "PageRes", "PublicRes", "DocumentRes"})
PROGRAMS: Final = (".exe", ".dll", ".js", ".vbs", ".bat", ".cmd", ".ps1", ".scr", ".msi", ".htm", ".html", ".jar")


def check(package: Package) -> None:
    """Read every part; raise `Flaw` when it is incomplete, runs something, or points outside."""
    names = set(package.entries)
    if any(name.lower().endswith(PROGRAMS) for name in names):
        raise Flaw(OFD_ACTIVE)
    for name in names:
        _read(package, name)
    roots = [resolved(ROOT, place) for word, place in places(package, ROOT) if word == "DocRoot"]
    if not roots:
        raise Flaw(NOT_OFD)
    for root in roots:
        if root not in names:
            raise Flaw(NOT_OFD)
        for _, place in places(package, root):
            resolved(root, place)


def _read(package: Package, name: str) -> None:
    is_xml, before = name.lower().endswith(".xml"), b""
    for chunk in package.chunks(package.entries[name]):
        if is_xml:
            if DOCTYPE.search(before + chunk):
                raise Flaw(XML_ACTIVE)
            if ACTIVE.search(before + chunk):
                raise Flaw(OFD_ACTIVE)
            before = chunk[-OVERLAP:]


def places(package: Package, part: str) -> list[tuple[str, str]]:
    """Return the paths that a part names, each with the word before it."""
    found: list[tuple[str, str]] = []
    word, said = "", list[str]()

    def enter(tag: str, attributes: dict[str, str]) -> None:
        nonlocal word
        word = tag.rpartition(":")[2]
        said.clear()
        found.extend((key, value) for key, value in attributes.items() if key in PLACES)

    def leave(tag: str) -> None:
        if tag.rpartition(":")[2] in PLACES:
            found.append((word, "".join(said).strip()))

    parser = strict_parser()
    parser.StartElementHandler = enter
    parser.EndElementHandler = leave
    parser.CharacterDataHandler = said.append
    try:
        parse(parser, [package.read(part, counted=False)])
    except Flaw as flaw:
        raise Flaw(NOT_OFD if flaw.kind is XML_BROKEN else flaw.kind) from flaw
    return found


def resolved(part: str, place: str) -> str:
    """Return the name a path means in the package; raise `Flaw` when it leads out of it."""
    if "://" in place or "\\" in place:
        raise Flaw(OFD_ACTIVE)
    start = "" if place.startswith("/") else posixpath.dirname(part)
    path = posixpath.normpath(posixpath.join(start, place.lstrip("/")))
    if path.startswith(".."):
        raise Flaw(OFD_ACTIVE)
    return path
