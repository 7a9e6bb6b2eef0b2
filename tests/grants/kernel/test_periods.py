"""Deadlines fall due at closing time in Shanghai; periods of months end where a person expects."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grants.kernel.periods import SHANGHAI, add_months, closing_of, day_at, due_at, period_end
from grants.kernel.workdays import Calendar

PLAIN = Calendar()
DAYS = st.dates(date(2020, 1, 1), date(2040, 12, 31))


def test_working_days_end_at_five_in_the_afternoon_in_shanghai():
    start = datetime(2026, 11, 20, 9, 30, tzinfo=SHANGHAI)  # a Friday

    assert due_at(start, 5, "wd", PLAIN) == datetime(2026, 11, 27, 17, 0, tzinfo=SHANGHAI)


def test_the_day_is_shanghais_not_greenwichs():
    late_evening = datetime(2026, 11, 19, 16, 30, tzinfo=UTC)  # 00:30 on the 20th in Shanghai

    assert due_at(late_evening, 1, "wd", PLAIN).date() == date(2026, 11, 23)


def test_calendar_days_that_end_on_a_day_off_run_to_the_next_working_day():
    start = datetime(2026, 11, 20, 9, 0, tzinfo=SHANGHAI)

    assert due_at(start, 1, "d", PLAIN).date() == date(2026, 11, 23)


def test_calendar_days_that_end_on_a_working_day_end_there():
    start = datetime(2026, 11, 20, 9, 0, tzinfo=SHANGHAI)

    assert due_at(start, 30, "d", Calendar.of([(date(2026, 12, 20), True)], [2026])).date() == date(2026, 12, 20)


def test_a_round_may_close_at_another_hour():
    start = datetime(2026, 11, 20, 9, 0, tzinfo=SHANGHAI)

    assert due_at(start, 3, "wd", PLAIN, time(12, 0)).time() == time(12, 0)


@pytest.mark.parametrize("bad", [(datetime(2026, 1, 1), 1), (datetime(2026, 1, 1, tzinfo=UTC), -1)])  # noqa: DTZ001 -- the naive time is the point
def test_a_naive_start_or_a_negative_time_is_refused(bad: tuple[datetime, int]):
    with pytest.raises(ValueError, match="aware"):
        due_at(*bad, "d", PLAIN)


@given(st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC)), st.integers(1, 100))  # noqa: DTZ001 -- hypothesis adds the zone
def test_a_deadline_always_lies_after_its_start(start: datetime, value: int):
    assert due_at(start, value, "wd", PLAIN) > start
    assert due_at(start, value, "d", PLAIN) > start


def test_closing_time_is_aware():
    assert closing_of(date(2026, 11, 20)).isoformat() == "2026-11-20T17:00:00+08:00"


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        (date(2027, 7, 1), 12, date(2028, 6, 30)),
        (date(2027, 8, 31), 6, date(2028, 2, 29)),  # no 31st: the month's own last day
        (date(2027, 1, 31), 2, date(2027, 3, 30)),
        (date(2027, 3, 15), 18, date(2028, 9, 14)),
    ],
)
def test_a_period_of_months_ends_the_day_before_or_at_the_end_of_the_month(start: date, months: int, end: date):
    assert period_end(start, months) == end


@given(DAYS, st.integers(-60, 60))
def test_adding_months_keeps_the_day_or_clamps_to_the_last_of_the_month(day: date, months: int):
    later = add_months(day, months)

    assert (later.year - day.year) * 12 + later.month - day.month == months
    assert later.day == day.day or (later.day < day.day and (later + timedelta(days=1)).day == 1)


@given(DAYS, st.integers(0, 600), st.integers(0, 100))
def test_a_share_of_a_period_lies_within_it(start: date, days: int, percent: int):
    end = start + timedelta(days=days)

    assert start <= day_at(start, end, percent) <= end
    assert (day_at(start, end, 0), day_at(start, end, 100)) == (start, end)
