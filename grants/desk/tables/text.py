"""The whole text of a project: its application, its budget, the scores it got, its completion report."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from grants.applications.form_definition import SECTIONS
from grants.applications.form_kept import definition_of
from grants.applications.models import Project
from grants.closeout.models import Acceptance
from grants.closeout.queries import grade_of
from grants.desk.forms.application import answers, budget_asks, read_asks, report_asks, reported
from grants.desk.queries.reading import Reading
from grants.desk.tables.documents import by_slot
from grants.desk.tables.given import Said, said
from grants.kernel.masking import mask_text
from grants.reviews.models import Assignment
from grants.reviews.queries import rubric_of


@dataclass(frozen=True)
class Part:
    """One section with what is written in it."""

    label: str
    said: list[Said]


@dataclass(frozen=True)
class Seat:
    """What one reviewer has done: the points by criterion, what they add up to (hundredths of a point), the comment."""

    who: str
    declared: bool
    total: int | None
    points: list[tuple[str, int]]
    comment: str


def application_parts(project: Project, actor: Any, *, closed: bool) -> list[Part]:
    """The answers in sections; without what is about persons, and with other numbers masked, if it is `closed`."""
    known, fields = answers(project), definition_of(project).by_name
    asks = read_asks(project, closed=closed)
    written = {ask.name: said(ask, known[ask.name], project, actor) for ask in asks if _is_there(known[ask.name])}
    if closed:
        written = {name: masked(one) for name, one in written.items()}
    parts = [
        Part(str(label), [one for name, one in written.items() if fields[name].section == code])
        for code, label in SECTIONS
    ]
    return [part for part in parts if part.said]


def budget_table(project: Project, lines: Iterable[Any], actor: Any) -> Said:
    """The budget, a row a line."""
    ask = budget_asks(project)[0]
    rows = [{column.name: getattr(line, column.name) for column in ask.columns} for line in lines]
    return said(ask, rows, project, actor)


def read_text(
    project: Project, read: Reading, actor: Any, *, closed: bool, opinions: bool, ranks: bool
) -> dict[str, Any]:
    """What the reader beside a form shows: with `closed` no names of people, of recommenders what may be seen."""
    return {
        "parts": application_parts(project, actor, closed=closed),
        "budget": budget_table(project, read.lines, actor) if read.lines else None,
        "total_fen": sum(line.amount_fen for line in read.lines),
        "files": by_slot(read.documents, project),
        "withheld": read.withheld,
        "recommendations": read.recommendations if opinions else [],
        "ranks": ranks,
        "versions": read.versions,
        "past": [(one, judged, grade_of(judged).label if judged else "") for one, judged in _judged(read.past)],
    }


def _judged(past: Iterable[Project]) -> Iterator[tuple[Project, Acceptance | None]]:
    for one in past:
        yield one, next(reversed(one.acceptances.all()), None)


def report_said(project: Project, actor: Any) -> list[Said]:
    """The completion report as far as it is written."""
    known = reported(project)
    return [
        said(ask, known[ask.name], project, actor) for ask in report_asks(project) if _is_there(known.get(ask.name))
    ]


def seats_shown(project: Project, seats: Iterable[Assignment]) -> list[Seat]:
    """The seats with their latest scores."""
    return [_seat(project, seat) for seat in seats]


def _seat(project: Project, seat: Assignment) -> Seat:
    versions = list(seat.scores.all())
    last = versions[-1] if versions else None
    points = [(item.label, last.halves.get(item.code, 0) * 50) for item in rubric_of(project).scored] if last else []
    return Seat(
        who=str(seat.reviewer),
        declared=seat.declared_at is not None,
        total=last.total_halves * 50 if last else None,
        points=points,
        comment=last.comment if last else "",
    )


def _is_there(value: Any) -> bool:
    return value not in (None, "", [], False)


def masked(one: Said) -> Said:
    """The same with the numbers of persons masked."""
    table = tuple(tuple(cell._replace(text=mask_text(cell.text)) for cell in row) for row in one.table)
    return Said(one.label, mask_text(one.text), long=one.long, document=one.document, table=table)
