"""Word and Excel files: what they say they are, without macros, foreign objects, or anything fetched from elsewhere."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from storage.content.flaws import DDE, EMBEDDED, EXTERNAL, NOT_OFFICE, XML_ACTIVE, XML_BROKEN, Flaw
from storage.content.packages import Package
from storage.content.texts import parse, strict_parser
from storage.kinds import DOCX, MACRO, SLIDES, XLSX

CONTENT_TYPES: Final = "[Content_Types].xml"
MAIN: Final = {
    "wordprocessingml.document.main+xml": DOCX,
    "wordprocessingml.template.main+xml": "",
    "spreadsheetml.sheet.main+xml": XLSX,
    "presentationml.presentation.main+xml": "slides",
}
PROGRAM: Final = ("macroenabled", "vbaproject", "ms-office.activex", "macrosheet")
MACRO_PARTS: Final = re.compile(r"(?:^|/)(?:vbaproject\.bin|vbadata\.xml|xl/macrosheets/.*|.*\.(?:docm|xlsm|xlsb))$")
FOREIGN_PARTS: Final = re.compile(r"(?:^|/)(?:activex/.*|oleobject[^/]*|embeddings/[^/]*\.bin|afchunk[^/]*)$")
FETCHED_PARTS: Final = re.compile(r"(?:^|/)(?:externallinks/.*|xl/connections\.xml|xl/querytables/.*)$")
FOREIGN_LINKS: Final = ("/oleObject", "/control", "/aFChunk", "/vbaProject")
RUNS: Final = re.compile(r"\s*(?:javascript|vbscript|data)\s*:", re.IGNORECASE)
EMBEDDED_PACKAGE: Final = re.compile(r"(?:^|/)embeddings/.*\.(?:docx|xlsx)$", re.IGNORECASE)
FIELD_PARTS: Final = re.compile(rb"instrText|fldSimple|i\0n\0s\0t\0r\0T\0e\0x\0t|f\0l\0d\0S\0i\0m\0p\0l\0e")
DOCTYPE: Final = re.compile(rb"<!DOCTYPE|<!ENTITY|<\0!\0D\0O\0C\0T\0Y\0P\0E|<\0!\0E\0N\0T\0I\0T\0Y")
OVERLAP: Final = 64
BUILT: Final = re.compile(r"\s*QUOTE(?:\s+\d+){3}", re.IGNORECASE)
"""A field that spells a word in numbers, so that nobody reads it."""
CALLS: Final = re.compile(r"""\s*["']?DDE(?:AUTO)?\b""", re.IGNORECASE)


@dataclass
class Types:
    """What [Content_Types].xml says: by part, and by suffix for the rest."""

    parts: dict[str, str] = field(default_factory=dict)
    suffixes: dict[str, str] = field(default_factory=dict)

    def of(self, part: str) -> str:
        """Return the type of a part."""
        return self.parts.get(part.lower(), self.suffixes.get(part.rpartition(".")[2].lower(), ""))


def kind_of(package: Package) -> str:
    """Return the media type of the Office file in the package, empty when it is none; raise `Flaw` for slides, macros.

    The main part decides, as the programs that open it find it.
    """
    if any(MACRO_PARTS.search(name.lower()) for name in package.entries):
        raise Flaw(MACRO)
    if CONTENT_TYPES not in package.entries:
        return ""
    types = _types(package)
    said = " ".join([*types.parts.values(), *types.suffixes.values()]).lower()
    if any(word in said for word in PROGRAM):
        raise Flaw(MACRO)
    main = main_part(package)
    found = next((kind for end, kind in MAIN.items() if types.of(main).endswith(end)), "")
    if found == "slides":
        raise Flaw(SLIDES)
    return found


def check(package: Package) -> None:
    """Read every part; raise `Flaw` at macros, foreign objects, outside content, programs called from fields."""
    for name in package.entries:
        low = name.lower()
        if FOREIGN_PARTS.search(low):
            raise Flaw(EMBEDDED)
        if FETCHED_PARTS.search(low):
            raise Flaw(EXTERNAL)
    fields = [name for name in package.entries if _has_fields(package, name)]
    for name in package.entries:
        if name.lower().endswith(".rels"):
            for relation, target, outside in _relations(package, name):
                _check_relation(relation, target, outside=outside)
    for name in fields:
        _check_fields(package, name)


def _types(package: Package) -> Types:
    types = Types()

    def enter(name: str, attributes: dict[str, str]) -> None:
        word, kind = name.rpartition(":")[2], attributes.get("ContentType", "")
        if word == "Override":
            types.parts[attributes.get("PartName", "").lstrip("/").lower()] = kind
        elif word == "Default":
            types.suffixes[attributes.get("Extension", "").lower()] = kind

    _walk(package, CONTENT_TYPES, enter)
    return types


def main_part(package: Package) -> str:
    """Return the name of the part that the package's own relations call the document."""
    if "_rels/.rels" not in package.entries:
        return ""
    for relation, target, outside in _relations(package, "_rels/.rels"):
        if relation.endswith("/officeDocument") and not outside:
            return posixpath.normpath(target.lstrip("/"))
    return ""


def _relations(package: Package, part: str) -> list[tuple[str, str, bool]]:
    found: list[tuple[str, str, bool]] = []

    def enter(name: str, attributes: dict[str, str]) -> None:
        if name.rpartition(":")[2] == "Relationship":
            outside = attributes.get("TargetMode", "").lower() == "external"
            found.append((attributes.get("Type", ""), attributes.get("Target", ""), outside))

    _walk(package, part, enter)
    return found


def _check_relation(relation: str, target: str, *, outside: bool) -> None:
    if relation.endswith(FOREIGN_LINKS):
        raise Flaw(EMBEDDED)
    if RUNS.match(target) or (outside and not relation.endswith("/hyperlink")):
        raise Flaw(EXTERNAL)
    if not outside and "://" in target:
        raise Flaw(EXTERNAL)


def _has_fields(package: Package, name: str) -> bool:
    """Read the part to its end, whatever it is; return whether it is XML with fields. No XML here has a DOCTYPE."""
    is_xml = name.lower().endswith((".xml", ".rels", ".vml"))
    found, before = False, b""
    for chunk in package.chunks(package.entries[name]):
        if is_xml:
            window = before + chunk
            if DOCTYPE.search(window):
                raise Flaw(XML_ACTIVE)
            found = found or FIELD_PARTS.search(window) is not None
            before = chunk[-OVERLAP:]
    return found


def _check_fields(package: Package, name: str) -> None:
    """Put together what each field says, over any number of runs; raise `Flaw` at one that calls a program."""
    said: list[str] = []
    inside = False

    def judge() -> None:
        text = "".join(said)
        said.clear()
        if CALLS.match(text) or BUILT.match(text):
            raise Flaw(DDE)

    def enter(tag: str, attributes: dict[str, str]) -> None:
        nonlocal inside
        word = tag.rpartition(":")[2]
        inside = word == "instrText"
        kind = next((value for key, value in attributes.items() if key.endswith("fldCharType")), "")
        if word == "fldChar" and kind in {"begin", "separate", "end"}:
            judge()
        if word == "fldSimple":
            judge()
            said.extend(value for key, value in attributes.items() if key.rpartition(":")[2] == "instr")
            judge()

    def leave(_tag: str) -> None:
        nonlocal inside
        inside = False

    def text(data: str) -> None:
        if inside:
            said.append(data)

    parser = strict_parser()
    parser.StartElementHandler = enter
    parser.EndElementHandler = leave
    parser.CharacterDataHandler = text
    parse(parser, utf_8(package, name))
    judge()


def _walk(package: Package, part: str, enter: Callable[[str, dict[str, str]], None]) -> None:
    parser = strict_parser()
    parser.StartElementHandler = enter
    try:
        parse(parser, utf_8(package, part))
    except Flaw as flaw:
        raise Flaw(NOT_OFFICE if flaw.kind is XML_BROKEN else flaw.kind) from flaw


def utf_8(package: Package, name: str) -> list[bytes]:
    """Return a part as UTF-8: Office writes that, but may read UTF-16."""
    raw = package.read(name, counted=False)
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return [raw.decode("utf-16", "replace").encode()]
    return [raw]
