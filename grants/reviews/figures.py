"""What the scores of a project add up to, kept when its review ends so that no page adds it up again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from math import sqrt
from typing import Any

from django.utils.translation import gettext

from grants.applications.models import Project
from grants.kernel.scoring import hundredths, trimmed_mean
from grants.programmes.profile.scoring import Rubric
from grants.programmes.queries import parsed
from grants.reviews.models import Figures, Score
from grants.reviews.queries import rubric_of
from workflow import chain
from workflow.verify import Fault

CHUNK = 500
NEVER = 1000
"""More marks than any project gets: from so many on, none is left out."""
KEPT = ("scores", "mean", "trimmed", "spread", "lowest", "highest", "means", "given", "digest")
Given = list[tuple[int, dict[str, int]]]


def scores_that_count(projects: Iterable[int]) -> dict[int, Given]:
    """Who gave what, by project: the latest version of every standing seat that has declared, in the order of seats."""
    found: dict[int, dict[int, tuple[int, dict[str, int]]]] = {}
    rows = Score.objects.filter(assignment__project__in=projects, assignment__left_at__isnull=True)
    rows = rows.filter(assignment__declared_at__isnull=False).order_by("assignment", "number")
    for project, seat, reviewer, halves in rows.values_list(
        "assignment__project", "assignment", "assignment__reviewer", "halves"
    ):
        found.setdefault(project, {})[seat] = (reviewer, halves)
    return {project: list(seats.values()) for project, seats in found.items()}


def figures(project: int, given: Given, rubric: Rubric) -> Figures:
    """The figures of these scores, not saved; points are those of the rubric, which are its weights already.

    Means are of criteria, whatever got the marks.
    """
    totals, drop = [sum(halves.values()) for _reviewer, halves in given], rubric.method.drop_extremes_from
    sums = [rubric.by_criterion(halves) for _reviewer, halves in given]
    means = {one.code: hundredths(trimmed_mean([each[one.code] for each in sums], drop)) for one in rubric.criteria}
    told = [[reviewer, halves] for reviewer, halves in given]
    return Figures(
        project_id=project,
        scores=len(given),
        mean=hundredths(trimmed_mean(totals, NEVER)),
        trimmed=hundredths(trimmed_mean(totals, drop)) if len(totals) >= drop else None,
        spread=_spread(totals),
        lowest=50 * min(totals),
        highest=50 * max(totals),
        means=means,
        given=told,
        digest=chain.digest(chain.canonical({"project": project, "given": told, "means": means})),
    )


def _spread(totals: Sequence[int]) -> int | None:
    """The standard deviation of half points, in hundredths of a point; None for a single score."""
    n = len(totals)
    if n < 2:
        return None
    squares = n * sum(total * total for total in totals) - sum(totals) ** 2
    return round(50 * sqrt(squares / (n * (n - 1))))


def keep_figures(project: Project) -> None:
    """The figures of the project are those of the scores that count now; nothing is kept where there are none."""
    given = scores_that_count([project.pk]).get(project.pk)
    Figures.objects.filter(project=project.pk).delete()
    if given:
        figures(project.pk, given, rubric_of(project)).save(force_insert=True)


def fill(apps: Any, _editor: Any) -> None:
    """For the migration that brought figures: reviews that had ended before have theirs too."""
    project, score, kept = (apps.get_model("grants", name) for name in ("Project", "Score", "Figures"))
    scored = project.objects.filter(score_hundredths__isnull=False, round__configuration__isnull=False)
    standing = score.objects.filter(assignment__left_at__isnull=True, assignment__declared_at__isnull=False)
    for pk, text in scored.order_by("pk").values_list("pk", "round__configuration__text"):
        rows = standing.filter(assignment__project=pk).order_by("assignment", "number")
        latest = {seat: one for seat, *one in rows.values_list("assignment", "assignment__reviewer", "halves")}
        if latest:
            found = figures(pk, [(reviewer, halves) for reviewer, halves in latest.values()], parsed(text).rubric)
            kept.objects.create(project_id=pk, **{name: getattr(found, name) for name in KEPT})


def faults() -> Iterator[Fault]:
    """Kept figures that are not those of the scores, and scored projects without any."""
    scored = Project.objects.filter(score_hundredths__isnull=False).select_related("round__configuration")
    rows = list(scored.defer("form").order_by("pk"))
    kept = {one.project_id: one for one in Figures.objects.iterator(CHUNK)}
    for start in range(0, len(rows), CHUNK):
        part = rows[start : start + CHUNK]
        given = scores_that_count([one.pk for one in part])
        for project in part:
            if not _right(project, given.get(project.pk, []), kept.pop(project.pk, None)):
                yield Fault(f"grants.Project {project.pk}", gettext("评分统计与有效评分不符"))
    for left in kept:
        yield Fault(f"grants.Project {left}", gettext("评审没有完成，却有评分统计"))


def _right(project: Project, given: Given, kept: Figures | None) -> bool:
    """Whether what is kept is what the scores say, and what the official score says."""
    if kept is None or not given:
        return False
    found: Any = figures(project.pk, given, rubric_of(project))
    official = kept.mean if kept.trimmed is None else kept.trimmed
    return official == project.score_hundredths and all(getattr(kept, name) == getattr(found, name) for name in KEPT)
