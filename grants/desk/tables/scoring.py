"""A score sheet on a page: criteria with their hints and bands, and how far the reviewer is in the round."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import Any

from django.forms import BoundField
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from grants.kernel.scoring import format_points
from grants.programmes.profile.scoring import Criterion, Rubric, Scored
from grants.reviews.enums import Shown
from grants.reviews.models import Assignment, ScoreSheet
from grants.reviews.sight import sees
from workflow.lifecycle import Role

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
    """What gets a mark: its field, its points, what to look at, its bands with where they begin (points).

    `under` is the criterion that begins with this sub-point, with its points, where sub-points are scored.
    """

    field: BoundField
    label: str
    weight: int
    hints: str
    bands: list[Band]
    high: str
    low: str
    under: Criterion | None = None


def criteria(rubric: Rubric, form: Any, halves: Mapping[str, int]) -> list[Crit]:
    """What gets a mark, in the order of the rubric."""
    return [_crit(item, form[item.code], halves.get(item.code)) for item in rubric.scored]


def _crit(item: Scored, field: BoundField, mark: int | None) -> Crit:
    full = 2 * item.weight
    high, low = -(-full * HIGH // 100), -(-full * LOW // 100)
    at = -1 if mark is None else 0 if mark >= high else 1 if mark >= low else 2
    ranges = (
        gettext("%(a)s–%(b)s分") % {"a": format_points(high), "b": item.weight},
        gettext("%(a)s–%(b)s分") % {"a": format_points(low), "b": format_points(high - 1)},
        gettext("%(a)s分以下") % {"a": format_points(low)},
    )
    levels = [anchor.label for anchor in item.anchors] or BANDS
    told = [] if item.part else zip(ranges, levels, strict=True)  # seventeen times the same three would be noise
    bands = [Band(points, words, at == n) for n, (points, words) in enumerate(told)]
    hints = " · ".join(f"{hint.label} {hint.points}" for hint in item.sub)
    part = item.part
    under = item.criterion if part is not None and part is item.criterion.sub[0] else None
    label = part.label if part else item.label
    return Crit(field, label, item.weight, hints, bands, format_points(high), format_points(low), under)


@dataclass(frozen=True)
class Kept:
    """A mark as it is saved: of which criterion, the half points if there are any, since when."""

    code: str
    halves: int | None
    at: dt.datetime | None


def kept_marks(rubric: Rubric, sheet: ScoreSheet | None) -> list[Kept]:
    """What the sheet holds of each criterion, as it was read back after saving."""
    held = sheet.halves if sheet else {}
    return [Kept(item.code, held.get(item.code), sheet.saved_at if sheet else None) for item in rubric.scored]


@dataclass(frozen=True)
class Peer:
    """What may be seen of another reviewer: a letter or the name, the total (hundredths), the comment or nothing."""

    who: str
    total: int
    comment: str


def sees_marks(project: Any) -> bool:
    """Whether a reviewer sees the others' totals now."""
    return sees(Shown.SCORES, project, {Role.REVIEWER})


def peer_rows(project: Any, others: Sequence[Assignment]) -> list[Peer]:
    """The others' totals, lowest first, so that no order tells who is who."""
    mine = {Role.REVIEWER}
    named, told = (sees(what, project, mine) for what in (Shown.PEERS, Shown.COMMENTS))
    scored = [(list(seat.scores.all())[-1], seat) for seat in others if seat.scores.all()]
    scored.sort(key=lambda pair: (pair[0].total_halves, pair[0].comment))
    return [
        Peer(
            str(seat.reviewer) if named else gettext("专家%(letter)s") % {"letter": chr(65 + n)},
            score.total_halves * 50,
            score.comment if told else "",
        )
        for n, (score, seat) in enumerate(scored)
    ]


FAIR = 20
"""Minutes a project takes, as long as a reviewer's own pace is not known."""
BREAK = 120
"""Minutes between two scores from which on the reviewer did something else meanwhile."""
KNOWN = 3
"""Scores in a row from which a pace is known."""


def pace(seats: Sequence[Assignment]) -> int:
    """Minutes a project takes this reviewer: the median between scores handed in one after the other."""
    times = sorted(versions[0].at for seat in seats if (versions := list(seat.scores.all())))
    gaps = [(later - sooner).total_seconds() / 60 for sooner, later in pairwise(times)]
    own = [gap for gap in gaps if gap <= BREAK]
    return max(1, round(median(own))) if len(own) >= KNOWN else FAIR


def about(minutes: int) -> str:
    """A length of time as people say it: 大约还需2小时."""
    if minutes < 60:
        return gettext("大约还需%(n)s分钟") % {"n": max(5, 5 * round(minutes / 5))}
    hours = round(minutes / 30) / 2
    return gettext("大约还需%(n)s小时") % {"n": f"{hours:g}"}


@dataclass(frozen=True)
class Progress:
    """How many of a reviewer's projects are scored, the ones before and after this one, minutes a project takes."""

    done: int
    all: int
    before: Assignment | None
    after: Assignment | None
    minutes: int = FAIR

    @property
    def about(self) -> str:
        """How long the rest will take; nothing where nothing is left."""
        return about(self.left * self.minutes) if self.left else ""

    @property
    def left(self) -> int:
        """How many are still to score."""
        return self.all - self.done


def progress(seats: Sequence[Assignment], project: int) -> Progress:
    """Where a project stands among the reviewer's."""
    at = next((n for n, seat in enumerate(seats) if seat.project_id == project), 0)
    done = sum(bool(seat.scores.all()) for seat in seats)
    before = seats[at - 1] if at > 0 else None
    after = seats[at + 1] if at + 1 < len(seats) else None
    return Progress(done, len(seats), before, after, pace(seats))


def next_to_score(seats: Sequence[Assignment], project: int) -> Assignment | None:
    """The next project without a score, after this one or from the beginning."""
    at = next((n for n, seat in enumerate(seats) if seat.project_id == project), 0)
    return next((seat for seat in [*seats[at + 1 :], *seats[:at]] if not seat.scores.all()), None)
