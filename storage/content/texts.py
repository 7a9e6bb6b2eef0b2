"""Text, CSV and XML: decoded to the end, entities never expanded, depth bounded."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator
from typing import BinaryIO, Final
from xml.parsers import expat

from storage.content.flaws import DDE, UNKNOWN, XML_ACTIVE, XML_BROKEN, XML_DEEP, Flaw
from storage.kinds import SVG, WEB_PAGE

CHUNK: Final = 256 * 1024
OVERLAP: Final = 300
MAX_DEPTH: Final = 100
CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0e-\x19\x1b-\x1f\x7f]")
PLACES: Final = {"http://www.w3.org/1999/xhtml": WEB_PAGE, "http://www.w3.org/2000/svg": SVG}
FORMULA: Final = re.compile(r"""(?:^|[,;\t\n])\s*["']?\s*[=+\-@＝＋－＠][^,;\t\n|]{0,60}\|[^\n!]{0,200}!""")
"""How a cell calls another program: =cmd|' /C calc'!A0."""


class _Root(Exception):
    """The name of the root element has been read."""


def decoded(head: bytes) -> str | None:
    """Return the text in one of the encodings met in China, or None when it is no text; it may end inside a letter."""
    for encoding in _encodings(head):
        try:
            text = codecs.getincrementaldecoder(encoding)().decode(head)
        except UnicodeDecodeError:
            continue
        return None if CONTROL.search(text) else text
    return None


def root_of(text: str) -> str:
    """Return the name of the root element, or of the DOCTYPE, where reading stops: no entity is ever expanded."""

    def found(name: str, *_: object) -> None:
        raise _Root(name.rpartition(" ")[2].lower())

    parser = expat.ParserCreate("utf-8", " ")
    parser.StartDoctypeDeclHandler = found
    parser.StartElementHandler = found
    try:
        parser.Parse(text.encode(errors="replace"), False)
    except _Root as root:
        return str(root)
    except expat.ExpatError:
        return ""  # not XML after all
    return ""


def check_text(file: BinaryIO) -> None:
    """Raise `Flaw` unless the whole file is text, and no line of it calls a program when opened as a table."""
    before = ""
    for text in text_of(file):
        if FORMULA.search(before + text):
            raise Flaw(DDE)
        before = text[-OVERLAP:]


def check_xml(file: BinaryIO) -> None:
    """Raise `Flaw` unless the file is well-formed XML: no DOCTYPE, no style sheet, no web page inside, not too deep."""
    read_xml(text.encode(errors="replace") for text in text_of(file))


def read_xml(chunks: Iterable[bytes]) -> None:
    """Parse UTF-8; raise `Flaw`."""
    depth = 0

    def enter(name: str, _attributes: object) -> None:
        nonlocal depth
        depth += 1
        if depth > MAX_DEPTH:
            raise Flaw(XML_DEEP)
        place = name.rpartition(" ")[0]
        if place in PLACES:
            raise Flaw(PLACES[place])

    def leave(_name: str) -> None:
        nonlocal depth
        depth -= 1

    def instruct(target: str, _data: str) -> None:
        if target.lower() == "xml-stylesheet":
            raise Flaw(XML_ACTIVE)

    parser = strict_parser(" ")
    parser.StartElementHandler = enter
    parser.EndElementHandler = leave
    parser.ProcessingInstructionHandler = instruct
    parse(parser, chunks)


def strict_parser(separator: str | None = None) -> expat.XMLParserType:
    """Return a parser of UTF-8 that refuses a DOCTYPE, with which every entity would begin."""

    def refuse(*_: object) -> None:
        raise Flaw(XML_ACTIVE)

    parser = expat.ParserCreate("utf-8", separator)
    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    parser.buffer_text = True
    return parser


def parse(parser: expat.XMLParserType, chunks: Iterable[bytes]) -> None:
    """Feed the parser to the end; raise `Flaw` when it is no XML."""
    try:
        for chunk in chunks:
            parser.Parse(chunk, False)
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise Flaw(XML_BROKEN) from error


def text_of(file: BinaryIO) -> Iterator[str]:
    """Yield the file as text in the first encoding that fits it to the end; raise `Flaw` where none does."""
    file.seek(0)
    for encoding in _encodings(file.read(4)):
        try:
            for _ in _decoding(file, encoding):
                pass
        except UnicodeDecodeError:
            continue
        yield from _decoding(file, encoding)
        return
    raise Flaw(UNKNOWN)


def _decoding(file: BinaryIO, encoding: str) -> Iterator[str]:
    file.seek(0)
    decoder = codecs.getincrementaldecoder(encoding)()
    while raw := file.read(CHUNK):
        text = decoder.decode(raw)
        if CONTROL.search(text):
            raise Flaw(UNKNOWN)
        yield text
    decoder.decode(b"", final=True)


def _encodings(head: bytes) -> tuple[str, ...]:
    utf_16 = head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    return ("utf-16",) if utf_16 else ("utf-8-sig", "gb18030")
