"""A score sheet on a page: criteria with their hints and bands, and how far the reviewer is in the round."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.forms import BoundField
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from grants.kernel.scoring import format_points
from grants.programmes.profile.scoring import Criterion, Rubric
from grants.reviews.models import Assignment

HIGH, LOW = 85, 60
"""From which percent of its points a criterion counts as strong, and below which as weak."""
BANDS: tuple[StrOrPromise, ...] = (
    _("依据充分，做得突出"),
    _("基本成立，有一两处不足"),
    _("看不出来，或明显不足"),
)


@dataclass(frozen=True)
class Band:
    """A range of points in words; `hit` where the mark lies in it."""

    points: str
    words: StrOrPromise
    hit: bool


@dataclass(frozen=True)
class Crit:
    """One criterion: its field, its points, what to look at, its bands with where they begin (points)."""

    field: BoundField
    label: str
    weight: int
    hints: str
    bands: list[Band]
    high: str
    low: str


def criteria(rubric: Rubric, form: Any, halves: Mapping[str, int]) -> list[Crit]:
    """The criteria in the order of the rubric."""
    return [_crit(item, form[item.code], halves.get(item.code)) for item in rubric.criteria]


def _crit(item: Criterion, field: BoundField, mark: int | None) -> Crit:
    full = 2 * item.weight
    high, low = -(-full * HIGH // 100), -(-full * LOW // 100)
    at = -1 if mark is None else 0 if mark >= high else 1 if mark >= low else 2
    ranges = (
        gettext("%(a)s–%(b)s分") % {"a": format_points(high), "b": item.weight},
        gettext("%(a)s–%(b)s分") % {"a": format_points(low), "b": format_points(high - 1)},
        gettext("%(a)s分以下") % {"a": format_points(low)},
    )
    bands = [Band(points, words, at == n) for n, (points, words) in enumerate(zip(ranges, BANDS, strict=True))]
    hints = " · ".join(f"{hint.label} {hint.points}" for hint in item.sub)
    return Crit(field, item.label, item.weight, hints, bands, format_points(high), format_points(low))


@dataclass(frozen=True)
class Progress:
    """How many of a reviewer's projects are scored, and the ones before and after this one."""

    done: int
    all: int
    before: Assignment | None
    after: Assignment | None

    @property
    def left(self) -> int:
        """How many are still to score."""
        return self.all - self.done


def progress(seats: Sequence[Assignment], project: int) -> Progress:
    """Where a project stands among the reviewer's."""
    at = next((n for n, seat in enumerate(seats) if seat.project_id == project), 0)
    done = sum(bool(seat.scores.all()) for seat in seats)
    before = seats[at - 1] if at > 0 else None
    return Progress(done, len(seats), before, seats[at + 1] if at + 1 < len(seats) else None)


def next_to_score(seats: Sequence[Assignment], project: int) -> Assignment | None:
    """The next project without a score, after this one or from the beginning."""
    at = next((n for n, seat in enumerate(seats) if seat.project_id == project), 0)
    return next((seat for seat in [*seats[at + 1 :], *seats[:at]] if not seat.scores.all()), None)
