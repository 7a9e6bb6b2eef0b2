"""Scores as a table of cells: what a reviewer filled in offline, read cell by cell, faults at their cells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from grants.kernel.cells import CellFault, Cells, Column, cell_name, headings, plain
from grants.kernel.errors import Malformed
from grants.kernel.scoring import format_points, parse_points
from grants.programmes.profile.scoring import Rubric
from grants.reviews.commands import LONGEST

MOST_ROWS = 400
"""Lines of a sheet that are read: no reviewer has more projects in a round."""
NUMBER = Column("number", _("项目编号"), ("编号", "项目号", "number"))
TITLE = Column("title", _("项目名称"), ("名称", "项目", "title"))
FIELD = Column("field", _("服务领域"), ("领域", "field"))
SUM = Column("sum", _("合计"), ("总分", "sum", "total"))
COMMENT = Column("comment", _("评语"), ("总评", "意见", "comment"))
REASON = Column("change_reason", _("改分理由"), ("理由", "reason"))
IN_WORDS = ("comment", "change_reason")


@dataclass(frozen=True)
class Held:
    """What stands of one project: half points by criterion, comment, reason; `shut` says why nothing may change."""

    halves: Mapping[str, int] = field(default_factory=dict)
    comment: str = ""
    reason: str = ""
    shut: str = ""

    def value(self, name: str) -> Any:
        """What stands in a column."""
        return {"comment": self.comment, "change_reason": self.reason}.get(name, self.halves.get(name))


@dataclass(frozen=True)
class Change:
    """One cell that differs from what stands: its column, what stood there, what is to stand there."""

    name: str
    old: Any
    new: Any


@dataclass
class ScoreTable:
    """What each project's line would change, by its number, and every fault."""

    changes: dict[str, list[Change]] = field(default_factory=dict)
    faults: list[CellFault] = field(default_factory=list)
    lines: int = 0


def columns_of(rubric: Rubric) -> tuple[Column, ...]:
    """The columns in the order in which they are written out."""
    marks = (
        Column(
            item.code, gettext("%(name)s（满分%(n)s）") % {"name": item.label, "n": item.weight}, (item.zh, item.code)
        )
        for item in rubric.scored
    )
    return (NUMBER, TITLE, FIELD, *marks, SUM, COMMENT, REASON)


def read_scores(cells: Cells, rubric: Rubric, held: Mapping[str, Held]) -> ScoreTable:
    """Every line with a number is a project of `held`; an empty cell leaves what stands, a formula is a fault."""
    found = ScoreTable()
    head, start = headings(cells, columns_of(rubric), 3)
    if start == 0 or NUMBER.name not in head:
        found.faults.append(CellFault("1", gettext("没有找到“项目编号”一列，请用下载的评分表")))
        return found
    for number, row in enumerate(cells[start:], start=start + 1):
        given = {name: row[at].strip() if at < len(row) else "" for name, at in head.items()}
        if given[NUMBER.name]:
            faults = _line(found, given, rubric, held)
            labels = {column.name: column.label for column in columns_of(rubric)}
            found.faults += [
                CellFault(cell_name(head[name], number), _named(given, labels[name], words), given[name])
                for name, words in faults
            ]
    if not found.lines and not found.faults:
        found.faults.append(CellFault("1", gettext("表格里没有项目")))
    return found


FILL_IN = "［请填］"
"""What stands in a field of the Word sheet that nobody has filled in."""


def from_forms(rows: Cells, rubric: Rubric) -> list[list[str]]:
    """The tables of a Word sheet, one a project, as one table with a line a project.

    Each row of a form is a heading and what stands there; a project begins with its number. Rows with a heading of no
    column, and fields that nobody filled in, are left out.
    """
    columns = columns_of(rubric)
    names = {words: n for n, column in enumerate(columns) for words in (plain(str(column.label)), *column.also)}
    lines: list[list[str]] = []
    for row in rows:
        at = names.get(plain(row[0])) if len(row) >= 2 else None
        if at == 0:
            lines.append([""] * len(columns))
        if at is not None and lines:
            lines[-1][at] = row[1].replace(FILL_IN, "").strip()
    return [[str(column.label) for column in columns], *lines]


Faults = list[tuple[str, str]]


def _named(given: Mapping[str, str], label: Any, words: str) -> str:
    """A fault by its project and criterion: whoever typed into Word knows no cells."""
    facts = {"project": given[NUMBER.name], "column": label, "why": words}
    return gettext("%(project)s，%(column)s：%(why)s") % facts


def _line(found: ScoreTable, given: Mapping[str, str], rubric: Rubric, held: Mapping[str, Held]) -> Faults:
    number = given[NUMBER.name]
    if number not in held:
        return [(NUMBER.name, gettext("这个编号不在您的评审项目里"))]
    if number in found.changes:
        return [(NUMBER.name, gettext("这个项目写了两行"))]
    found.lines += 1
    now, faults = held[number], Faults()
    found.changes[number] = []
    for name, new in _read(given, rubric, faults):
        if new != now.value(name):
            found.changes[number].append(Change(name, now.value(name), new))
    if now.shut and found.changes[number]:
        faults.append((NUMBER.name, now.shut))
    return faults


def _read(given: Mapping[str, str], rubric: Rubric, faults: Faults) -> Sequence[tuple[str, Any]]:
    """What was typed, by column; what cannot be read is a fault."""
    read: list[tuple[str, Any]] = []
    step = 1 if rubric.method.step == "0.5" else 2
    most = {item.code: 2 * item.weight for item in rubric.scored}
    for name, text in given.items():
        if not text or name not in {*most, *IN_WORDS}:
            continue
        if text.startswith("=") and name in most:
            faults.append((name, gettext("这里是公式，请填分数")))
        elif name in most:
            mark = _mark(text)
            if mark is None or mark > most[name] or mark % step:
                told = {"n": format_points(most[name]), "step": format_points(step)}
                faults.append((name, gettext("请填0到%(n)s，以%(step)s分为一档") % told))
            else:
                read.append((name, mark))
        elif len(text) > LONGEST:
            faults.append((name, gettext("有 %(n)s 个字，最多 %(most)s 个") % {"n": len(text), "most": LONGEST}))
        else:
            read.append((name, text))
    return read


def _mark(text: str) -> int | None:
    try:
        return parse_points(text)
    except Malformed:
        return None
