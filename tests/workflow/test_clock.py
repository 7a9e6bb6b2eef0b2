"""now(): the only source of time, and one that can be held."""

from __future__ import annotations

import datetime as dt

import pytest

from workflow import clock

MIDNIGHT = dt.datetime(2027, 3, 4, 16, 0, tzinfo=dt.UTC)  # in Zhejiang the 5th begins


def test_time_goes_on_and_is_utc() -> None:
    first, second = clock.now(), clock.now()

    assert first <= second
    assert first.tzinfo == dt.UTC


def test_a_held_clock_stands_still_and_goes_on_afterwards() -> None:
    with clock.held(MIDNIGHT) as at:
        assert clock.now() == at == MIDNIGHT
        with clock.held(MIDNIGHT + dt.timedelta(days=1)):
            assert clock.now() > MIDNIGHT
        assert clock.now() == MIDNIGHT
    assert clock.now() != MIDNIGHT


def test_the_day_is_the_day_in_zhejiang() -> None:
    with clock.held(MIDNIGHT):
        assert clock.today() == dt.date(2027, 3, 5)
    with clock.held(MIDNIGHT - dt.timedelta(microseconds=1)):
        assert clock.today() == dt.date(2027, 3, 4)


def test_an_instant_without_a_zone_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="aware"), clock.held(dt.datetime(2027, 3, 5)):  # noqa: DTZ001
        pass


def test_the_clock_goes_on_after_a_failure() -> None:
    with pytest.raises(ZeroDivisionError), clock.held(MIDNIGHT):
        raise ZeroDivisionError

    assert clock.now() != MIDNIGHT
