"""A round's assignment on its page: the newest run, what it names, what is asked of whom."""

from __future__ import annotations

from typing import Any

from django.db.models import Prefetch, QuerySet

from grants.applications.models import Project
from grants.people.models import User
from grants.programmes.models import Round
from grants.reviews.assigning.building import SEATING
from grants.reviews.assigning.models import AssignmentChange, AssignmentOutcome, AssignmentRun, RecusalWaiver
from grants.reviews.assigning.solver import Problem
from grants.reviews.models import Assignment
from workflow.lifecycle import Role

READERS = (Role.PROGRAMME_OFFICER, Role.BUSINESS_LEAD, Role.AUDITOR)
"""Who sees how a round was assigned; a panel's chair sees no more than seats."""


def runs_of(round_: Round) -> QuerySet[AssignmentRun]:
    """Every run of the round, the newest first, with changes and outcomes at hand."""
    changes = Prefetch("changes", AssignmentChange.objects.select_related("coming", "leaving", "by", "project"))
    outcomes = Prefetch("outcomes", AssignmentOutcome.objects.order_by("pk"))
    found = AssignmentRun.objects.filter(round=round_.pk).select_related("asked_by", "order__by", "rescoring__project")
    return found.prefetch_related(changes, outcomes)


def named_in(problem: Problem, facts: dict[str, Any], run: AssignmentRun) -> tuple[dict[int, Project], dict[int, User]]:
    """The projects of a run in order of their numbers, and every person it names, by id: in two queries.

    One for a third reviewer is about a single project; the others only count for loads.
    """
    wanted = [run.rescoring.project_id] if run.rescoring else [one.project for one in problem.wants]
    projects = Project.objects.select_related("team__guided_by", "round__configuration", "payee").filter(pk__in=wanted)
    named = {judge.reviewer for judge in problem.judges}
    named |= {int(who) for out in facts["left_out"].values() for who in out}
    named |= {one.coming_id for one in run.changes.all() if one.coming_id}
    people = User.objects.filter(pk__in=named)
    return {one.pk: one for one in projects.order_by("number")}, {one.pk: one for one in people}


def open_seats(round_: Round, seats: int) -> int:
    """How many seats of the round's projects nobody holds now."""
    projects = list(Project.objects.filter(round=round_.pk, state__in=SEATING).values_list("pk", flat=True))
    held: dict[int, int] = {}
    for pk in Assignment.objects.filter(project__in=projects, left_at__isnull=True).values_list("project", flat=True):
        held[pk] = held.get(pk, 0) + 1
    return sum(max(0, seats - held.get(pk, 0)) for pk in projects)


def waivers_of(round_: Round) -> list[RecusalWaiver]:
    """What was asked for and agreed in the round, the open ones first."""
    rows = RecusalWaiver.objects.filter(project__round=round_.pk)
    related: Any = ("project__team", "reviewer", "asked_by", "agreed_by")
    return sorted(rows.select_related(*related).order_by("pk"), key=lambda one: one.agreed_by_id is not None)
