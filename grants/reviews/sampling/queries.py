"""The sample of a round, who has scored it, how far from the marks it is measured by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from grants.applications.models import Project
from grants.people.models import User
from grants.people.queries import holds
from grants.programmes.models import Round
from grants.programmes.queries import rules_of
from grants.reviews.models import Assignment, Figures
from grants.reviews.sampling.models import Sample, SampleScore
from workflow.lifecycle import ProjectState, Role

SHOWN = (ProjectState.UNDER_REVIEW, ProjectState.REVIEWED)


def wanted(round_: Round) -> bool:
    """Whether the configuration of the round has every reviewer score a sample first."""
    return round_.configuration_id is not None and rules_of(round_).rubric.method.sample


def sample_of(round_: Round) -> Sample | None:
    """The sample of the round."""
    return Sample.objects.filter(round=round_.pk).select_related("project__round__configuration").first()


def answer_of(sample: Sample, person: User) -> SampleScore | None:
    """What this person gave the sample."""
    return SampleScore.objects.filter(sample=sample.pk, reviewer=person.pk).first()


def owed(round_: Round, person: User) -> bool:
    """Whether this person has a sample to score before anything else in the round; also where none is there yet."""
    return wanted(round_) and not SampleScore.objects.filter(sample__round=round_.pk, reviewer=person.pk).exists()


def earlier(round_: Round, actor: User) -> QuerySet[Project]:
    """Applications of other rounds that were scored, the latest first: what an officer may make a sample of."""
    found = Project.objects.filter(score_hundredths__isnull=False).exclude(round=round_.pk)
    if not holds(actor, Role.PROGRAMME_OFFICER):
        return found.none()
    return found.select_related("round").order_by("-round__year", "number")


def panel_marks(project: Project) -> dict[str, int]:
    """What the panel gave an earlier application, half points by criterion: the means, rounded; none without."""
    known = Figures.objects.filter(project=project.pk).first()
    return {code: round(mean / 50) for code, mean in known.means.items()} if known else {}


@dataclass(frozen=True)
class Done:
    """One reviewer of the round: what they gave the sample, and how far in all from the marks it is measured by."""

    reviewer: User
    score: SampleScore | None
    apart: int
    """Half points, summed over the criteria without their signs."""


def progress(round_: Round, sample: Sample | None) -> list[Done]:
    """Everybody with a seat in the round, those first who have not scored the sample; two questions."""
    seats = Assignment.objects.filter(project__round=round_.pk, left_at__isnull=True, project__state__in=SHOWN)
    people = User.objects.filter(pk__in=seats.values("reviewer")).order_by("name", "pk")
    given = {one.reviewer_id: one for one in SampleScore.objects.filter(sample=sample)} if sample else {}
    rows = [Done(one, given.get(one.pk), _apart(given.get(one.pk), sample)) for one in people]
    return sorted(rows, key=lambda row: row.score is not None)


def _apart(score: SampleScore | None, sample: Sample | None) -> int:
    if score is None or sample is None:
        return 0
    return sum(abs(score.halves.get(code, 0) - mark) for code, mark in sample.halves.items())


def seated_in(round_: Round, person: Any) -> bool:
    """Whether the person has a seat on a project of the round that is in review."""
    mine = Assignment.objects.filter(reviewer=person.pk, left_at__isnull=True, project__state__in=SHOWN)
    return mine.filter(project__round=round_.pk).exists()
