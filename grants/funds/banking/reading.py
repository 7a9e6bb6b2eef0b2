"""Statements and return files of the bank: cells under headings become lines, or faults at their cells."""

from __future__ import annotations

import datetime as dt
import json
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Final

from django.utils.translation import gettext

from grants.funds.banking.shapes import StatementShape
from grants.funds.enums import LineKind
from grants.kernel.cells import HEADED, CellFault, Cells, cell_name, day_of, plain, rounded
from grants.kernel.errors import Malformed
from grants.kernel.money import parse_yuan
from workflow import chain

MOST_ROWS: Final = 20_000
MOST_COLUMNS: Final = 40
ENOUGH: Final = 3
"""So many known headings make a row the heading."""
LABELS: Final[Mapping[str, str]] = {
    "reference": "流水号",
    "booked_on": "记账日期",
    "amount": "金额",
}
EIGHT: Final = re.compile(r"(20[0-9]{2})([01][0-9])([0-3][0-9])")
TAIL: Final = re.compile(r"[0-9]{4}$")
MINUS: Final = ("-", "−", "－")


@dataclass(frozen=True)
class Line:
    """One line as the bank tells it; the amount in fen, above zero."""

    reference: str
    kind: str
    booked_on: str
    fen: int
    counterparty: str
    tail: str
    summary: str
    undone: bool


@dataclass
class Reading:
    """What was read: lines in their order, the row each stands in, faults by cell, rows that are sums, rows twice."""

    lines: list[Line] = field(default_factory=list)
    rows: dict[str, int] = field(default_factory=dict)
    faults: list[CellFault] = field(default_factory=list)
    sums: int = 0
    twice: int = 0
    unread: list[str] = field(default_factory=list)

    @property
    def digest(self) -> str:
        """What tells these lines from any others."""
        return chain.digest(self.kept())

    def kept(self) -> str:
        """The lines as they are kept until somebody takes them."""
        return kept(self.lines)


def kept(lines: Iterable[Line]) -> str:
    """Lines as one canonical text."""
    return chain.canonical([list(vars(line).values()) for line in lines])


def unkept(text: str) -> list[Line]:
    """The lines of that text."""
    return [Line(*row) for row in json.loads(text)]


def read(cells: Cells, shape: StatementShape, *, today: dt.date) -> Reading:
    """Every row as a line, or what is wrong at which cell; a reference that stands twice with the same facts is one."""
    found = Reading()
    head, start = _head(cells, shape, found)
    if not head:
        return found
    known: dict[str, Line] = {}
    for number, row in enumerate(cells[start:], start=start + 1):
        given = {name: row[at].strip() if at < len(row) else "" for name, at in head.items()}
        if not any(given.values()):
            continue
        if _is_sum(row, given, shape):
            found.sums += 1
            continue
        line = _Row(number, head, given, shape, today, found).line()
        if line:
            _once(found, known, line, number, head)
    if not (found.lines or found.faults):
        found.faults.append(CellFault(str(start), gettext("文件里没有流水。")))
    return found


def _head(cells: Cells, shape: StatementShape, found: Reading) -> tuple[dict[str, int], int]:
    """Which fact stands in which column; the headings are the first row with enough of them."""
    names = {plain(heading): column.value for column in shape.columns for heading in column.headings}
    for number, row in enumerate(cells[:HEADED], start=1):
        head: dict[str, int] = {}
        for at, cell in enumerate(row):
            if name := names.get(plain(cell)):
                head.setdefault(name, at)
        if len(head) >= ENOUGH:
            found.faults += [CellFault(str(number), message) for message in _lacking(head)]
            taken = set(head.values())
            found.unread = [cell for at, cell in enumerate(row) if cell.strip() and at not in taken]
            return (head if not found.faults else {}), number
    said = gettext("前 %(n)s 行里没有认出列名。请选对模板，或复制一份，把这家银行的列名加进去。") % {"n": HEADED}
    found.faults.append(CellFault("1", said))
    return {}, 0


def _lacking(head: Mapping[str, int]) -> list[str]:
    lacking = []
    if not head.keys() & {"reference", "ours"}:
        lacking.append(LABELS["reference"])
    if "booked_on" not in head:
        lacking.append(LABELS["booked_on"])
    if not head.keys() & {"amount", "out", "in"}:
        lacking.append(LABELS["amount"])
    return [gettext("缺少“%(name)s”一列") % {"name": name} for name in lacking]


def _is_sum(row: Iterable[str], given: Mapping[str, str], shape: StatementShape) -> bool:
    first = next((cell for cell in row if cell.strip()), "")
    return _says(first, shape.total_words) and not _day(given.get("booked_on", ""))


def _once(found: Reading, known: dict[str, Line], line: Line, number: int, head: Mapping[str, int]) -> None:
    if (before := known.get(line.reference)) is None:
        known[line.reference] = line
        found.rows[line.reference] = number
        found.lines.append(line)
    elif before == line:
        found.twice += 1
    else:
        words = {"n": found.rows[line.reference]}
        at = cell_name(head.get("reference", head.get("ours", 0)), number)
        message = gettext("和第 %(n)s 行同一个流水号，内容却不同。") % words
        found.faults.append(CellFault(at, message, line.reference))


@dataclass
class _Row:
    """One row on its way to a line."""

    number: int
    head: Mapping[str, int]
    given: Mapping[str, str]
    shape: StatementShape
    today: dt.date
    found: Reading
    faulty: bool = False

    def wrong(self, name: str, message: str) -> None:
        """A fault at the cell of that fact."""
        at = self.head.get(name, self.head.get("reference", 0))
        self.found.faults.append(CellFault(cell_name(at, self.number), message, self.given.get(name, "")))
        self.faulty = True

    def line(self) -> Line | None:
        """The line, or None where a cell is at fault."""
        for name, text in self.given.items():
            if text.startswith(("=", "＝")):
                self.wrong(name, gettext("这里是公式，不是银行写的内容。请从网银重新下载。"))
        if self.faulty:
            return None
        day, (fen, outward) = self._day(), self._amount()
        kind, undone = self._kind(outward=outward, minus=fen < 0)
        made = Line(
            reference=self._reference(),
            kind=kind,
            booked_on=day.isoformat() if day else "",
            fen=abs(fen),
            counterparty=_clean(self.given.get("counterparty", ""))[:80],
            tail=_tail(self.given.get("account", "")),
            summary=self._words()[:200],
            undone=undone,
        )
        return None if self.faulty else made

    def _reference(self) -> str:
        """The bank's own reference; where a return file has none, our number with what became of it."""
        own = _clean(self.given.get("reference", ""))
        ours = _clean(self.given.get("ours", ""))
        said = _clean(self.given.get("status", ""))
        text = own or (f"{ours}:{said}" if ours and "reference" not in self.head else "")
        if not text or len(text) > 80:
            self.wrong("reference", gettext("没有流水号，或者超过 80 个字。"))
        elif rounded(text):
            self.wrong("reference", gettext("Excel 把流水号当成数字，末几位已经丢了。请从网银重新下载，不要另存。"))
        return text

    def _day(self) -> dt.date | None:
        day = _day(self.given.get("booked_on", ""))
        if day is None:
            self.wrong("booked_on", gettext("请写日期，例如 2020-03-05。"))
        elif day > self.today:
            self.wrong("booked_on", gettext("记账日期在今天以后。"))
        return day

    def _amount(self) -> tuple[int, bool]:
        """-> (fen, below zero where the bank writes it so; whether it leaves our account)."""
        for name, outward in (("out", True), ("in", False)):
            if self.given.get(name) and (fen := self._fen(name)):
                return fen, outward
        fen = self._fen("amount") if "amount" in self.head else 0
        if not fen and not self.faulty:
            self.wrong("amount" if "amount" in self.head else "out", gettext("没有金额。"))
        return self._directed(fen)

    def _directed(self, fen: int) -> tuple[int, bool]:
        """By the word of the direction; without one by the sign, as the template says."""
        said = self.given.get("direction", "")
        if _says(said, self.shape.out_words):
            return fen, True
        if _says(said, self.shape.in_words):
            return fen, False
        if said:
            self.wrong("direction", gettext("认不出是支出还是收入。"))
        positive = self.shape.positive_is == "out"
        return abs(fen), positive if fen >= 0 else not positive

    def _fen(self, name: str) -> int:
        text = unicodedata.normalize("NFKC", self.given.get(name, "")).replace("¥", "").replace("元", "").strip()
        minus = text.startswith(MINUS)
        try:
            fen = parse_yuan(text.lstrip("".join(MINUS) + "+"))
        except Malformed:
            self.wrong(name, gettext("金额写法不对，例如 1,234.50。"))
            return 0
        return -fen if minus else fen

    def _kind(self, *, outward: bool, minus: bool) -> tuple[str, bool]:
        """What the bank tells, and whether it takes back an entry of its own."""
        status, words = self.given.get("status", ""), self._words()
        if minus and not outward:
            return LineKind.PAID.value, True
        if minus or _has(words, self.shape.reversed_words) or _has(status, self.shape.reversed_words):
            return LineKind.RETURNED.value, True
        if _has(status, self.shape.returned_words):
            return LineKind.RETURNED.value, False
        if _says(status, self.shape.refused_words):
            return LineKind.REFUSED.value, False
        if status and not _says(status, self.shape.paid_words):
            self.wrong("status", gettext("认不出这个状态。请复制一份模板，把它加到成功、失败或退汇的说法里。"))
        if outward:
            return LineKind.PAID.value, False
        back = _has(words, self.shape.returned_words)
        return (LineKind.RETURNED if back else LineKind.REFUND).value, False

    def _words(self) -> str:
        parts = (self.given.get(name, "") for name in ("summary", "remark", "ours"))
        return " ".join(dict.fromkeys(_clean(part) for part in parts if part))


def _day(text: str) -> dt.date | None:
    """A day as people and banks write it, also 20270305 and with a time behind it."""
    written = unicodedata.normalize("NFKC", text).strip()
    first = re.split(r"[ T]", written, maxsplit=1)[0]
    if found := EIGHT.match(first):
        first = "-".join(found.groups())
    return day_of(first)


def _tail(text: str) -> str:
    figures = "".join(unicodedata.normalize("NFKC", text).split())
    found = TAIL.search(figures)
    return found.group() if found else ""


def _clean(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).split())


def _says(text: str, words: Iterable[str]) -> bool:
    """Whether the cell is one of the words."""
    return bool(text) and plain(text) in _plainly(tuple(words))


@cache
def _plainly(words: tuple[str, ...]) -> frozenset[str]:
    return frozenset(plain(word) for word in words)


def _has(text: str, words: Iterable[str]) -> bool:
    """Whether one of the words stands in it; Latin words only whole."""
    said = unicodedata.normalize("NFKC", text).casefold()
    return any(_within(said, word.casefold()) for word in words)


def _within(said: str, word: str) -> bool:
    found: Callable[[str, str], object] = re.search
    return bool(found(rf"(?<![a-z]){re.escape(word)}(?![a-z])", said)) if word.isascii() else word in said
