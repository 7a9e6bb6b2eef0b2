"""Answers are read in their kind or refused; half-finished ones are kept."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from grants.applications.form_definition import SECTIONS, made
from grants.applications.form_reading import read
from grants.programmes.profile import load_profile
from grants.programmes.profile.forms import shipped_form
from workflow.refusals import Refused

SHORT = made(shipped_form("short"))


def wrong(name: str, value: Any) -> tuple[str, str]:
    with pytest.raises(Refused) as refused:
        read({name: value}, SHORT)
    (reason,) = refused.value.reasons
    return reason.code, reason.at


def test_a_whole_answer_is_read_in_its_kind():
    found = read(
        {
            "title": " 救在身边 ",
            "start_date": "2026-08-01",
            "end_date": dt.date(2027, 7, 31),
            "minors": False,
            "beneficiaries": ["elderly", "residents", "elderly"],
            "beneficiary_count": 480,
            "activities": [{"name": "课程", "times": 4, "place": ""}],
        },
        SHORT,
    )

    assert found == {
        "title": "救在身边",
        "start_date": dt.date(2026, 8, 1),
        "end_date": dt.date(2027, 7, 31),
        "minors": False,
        "beneficiaries": ["elderly", "residents"],
        "beneficiary_count": 480,
        "activities": [{"name": "课程", "times": 4}],
    }


@pytest.mark.parametrize("empty", [None, "", []])
def test_an_emptied_answer_is_nothing(empty: Any):
    assert read({"need": empty}, SHORT) == {"need": None}


def test_a_text_over_its_limit_is_kept_while_it_is_written():
    assert read({"need": "长" * 800}, SHORT) == {"need": "长" * 800}


@pytest.mark.parametrize("name", ["state", "granted_fen", "scope", "number", "version", "payee", "form", "leader"])
def test_a_field_that_is_not_on_the_form_cannot_be_written(name: str):
    assert wrong(name, "x") == ("unknown_field", name)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("title", 5),
        ("title", "长" * 61),
        ("need", "长" * 5001),
        ("need", "a\x00b"),
        ("start_date", "2026-02-30"),
        ("start_date", dt.datetime(2026, 8, 1, tzinfo=dt.UTC)),
        ("start_date", 20260801),
        ("beneficiary_count", "480"),
        ("beneficiary_count", 4.5),
        ("beneficiary_count", True),
        ("beneficiary_count", -1),
        ("minors", "yes"),
        ("paid_to", "my_own_pocket"),
        ("field", "长" * 31),
        ("beneficiaries", "elderly"),
        ("beneficiaries", ["nobody"]),
        ("activities", {"name": "课程"}),
        ("activities", [{"name": "课程", "price": 1}]),
        ("activities", ["课程"]),
        ("activities", [{"name": "课程"}] * 61),
        ("indicators", [{"indicator": "unknown", "target": 5}]),
    ],
)
def test_an_answer_of_the_wrong_kind_is_refused_at_its_field(name: str, value: Any):
    assert wrong(name, value) == ("wrong_kind", name)


def test_every_reason_is_told_at_once():
    with pytest.raises(Refused) as refused:
        read({"state": "approved", "minors": "yes"}, SHORT)
    assert refused.value.codes == ("unknown_field", "wrong_kind")


def test_the_short_form_is_short():
    size = load_profile("qingnuan").application_profile.short
    inputs = [field for field in SHORT.inputs if field.required or field.when or field.name == "committed"]

    assert size.max_required_inputs
    assert size.max_screens
    assert len(inputs) <= size.max_required_inputs
    assert {field.section for field in SHORT.inputs} <= {name for name, _label in SECTIONS}
    assert len(SECTIONS) <= size.max_screens
