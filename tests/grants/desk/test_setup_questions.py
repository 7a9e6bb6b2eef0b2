"""The application form of a round changed on pages: which one, a question of its own, out, up and down, faults."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.urls import reverse

from grants.applications.form_definition import asked
from grants.programmes.models import Configuration, Round
from grants.programmes.profile.forms import shipped_form
from grants.programmes.queries import rules_of
from tests.cast import Cast
from tests.factories import a_planned_round, an_open_round
from tests.grants.desk.budgets import BUDGETS, KINDS
from tests.grants.desk.setting_up import form_of, open_question, press, save_question
from tests.grants.desk.visiting import Visitor, text
from tests.grants.desk.visiting import asked as counted

FIELD = re.compile(r'<a href="#f-(\w+)">')


@pytest.fixture
def round_(cast: Cast) -> Round:
    return a_planned_round(cast)


@pytest.fixture
def officer(cast: Cast) -> Visitor:
    return Visitor(cast.officer)


def names(round_: Round) -> list[str]:
    """The questions and documents that the round asks now, in order."""
    form = asked(rules_of(Round.objects.get(pk=round_.pk)))
    return [name for screen in form.screens for name in (*screen.fields, *screen.slots)]


def why(round_: Round) -> str:
    """What the last version says of itself."""
    last = Configuration.objects.filter(round=round_.pk).order_by("-number").first()
    return last.reason if last else ""


def test_a_round_takes_the_full_form_and_the_short_one_again(round_: Round, officer: Visitor):
    press(officer, round_.pk, "take:full")
    assert "milestones" in names(round_)
    assert why(round_) == "改用完整版申报书"
    assert "核心成员" in officer.open("round_preview", round_.pk)
    press(officer, round_.pk, "take:short")
    assert asked(rules_of(Round.objects.get(pk=round_.pk))).digest == shipped_form("short").digest


def test_a_question_goes_and_comes_back_with_the_form_as_it_was(round_: Round, officer: Visitor):
    press(officer, round_.pk, "remove:feature")
    assert "feature" not in names(round_)
    assert "去掉“红十字特色与创新”" in officer.open("round_versions", round_.pk)
    page = officer.open("round_questions", round_.pk)
    assert "恢复简版原样" in page
    press(officer, round_.pk, "take:short")
    assert "feature" in names(round_)


def test_a_question_of_its_own_is_asked_where_its_condition_is_met(round_: Round, officer: Visitor):
    typed: dict[str, Any] = {
        "zh": "请写明救援装备",
        "kind": "longtext",
        "most": "200",
        "when": "hazardous",
        "help": "型号和数量。",
    }
    save_question(officer, round_.pk, "page=served", **typed)
    form = asked(rules_of(Round.objects.get(pk=round_.pk)))
    own = form.by_name["own1"]
    assert (str(own.label), own.kind, own.most, own.when, own.required) == (
        "请写明救援装备",
        "longtext",
        200,
        "hazardous",
        True,
    )
    assert form.screen_of("own1").code == "served"
    known = open_question(officer, round_.pk, "name=own1")
    assert known["zh"] == "请写明救援装备"
    assert known["when"] == "hazardous"


def test_choices_and_columns_keep_their_codes_when_they_are_renamed_around(round_: Round, officer: Visitor):
    save_question(officer, round_.pk, "page=served", zh="用什么车", kind="choice", choices="自有|Own\n租用|Hired")
    save_question(officer, round_.pk, "name=own1", choices="借用|Lent\n自有|Own")
    form = asked(rules_of(Round.objects.get(pk=round_.pk)))
    assert [(code, str(words)) for code, words in form.by_name["own1"].choices] == [("c3", "借用"), ("c1", "自有")]


def test_a_condition_names_answers_in_words(round_: Round, officer: Visitor):
    save_question(officer, round_.pk, "page=served", zh="用什么车", kind="choice", choices="自有\n租用")
    save_question(officer, round_.pk, "page=served", zh="租金多少", kind="money", when="own1", equals="租用")
    assert asked(rules_of(Round.objects.get(pk=round_.pk))).by_name["own2"].equals == ("c2",)
    said = save_question(officer, round_.pk, "name=own2", equals="白来的", status=422)
    assert FIELD.findall(said) == ["equals"]
    assert "没有“白来的”，可以写的有：自有、租用" in said


def test_questions_and_pages_move(round_: Round, officer: Visitor):
    press(officer, round_.pk, "up:field")
    assert names(round_)[:2] == ["field", "title"]
    press(officer, round_.pk, "page-down:project")
    assert names(round_)[0] == "beneficiaries"
    press(officer, round_.pk, "down:sustain")
    assert asked(rules_of(Round.objects.get(pk=round_.pk))).screen_of("sustain").code == "team"


REFUSED: dict[str, tuple[str, dict[str, Any], str, str]] = {
    "least over most": ("name=need", {"least": "900", "most": "800"}, "least", "最少不能大于最多"),
    "no choices": ("page=served", {"zh": "选哪个", "kind": "choice"}, "choices", "选择题一定要写"),
    "a table among others": (
        "page=served",
        {"zh": "名单", "kind": "rows", "columns-0-zh": "姓名"},
        "kind",
        "表格要单独占一页",
    ),
    "no label": ("page=served", {"zh": "", "kind": "text"}, "zh", "请填写这一项"),
    "choices twice": ("page=served", {"zh": "选哪个", "kind": "choice", "choices": "甲\n甲"}, "choices", "两个一样的"),
    "nothing repeated": ("page=served", {"zh": "引用", "kind": "earlier"}, "of", "只有“引用”才写引用哪一项"),
    "a text too long to bound": ("name=title", {"most": "90"}, "most", "项目名称最多 60 个字"),
}


@pytest.mark.parametrize("case", sorted(REFUSED))
def test_a_fault_is_told_at_its_field_and_everything_typed_stays(round_: Round, officer: Visitor, case: str):
    where, typed, field, words = REFUSED[case]
    said = save_question(officer, round_.pk, where, status=422, **typed)
    assert field in FIELD.findall(said)
    assert words in said
    kept = form_of(said)
    assert {name: kept[name] for name in typed if name in kept} == typed
    assert Configuration.objects.filter(round=round_.pk).count() == 1


def test_what_is_judged_published_or_paid_on_stays(round_: Round, officer: Visitor):
    with counted() as queries:
        page = officer.open("round_questions", round_.pk)
    assert len(queries) <= BUDGETS[KINDS["round_questions"]]
    assert "remove:need" not in page
    assert "不能去掉" in press(officer, round_.pk, "remove:need", status=422)
    assert "kind" not in open_question(officer, round_.pk, "name=need")


def test_what_another_question_rests_on_is_not_taken_out(round_: Round, officer: Visitor):
    save_question(officer, round_.pk, "page=served", zh="有没有车", kind="yes")
    save_question(officer, round_.pk, "page=served", zh="什么车", kind="text", when="own1")
    assert "“什么车”：条件要看排在前面的一项" in press(officer, round_.pk, "remove:own1", status=422)


def test_a_page_comes_with_its_first_question(round_: Round, officer: Visitor):
    url = reverse("round_question_page", args=[round_.pk])
    sent = form_of(text(officer.client.get(url))) | {"zh": "装备", "section": "design", "reason": "要看装备"}
    assert officer.client.post(url, sent).status_code == 302
    assert "page1" not in asked(rules_of(Round.objects.get(pk=round_.pk))).by_code
    columns: dict[str, Any] = {
        "columns-rows": "2",
        "columns-0-zh": "名称",
        "columns-0-must": "yes",
        "columns-1-zh": "数量",
        "columns-1-kind": "number",
    }
    save_question(officer, round_.pk, "page=page1", zh="装备清单", kind="rows", least="1", most="8", **columns)
    form = asked(rules_of(Round.objects.get(pk=round_.pk)))
    assert form.by_code["page1"].table == "own1"
    assert [(one.name, one.kind, one.required) for one in form.by_name["own1"].columns] == [
        ("col1", "text", True),
        ("col2", "number", False),
    ]


def test_a_double_click_makes_one_version_and_an_old_page_is_told(round_: Round, officer: Visitor):
    sent = form_of(officer.open("round_questions", round_.pk)) | {"do": "remove:feature"}
    for _click in range(2):
        officer.post("round_questions", round_.pk, **sent)
    assert Configuration.objects.filter(round=round_.pk).count() == 2
    officer.post("round_questions", round_.pk, status=409, **(sent | {"do": "remove:sustain", "key": "another"}))
    assert "sustain" in names(round_)


def test_once_the_call_is_out_the_questions_are_only_read(cast: Cast):
    round_, officer = an_open_round(cast), Visitor(cast.officer)
    page = officer.open("round_questions", round_.pk)
    assert "红十字特色与创新" in page
    assert 'name="do"' not in page
    answer = officer.client.get(f"{reverse('round_question', args=[round_.pk])}?name=need")
    assert "保存为新的一版" not in text(answer)
    Visitor(cast.county_leader).open("round_questions", round_.pk, status=404)
