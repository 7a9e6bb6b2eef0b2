"""The form as data: every kind of question, conditions, and that an old answer is read by the form it was given to."""

from __future__ import annotations

import datetime as dt
import gzip
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from grants.applications.commands import copy_last, save_form
from grants.applications.completeness import problems, required_inputs, screens_needed, standings
from grants.applications.copying import Copying, last_application
from grants.applications.form_definition import COLUMNS, asked, made
from grants.applications.form_kept import answer_to, definition_of, definition_under, is_asked
from grants.applications.form_reading import read
from grants.applications.models import FormVersion, Project
from grants.desk.commands import act
from grants.desk.rehearsal.inventing import invented
from grants.desk.setup.questions import changed, put, removed, taken
from grants.desk.tables.text import application_parts
from grants.people.models import Organisation
from grants.programmes.profile import Profile, ProfileError, load_profile, profile_text
from grants.programmes.profile.form import shipped_text
from grants.programmes.profile.forms import kept_form, read_form, shipped_form
from grants.programmes.queries import rules_of
from tests.cast import Cast
from tests.factories import CALL, a_complete_draft, a_draft, an_open_round, answers, fill_in
from tests.grants.desk.budgets import BUDGETS, KINDS
from tests.grants.desk.visiting import Visitor
from tests.grants.desk.visiting import asked as counted
from workflow import clock
from workflow.refusals import Refused

TEXT = profile_text("qingnuan")
FULL = taken(TEXT, "full")
LONG = "据社区统计，辖区老年人口占三成，急救知识普及率低，居民多次提出希望有就近的服务。" * 10
OWN: tuple[dict[str, Any], ...] = (
    {"name": "own_text", "zh": "一行字", "kind": "text", "most": 5},
    {"name": "own_number", "zh": "几个", "kind": "number", "least": 2, "most": 9},
    {"name": "own_money", "zh": "多少钱", "kind": "money"},
    {"name": "own_day", "zh": "哪一天", "kind": "date"},
    {"name": "own_yes", "zh": "有没有车", "kind": "yes"},
    {
        "name": "own_choice",
        "zh": "什么车",
        "kind": "choice",
        "choices": [{"code": "own", "zh": "自有"}, {"code": "hired", "zh": "租用"}],
        "when": "own_yes",
    },
    {"name": "own_rent", "zh": "租金", "kind": "money", "when": "own_choice", "equals": ["hired"]},
    {
        "name": "own_choices",
        "zh": "哪几天",
        "kind": "choices",
        "most": 1,
        "choices": [{"code": "sat", "zh": "周六"}, {"code": "sun", "zh": "周日"}],
    },
    {"name": "own_person", "zh": "带队的人", "kind": "person"},
    {"name": "own_red_cross", "zh": "协办", "kind": "organisation"},
    {"name": "own_again", "zh": "项目名称", "kind": "earlier", "of": "title"},
    {"name": "own_code", "zh": "信用代码", "kind": "earlier", "of": "team.uscc", "required": False},
)


def with_questions(*questions: dict[str, Any], text: str = TEXT) -> str:
    """The configuration with these questions on the page about the team."""

    def change(screens: list[dict[str, Any]]) -> str:
        for question in questions:
            put(question, "team")(screens)
        return ""

    return changed(text, change)[0]


ASKED = with_questions(*OWN)
GIVEN: dict[str, Any] = {
    "own_text": "救护",
    "own_number": 3,
    "own_money": 12_000,
    "own_day": "2026-09-01",
    "own_yes": True,
    "own_choice": "own",
    "own_choices": ["sat"],
    "own_person": [{"name": "王平", "mobile": "13900000000"}],
}


def said(project: Project) -> list[str]:
    project.refresh_from_db()
    return [problem.message for problem in problems(project)]


def written(project: Project, actor: Any, *, closed: bool = False) -> dict[str, str]:
    """Every answer in words, by its label."""
    return {one.label: one.text for part in application_parts(project, actor, closed=closed) for one in part.said}


@pytest.fixture
def own(cast: Cast) -> Project:
    """A complete draft in a round that asks one of every kind."""
    an_open_round(cast, text=ASKED)
    red_cross = str(cast.team.guided_by_id)
    return a_complete_draft(cast, **GIVEN, own_red_cross=red_cross)


# The two that are shipped -------------------------------------------------------------------------------------------


def test_the_full_form_asks_what_the_domain_lists():
    full = made(shipped_form("full"))
    tables = {one.name: (one.least, one.most) for one in full.inputs if one.kind == "rows"}
    assert tables["core_team"] == (3, 15)
    assert tables["milestones"] == (3, 12)
    assert tables["venues"] == (1, 10)
    assert (full.by_name["need"].least, full.by_name["need"].most) == (200, 800)
    assert (full.by_name["plan"].least, full.by_name["plan"].most) == (300, 1500)
    assert full.by_name["uscc"].equals == ("registered",)
    assert load_profile("qingnuan").application_profile.full.max_activities == 30
    assert {*made(shipped_form("short")).by_name} - {*full.by_name} == set()


def test_what_is_queried_and_paid_on_stays_in_columns_of_its_own():
    for name in ("short", "full"):
        form = made(shipped_form(name))
        assert {one.name: one.column for one in form.inputs if one.column} == COLUMNS


def test_a_form_is_the_same_for_the_same_words_and_read_back_whole():
    for name in ("short", "full"):
        form = shipped_form(name)
        assert kept_form(form.text) == form
        assert made(kept_form(form.text)) == made(form)


def test_a_configuration_without_a_form_of_its_own_has_the_digest_it_had():
    rules = Profile.parse(TEXT)
    assert '"form"' not in rules.canonical()
    older = TEXT.replace("min_indicators: 3}\n\n", "min_indicators: 3}\n  fields: [{name: feature, shown: false}]\n\n")
    assert "feature" not in asked(Profile.parse(older)).by_name
    assert Profile.parse(changed(older, removed("sustain"))[0]).application_profile.fields == ()


# Kinds --------------------------------------------------------------------------------------------------------------


def test_every_kind_is_kept_and_read_in_words(cast: Cast, own: Project):
    assert said(own) == []
    assert own.form["own_money"] == 12_000
    assert own.form["own_day"] == "2026-09-01"
    words = written(own, cast.team_leader)
    assert words["多少钱"] == "120.00 元"
    assert words["有没有车"] == "是"
    assert words["什么车"] == "自有"
    assert words["哪几天"] == "周六"
    assert words["协办"] == Organisation.objects.get(pk=cast.team.guided_by_id).short_name
    assert words["哪一天"] == "2026年9月1日"
    assert "带队的人" in words


def test_a_question_that_is_answered_already_cannot_be_written(cast: Cast, own: Project):
    fields = definition_of(own).by_name
    assert answer_to(own, fields["own_again"]) == "救在身边进社区"
    with pytest.raises(Refused) as refused:
        save_form(own, actor=cast.team_leader, own_again="别的")
    assert refused.value.codes == ("unknown_field",)


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"own_text": "六个字的一行"}, "“一行字”最多 5 个字"),
    ({"own_number": 1}, "“几个”不能小于 2"),
    ({"own_number": 10}, "“几个”不能大于 9"),
    ({"own_choices": ["sat", "sun"]}, "“哪几天”最多选 1 个"),
    ({"own_person": [{"name": "王平"}]}, "“带队的人”的每一项都要写：姓名、手机"),
    ({"own_person": [{"name": "王平", "mobile": "12"}]}, "“带队的人”的手机请填 11 位手机号"),
    ({"own_red_cross": "99999999"}, "“协办”里有一个已经不能选，请重新选择"),
    ({"own_day": None}, "“哪一天”没有填"),
    ({"own_choice": None}, "“什么车”没有填"),
    ({"own_choice": "hired"}, "“租金”没有填"),
]


def test_what_is_not_an_answer_is_told(cast: Cast, own: Project):
    right = {**GIVEN, "own_red_cross": str(cast.team.guided_by_id)}
    for wrong, problem in WRONG:
        save_form(own, actor=cast.team_leader, **(right | wrong))
        assert said(own) == [problem], wrong


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("own_money", "120"),
        ("own_money", -1),
        ("own_day", "九月"),
        ("own_person", [{"name": "甲"}, {"name": "乙"}]),
        ("own_person", [{"salary": "1"}]),
        ("own_red_cross", "x"),
        ("own_choice", "bus"),
    ],
)
def test_an_answer_of_another_kind_is_refused(name: str, value: Any):
    with pytest.raises(Refused):
        read({name: value}, asked(Profile.parse(ASKED)))


# Conditions ---------------------------------------------------------------------------------------------------------


def test_what_a_condition_does_not_ask_is_neither_missing_nor_shown(cast: Cast, own: Project):
    save_form(own, actor=cast.team_leader, own_yes=False)
    assert said(own) == []
    assert not is_asked(own, definition_of(own).by_name["own_rent"])
    assert "什么车" not in written(own, cast.team_leader)
    assert own.form["own_choice"] == "own"


def test_the_register_decides_who_is_asked_for_a_code(cast: Cast):
    an_open_round(cast, text=FULL)
    project = a_draft(cast)
    fields = definition_of(project).by_name
    assert not is_asked(project, fields["uscc"])
    project.team.legal_form, project.team.uscc = "registered", "53330102MJ8800001X"
    assert is_asked(project, fields["uscc"])
    assert answer_to(project, fields["uscc"]) == "53330102MJ8800001X"


def test_a_paper_is_wanted_where_its_condition_is_met(cast: Cast):
    paper = {"name": "guardian_consent", "zh": "监护同意书", "kind": "file", "when": "minors"}
    text, _done = changed(TEXT, put(paper, "served", "guardian_consent"))
    an_open_round(cast, text=text)
    project = a_complete_draft(cast)
    assert said(project) == []
    save_form(project, actor=cast.team_leader, minors=True, safeguarding="家长陪同。")
    assert said(project) == ["“未成年人监护同意书与保护预案”没有上传"]


@pytest.mark.parametrize(
    ("old", "new", "field", "words"),
    [
        ("when: minors", "when: hazardous", "when", "什么时候要填不能改"),
        ("name: sustain", "name: feature", "name", "已经用过了"),
        ("name: sustain", "name: marks", "name", "已经用过了"),
        ("name: hist_events, zh: 近一年活动场次, en: Activity sessions in the last year, kind: number",
         "name: hist_events, zh: 场次, kind: number, when: hist_hours", "when", "排在前面的一项"),
        ("{name: target, zh: 目标值, en: Target, kind: number", "{name: target, zh: 目标值", "columns", "这张表要有"),
        ("most: 30, help: 4到30个字", "most: 80, help: 4到30个字", "most", "最多 60 个字"),
    ],
)  # fmt: skip
def test_a_fault_in_a_form_names_the_question(old: str, new: str, field: str, words: str):
    text = shipped_text("short").replace(old, new, 1)
    assert text != shipped_text("short")
    with pytest.raises(ProfileError) as error:
        read_form(text)
    assert any(fault.field.endswith(f".{field}") and words in fault.message for fault in error.value.faults)


# What is kept -------------------------------------------------------------------------------------------------------


def test_an_answer_is_read_by_the_form_it_was_given_under(cast: Cast, own: Project):
    """The next form asks less; under it the old application still says everything, the new one nothing of that."""
    act(own, "submit", actor=cast.team_leader)
    later = an_open_round(cast, year=2027, text=changed(with_questions(*OWN[:2]), removed("feature"))[0])
    own.round = later
    definition = definition_of(own)
    assert definition.digest == own.asked_id != asked(rules_of(later)).digest
    words = written(own, cast.team_leader)
    assert words["多少钱"] == "120.00 元"
    assert words["红十字特色与创新"] == answers()["feature"]
    version = own.submissions.get()
    assert definition_under(version).by_name["own_rent"].equals == ("hired",)


def test_the_next_round_copies_only_what_it_still_asks_in_the_same_kind(cast: Cast):
    with clock.held(CALL - dt.timedelta(days=40)):
        an_open_round(cast, year=2025, text=ASKED)
        project = a_complete_draft(cast, **GIVEN, own_red_cross=str(cast.team.guided_by_id))
        act(project, "submit", actor=cast.team_leader)
    again = {"name": "own_text", "zh": "几行", "kind": "number"}
    an_open_round(cast, text=with_questions(again, OWN[2]))
    draft = a_draft(cast)
    last = last_application(draft)
    assert last
    offered = {name for offer in Copying(draft, last).offers() for name in offer.answers}
    assert offered & {one["name"] for one in OWN} == {"own_money"}
    copy_last(draft, ["team"], actor=cast.team_leader)
    draft.refresh_from_db()
    assert draft.form["own_money"] == 12_000


def test_a_kept_form_is_kept_once_and_for_good(cast: Cast, own: Project):
    a_draft_again = Project.objects.get(pk=own.pk)
    assert FormVersion.objects.filter(pk=a_draft_again.asked_id).count() == 1
    for change in (lambda rows: rows.update(text="{}"), lambda rows: rows.delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            change(FormVersion.objects.filter(pk=own.asked_id))


# The full form as a whole -------------------------------------------------------------------------------------------


def a_full_draft(cast: Cast) -> Project:
    """A complete draft under the full form."""
    an_open_round(cast, text=FULL)
    project = a_draft(cast)
    activities = [{**answers()["activities"][0], "name": f"第{n}讲"} for n in range(15)]
    known = answers(
        need=LONG[:400], plan=LONG[:400], activities=activities, areas=[str(cast.team.guided_by_id)], hazardous=False
    )
    whole = invented(definition_of(project), known, facts={"team.legal_form": "team"})
    return fill_in(project, leader=cast.team_leader, **whole)


def test_the_full_form_is_filled_in_and_handed_in(cast: Cast):
    project = a_full_draft(cast)
    assert said(project) == []
    assert {one.state for one in standings(project)} == {"done"}
    act(project, "submit", actor=cast.team_leader)
    version = project.submissions.get()
    assert version.asked_id == shipped_form("full").digest
    closed = written(project, cast.reviewers[0], closed=True)
    assert not {"项目负责人", "联系人手机", "项目负责人职务"} & closed.keys()
    assert "实施方案" in closed


def test_the_full_form_says_how_large_it_is():
    rules = Profile.parse(FULL)
    slots = sum(one.required for one in rules.checklist.applications)
    assert screens_needed(asked(rules)) == 20
    assert 60 <= required_inputs(rules, slots) <= 110


def test_every_page_of_the_full_form_keeps_its_budget_of_queries_and_bytes(cast: Cast):
    """With everything filled in: fifteen activities, and as many rows elsewhere as there must be."""
    project = a_full_draft(cast)
    leader, form = Visitor(cast.team_leader), definition_of(project)
    pages = [("project_part", one.code) for one in form.screens if one.code not in {"budget", "files"}]
    found = {}
    for name, *part in [("project_form",), ("project_budget",), ("project_files",), ("project_check",), *pages]:
        with counted() as queries:
            page = leader.open(name, project.pk, *part)
        found[name, *part] = (len(queries) <= BUDGETS[KINDS[name]], len(gzip.compress(page.encode())) <= 30_000)
    assert {name: kept for name, kept in found.items() if kept != (True, True)} == {}
    assert "依法登记的时间" not in leader.open("project_part", project.pk, "team")
    assert str(cast.team.guided_by) in leader.open("project_part", project.pk, "team")
    assert "最多12项" in leader.open("project_part", project.pk, "milestones")
    assert 'data-when="f-hazardous"' in leader.open("project_part", project.pk, "served")


def test_a_person_is_one_row_of_the_page(cast: Cast):
    an_open_round(cast, text=FULL)
    project, leader = a_draft(cast), Visitor(cast.team_leader)
    page = leader.open("project_part", project.pk, "people")
    assert 'name="second_contact-rows" value="1"' in page
    assert 'name="more" value="second_contact"' not in page
    typed: dict[str, Any] = {
        "second_contact-0-name": "王平",
        "second_contact-0-mobile": "13900000000",
        "matching_funds": "1,200.50",
    }
    leader.send("project_part", project.pk, "people", leader_post="队长", **typed)
    project.refresh_from_db()
    assert project.form["second_contact"] == [{"name": "王平", "mobile": "13900000000"}]
    assert project.form["matching_funds"] == 120_050
