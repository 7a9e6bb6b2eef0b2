"""A reviewer's list: what each project waits for, until when, what a draft lacks, how far the whole is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from grants.desk.queries.reviewing import Seated
from grants.desk.tables.scoring import about, pace
from grants.desk.tables.urgency import Left, left_of
from grants.desk.words import deadline_name
from grants.kernel.workdays import Calendar
from grants.programmes.queries import rules_of
from grants.reviews.queries import rubric_of
from grants.reviews.rules.scoring import scores_complete
from workflow import clock
from workflow.lifecycle import ProjectState


class Stand(StrEnum):
    """Where a reviewer is with a project."""

    AGAIN = "again"
    UNDECLARED = "undeclared"
    DRAFT = "draft"
    NOT_BEGUN = "not_begun"
    HANDED_IN = "handed_in"
    OVER = "over"


LABELS = {
    Stand.AGAIN: (_("待复评"), "hold", "arrow-counterclockwise"),
    Stand.UNDECLARED: (_("未声明"), "wait", "shield-check"),
    Stand.DRAFT: (_("草稿"), "doing", "pencil"),
    Stand.NOT_BEGUN: (_("未开始"), "wait", "hourglass-split"),
    Stand.HANDED_IN: (_("已交"), "ok", "check-circle-fill"),
    Stand.OVER: (_("评审已完成"), "rest", "lock"),
}
DOING = {
    Stand.AGAIN: _("再看一遍"),
    Stand.UNDECLARED: _("去声明"),
    Stand.DRAFT: _("接着评"),
    Stand.NOT_BEGUN: _("去评分"),
    Stand.HANDED_IN: _("看看"),
    Stand.OVER: _("看看"),
}
OPEN = (Stand.AGAIN, Stand.UNDECLARED, Stand.DRAFT, Stand.NOT_BEGUN)
SORTS = ("state", "due", "field", "number")


@dataclass(frozen=True)
class Row:
    """One project of the list; `lacks` is what keeps its draft from being handed in, `total` in hundredths."""

    seated: Seated
    stand: Stand
    field: str
    left: Left | None
    total: int | None
    lacks: str

    @property
    def project(self) -> Any:
        """The project."""
        return self.seated.seat.project

    @property
    def label(self) -> Any:
        """Where the reviewer is with it, in a word."""
        return LABELS[self.stand][0]

    @property
    def tone(self) -> str:
        """Its colour."""
        return LABELS[self.stand][1]

    @property
    def icon(self) -> str:
        """Its icon."""
        return LABELS[self.stand][2]

    @property
    def action(self) -> Any:
        """The word on its button."""
        return DOING[self.stand]

    @property
    def ready(self) -> bool:
        """Whether it has a draft that can be handed in as it is."""
        return self.seated.sheet is not None and self.stand in (Stand.DRAFT, Stand.AGAIN) and not self.lacks


def stand_of(one: Seated) -> Stand:
    """Where a reviewer is with a project; a draft beside a score that was handed in is a draft again."""
    if one.seat.project.state != ProjectState.UNDER_REVIEW:
        return Stand.OVER
    if one.seat.declared_at is None:
        return Stand.UNDECLARED
    if one.scores and one.rescoring and one.scores[-1].at <= one.rescoring.at and one.rescoring.due_at > clock.now():
        return Stand.AGAIN
    if one.sheet is not None:
        return Stand.DRAFT
    return Stand.HANDED_IN if one.scores else Stand.NOT_BEGUN


def rows(seated: Sequence[Seated], days: Calendar, sort: str) -> list[Row]:
    """The list in the order asked for; by itself what is to do comes first, the most urgent on top."""
    found = [_row(one, days) for one in seated]
    orders: Mapping[str, Any] = {
        "due": lambda row: (row.left is None, row.left.due.due_at if row.left else None, row.project.number),
        "field": lambda row: (row.field, list(Stand).index(row.stand), row.project.number),
        "number": lambda row: row.project.number,
    }
    return sorted(found, key=orders.get(sort, lambda row: (list(Stand).index(row.stand), row.project.number)))


def _row(one: Seated, days: Calendar) -> Row:
    stand = stand_of(one)
    left = left_of(one.due, deadline_name(one.due.name), days, clock.now()) if one.due and stand in OPEN else None
    return Row(one, stand, field_name(one.seat.project), left, _total(one), _lacks(one))


def field_name(project: Any) -> str:
    """The field of service in words."""
    fields = rules_of(project.round).fields_of_service
    return next((str(one.label) for one in fields if one.code == project.field), project.field)


def _total(one: Seated) -> int | None:
    if one.sheet is not None:
        total: int = sum(one.sheet.halves.values())
        return total * 50
    return one.scores[-1].total_halves * 50 if one.scores else None


def given_of(one: Seated) -> dict[str, Any]:
    """What would be handed in of the draft."""
    sheet = one.sheet
    if sheet is None:
        return {}
    return {**sheet.halves, "comment": sheet.comment} | ({"change_reason": sheet.reason} if sheet.reason else {})


def _lacks(one: Seated) -> str:
    """What the draft lacks, in a line."""
    if one.sheet is None:
        return ""
    project, given = one.seat.project, given_of(one)
    if missing := len(rubric_of(project).scored) - len(one.sheet.halves):
        return ngettext("还有%(n)s项没打", "还有%(n)s项没打", missing) % {"n": missing}
    if one.scores and not one.sheet.reason:
        return gettext("还没写改分理由")
    against = scores_complete(project, one.seat.reviewer_id, given)
    return str(against.message) if against else ""


@dataclass(frozen=True)
class Whole:
    """How far a reviewer is with everything: done and all, the words for the rest, the first thing to do."""

    done: int
    all: int
    about: str
    first: Row | None


def whole(found: Sequence[Row], seated: Sequence[Seated]) -> Whole:
    """Counts, the time that is left at the reviewer's own pace, and what to open next."""
    todo = [row for row in found if row.stand in OPEN]
    minutes = pace([one.seat for one in seated])
    urgent = sorted(todo, key=lambda row: (row.left is None, row.left.due.due_at if row.left else None))
    done = sum(1 for row in found if row.stand in (Stand.HANDED_IN, Stand.OVER))
    return Whole(done, len(found), about(len(todo) * minutes) if todo else "", next(iter(urgent), None))
