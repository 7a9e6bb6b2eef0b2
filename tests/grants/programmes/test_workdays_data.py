"""The shipped working-day calendar is the one the State Council published."""

from __future__ import annotations

from datetime import date

import pytest

from grants.kernel.workdays import Calendar
from grants.programmes.workdays_data import known_years, rows

SHIPPED = Calendar.of(((row.date, row.working) for year in known_years() for row in rows(year)), known_years())
# Days off and working weekends of the notices of 2024 and 2025, as announced.
WORKING_WEEKENDS = [
    "2025-01-26",
    "2025-02-08",
    "2025-04-27",
    "2025-09-28",
    "2025-10-11",
    "2026-01-04",
    "2026-02-14",
    "2026-02-28",
    "2026-05-09",
    "2026-09-20",
    "2026-10-10",
]
HOLIDAYS = [
    ("2025-01-28", "2025-02-04"),
    ("2025-05-01", "2025-05-05"),
    ("2025-10-01", "2025-10-08"),
    ("2026-01-01", "2026-01-03"),
    ("2026-02-15", "2026-02-23"),
    ("2026-04-04", "2026-04-06"),
    ("2026-05-01", "2026-05-05"),
    ("2026-06-19", "2026-06-21"),
    ("2026-09-25", "2026-09-27"),
    ("2026-10-01", "2026-10-07"),
]


@pytest.mark.parametrize("day", WORKING_WEEKENDS)
def test_a_weekend_made_a_working_day_counts(day: str):
    assert SHIPPED.is_working(date.fromisoformat(day))


def test_no_other_weekend_counts():
    assert [row.date.isoformat() for year in (2025, 2026) for row in rows(year) if row.working] == WORKING_WEEKENDS


@pytest.mark.parametrize(("first", "last"), HOLIDAYS)
def test_a_holiday_has_no_working_day(first: str, last: str):
    start, end = date.fromisoformat(first), date.fromisoformat(last)

    assert not SHIPPED.is_working(start)
    assert SHIPPED.working_days_between(start, end) == 0


@pytest.mark.parametrize(("year", "count"), [(2025, 248), (2026, 248)])
def test_the_year_has_as_many_working_days_as_announced(year: int, count: int):
    assert SHIPPED.working_days_between(date(year - 1, 12, 31), date(year, 12, 31)) == count


@pytest.mark.parametrize("year", [2025, 2026])
def test_each_file_lists_only_exceptions_of_its_own_year_in_order(year: int):
    days = [row.date for row in rows(year)]

    assert all(row.date.year == year and row.working == (row.date.weekday() > 4) and row.note for row in rows(year))
    assert days == sorted(set(days))


def test_a_year_without_a_file_is_not_known():
    assert 2027 not in known_years()
    with pytest.raises(FileNotFoundError):
        rows(2027)
