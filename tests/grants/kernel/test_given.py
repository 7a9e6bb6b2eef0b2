"""What a person filled in is read or it is nothing; it never blows up."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given as over
from hypothesis import strategies as st

from grants.kernel.given import day, key_of, rows, ticked, whole, words

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.floats(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)


def test_words_lose_the_spaces_around_them():
    assert words({"reason": " 天气 原因 "}, "reason") == "天气 原因"
    assert words({}, "reason") == words({"reason": 5}, "reason") == ""


@pytest.mark.parametrize(
    ("value", "key"),
    [("12", 12), (12, 12), ("", 0), (None, 0), ("1２", 0), ("-1", 0), ("9" * 18, 10**18 - 1), ("9" * 19, 0)],
)
def test_an_id_is_one_that_a_row_can_have(value, key):
    assert key_of(value) == key


@pytest.mark.parametrize(("value", "number"), [(5, 5), (-1, -1), ("12", 12), (True, None), (1.0, None), ("１２", None)])
def test_a_whole_number_is_an_integer_or_plain_digits(value, number):
    assert whole({"n": value}, "n") == number


@pytest.mark.parametrize("value", [10**11, -(10**11), "100000000000", 10**30, "9" * 5000])
def test_a_figure_beyond_any_row_is_no_number(value):
    assert whole({"n": value}, "n") is None
    assert whole({"n": 10**11 - 1}, "n") == 99_999_999_999


def test_a_day_is_written_in_one_way():
    assert day({"on": "2027-03-05"}, "on") == date(2027, 3, 5)
    assert day({"on": "20270305"}, "on") is day({"on": "2027-02-30"}, "on") is day({}, "on") is None


def test_only_a_plain_yes_ticks_a_box():
    assert ticked({"lost": True}, "lost")
    assert not ticked({"lost": "false"}, "lost")
    assert not ticked({}, "lost")


def test_rows_are_dictionaries():
    assert rows({"goals": [{"name": "a"}, "x", 3]}, "goals") == [{"name": "a"}]
    assert rows({"goals": "none"}, "goals") == []


@over(ANYTHING)
def test_nothing_that_is_given_breaks_the_reading(value):
    for read in (words, whole, day, ticked, rows):
        read({"x": value}, "x")
