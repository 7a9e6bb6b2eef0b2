"""Until when the papers of finished projects are kept, for whoever looks after them: one line a project and class."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Count, Q, QuerySet

from grants.applications.models import Project
from grants.applications.queries import visible_to
from storage.enums import Term
from storage.models import Hold, Keeping
from workflow import clock
from workflow.lifecycle import Role

KEEPERS = frozenset({Role.PROGRAMME_OFFICER, Role.BUSINESS_LEAD, Role.AUDITOR})
"""Who proposes that papers go, who agrees, and who looks on."""


@dataclass(frozen=True)
class Line:
    """The papers of one class in one project: how many, until when, whether they are due, what holds them."""

    project: Project
    term: Term
    papers: int
    until: dt.date
    due: bool
    hold: Hold | None


def kept(actor: Any, *, due: bool = False) -> QuerySet[Any, Any]:
    """Projects that the person sees with papers that are still there, the earliest term first; `due`: those over."""
    mine = visible_to(actor).values("pk")
    rows = Keeping.objects.filter(_project(), object_id__in=mine, document__destruction__isnull=True)
    if due:
        rows = rows.filter(until__lt=clock.today())
    grouped = rows.order_by().values("object_id", "term", "until").annotate(papers=Count("pk"))
    return grouped.order_by("until", "object_id", "term")


def lines(rows: Iterable[dict[str, Any]]) -> list[Line]:
    """Those rows with their projects and holds, each read once for all of them."""
    found = list(rows)
    numbers = {row["object_id"] for row in found}
    projects = Project.objects.select_related("round", "team").in_bulk(numbers)
    held = Hold.objects.filter(_project(), object_id__in=numbers, lifted_at__isnull=True).select_related("held_by")
    holds = {one.object_id: one for one in held}
    today = clock.today()
    return [
        Line(
            projects[row["object_id"]],
            Term(row["term"]),
            row["papers"],
            row["until"],
            row["until"] < today,
            holds.get(row["object_id"]),
        )
        for row in found
    ]


def _project() -> Q:
    return Q(content_type=ContentType.objects.get_for_model(Project))
