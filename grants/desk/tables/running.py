"""The log in words and bars."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext

from grants.desk.papers import look
from grants.desk.queries.running import Logbook, Promise
from grants.implementation.models import Check
from grants.implementation.visits import Visit, visits

FULL = 100


@dataclass(frozen=True)
class Bar:
    """A promise drawn: percent of the target, at most the whole width."""

    name: str
    target: int
    actual: int
    percent: int

    @property
    def width(self) -> int:
        """How much of the bar is filled."""
        return min(self.percent, FULL)


def bars(promised: Iterable[Promise]) -> tuple[list[Bar], list[Promise]]:
    """Promises that the log counts, drawn; and those it does not count."""
    drawn, others = [], []
    for one in promised:
        if one.actual is None:
            others.append(one)
        else:
            drawn.append(Bar(one.name, one.target, one.actual, one.actual * FULL // one.target if one.target else FULL))
    return drawn, others


@dataclass(frozen=True)
class Entry:
    """One activity of the log with its photos and what became of it."""

    activity: Any
    hours: str
    photos: list[tuple[str, str]]
    corrected_by: Any


def hours_of(minutes: int) -> str:
    """Minutes as hours without superfluous zeros: 150 is 2.5."""
    return f"{minutes / 60:.2f}".rstrip("0").rstrip(".")


def entries(book: Logbook) -> list[Entry]:
    """The log as a list, newest first."""
    return [
        Entry(
            one,
            hours_of(one.minutes_each),
            [(photo.name, look(book.photos[photo.pk])) for photo in one.photos.all() if photo.pk in book.photos],
            getattr(one, "corrected_by", None),
        )
        for one in book.entries
    ]


def told(book: Logbook) -> str:
    """The log in one paragraph, to begin a report with: each activity, how often, who came."""
    counted: Mapping[str, int] = Counter(
        one.name for one in book.entries if not one.cancelled and not hasattr(one, "corrected_by")
    )
    lines = [gettext("%(name)s：%(n)s次") % {"name": name, "n": n} for name, n in counted.items()]
    facts = {
        "n": book.sums.held,
        "volunteers": book.sums.volunteers,
        "hours": hours_of(book.sums.minutes),
        "served": book.sums.served,
    }
    words = gettext("已开展活动%(n)s次，志愿者%(volunteers)s人次，服务%(hours)s小时，服务对象%(served)s人次。") % facts
    return "\n".join([words, *lines])


def visited(checks: Sequence[Check]) -> list[tuple[Check, Visit]]:
    """Open checks of one round with how it stands with the visit, those first where somebody has to go."""
    found = visits(list({one.project_id: one.project for one in checks}.values()))
    return sorted(((one, found[one.project_id]) for one in checks), key=lambda pair: not pair[1].ahead)
