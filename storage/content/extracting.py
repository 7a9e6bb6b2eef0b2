"""The words in a file that cannot be drawn: paragraphs and tables, as many as a person reads. Made by the helper."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime
from itertools import islice
from typing import Any, BinaryIO, Final
from zipfile import ZipInfo

from openpyxl import load_workbook

from storage.content import ofd
from storage.content.office import main_part, utf_8
from storage.content.packages import UTF_8, Package
from storage.content.texts import parse, strict_parser, text_of
from storage.kinds import CSV, DOCX, OFD, TEXT, XLSX, XML, ZIP

MOST_LETTERS: Final = 40_000
MOST_ROWS: Final = 300
MOST_COLUMNS: Final = 20
MOST_OF_ONE: Final = 4_000
"""Letters of one paragraph or cell."""

Block = dict[str, Any]
"""{"head": …}, {"text": …} or {"rows": [[…], …]}."""


def extract(file: BinaryIO, media_type: str) -> tuple[list[Block], bool]:
    """Return what the file says in the order in which it says it, and whether it says more; raise `Flaw`."""
    return _bounded(READERS[media_type](file))


def _bounded(blocks: Iterable[Block]) -> tuple[list[Block], bool]:
    found: list[Block] = []
    left = MOST_LETTERS
    cut = False
    for block in blocks:
        kept, cut_here = _shortened(block)
        cut = cut or cut_here
        left -= _letters(kept)
        if left < 0:
            return found, True
        found.append(kept)
    return found, cut


def _shortened(block: Block) -> tuple[Block, bool]:
    if "rows" not in block:
        (key, words), *_ = block.items()
        return {key: words[:MOST_OF_ONE]}, len(words) > MOST_OF_ONE
    rows = block["rows"]
    cells = [[words[:MOST_OF_ONE] for words in row[:MOST_COLUMNS]] for row in rows[:MOST_ROWS]]
    return {"rows": cells}, len(rows) > MOST_ROWS or any(len(row) > MOST_COLUMNS for row in rows)


def _letters(block: Block) -> int:
    if "rows" in block:
        return sum(len(words) + 1 for row in block["rows"] for words in row)
    return sum(map(len, block.values())) + 1


class _Word:
    """Gathers paragraphs and tables of a text; a table in a table is read as part of its cell."""

    def __init__(self) -> None:
        self.found: list[Block] = []
        self.said: list[str] = []
        self.cells: list[str] = []
        self.rows: list[list[str]] = []
        self.deep = 0

    def enter(self, tag: str, _attributes: object) -> None:
        word = tag.rpartition(":")[2]
        if word == "tbl":
            self.deep += 1
        elif word in {"tab", "br", "cr"}:
            self.said.append(" ")

    def leave(self, tag: str) -> None:
        ends = {"p": self._paragraph, "tc": self._cell, "tr": self._row, "tbl": self._table}.get(tag.rpartition(":")[2])
        if ends:
            ends()

    def _paragraph(self) -> None:
        if self.deep:
            self.said.append(" ")
        elif words := _plain(self.said):
            self.found.append({"text": words})

    def _cell(self) -> None:
        if self.deep == 1:
            self.cells.append(_plain(self.said))

    def _row(self) -> None:
        if self.deep == 1:
            self.rows.append(self.cells)
            self.cells = []

    def _table(self) -> None:
        self.deep -= 1
        if not self.deep:
            self.found.append({"rows": self.rows})
            self.rows = []


def _docx(file: BinaryIO) -> Iterator[Block]:
    package, text = Package(file), _Word()
    _words(utf_8(package, main_part(package)), text.enter, text.leave, text.said, {"t"})
    yield from text.found


def rows_of_word(file: BinaryIO) -> Iterator[list[str]]:
    """Yield the rows of every table of a Word file, uncut; raise `Flaw`."""
    for block in _docx(file):
        yield from block.get("rows", ())


def _plain(said: list[str]) -> str:
    words = " ".join("".join(said).split())
    said.clear()
    return words


def _words(
    chunks: list[bytes],
    enter: Callable[[str, Any], None],
    leave: Callable[[str], None],
    said: list[str],
    wanted: set[str],
) -> None:
    """Walk the XML, gathering the text of the wanted elements alone."""
    inside = False

    def begin(tag: str, attributes: Any) -> None:
        nonlocal inside
        inside = tag.rpartition(":")[2] in wanted
        enter(tag, attributes)

    def end(tag: str) -> None:
        nonlocal inside
        inside = False
        leave(tag)

    def text(data: str) -> None:
        if inside:
            said.append(data)

    parser = strict_parser()
    parser.StartElementHandler = begin
    parser.EndElementHandler = end
    parser.CharacterDataHandler = text
    parse(parser, chunks)


def _xlsx(file: BinaryIO) -> Iterator[Block]:
    """Each sheet that is not hidden, as values that were last computed."""
    book = load_workbook(file, read_only=True, data_only=True, keep_links=False)
    for sheet in book.worksheets:
        if sheet.sheet_state != "visible":
            continue
        yield {"head": sheet.title}
        sheet.reset_dimensions()
        found = sheet.iter_rows(max_row=MOST_ROWS + 1, max_col=MOST_COLUMNS + 1, values_only=True)
        yield {"rows": [row for row in (_row(values) for values in found) if row]}


def _row(values: Iterable[Any]) -> list[str]:
    """The cells up to the last that holds something."""
    cells = [cell(value) for value in values]
    while cells and not cells[-1]:
        cells.pop()
    return cells


def cell(value: Any) -> str:
    """The value of a cell in words."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat(" ", "minutes").removesuffix(" 00:00")
    if isinstance(value, date):
        return value.isoformat()
    return f"{value:.10g}" if isinstance(value, float) else " ".join(str(value).split())


def _ofd(file: BinaryIO) -> Iterator[Block]:
    """The fields that an e-voucher names, then the words on its pages."""
    package = Package(file)
    fields: list[list[str]] = []
    name, said = "", list[str]()

    def enter(tag: str, attributes: dict[str, str]) -> None:
        nonlocal name
        if tag.rpartition(":")[2] == "CustomData":
            name = attributes.get("Name", "")

    def leave(tag: str) -> None:
        if tag.rpartition(":")[2] == "CustomData" and (words := _plain(said)):
            fields.append([name, words])

    _words(utf_8(package, ofd.ROOT), enter, leave, said, {"CustomData"})
    if fields:
        yield {"rows": fields}
    for part in sorted(name for name in package.entries if name.endswith("Content.xml")):
        yield from _of_page(package, part)


def _of_page(package: Package, part: str) -> Iterator[Block]:
    said: list[str] = []
    found: list[Block] = []

    def leave(tag: str) -> None:
        if tag.rpartition(":")[2] == "TextCode" and (words := _plain(said)):
            found.append({"text": words})

    _words(utf_8(package, part), lambda *_: None, leave, said, {"TextCode"})
    yield from found


def _xml(file: BinaryIO) -> Iterator[Block]:
    """Every element that holds words, with its name."""
    rows: list[list[str]] = []
    said: list[str] = []

    def enter(_tag: str, _attributes: object) -> None:
        said.clear()

    def leave(tag: str) -> None:
        if words := _plain(said):
            rows.append([tag.rpartition(":")[2], words])

    parser = strict_parser()
    parser.StartElementHandler = enter
    parser.EndElementHandler = leave
    parser.CharacterDataHandler = said.append
    parse(parser, (text.encode(errors="replace") for text in text_of(file)))
    yield {"rows": rows}


def _lines(file: BinaryIO) -> Iterator[str]:
    """Lines of a text, no more of it read than anybody is shown."""
    rest = ""
    for text in text_of(file):
        *lines, rest = (rest + text).splitlines(keepends=True) or [""]
        yield from lines
        if len(rest) > MOST_LETTERS:
            break
    yield rest


def _txt(file: BinaryIO) -> Iterator[Block]:
    return ({"text": words} for line in _lines(file) if (words := line.strip()))


def _csv(file: BinaryIO) -> Iterator[Block]:
    yield {"rows": list(islice(csv.reader(_lines(file)), MOST_ROWS + 1))}


def _zip(file: BinaryIO) -> Iterator[Block]:
    yield {"rows": [[_named(entry), f"{entry.file_size:,}"] for entry in Package(file).entries.values()]}


def _named(entry: ZipInfo) -> str:
    """The name of a part; Windows in China writes it in its own letters and does not say so."""
    if entry.flag_bits & UTF_8:
        return entry.filename
    try:
        return entry.filename.encode("cp437").decode("gb18030")
    except UnicodeError:
        return entry.filename


READERS: Final[dict[str, Callable[[BinaryIO], Iterator[Block]]]] = {
    DOCX: _docx,
    XLSX: _xlsx,
    OFD: _ofd,
    XML: _xml,
    TEXT: _txt,
    CSV: _csv,
    ZIP: _zip,
}
