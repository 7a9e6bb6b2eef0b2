"""Working days follow the official calendar where it is known, and Monday to Friday where it is not."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grants.kernel.workdays import Calendar

DAYS = st.dates(date(2025, 1, 1), date(2030, 12, 31))
CALENDARS = st.builds(
    Calendar.of,
    st.lists(st.tuples(DAYS, st.booleans()), max_size=40),
    st.sets(st.integers(2025, 2030)),
)
MAY_2026 = Calendar.of(
    [(date(2026, 5, 1), False), (date(2026, 5, 4), False), (date(2026, 5, 5), False), (date(2026, 5, 9), True)],
    known_years=[2026],
)


def test_a_holiday_is_no_working_day():
    assert not MAY_2026.is_working(date(2026, 5, 4))


def test_a_working_saturday_counts():
    assert MAY_2026.is_working(date(2026, 5, 9))


def test_five_working_days_from_before_the_holiday_end_after_the_working_saturday():
    assert MAY_2026.add_working_days(date(2026, 4, 30), 5) == date(2026, 5, 11)


def test_no_working_days_end_where_they_start():
    assert MAY_2026.add_working_days(date(2026, 5, 1), 0) == date(2026, 5, 1)


def test_days_cannot_be_counted_backwards():
    with pytest.raises(ValueError, match="negative"):
        MAY_2026.add_working_days(date(2026, 5, 1), -1)


def test_a_year_not_yet_published_counts_monday_to_friday_and_is_provisional():
    assert MAY_2026.is_provisional(date(2027, 1, 1))
    assert MAY_2026.is_working(date(2027, 1, 1))
    assert not MAY_2026.is_working(date(2027, 1, 2))
    assert not MAY_2026.is_provisional(date(2026, 12, 31))


def test_a_day_off_is_followed_by_the_next_working_day():
    assert MAY_2026.next_working_day(date(2026, 5, 1)) == date(2026, 5, 6)
    assert MAY_2026.next_working_day(date(2026, 5, 6)) == date(2026, 5, 6)


@given(CALENDARS, DAYS, st.integers(0, 60))
def test_counting_gives_back_what_was_added(calendar: Calendar, start: date, count: int):
    end = calendar.add_working_days(start, count)

    assert calendar.working_days_between(start, end) == count
    assert count == 0 or calendar.is_working(end)


@given(CALENDARS, DAYS, st.integers(0, 30), st.integers(0, 30))
def test_days_added_one_after_the_other_are_days_added_at_once(calendar: Calendar, start: date, one: int, more: int):
    assert calendar.add_working_days(calendar.add_working_days(start, one), more) == calendar.add_working_days(
        start, one + more
    )


@given(CALENDARS, DAYS, st.integers(0, 200))
def test_counting_backwards_is_counting_forwards_with_a_minus(calendar: Calendar, start: date, days: int):
    end = start + timedelta(days=days)

    assert calendar.working_days_between(end, start) == -calendar.working_days_between(start, end)
