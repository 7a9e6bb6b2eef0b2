"""The table for a meeting: rank, what is chosen, what it costs, whom it passes over, and what is left."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.utils.translation import gettext

from grants.awards.queries import passed_over_in
from grants.desk.forms.decisions import CELLS, CHOICES, Meant, meant
from grants.desk.queries.decisions import Deliberation
from grants.desk.tables.results import tie_words
from grants.kernel.money import format_fen
from grants.programmes.queries import rules_of
from grants.reviews.queries import BEFORE_DELIBERATION, Ranked
from workflow.lifecycle import ProjectState
from workflow.phrases import listed

FIELD, NEAR = 100, 5
"""So many on each side of the line are drawn for a desk, and for a phone."""
WIDE, NARROW = 1040, 344


@dataclass
class Row:
    """One project of the table."""

    project: Any
    place: int
    tie: str
    low: int
    high: int
    open: bool
    decision: Any
    proposal: Any
    cells: Mapping[str, str]
    meant: Meant
    why: str
    opinions: Sequence[Any] = ()
    panel: int | None = None
    cumulative_fen: int = 0
    within: bool = True
    last_within: bool = False
    refused: dict[str, str] = field(default_factory=dict)

    @cached_property
    def at(self) -> str:
        """What its fields are named by: a number as such would be written in the way of the language each time."""
        return str(self.project.pk)

    @property
    def faults(self) -> dict[str, str]:
        """What is wrong, by cell: what cannot be read, and what the rules said; under "" what has no cell."""
        return self.meant.faults | self.refused


@dataclass
class Table:
    """The whole table with its sums, in fen."""

    rows: list[Row]
    free_fen: int
    chosen: int = 0
    chosen_fen: int = 0
    reserve: int = 0
    declined: int = 0
    undecided: int = 0
    within: int = 0
    within_fen: int = 0

    @property
    def left_fen(self) -> int:
        """What the envelope has left after everything chosen."""
        return self.free_fen - self.chosen_fen

    @property
    def short_fen(self) -> int:
        """By how much the envelope is overdrawn; 0 while it is not."""
        return max(0, -self.left_fen)

    @property
    def to_put_forward(self) -> list[Row]:
        """Rows that are chosen and not decided yet, in the order in which they are made."""
        order = [code for code, _label in CHOICES]
        ready = [row for row in self.rows if row.open and row.meant.move]
        return sorted(ready, key=lambda row: (order.index(row.meant.move), row.meant.given.get("reserve_order") or 0))

    @property
    def faults(self) -> list[tuple[int, str, str, str]]:
        """Every fault: the project, the field it stands at, the project's name, and the words."""
        return [
            (row.project.pk, f"f-{row.project.pk}-{cell}" if cell else f"row-{row.project.pk}", str(row.project), words)
            for row in self.rows
            for cell, words in row.faults.items()
            if row.open and row.meant.move
        ]


def decision_table(found: Deliberation, typed: Mapping[str, Mapping[str, str]]) -> Table:
    """The table with what was typed in it; where nothing was, an amount is offered."""
    most = rules_of(found.round).round.grant_max_fen
    rubric = rules_of(found.round).rubric
    names = {item.code: item.label for item in rubric.criteria}
    cells = {at.project.pk: _cells(at.project, typed, most) for at in found.ranked}
    chosen = {pk for pk, row in cells.items() if row.get("choice") == "shortlist"}
    table = Table([], found.free_fen)
    for at in found.ranked:
        project, pk = at.project, at.project.pk
        why = _to_explain(found, at, chosen, rubric.method.pass_line) if pk in chosen else ""
        low, high = found.spans.get(pk, (project.score_hundredths or 0,) * 2)
        open_ = project.state == ProjectState.REVIEWED
        read = meant(cells[pk], needs_words=bool(why)) if open_ else Meant("", {}, {})
        row = Row(
            project=project,
            place=at.place,
            tie=tie_words(at.decided_by, names),
            low=low,
            high=high,
            open=open_,
            decision=None if open_ else found.decided.get(pk),
            proposal=found.proposed.get(pk),
            cells=cells[pk],
            meant=read,
            why=why,
            opinions=found.opinions.get(pk, ()),
            panel=found.panel.get(pk),
        )
        table.rows.append(row)
        _count(table, row)
    _draw_line(table, most)
    return table


def _to_explain(found: Deliberation, at: Ranked, chosen: set[int], pass_line: int) -> str:
    """Why proposing this project needs a word of explanation; empty where it does not."""
    if found.round.state in BEFORE_DELIBERATION:
        return gettext("本轮评审还没有全部结束，须写明现在就拟立项的理由。")
    if (at.project.score_hundredths or 0) < pass_line * 100:
        return gettext("低于%(line)s分的及格线，须写明仍拟立项的理由。") % {"line": pass_line}
    if better := passed_over_in(found.ranked, at.project.pk, chosen):
        facts = {"n": len(better), "names": listed(better[:2])}
        return gettext("越过了排名更前的%(n)s个（%(names)s），须写明理由。") % facts
    return ""


def _cells(project: Any, typed: Mapping[str, Mapping[str, str]], most: int) -> dict[str, str]:
    known = dict(typed.get(str(project.pk), {}))
    if "amount_fen" not in known:
        known["amount_fen"] = format_fen(min(project.requested_fen, most))
    return known


def cells_shown(
    found: Deliberation, typed: Mapping[str, Mapping[str, str]], projects: Collection[int]
) -> dict[str, str]:
    """Every cell of these projects as the table shows it, by the name of its field."""
    most, wanted = rules_of(found.round).round.grant_max_fen, set(projects)
    rows = {at.project.pk: _cells(at.project, typed, most) for at in found.ranked if at.project.pk in wanted}
    return {f"{pk}-{name}": row.get(name, "") for pk, row in rows.items() for name in CELLS}


def _count(table: Table, row: Row) -> None:
    if not row.open:
        return
    move = row.meant.move
    table.chosen += move == "shortlist"
    table.reserve += move == "put_in_reserve"
    table.declined += move == "decline"
    table.undecided += not move
    if move == "shortlist":
        table.chosen_fen += row.meant.given.get("amount_fen", 0)


def _draw_line(table: Table, most: int) -> None:
    """As many projects as the envelope bears in the order of rank, at what they ask for."""
    total, last = 0, None
    for row in table.rows:
        if not row.open:
            continue
        total += min(row.project.requested_fen, most)
        row.cumulative_fen = total
        row.within = total <= table.free_fen
        if row.within:
            last, table.within, table.within_fen = row, table.within + 1, total
    if last is not None:
        last.last_within = True


@dataclass(frozen=True)
class Dot:
    """A project in the picture."""

    x: int
    y: int
    top: int
    bottom: int
    place: int
    within: bool


@dataclass(frozen=True)
class Picture:
    """Scores in the order of rank, with the line the envelope draws; pixels of the drawing."""

    width: int
    dots: list[Dot]
    lines: list[tuple[int, int]]
    cut: int | None
    first: int
    last: int


def pictures(table: Table) -> list[tuple[str, Picture]]:
    """The whole field for a desk, the places near the line for a phone; none for a single project."""
    rows = [row for row in table.rows if row.open]
    if len(rows) < 2:
        return []
    return [
        ("d-none d-md-block", _picture(_about(rows, table.within, FIELD), WIDE)),
        ("d-md-none", _picture(_about(rows, table.within, NEAR), NARROW)),
    ]


def _about(rows: list[Row], line: int, near: int) -> list[Row]:
    return rows[max(0, line - near) : line + near] if len(rows) > 2 * near else rows


def _picture(rows: list[Row], width: int) -> Picture:
    low = min(row.low for row in rows) // 500 * 5
    high = -(-max(row.high for row in rows) // 500) * 5 or 100
    step = 5 if high - low <= 30 else 10
    gap = (width - 64) / len(rows)

    def y(hundredths: int) -> int:
        return round(24 + 220 * (1 - (hundredths / 100 - low) / max(high - low, 1)))

    dots = [
        Dot(
            round(48 + gap * (n + 0.5)),
            y(row.project.score_hundredths or 0),
            y(row.high),
            y(row.low),
            row.place,
            row.within,
        )
        for n, row in enumerate(rows)
    ]
    inside = sum(row.within for row in rows)
    cut = round(48 + gap * inside) if 0 < inside < len(rows) else None
    lines = [(y(mark * 100), mark) for mark in range(low, high + 1, step)]
    return Picture(width, dots, lines, cut, rows[0].place, rows[-1].place)
