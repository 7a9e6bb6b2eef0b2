"""In which criterion a project stood out and in which it fell behind, beside the other projects of its round.

Every criterion is compared with itself: the project's mean less the mean of the round's projects, in standard
deviations of these means (a z-score), so that a criterion in which everybody gets much is no strong point of anybody.
Which criterion it is is told, never a number; and nothing of a project with fewer than three scores, or in a round of
fewer than three projects, as one reviewer's marks could be read from it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from statistics import fmean, pstdev

from grants.programmes.models import Round
from grants.programmes.profile.scoring import Criterion, Rubric
from grants.programmes.queries import rules_of
from grants.reviews.models import Figures

LEAST = 3
"""So many scores, and so many projects, before anything is told."""


@dataclass(frozen=True)
class Standout:
    """The criterion in which a project was best and the one in which it was weakest, beside the round.

    `above`: whether the best one lies above the round's mean at all.
    """

    strong: Criterion
    weak: Criterion
    above: bool


def standouts(round_: Round, projects: Iterable[int]) -> dict[int, Standout]:
    """What can be told of these projects, by id; who is not in it has too few scores. One query."""
    rows = Figures.objects.filter(project__round=round_.pk).values_list("project", "scores", "means")
    known = {project: (scores, means) for project, scores, means in rows}
    if len(known) < LEAST:
        return {}
    rubric, scale = rules_of(round_).rubric, _scale([means for _scores, means in known.values()])
    wanted = [pk for pk in projects if pk in known and known[pk][0] >= LEAST]
    found = ((pk, _standout(known[pk][1], scale, rubric)) for pk in wanted)
    return {pk: one for pk, one in found if one is not None}


def _scale(rows: list[Mapping[str, int]]) -> dict[str, tuple[float, float]]:
    """Mean and standard deviation of every criterion whose means differ at all."""
    columns = {code: [row[code] for row in rows if code in row] for code in rows[0]}
    told = {code: (fmean(column), pstdev(column)) for code, column in columns.items() if column}
    return {code: (mean, spread) for code, (mean, spread) in told.items() if spread}


def _standout(means: Mapping[str, int], scale: Mapping[str, tuple[float, float]], rubric: Rubric) -> Standout | None:
    apart = {
        one.code: (means[one.code] - scale[one.code][0]) / scale[one.code][1]
        for one in rubric.criteria
        if one.code in scale and one.code in means
    }
    ordered = sorted((one for one in rubric.criteria if one.code in apart), key=lambda one: -apart[one.code])
    if len(ordered) < 2 or apart[ordered[0].code] == apart[ordered[-1].code]:
        return None
    return Standout(ordered[0], ordered[-1], above=apart[ordered[0].code] > 0)
