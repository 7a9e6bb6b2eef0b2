"""Two at one form: what each changed goes together, and where both changed one thing a person chooses."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grants.desk.forms.merging import (
    Clash,
    Merged,
    marks_after,
    marks_beside,
    marks_in,
    marks_of,
    merge,
    read_marks,
)

Rows = list[dict[str, Any]]
WATER, LUNCH, COURSE = {"item": "饮水", "n": 1}, {"item": "午餐", "n": 2}, {"item": "讲课", "n": 3}


def merged(was: Any, mine: Any, theirs: Any, choice: str = "", name: str = "text") -> Merged:
    """One answer as it was, as this person has it now, and as it is saved."""
    chosen = {name: choice} if choice else {}
    return merge({"text": theirs}, {"text": mine}, marks_in({"text": was}), chosen)


def table(was: Rows, mine: Rows, theirs: Rows, **chosen: str) -> Merged:
    """The same of a table; a choice is by the name of its clash, with _ for -."""
    picked = {name.replace("_", "-"): value for name, value in chosen.items()}
    return merge({"lines": theirs}, {"lines": mine}, marks_in({"lines": was}), picked)


def test_what_only_one_person_changed_is_theirs():
    assert merged("旧", "我的", "旧").answers == {"text": "我的"}
    found = merged("旧", "旧", "对方的")
    assert (found.answers, found.taken, found.shown) == ({}, ["text"], {"text": "对方的"})


def test_the_same_change_made_twice_is_no_clash():
    assert merged("旧", "新", "新") == Merged(shown={"text": "新"})


def test_where_both_changed_one_answer_nothing_is_saved_and_both_are_there():
    found = merged("旧", "我的", "对方的")
    assert found.clashes == [Clash("text", "text", "我的", "对方的")]
    assert (found.answers, found.shown) == ({}, {"text": "我的"})


@pytest.mark.parametrize(
    ("choice", "kept"), [("mine", "我的"), ("theirs", None), ("both", "对方的\n\n我的")], ids=["mine", "theirs", "both"]
)
def test_a_choice_settles_it(choice: str, kept: str | None):
    mark = merged("旧", "我的", "对方的").clashes[0].mark
    found = merged("旧", "我的", "对方的", f"{choice}:{mark}")
    assert found.answers.get("text") == kept
    assert not found.clashes


def test_a_choice_made_before_the_other_wrote_again_is_none():
    mark = merged("旧", "我的", "对方的").clashes[0].mark
    assert merged("旧", "我的", "对方又改", f"mine:{mark}").clashes


def test_what_nobody_knows_to_have_been_seen_is_not_overwritten():
    assert merge({"text": "已有"}, {"text": "我的"}, {}, {}).clashes
    assert merge({"text": None}, {"text": "我的"}, {}, {}).answers == {"text": "我的"}


def test_a_day_a_number_and_their_text_are_one():
    assert marks_in({"day": dt.date(2027, 3, 5), "n": 5}) == marks_in({"day": "2027-03-05", "n": "5"})


def test_marks_that_are_spoilt_are_none():
    for text in ("", "不是", "[1]", "3", '{"a": 3, "b": [["x"]], "c": [{"d": 4}]}'):
        assert read_marks(text) == {}


# What a page carries on ----------------------------------------------------------------------------------------


def test_after_a_clash_the_page_goes_on_from_what_was_seen_before_it():
    seen = marks_in({"text": "旧"})
    found = merge({"text": "对方的"}, {"text": "我的"}, seen, {})
    assert marks_after(found, {"text": "对方的"}, seen) == seen
    settled = merged("旧", "旧", "对方的")
    assert marks_after(settled, {"text": "对方的"}, seen) == marks_in({"text": "对方的"})


def test_a_page_that_still_shows_old_words_has_not_seen_the_new():
    seen = marks_in({"a": "旧", "b": "旧"})
    found = marks_beside({"a": "旧", "b": "新"}, {"a": "对方的", "b": "新"}, seen)
    assert found == marks_in({"a": "旧", "b": "新"})


# Tables --------------------------------------------------------------------------------------------------------


def test_rows_that_different_people_changed_added_and_took_out_go_together():
    was = [WATER, LUNCH, COURSE]
    found = table(was, [WATER, LUNCH, COURSE | {"n": 4}], [LUNCH, COURSE])
    assert found.answers == {"lines": [LUNCH, COURSE | {"n": 4}]}
    assert (found.taken, found.clashes) == (["lines"], [])


def test_both_add_a_row_and_both_rows_are_there():
    found = table([WATER], [WATER, LUNCH], [WATER, COURSE])
    assert found.answers == {"lines": [WATER, COURSE, LUNCH]}


def test_the_same_row_added_by_both_is_there_once():
    assert table([WATER], [WATER, LUNCH], [WATER, LUNCH]).answers == {}


def test_the_last_row_is_changed_by_one_while_the_other_adds_one():
    found = table([WATER], [WATER | {"n": 9}], [WATER, LUNCH])
    assert found.answers == {"lines": [WATER | {"n": 9}, LUNCH]}


def test_different_cells_of_one_row_go_together():
    found = table([WATER], [WATER | {"n": 9}], [{"item": "矿泉水", "n": 1}])
    assert found.answers == {"lines": [{"item": "矿泉水", "n": 9}]}


def test_the_same_cell_is_a_clash_and_the_table_waits_for_the_choice():
    was = [WATER, LUNCH, COURSE]
    mine, theirs = [WATER | {"n": 9}, LUNCH, COURSE | {"n": 5}], [WATER | {"n": 8}, LUNCH, COURSE]
    found = table(was, mine, theirs)
    assert [(one.name, one.mine, one.theirs, one.row, one.column) for one in found.clashes] == [
        ("lines-0-n", 9, 8, 0, "n")
    ]
    assert (found.answers, found.shown) == ({}, {"lines": mine})
    for choice, n in (("mine", 9), ("theirs", 8)):
        settled = table(was, mine, theirs, lines_0_n=f"{choice}:{found.clashes[0].mark}")
        assert settled.answers == {"lines": [WATER | {"n": n}, LUNCH, COURSE | {"n": 5}]}


def test_who_takes_out_a_row_that_the_other_changed_is_asked():
    found = table([WATER, LUNCH], [LUNCH], [WATER | {"n": 8}, LUNCH])
    clash = found.clashes[0]
    assert (clash.mine, clash.theirs, clash.column) == ([], [WATER | {"n": 8}], "")
    assert found.answers == {}
    for choice, rows in (("mine", [LUNCH]), ("theirs", None), ("both", None)):
        settled = table([WATER, LUNCH], [LUNCH], [WATER | {"n": 8}, LUNCH], **{clash.name: f"{choice}:{clash.mark}"})
        assert settled.answers.get("lines") == rows
        assert not settled.clashes


row = st.fixed_dictionaries({"item": st.sampled_from("abcd"), "n": st.integers(1, 3)})
tables = st.lists(row, max_size=4)


@given(tables, tables)
def test_alone_with_a_table_one_has_ones_way(was: Rows, mine: Rows):
    assert table(was, mine, was).answers.get("lines", was) == mine
    assert table(was, was, mine).answers == {}


@given(tables, tables, tables)
def test_whatever_two_people_do_to_a_table_nothing_is_lost_unasked(was: Rows, mine: Rows, theirs: Rows):
    """Every row that the other wrote is saved still, at least in part, or somebody is asked, and asked again."""
    found = table(was, mine, theirs)
    saved = found.answers.get("lines", theirs)
    written = [one for one in theirs if one not in was]
    if not found.clashes:
        assert all(one in saved or any(_joined(one, other) for other in saved) for one in written)
    again = merge({"lines": saved}, found.shown, marks_in({"lines": was}), {})
    assert bool(again.clashes) == bool(found.clashes)


def _joined(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Whether a row holds a cell of another that was joined into it."""
    return any(one[name] == other[name] for name in one)


def test_what_a_form_carries_can_be_read_again():
    values = {"text": "词", "lines": [WATER, {"item": "", "n": 2}], "none": None}
    assert read_marks(marks_of(values)) == marks_in(values)
