"""What a sheet that came back would change, cell by cell, old and new, in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext

from grants.desk.queries.reviewing import Seated
from grants.desk.tables.reviewing import Stand, stand_of
from grants.kernel.scoring import format_points
from grants.programmes.profile.scoring import Rubric
from grants.reviews.score_sheet import COMMENT, REASON, Change, Held, ScoreTable


def held_of(one: Seated) -> Held:
    """What stands of a project: its draft, else what was handed in; and why nothing may be filled in, if so."""
    known = one.sheet or (one.scores[-1] if one.scores else None)
    reason = one.sheet.reason if one.sheet else ""
    return Held(known.halves if known else {}, known.comment if known else "", reason, _shut(one))


def _shut(one: Seated) -> str:
    stand = stand_of(one)
    if stand == Stand.UNDECLARED:
        return gettext("请先在评分页声明有没有利益冲突")
    return gettext("这个项目的评审已经完成，不能再改") if stand == Stand.OVER else ""


@dataclass(frozen=True)
class CellChanged:
    """One cell in words."""

    label: str
    old: str
    new: str


@dataclass(frozen=True)
class RowChanged:
    """One project with the cells that would change."""

    project: Any
    cells: list[CellChanged]


def row_changes(table: ScoreTable, seated: Sequence[Seated], rubric: Rubric) -> list[RowChanged]:
    """The projects that the sheet would change, in the order of their numbers."""
    labels = {item.code: item.label for item in rubric.scored}
    labels |= {column.name: str(column.label) for column in (COMMENT, REASON)}
    return [
        RowChanged(one.seat.project, [_told(change, labels[change.name]) for change in changes])
        for one in sorted(seated, key=lambda one: str(one.seat.project.number))
        if (changes := table.changes.get(one.seat.project.number))
    ]


def _told(change: Change, label: str) -> CellChanged:
    return CellChanged(label, _shown(change.old), _shown(change.new))


def _shown(value: Any) -> str:
    if isinstance(value, int):
        return gettext("%(points)s分") % {"points": format_points(value)}
    return str(value or "—")
