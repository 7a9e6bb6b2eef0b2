"""What the pages of a running project show: its log with photos, what was promised, and what the log says of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Prefetch

from grants.applications.form_definition import INDICATORS
from grants.applications.models import Project
from grants.funds.queries import standing
from grants.implementation.models import Activity
from grants.implementation.queries import LogSums, log_sums, planned_activities
from grants.kernel.given import rows, whole, words
from storage.models import Attachment, Document

LOGGED = {
    "activities": lambda sums: sums.held,
    "volunteer_times": lambda sums: sums.volunteers,
    "hours": lambda sums: sums.minutes // 60,
    "beneficiary_times": lambda sums: sums.served,
}
"""Indicators that the log itself counts, by code."""


@dataclass(frozen=True)
class Logbook:
    """The log of a project: entries newest first, corrected ones too, with where each photo is read."""

    entries: list[Activity]
    photos: Mapping[Any, Attachment]
    sums: LogSums
    plan: Mapping[str, int]

    @property
    def last(self) -> Activity | None:
        """The last activity that was held: what is offered for the next."""
        return next((one for one in self.entries if not one.cancelled), None)


def logbook(project: Project) -> Logbook:
    """The log in a fixed number of queries."""
    photos = Prefetch("photos", Document.objects.order_by("uploaded_at", "pk"))
    entries = project.activities.select_related("logged_by", "corrected_by", "corrects").prefetch_related(photos)
    kind = ContentType.objects.get_for_model(Project)
    bound = Attachment.objects.filter(content_type=kind, object_id=project.pk, ending="")
    return Logbook(
        entries=list(entries.order_by("-number")),
        photos={one.document_id: one for one in bound.order_by("pk")},
        sums=log_sums(project),
        plan=planned_activities(project),
    )


@dataclass(frozen=True)
class Promise:
    """An indicator: what was promised, and what the log says so far; None where the log does not count it."""

    name: str
    target: int
    actual: int | None


def promises(project: Project, sums: LogSums) -> list[Promise]:
    """Every promised indicator in its order."""
    names, found = dict(INDICATORS), []
    for row in rows(project.form, "indicators"):
        code, target = words(row, "indicator"), whole(row, "target") or 0
        counted = LOGGED.get(code)
        name = str(names.get(code, words(row, "name") or code))
        found.append(Promise(name, target, counted(sums) if counted else None))
    return found


def proposed_page(project: Project, book: Logbook) -> dict[str, Any]:
    """The figures of a check as the log and the books have them, for the team to correct."""
    return {"activities_done": book.sums.held, "spent_fen": standing(project).spent}
