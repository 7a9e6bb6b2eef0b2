"""One more reviewer for a project whose scores lie far apart: solved like every assignment, seated, explained."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from grants.applications.models import Project
from grants.people.models import User
from grants.reviews import queries
from grants.reviews.assigning.building import Asked, build_for_one
from grants.reviews.assigning.enums import Applied
from grants.reviews.assigning.models import AssignmentOrder, AssignmentOutcome, AssignmentRun
from grants.reviews.assigning.preview import new_seats
from grants.reviews.assigning.solver import solver_named
from grants.reviews.models import Assignment, Rescoring
from workflow.chain import canonical
from workflow.effects import Done

SOLVER = "builtin"
"""One seat is found at once by the solver that is always there."""


def wants_third(project: Project) -> bool:
    """Whether the round, before its call, asked for one more reviewer, and none stands on the project yet."""
    return queries.rubric_of(project).method.third_reviewer and third_seat(project) is None


def third_seat(project: Project) -> Assignment | None:
    """The standing seat that was given because scores lay far apart."""
    given = AssignmentRun.objects.filter(rescoring__project=project.pk, order__isnull=False)
    people = {who for run in given.prefetch_related("changes") for who in new_seats(run)[project.pk]}
    return Assignment.objects.filter(project=project.pk, left_at__isnull=True, reviewer__in=people).first()


def third_reviewer(rescoring: Rescoring, done: Done) -> tuple[AssignmentRun, User | None]:
    """A run for one more seat is on record with its answer, as given out if somebody was found; nobody is seated yet.

    Every standing seat of the round is kept, conflicts, cities and everybody's room count as in every assignment; the
    step of `done` proves what went in. The person is None where the seat stays empty: the run names it.
    """
    project = rescoring.project
    asked = Asked(seats=len(queries.seats(project)) + 1, joined=False)
    problem, facts = build_for_one(project, asked)
    found = solver_named(SOLVER).solve(problem)
    run = AssignmentRun.objects.create(
        round=project.round,
        rescoring=rescoring,
        asked_by=done.actor,
        at=done.at,
        solver=SOLVER,
        asked=canonical(asdict(asked)),
        problem=problem.text(),
        digest=problem.digest,
        facts=canonical(facts),
        version=found.version,
        answer=found.text(),
        objective=found.objective,
        finished_at=done.at,
    )
    done.prove("assignment", str(run.pk), run.digest)
    chosen = new_seats(run)[project.pk]
    if not chosen:
        return run, None
    more: dict[str, Any] = {"run": run, "by": done.actor}
    AssignmentOrder.objects.create(**more, at=done.at, finished_at=done.at)
    AssignmentOutcome.objects.create(**more, at=done.at, project=project, outcome=Applied.DONE)
    return run, User.objects.get(pk=chosen[0])
