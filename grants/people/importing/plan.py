"""What would become of a list: row by row entered, corrected or unchanged, or the cells that stand against it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext, pgettext

from grants.kernel.cells import CellFault, Cells, Column, cell_name, headings, plain, rounded
from grants.people.doubts import against_code, code_doubts
from workflow import chain
from workflow.phrases import listed
from workflow.refusals import Refusal

MOST_ROWS = 3_000
"""Rows of a list that are read in one go."""
MOST_COLUMNS = 20
EXAMPLE = ("示例", "(示例", "example", "(example")
"""How the name in a row begins that only shows how to fill in the list."""


class Fate(StrEnum):
    """What would become of a row."""

    NEW = "new"
    SAME = "same"
    CHANGED = "changed"
    FAULTY = "faulty"


@dataclass
class Row:
    """One row of the list: where it stands, whom it is about, what would become of it."""

    number: int
    name: str
    place: Any = None
    fate: Fate = Fate.NEW
    facts: dict[str, Any] = field(default_factory=dict)
    known: Any = None
    changes: dict[str, list[Any]] = field(default_factory=dict)
    leader: str = ""
    mobile: str = ""


@dataclass
class Plan:
    """Every row with its fate, and every fault; with one fault nothing is to be imported."""

    cells: Cells
    reason: str = ""
    checked: str = ""
    """How codes in doubt were compared."""
    rows: list[Row] = field(default_factory=list)
    faults: list[CellFault] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    """Headings of columns that hold something and stand for nothing here."""

    def of(self, fate: Fate) -> list[Row]:
        """The rows that share a fate."""
        return [row for row in self.rows if row.fate == fate]

    @property
    def leaders(self) -> list[Row]:
        """The new teams whose leader gets an account."""
        return [row for row in self.of(Fate.NEW) if row.leader]

    @property
    def does_something(self) -> bool:
        """Whether anything would be written."""
        return any(row.fate in {Fate.NEW, Fate.CHANGED} for row in self.rows)

    @property
    def digest(self) -> str:
        """That of the cells."""
        return digest_of(self.cells)

    @property
    def seen(self) -> str:
        """What tells these cells, and what would become of them today, from any others."""
        outcome = [[row.number, row.fate.value, row.changes] for row in self.rows]
        return chain.digest(chain.canonical([self.digest, self.reason, self.checked, outcome]))


def digest_of(cells: Cells) -> str:
    """What tells these cells from any others; empty rows at the end do not count, nor empty cells at the end of one."""
    rows = [list(row) for row in cells]
    for row in rows:
        while row and not row[-1]:
            row.pop()
    while rows and not rows[-1]:
        rows.pop()
    return chain.digest(chain.canonical(rows))


@dataclass
class Line:
    """One row of the sheet as it is read: cells by the name of their column, and what is wrong with them."""

    number: int
    head: Mapping[str, int]
    given: Mapping[str, str]
    faults: dict[str, str] = field(default_factory=dict)

    def wrong(self, name: str, message: str) -> None:
        """One fault a cell is told: the first."""
        self.faults.setdefault(name if name in self.head else "name", message)

    def refused(self, reasons: Iterable[Refusal]) -> None:
        """Reasons of the register stand at the cells they point at."""
        for reason in reasons:
            self.wrong(reason.at, str(reason.message))

    def text(self, name: str) -> str:
        """What stands in the cell; empty where there is none."""
        return self.given.get(name, "")

    def at_cells(self) -> Iterator[CellFault]:
        """The faults with the cells as Excel names them, from the left."""
        for name in sorted(self.faults, key=lambda one: self.head[one]):
            yield CellFault(cell_name(self.head[name], self.number), self.faults[name], self.text(name))


def lines_of(cells: Cells, columns: Sequence[Column], needed: Sequence[str], plan: Plan) -> list[Line]:
    """The rows with something in them under the headings, examples left out; or a fault where a column is lacking."""
    head, start = headings(cells, columns, len(needed) - 1)
    labels = {column.name: str(column.label) for column in columns}
    lacking = [labels[name] for name in needed if name not in head]
    if lacking or "name" not in head:
        for name in lacking or [labels["name"]]:
            plan.faults.append(CellFault(str(start), gettext("缺少“%(name)s”一列") % {"name": name}))
        return []
    plan.unread = _unread(cells, start, set(head.values()))
    found = []
    for number, row in enumerate(cells[start:], start=start + 1):
        given = {name: row[at].strip() if at < len(row) else "" for name, at in head.items()}
        if not any(given.values()) or _example(given["name"]):
            continue
        line = Line(number, head, given)
        for name, text in given.items():
            if text.startswith(("=", "＝")):
                line.wrong(name, gettext("这里是公式，不是填的内容。请复制这一格，选择性粘贴为“数值”。"))
        found.append(line)
    if not found:
        plan.faults.append(CellFault("1", gettext("表里没有要登记的行。")))
    return found


def _unread(cells: Cells, start: int, read: set[int]) -> list[str]:
    titles = [(at, title) for at, title in enumerate(cells[start - 1]) if title and at not in read] if start else []
    return [title for at, title in titles if any("".join(row[at : at + 1]) for row in cells[start:])]


def example() -> str:
    """How the name begins in a row that only shows how the list is filled in."""
    return gettext("（示例）")


def _example(name: str) -> bool:
    return name.lower().replace("（", "(").startswith(EXAMPLE)


def chosen(line: Line, name: str, options: Mapping[str, Sequence[str]], labels: Sequence[str]) -> str:
    """Which of the options stands in the cell, by any of its words; a fault where none does."""
    text = line.text(name)
    wanted = plain(text)
    for value, words in options.items():
        if wanted and wanted in {plain(word) for word in (value, *words)}:
            return value
    told = {"some": listed(labels)}
    line.wrong(name, gettext("可以填：%(some)s") % told if text else gettext("没有填，可以填：%(some)s") % told)
    return ""


def unspoilt(line: Line, *names: str) -> None:
    """Codes are as somebody typed them, not numbers that a spreadsheet has shortened."""
    for name in names:
        if rounded(line.text(name)):
            message = gettext("Excel 把它当成数字，末几位已经丢了。请把这一列设为“文本”，重新填。")
            line.wrong(name, message)


def checked_code(line: Line, code: str, *, checked: str, before: str = "") -> None:
    """Nothing of the code is in doubt, or somebody has said how they compared such codes with the certificates."""
    for reason in against_code(code, checked, before=before):
        message = gettext("请照证书核对；证书上就是这样的，在下面写明怎样核对的。")
        line.wrong(
            "uscc", "".join([*code_doubts(code), message]) if reason.code == "code_doubtful" else str(reason.message)
        )


def twice(line: Line, name: str, key: Any, seen: dict[Any, int]) -> None:
    """What may stand in one row only stands in no other; the later one is at fault."""
    first = seen.setdefault(key, line.number)
    if first != line.number:
        line.wrong(name, gettext("和第%(n)s行重复。") % {"n": first})


def settled(plan: Plan, line: Line, row: Row) -> None:
    """The row is in the plan with its fate; its faults are told."""
    if line.faults:
        row.fate = Fate.FAULTY
        plan.faults += line.at_cells()
    elif row.known is not None:
        row.fate = Fate.CHANGED if row.changes else Fate.SAME
    plan.rows.append(row)


def differs(line: Line, row: Row, columns: Sequence[Column], reason: str) -> None:
    """What is in the register already and differs is corrected for a reason, or is a fault."""
    if row.changes and not reason.strip():
        names = listed(str(column.label) for column in columns if column.name in row.changes)
        message = gettext("已经登记，但%(what)s和登记的不同。按表更正的，在下面写更正原因；不更正的，删掉这一行。")
        line.wrong("name", message % {"what": names})


def source(file: str, number: int) -> str:
    """Where a line of the register comes from, in words."""
    if file:
        return pgettext("register", "名单“%(file)s”第%(n)s行") % {"file": file, "n": number}
    return pgettext("register", "粘贴的名单第%(n)s行") % {"n": number}
