"""Every kind of question, from what people type to what rules read and back onto the page."""

from __future__ import annotations

from typing import Any

import pytest
from django.http import QueryDict

from grants.desk.forms.asks import PLAIN, AskForm
from grants.people.models import User
from workflow.rules import KINDS, Ask


def pick(_record: Any, _actor: Any) -> list[tuple[str, str]]:
    return [("a", "甲"), ("b", "乙"), ("c", "丙")]


def many(_record: Any, _actor: Any) -> list[tuple[str, str]]:
    return [(str(n), f"第{n}项") for n in range(9)]


def form(*asks: Ask, **typed: Any) -> AskForm:
    data = QueryDict(mutable=True)
    for name, value in typed.items():
        data.setlist(name, value) if isinstance(value, list) else data.update({name: value})
    return AskForm(asks, record=None, actor=None, data=data)


def given(ask: Ask, typed: Any) -> Any:
    filled = form(ask, **{ask.name: typed})
    assert filled.is_valid(), filled.errors
    return filled.given().get(ask.name)


@pytest.mark.parametrize(
    ("kind", "typed", "read"),
    [
        ("text", " 周明 ", "周明"),
        ("longtext", "第一行\r\n第二行", "第一行\n第二行"),
        ("number", "12", 12),
        ("number", "１，２００", 1200),
        ("number", "0", 0),
        ("money", "25,833.00", 2_583_300),
        ("money", "１００", 10_000),
        ("money", "0", 0),
        ("half", "7.5", 15),
        ("half", "8", 16),
        ("half", "０", 0),
        ("date", "2027-03-05", "2027-03-05"),
        ("date", "2027年3月5日", "2027-03-05"),
        ("yes", "on", True),
    ],
)
def test_what_people_type_becomes_what_rules_read(kind: str, typed: str, read: object):
    assert given(Ask("answer", "问题", kind), typed) == read


def test_an_empty_box_is_a_no():
    assert given(Ask("answer", "问题", "yes"), []) is False


def test_a_choice_is_one_of_those_offered():
    assert given(Ask("answer", "问题", "choice", choices=pick), "b") == "b"
    assert not form(Ask("answer", "问题", "choice", choices=pick), answer="z").is_valid()


def test_several_choices_come_as_a_list():
    assert given(Ask("answer", "问题", "choices", choices=pick), ["a", "c"]) == ["a", "c"]


def test_the_form_knows_every_kind_that_a_rule_may_ask_for():
    assert {*PLAIN, "choice", "choices", "document", "rows"} == set(KINDS)


def test_few_choices_are_shown_at_once_and_many_in_a_list_to_open():
    shown = str(form(Ask("answer", "问题", "choice", choices=pick))["answer"])
    assert 'type="radio"' in shown
    assert "<select" in str(form(Ask("answer", "问题", "choice", choices=many))["answer"])


@pytest.mark.parametrize(
    ("kind", "typed", "said"),
    [
        ("money", "-5", "金额不能是负数"),
        ("money", "1.234", "最多写到分"),
        ("money", "二百元", "请只写数字"),
        ("money", "12345678901", "太大"),
        ("half", "7.3", "可以带半分"),
        ("number", "1.5", "请写一个整数"),
        ("number", "-1", "请写一个整数"),
        ("date", "明天", "请写日期"),
        ("text", "", "请填写这一项"),
        ("money", "", "请填写这一项"),
    ],
)
def test_what_cannot_be_read_is_said_in_words_and_stays_as_typed(kind: str, typed: str, said: str):
    filled = form(Ask("answer", "问题", kind), answer=typed)
    assert not filled.is_valid()
    assert said in str(filled.errors["answer"])
    assert typed in str(filled["answer"])


def test_what_may_be_left_out_is_left_out():
    asks = [Ask(kind, "问题", kind, required=False) for kind in ("text", "number", "money", "date", "half")]
    filled = form(*asks)
    assert filled.is_valid()
    assert filled.given() == {}


LINES = Ask(
    "lines",
    "明细",
    "rows",
    columns=(Ask("item", "内容"), Ask("price_fen", "单价", "money"), Ask("basis", "依据", required=False)),
)


def rows(*cells: tuple[str, str]) -> dict[str, str]:
    typed = {"lines-rows": str(len(cells))}
    for n, (item, price) in enumerate(cells):
        typed |= {f"lines-{n}-item": item, f"lines-{n}-price_fen": price, f"lines-{n}-basis": ""}
    return typed


def test_rows_are_read_cell_by_cell_and_empty_ones_left_out():
    filled = form(LINES, **rows(("训练耗材", "1,000.00"), ("", ""), ("折页", "5")))
    assert filled.is_valid(), filled.errors
    assert filled.given() == {"lines": [{"item": "训练耗材", "price_fen": 100_000}, {"item": "折页", "price_fen": 500}]}


def test_a_fault_in_a_row_names_row_and_column():
    filled = form(LINES, **rows(("训练耗材", "很多")))
    assert "第1行“单价”" in str(filled.errors["lines"])


def test_no_row_at_all_is_missing():
    assert "请至少填一行" in str(form(LINES, **rows()).errors["lines"])


@pytest.mark.django_db
def test_a_password_is_checked_and_never_given():
    person = User(username="jin")
    person.set_password("right")
    ask = Ask("password", "密码", "password")
    wrong = AskForm((ask,), record=None, actor=person, data={"password": "wrong"})
    assert "密码不对" in str(wrong.errors["password"])
    right = AskForm((ask,), record=None, actor=person, data={"password": "right"})
    assert right.is_valid()
    assert right.given() == {}
