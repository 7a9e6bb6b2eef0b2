"""Working days as editable rows: deadlines count them, and are counted again when a year is published."""

from __future__ import annotations

import datetime as dt

import pytest

from grants.programmes.commands import load_calendar_year, run_deadline, seed_calendar
from grants.programmes.models import CalendarDay, CalendarYear, Round
from grants.programmes.queries import calendar, due, term
from grants.programmes.workdays_data import DayRow
from tests.cast import Cast
from tests.factories import an_open_round, on
from tests.factories import due as due_of
from tests.journey_steps import starting
from workflow.clock import SHANGHAI
from workflow.deadlines import deadline
from workflow.lifecycle import RoundState
from workflow.refusals import Refused

NEW_YEAR_2027 = [DayRow(dt.date(2027, 1, day), working=False, note="元旦") for day in (1, 4, 5)]


def at(day: dt.date, hour: int = 17) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(hour), SHANGHAI)


def test_the_shipped_years_are_loaded_once(cast: Cast):
    seed_calendar(actor=cast.officer)

    assert list(CalendarYear.objects.values_list("year", flat=True).order_by("year")) == [2025, 2026]
    assert not calendar().is_working(dt.date(2026, 10, 1))


@starting(RoundState.OPEN)
def test_a_time_in_working_days_ends_at_closing_time_and_skips_holidays(cast: Cast, round_: Round):
    with on(2026, 9, 28, 10):
        found = term(round_, "supplement")

    assert found.due_at == at(dt.date(2026, 10, 10))  # a Saturday worked for the holiday
    assert (found.amount, found.unit, found.provisional) == (5, "wd", False)


def test_an_unknown_time_is_an_error(cast: Cast):
    with pytest.raises(KeyError):
        due(an_open_round(cast), "no_such_time")


@starting(RoundState.OPEN)
def test_a_time_that_runs_into_an_unpublished_year_is_provisional(cast: Cast, round_: Round):
    with on(2026, 12, 28):
        assert term(round_, "supplement").provisional
    with on(2026, 3, 2):
        assert not term(round_, "supplement").provisional


@starting(RoundState.OPEN)
def test_loading_a_year_counts_provisional_deadlines_again(cast: Cast, round_: Round):
    with on(2026, 12, 28):
        run_deadline(round_, "answer", period="supplement", actor=cast.officer)
        assert due_of(round_, "answer") == at(dt.date(2027, 1, 4))
        load_calendar_year(2027, NEW_YEAR_2027, "国办发明电〔2026〕号", actor=cast.officer)

    found = deadline(round_, "answer")
    assert found
    assert (found.due_at, found.provisional) == (at(dt.date(2027, 1, 7)), False)


@starting(RoundState.OPEN)
def test_a_deadline_that_was_told_is_never_moved_forward(cast: Cast, round_: Round):
    with on(2026, 12, 28):
        run_deadline(round_, "answer", period="supplement", actor=cast.officer)
        worked = [DayRow(dt.date(2027, 1, day), working=True, note="调休上班") for day in (2, 3)]
        load_calendar_year(2027, worked, "国办发明电", actor=cast.officer)

    assert due_of(round_, "answer") == at(dt.date(2027, 1, 4))


@starting(RoundState.OPEN)
def test_a_deadline_runs_from_the_day_it_is_counted_from(cast: Cast, round_: Round):
    row = run_deadline(round_, "county_recommend", actor=cast.officer, start=round_.call_closes_at)

    assert (row.starts_at, row.due_at) == (round_.call_closes_at, at(dt.date(2026, 4, 16)))


def test_a_year_can_be_corrected(cast: Cast):
    load_calendar_year(2026, [DayRow(dt.date(2026, 3, 3), working=False, note="更正")], "更正通知", actor=cast.officer)

    assert CalendarDay.objects.filter(day__year=2026).count() == 1
    assert CalendarYear.objects.get(year=2026).source == "更正通知"


def test_a_day_of_another_year_is_refused(cast: Cast):
    with pytest.raises(Refused) as refused:
        load_calendar_year(2028, NEW_YEAR_2027, "错的文件", actor=cast.officer)
    assert refused.value.codes == ("calendar",)


def test_only_officer_and_administrator_change_the_calendar(cast: Cast):
    with pytest.raises(Refused):
        load_calendar_year(2027, NEW_YEAR_2027, "国办", actor=cast.county_leader)
    assert load_calendar_year(2027, NEW_YEAR_2027, "国办", actor=cast.sysadmin).year == 2027
