"""Which departments there are, what they were asked, and who reads what they said."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db.models import F, Q, QuerySet

from grants.applications.models import Project
from grants.people.enums import Level
from grants.people.models import Organisation
from grants.people.queries import grants_in_force, hats, in_area
from grants.reviews.enums import Shown
from grants.reviews.opinions.models import OpinionRequest
from grants.reviews.queries import OVERSEERS
from grants.reviews.sight import sees
from workflow import clock
from workflow.lifecycle import ProjectState, Role

ASKABLE = (
    *(ProjectState.CITY_RECOMMENDED, ProjectState.ELIGIBILITY_CHECK, ProjectState.SUPPLEMENT),
    ProjectState.UNDER_REVIEW,
)
"""Until the review is over a department may be asked."""
ANSWERABLE = (*ASKABLE, ProjectState.REVIEWED)
"""Until the meeting has decided it may still answer, late as it is."""


def departments() -> QuerySet[Organisation]:
    """The departments of the province that stand, in the order in which they were registered."""
    return Organisation.objects.filter(level=Level.DEPARTMENT, valid_to__isnull=True).order_by("pk")


def staffed() -> set[int]:
    """The departments in which somebody can answer today."""
    held = grants_in_force().filter(role=Role.DEPARTMENT_OFFICER)
    return {pk for pk in held.values_list("organisation", flat=True) if pk}


def people_of(department: int) -> set[int]:
    """Who answers for the department today."""
    held = grants_in_force().filter(role=Role.DEPARTMENT_OFFICER, organisation=department)
    return set(held.values_list("person", flat=True))


def departments_of(actor: Any) -> set[int]:
    """The departments for which the person answers."""
    return {hat.organisation for hat in hats(actor) if hat.role == Role.DEPARTMENT_OFFICER and hat.organisation}


def asked_of(actor: Any) -> QuerySet[OpinionRequest]:
    """What the person's departments were asked, those without an answer first, then the newest."""
    found = OpinionRequest.objects.filter(department__in=departments_of(actor))
    return _whole(found).order_by(F("opinion__at").asc(nulls_first=True), "due_at", "-pk")


def waiting_for(actor: Any) -> list[OpinionRequest]:
    """What can still be answered, the most urgent first; nothing for people of no department, without a question."""
    mine = departments_of(actor)
    if not mine:
        return []
    found = OpinionRequest.objects.filter(department__in=mine, opinion__isnull=True, project__state__in=ANSWERABLE)
    return list(_whole(found).order_by("due_at", "pk"))


def visible_to(actor: Any) -> QuerySet[OpinionRequest]:
    """What a person may see: what their departments were asked, and whoever oversees the review all in their area.

    Reviewers see them on the projects they sit on, by `shown_on`; teams and recommenders never.
    """
    return _whole(OpinionRequest.objects.filter(Q(department__in=departments_of(actor)) | in_area(actor, OVERSEERS)))


def _whole(found: QuerySet[OpinionRequest]) -> QuerySet[OpinionRequest]:
    return found.select_related("department", "opinion__by", "asked_by", "project__round", "project__team")


def shown_on(project: Project, roles: Collection[str]) -> list[OpinionRequest]:
    """What somebody with these roles over the project reads of its departments: nothing where they may not."""
    if not sees(Shown.DEPARTMENT, project, roles):
        return []
    found = OpinionRequest.objects.filter(project=project.pk).select_related("department", "opinion__by")
    return list(found.order_by("pk"))


def by_project(round_: int) -> dict[int, list[OpinionRequest]]:
    """The requests of the round's projects with their answers, in one query; for those who oversee the review."""
    found: dict[int, list[OpinionRequest]] = {}
    rows = OpinionRequest.objects.filter(project__round=round_).select_related("department", "opinion")
    for row in rows.order_by("pk"):
        found.setdefault(row.project_id, []).append(row)
    return found


def unanswered() -> list[tuple[OpinionRequest, int]]:
    """Requests that can still be answered, each with the days left to its day; negative once it is past."""
    rows = OpinionRequest.objects.filter(opinion__isnull=True, project__state__in=ANSWERABLE).order_by("pk")
    today = clock.today()
    return [(one, (one.due_at.astimezone(clock.SHANGHAI).date() - today).days) for one in rows]
