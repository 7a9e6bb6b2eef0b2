"""What lies before a reviewer: every seat that stands, with drafts, scores, deadlines, and scores to look at again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Prefetch

from grants.applications.models import Project
from grants.desk.queries.work import due_among
from grants.programmes.models import Round
from grants.reviews.models import Assignment, Rescoring, Score, ScoreSheet
from workflow import clock
from workflow.lifecycle import ProjectState, RoundState
from workflow.models import Deadline

SHOWN = (ProjectState.UNDER_REVIEW, ProjectState.REVIEWED)
OVER = (RoundState.ARCHIVED, RoundState.CANCELLED)


@dataclass(frozen=True)
class Seated:
    """One seat with what its reviewer has done: the draft, the versions handed in, until when, when to look again."""

    seat: Assignment
    sheet: ScoreSheet | None
    scores: list[Score]
    due: Deadline | None
    rescoring: Rescoring | None


def seats_of(person: Any, round_: int | None = None) -> list[Seated]:
    """The standing seats of a person on projects in review, by round and number; four questions."""
    found = Assignment.objects.filter(reviewer=person.pk, left_at__isnull=True, project__state__in=SHOWN)
    found = found.filter(project__round=round_) if round_ else found.exclude(project__round__state__in=OVER)
    scores = Prefetch("scores", Score.objects.order_by("number"))
    related = found.select_related("project__round__configuration", "project__team", "sheet")
    rows = list(related.prefetch_related(scores).order_by("-project__round__year", "project__number"))
    projects = [row.project_id for row in rows]
    running, again = _running(projects), _rescorings(projects)
    return [
        Seated(
            row,
            getattr(row, "sheet", None),
            list(row.scores.all()),
            again_until(again.get(row.project_id), list(row.scores.all()))
            or due_among(row.project, running.get(row.project_id, [])),
            again.get(row.project_id),
        )
        for row in rows
    ]


def again_until(found: Rescoring | None, scores: Sequence[Score]) -> Deadline | None:
    """Until when a reviewer looks at a score again, or scores for the first time if called for it; else nothing.

    It goes by the name of the review: whoever was called must not learn that the others disagree.
    """
    if found is None or found.due_at <= clock.now() or (scores and scores[-1].at > found.at):
        return None
    return Deadline(name="review", starts_at=found.at, due_at=found.due_at)


def _running(projects: Iterable[int]) -> dict[int, list[Deadline]]:
    kind = ContentType.objects.get_for_model(Project)
    found: dict[int, list[Deadline]] = {}
    rows = Deadline.objects.filter(content_type=kind, object_id__in=projects, settled_at__isnull=True)
    for row in rows.order_by("due_at"):
        found.setdefault(row.object_id, []).append(row)
    return found


def _rescorings(projects: Iterable[int]) -> dict[int, Rescoring]:
    """The last time for scoring again of each project."""
    return {row.project_id: row for row in Rescoring.objects.filter(project__in=projects).order_by("number")}


def round_reviewed(person: Any, pk: int) -> Round | None:
    """A round in which the person has a seat on a project in review."""
    mine = Assignment.objects.filter(reviewer=person.pk, left_at__isnull=True, project__state__in=SHOWN)
    found = Round.objects.filter(pk=pk, pk__in=mine.values("project__round"))
    return found.select_related("configuration").first()
