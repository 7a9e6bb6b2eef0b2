"""Working days by the State Council's calendar: Monday to Friday, less holidays, plus 调休 working weekends."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Calendar:
    """The exceptions to Monday–Friday, and the years whose official list they come from."""

    exceptions: Mapping[date, bool] = field(default_factory=dict)
    known_years: frozenset[int] = frozenset()

    @classmethod
    def of(cls, rows: Iterable[tuple[date, bool]], known_years: Iterable[int]) -> Calendar:
        """A calendar from (date, working?) rows and the years officially published."""
        return cls(dict(rows), frozenset(known_years))

    def is_working(self, day: date) -> bool:
        """Whether offices work that day; a year not yet published counts Monday to Friday."""
        return self.exceptions.get(day, day.weekday() < 5)

    def is_provisional(self, day: date) -> bool:
        """Whether that year's holidays are not published yet, so that a deadline there is shown as 暂定."""
        return day.year not in self.known_years

    def add_working_days(self, start: date, count: int) -> date:
        """The last of `count` working days after `start`, which itself does not count (民法典 art. 201).

        No days at all is `start`. Raises ValueError for a negative count.
        """
        if count < 0:
            raise ValueError("count must not be negative")
        day = start
        while count:
            day += ONE_DAY
            count -= self.is_working(day)
        return day

    def working_days_between(self, start: date, end: date) -> int:
        """Working days after `start` up to and including `end`; negative when `end` lies before `start`."""
        if end < start:
            return -self.working_days_between(end, start)
        return sum(self.is_working(start + ONE_DAY * n) for n in range(1, (end - start).days + 1))

    def next_working_day(self, day: date) -> date:
        """That day if offices work on it, else the first working day after it."""
        while not self.is_working(day):
            day += ONE_DAY
        return day
