"""The versions of an application as they were handed in: the answers, the budget and the documents of each."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch

from grants.applications.models import Application, BudgetLine, BudgetVersion, Project
from grants.applications.queries import HANDING_IN, SENDING_BACK
from grants.desk.domain import readable
from grants.programmes.queries import checklist
from storage.models import Attachment
from storage.queries import attachments_of
from workflow.lifecycle import Stage
from workflow.models import Step
from workflow.trail import steps_of


@dataclass(frozen=True)
class HandedIn:
    """One version: its answers, the step by which it was handed in, the lines of its budget, its documents."""

    row: Application
    step: Step | None
    lines: list[BudgetLine]
    files: list[Attachment]


@dataclass(frozen=True)
class Versions:
    """All of them, the first first, and the steps by which the application was sent back in between."""

    handed_in: list[HandedIn]
    sent_back: list[Step]

    def find(self, number: int | None) -> HandedIn | None:
        """The version of that number; the last one where none is named."""
        if number is None:
            return self.handed_in[-1] if self.handed_in else None
        return next((one for one in self.handed_in if one.row.number == number), None)

    def between(self, old: HandedIn, new: HandedIn) -> list[Step]:
        """The steps that sent it back after the one and before the other."""
        first, last = (one.step.seq if one.step else 0 for one in (old, new))
        return [step for step in self.sent_back if first < step.seq < last]


def versions_of(project: Project, actor: Any, roles: Collection[str]) -> Versions:
    """Every version of the application, with those documents that the person may look at, in six questions."""
    rows = list(project.submissions.select_related("asked", "submitted_by", "written_by").order_by("number"))
    for row in rows:
        row.project = project
    steps = list(steps_of(project).filter(move__in=(*HANDING_IN, *SENDING_BACK)).select_related("actor", "behalf"))
    by_number = dict(enumerate((step for step in steps if step.move in HANDING_IN), start=1))
    locked = BudgetVersion.objects.filter(project=project.pk, locked_at__isnull=False).order_by("number")
    budgets = list(locked.prefetch_related(Prefetch("lines", BudgetLine.objects.order_by("pk"))))
    slots = {place.slot for stage in (Stage.APPLICATION, Stage.REVIEW) for place in checklist(project.round, stage)}
    files = readable(attachments_of(project, current=False).filter(slot__in=slots), project, roles, actor)
    found = [
        HandedIn(row, by_number.get(row.number), _budget_at(budgets, row.at), _files_at(files, row.at)) for row in rows
    ]
    return Versions(found, [step for step in steps if step.move in SENDING_BACK])


def _budget_at(budgets: list[BudgetVersion], at: dt.datetime) -> list[BudgetLine]:
    """The lines that were locked last by then."""
    last = [one for one in budgets if one.locked_at and one.locked_at <= at]
    return list(last[-1].lines.all()) if last else []


def _files_at(files: list[Attachment], at: dt.datetime) -> list[Attachment]:
    """The documents that lay there at that instant."""
    return [one for one in files if one.attached_at <= at and (one.ended_at is None or one.ended_at > at)]
