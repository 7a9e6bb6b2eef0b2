"""The reasons that any move's form may give: a text, a day, a list, a document."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.utils import translation

from grants.programmes.asking import document_of, no_document, shown
from tests.cast import Cast
from tests.factories import CALL, a_document
from workflow.rules import Ask, registered

TODAY, TOMORROW = "2026-03-02", "2026-03-03"


def refuses(name: str, **given: Any) -> bool:
    """Whether the rule refuses what was given, and says at which field."""
    nobody: Any = None
    answer = registered()[name](nobody, nobody, given)
    assert answer is None or (answer.at and answer.asked)
    return answer is not None


@pytest.mark.parametrize(("rule", "field"), [("reason", "reason"), ("items_listed", "items")])
@pytest.mark.parametrize(
    ("value", "refused"),
    [("材料不全", False), ("", True), ("  \n", True), (None, True), (5, True), ("长" * 2001, True)],
)
def test_words_are_asked_for(cast: Cast, rule: str, field: str, value: Any, refused: bool):
    assert refuses(rule, **{field: value}) is refused


@pytest.mark.parametrize("rule", ["due_set", "return_due_set", "supplement_due_set", "rectification_due_set"])
@pytest.mark.parametrize(
    ("value", "refused"), [(TOMORROW, False), (TODAY, True), ("", True), ("2026-02-30", True), (20260303, True)]
)
def test_a_day_after_today_is_asked_for(cast: Cast, rule: str, value: Any, refused: bool):
    assert refuses(rule, due_on=value) is refused


def test_a_document_is_asked_for(cast: Cast):
    ask, there = Ask("letter", "来函", "document"), a_document(cast.officer)

    assert document_of({"letter": str(there.pk)}, "letter") == there
    assert no_document({"letter": str(there.pk)}, ask) is None
    assert [no_document({"letter": value}, ask) is None for value in ("", "no-id", CALL, None)] == [False] * 4


def test_days_and_moments_are_said_as_people_say_them():
    assert shown(dt.date(2027, 3, 5)) == "2027年3月5日"
    assert shown(dt.datetime(2027, 3, 5, 9, tzinfo=dt.UTC)) == "2027年3月5日 17:00"
    with translation.override("en"):
        assert shown(dt.date(2027, 3, 5)) == "March 5, 2027"
