"""A round set up on pages: each section saved and refused, versions, two officers at once, frozen afterwards."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, transaction
from django.test import Client

from grants.desk.commands import act
from grants.desk.setup.rewriting import known, rewritten
from grants.desk.setup.sections import BY_CODE
from grants.programmes.models import Configuration, Round
from grants.programmes.profile import Profile, load_profile, profile_text
from grants.programmes.queries import parsed, rules_of
from tests.cast import Cast
from tests.factories import PDF, a_notice, a_planned_round, an_open_round, rehearse, together
from tests.grants.desk.budgets import BUDGETS, KINDS
from tests.grants.desk.setting_up import form_of, open_form, press, row_with, save, save_question
from tests.grants.desk.visiting import Visitor, asked, text
from workflow import clock
from workflow.lifecycle import RoundState

TEXT = profile_text("qingnuan")


def now(round_: Round) -> Profile:
    """The rules in force."""
    return rules_of(Round.objects.get(pk=round_.pk))


def errors(page: str) -> str:
    """The summary of what is wrong, without tags."""
    found = re.search(r'<div class="errsum".*?</div>', page, re.DOTALL)
    return re.sub(r"<[^>]+>", "", found[0]) if found else ""


def test_the_task_list_leads_to_every_section_and_on_to_the_call(cast: Cast):
    round_ = a_planned_round(cast)
    page = Visitor(cast.officer).open("round_setup", round_.pk)
    for code in BY_CODE:
        assert f"/rounds/{round_.pk}/setup/{code}/" in page
    for name in ("preview", "rehearsal", "call", "versions"):
        assert f"/rounds/{round_.pk}/setup/{name}/" in page
    assert "这一版还没有演练" in page
    assert "本轮还没有项目" in page
    assert f"/rounds/{round_.pk}/setup/" in Visitor(cast.officer).open("round", round_.pk)


@pytest.mark.parametrize("role", ["team_leader", "county_officer", "chair", "stranger"])
def test_setting_up_is_for_the_province(cast: Cast, role: str):
    round_, visitor = a_planned_round(cast), Visitor(getattr(cast, role))
    for name in ("round_setup", "round_versions", "round_preview", "round_rehearsal", "round_call"):
        visitor.open(name, round_.pk, status=404)
    visitor.open("setup_part", round_.pk, "money", status=404)


def test_others_of_the_province_read_what_the_officer_sets(cast: Cast):
    round_, visitor = a_planned_round(cast), Visitor(cast.finance_officer)
    page = visitor.open("setup_part", round_.pk, "money")
    assert "620,000.00" in page
    assert "保存为新的一版" not in page
    visitor.post("setup_part", round_.pk, "money", deed="configure", version=str(round_.version), status=422)
    assert Configuration.objects.count() == 1


@pytest.mark.parametrize("part", sorted(BY_CODE))
def test_a_section_saved_as_it_is_makes_no_version(cast: Cast, part: str):
    round_ = a_planned_round(cast)
    said = save(Visitor(cast.officer), round_.pk, part, status=422)
    assert "没有改动" in said
    assert Configuration.objects.count() == 1


SAVED: dict[str, tuple[dict[str, Any], Any, Any]] = {
    "calendar": ({"deadlines__lines-0-value": "45"}, lambda p: p.deadlines.call_open.value, 45),
    "quota": ({"round__quota__scope": "county"}, lambda p: p.round.quota.scope, "county"),
    "money": ({"round__grant_max_fen": "60,000.50"}, lambda p: p.round.grant_max_fen, 6_000_050),
    "eligibility": ({"eligibility__min_members": "12"}, lambda p: p.eligibility.min_members, 12),
    "form": (
        {"application_profile__short__max_activities": "9"},
        lambda p: p.application_profile.short.max_activities,
        9,
    ),
    "rubric": (
        {"rubric__method__ties": "预算合理性、预期成效与受益"},
        lambda p: p.rubric.method.ties,
        ("budget", "outcome"),
    ),
    "budget": ({"budget__prohibited": "烟酒\n\n礼品"}, lambda p: p.budget.prohibited, ("烟酒", "礼品")),
    "schemes": (
        {"disbursement__default_scheme__registered_team": "三期制"},
        lambda p: p.disbursement.default_scheme.registered_team,
        "B",
    ),
    "thresholds": ({"rubric__method__pass_line": "65"}, lambda p: p.rubric.method.pass_line, 65),
    "papers-closeout": (
        {"checklist__closeout-0-required": "yes"},
        lambda p: p.checklist.closeout[0].required,
        True,
    ),
}


@pytest.mark.parametrize("part", SAVED)
def test_what_is_saved_is_a_new_version_and_everything_else_stays(cast: Cast, part: str):
    round_ = a_planned_round(cast)
    typed, look, value = SAVED[part]
    save(Visitor(cast.officer), round_.pk, part, **typed)

    made = Configuration.objects.get(round=round_, number=2)
    assert (made.made_by, made.reason) == (cast.officer, "会上定的")
    assert look(now(round_)) == value
    back = rewritten(made.text, BY_CODE[part], _shipped(part))
    assert parsed(back) == load_profile("qingnuan")
    untouched = TEXT.split("\nfields_of_service:", maxsplit=1)[0].split("\neligibility:")[0]
    if part in {"rubric", "budget", "schemes"}:
        assert made.text.startswith(untouched)


def _shipped(part: str) -> dict[str, Any]:
    return known(TEXT, BY_CODE[part])


REFUSED: dict[str, tuple[str, dict[str, Any], str, str]] = {
    "a publicity too short": ("calendar", {"deadlines__lines-7-value": "3"}, "deadlines__lines", "公示"),
    "an hour that is none": ("calendar", {"deadlines__closing_time": "五点"}, "deadlines__closing_time", "五点"),
    "months out of order": ("calendar", {"round__implementation_months__min": "20"}, "", "最短"),
    "too many places": ("quota", {"round__quota__per_county": "1000000"}, "round__quota__per_county", "100000"),
    "least above most": ("money", {"round__grant_min_fen": "90000"}, "round__grant_max_fen", "单项上限不能低于下限"),
    "no number": ("money", {"round__planned_projects": "很多"}, "round__planned_projects", "整数"),
    "more core than members": ("eligibility", {"eligibility__core_members": "50"}, "eligibility__core_members", "骨干"),
    "weights not 100": ("rubric", {"rubric__criteria-0-weight": "30"}, "rubric__criteria", "100"),
    "points not the weight": (
        "rubric",
        {"rubric__criteria__sub-0-points": "9"},
        "rubric__criteria__sub",
        "需求与红十字辨识度",
    ),
    "a hint under nothing": (
        "rubric",
        {"rubric__criteria__sub-0-above": "没有的项"},
        "rubric__criteria__sub",
        "没有的项",
    ),
    "a tie by nothing": ("rubric", {"rubric__method__ties": "颜值"}, "rubric__method__ties", "颜值"),
    "a cap over 100": (
        "budget",
        {"budget__categories-1-cap_pct": "150"},
        "budget__categories",
        "第2行“最多占百分之几”",
    ),
    "a group of nothing": ("budget", {"budget__groups-0-members": "外星旅行"}, "budget__groups", "外星旅行"),
    "no last tranche": (
        "schemes",
        {"disbursement__schemes__tranches-1-pct": "30"},
        "disbursement__schemes__tranches",
        "两期制",
    ),
    "a payee scheme of nothing": (
        "schemes",
        {"disbursement__default_scheme__registered_team": "十期制"},
        "disbursement__default_scheme__registered_team",
        "十期制",
    ),
    "pass above excellent": ("thresholds", {"acceptance__pass_from": "95"}, "acceptance__pass_from", "优秀线"),
    "limits out of order": (
        "thresholds",
        {"disbursement__approval_limits-0-upto_fen": ""},
        "disbursement__approval_limits",
        "限额应从小到大",
    ),
    "many without many": (
        "papers-reviews",
        {"checklist__reviews-1-most": "5"},
        "checklist__reviews",
        "第2行“最多几份”",
    ),
}


@pytest.mark.parametrize("fault", REFUSED)
def test_a_fault_is_told_at_its_field_and_nothing_typed_is_lost(cast: Cast, fault: str):
    round_ = a_planned_round(cast)
    part, typed, at, words = REFUSED[fault]
    page = save(Visitor(cast.officer), round_.pk, part, status=422, why="试一试", **typed)

    assert words in errors(page)
    assert not at or f'href="#f-{at}"' in page
    sent = form_of(page)
    assert {name: sent[name] for name in typed} == typed
    assert sent["reason"] == "试一试"
    assert Configuration.objects.count() == 1


def test_why_must_be_said(cast: Cast):
    round_ = a_planned_round(cast)
    page = save(Visitor(cast.officer), round_.pk, "money", status=422, why="", round__planned_projects="20")
    assert 'href="#f-reason"' in page


def test_a_row_comes_and_goes_and_is_renamed_with_what_names_it(cast: Cast):
    round_, visitor = a_planned_round(cast), Visitor(cast.officer)
    form = open_form(visitor, round_.pk, "budget")
    rows = int(form["budget__categories-rows"])
    meal = row_with(form, "budget__categories", "zh", "志愿者用餐补贴")
    tax = row_with(form, "budget__categories", "zh", "税费")
    new = {f"budget__categories-{rows - 1}-zh": "无人机租赁", f"budget__categories-{rows - 1}-en": "Drone rental"}
    changed = {f"budget__categories-{meal}-zh": "误餐补助", f"budget__categories-{tax}-zh": ""}
    save(visitor, round_.pk, "budget", **new, **changed)

    rules = now(round_).budget
    assert {one.code: one.zh for one in rules.categories}["drone_rental"] == "无人机租赁"
    assert "TAX" not in {one.code for one in rules.categories}
    assert "VOL_MEAL" in rules.groups[0].members  # though it is called otherwise now


def test_a_criterion_is_renamed_together_with_its_points(cast: Cast):
    round_, visitor = a_planned_round(cast), Visitor(cast.officer)
    save(visitor, round_.pk, "rubric", **{"rubric__criteria-0-zh": "需求"})

    first = now(round_).rubric.criteria[0]
    assert (first.code, first.zh, len(first.sub)) == ("need", "需求", 3)
    assert now(round_).rubric.method.ties == ("need", "outcome", "team")


def test_more_rows_are_asked_for_without_losing_or_saving_anything(cast: Cast):
    round_, visitor = a_planned_round(cast), Visitor(cast.officer)
    sent = open_form(visitor, round_.pk, "rubric") | {"rubric__criteria-0-zh": "需求", "more": "rubric__criteria__sub"}
    page = text(visitor.post("setup_part", round_.pk, "rubric", status=200, **sent))
    form = form_of(page)

    assert (form["rubric__criteria-0-zh"], form["rubric__criteria__sub-rows"]) == ("需求", "21")
    assert "errsum" not in page
    visitor.post("setup_part", round_.pk, "rubric", **(form | {"reason": "改名"}))
    assert now(round_).rubric.criteria[0].zh == "需求"


def test_one_press_too_many_makes_one_version(cast: Cast):
    round_, visitor = a_planned_round(cast), Visitor(cast.officer)
    sent = open_form(visitor, round_.pk, "money") | {"round__planned_projects": "20", "reason": "少一些"}
    for _press in range(2):
        visitor.post("setup_part", round_.pk, "money", **sent)
    assert Configuration.objects.filter(round=round_).count() == 2


def test_a_table_that_was_not_sent_is_not_emptied(cast: Cast):
    round_, visitor = a_planned_round(cast), Visitor(cast.officer)
    sent = open_form(visitor, round_.pk, "budget") | {"budget__adjust__free_pct": "12", "reason": "放宽"}
    sent = {name: value for name, value in sent.items() if not name.startswith("budget__groups-")}
    visitor.post("setup_part", round_.pk, "budget", **sent)
    assert now(round_).budget.groups == load_profile("qingnuan").budget.groups
    assert now(round_).budget.adjust.free_pct == 12


def test_the_year_proposed_is_the_first_after_the_last_round(cast: Cast):
    a_planned_round(cast, year=2031)
    assert 'name="year" value="2032"' in Visitor(cast.officer).open("new_round")


def test_the_same_press_makes_one_round(cast: Cast):
    last, visitor = a_planned_round(cast), Visitor(cast.officer)
    sent = visitor.hidden("new_round") | {"year": "2028", "source": str(last.pk)}
    for _press in range(2):
        visitor.post("new_round", **sent)
    assert Round.objects.count() == 2


def test_two_officers_at_once_are_told_of_each_other(cast: Cast):
    round_, visitor = a_planned_round(cast), Visitor(cast.officer)
    mine = open_form(visitor, round_.pk, "money") | {"round__planned_projects": "20", "reason": "我改的"}
    save(visitor, round_.pk, "quota", round__quota__per_county="2")
    page = text(visitor.post("setup_part", round_.pk, "money", status=409, **mine))

    assert "修改本轮配置" in page
    assert form_of(page)["round__planned_projects"] == "20"
    again = form_of(page) | {"looked": str(Round.objects.get(pk=round_.pk).version)}
    visitor.post("setup_part", round_.pk, "money", **again)
    assert now(round_).round.planned_projects == 20
    assert now(round_).round.quota.per_county == 2


def test_the_versions_say_who_when_why_and_what(cast: Cast):
    round_, visitor = a_planned_round(cast), Visitor(cast.officer)
    save(
        visitor,
        round_.pk,
        "rubric",
        why="向预算倾斜",
        **{
            "rubric__criteria-0-weight": "15",
            "rubric__criteria-6-weight": "15",
            "rubric__criteria__sub-0-points": "3",
            "rubric__criteria__sub-16-points": "10",
        },
    )
    page = visitor.open("round_versions", round_.pk)
    for words in (
        "向预算倾斜",
        cast.officer.name,
        "需求与红十字辨识度",
        "分值 20",
        "分值 15",
        "哪一版都没有影响到项目",
    ):
        assert words in page
    assert "这是第一版" in visitor.open("round_versions", round_.pk, query="?version=1")
    visitor.open("round_versions", round_.pk, query="?version=9", status=404)


def test_what_no_page_shows_is_told_by_its_place(cast: Cast):
    round_, visitor = a_planned_round(cast), Visitor(cast.officer)
    changed = TEXT.replace("accounting_vouchers_years: 30", "accounting_vouchers_years: 31")
    act(round_, "configure", actor=cast.officer, given={"text": changed, "reason": "延长"})
    assert "retention.accounting_vouchers_years" in visitor.open("round_versions", round_.pk)


def test_the_preview_shows_what_a_team_would_be_asked_and_takes_nothing(cast: Cast):
    round_, visitor = a_planned_round(cast), Visitor(cast.officer)
    before = visitor.open("round_preview", round_.pk)
    press(visitor, round_.pk, "remove:feature")
    save_question(visitor, round_.pk, "name=need", most="800")
    page = visitor.open("round_preview", round_.pk)

    assert "红十字特色与创新" in before
    assert "红十字特色与创新" not in page
    assert "最多800字" in page
    assert "承诺书（签字盖章）" in page
    assert "再加几行" not in page
    assert "disabled" in page
    assert visitor.client.post(f"/rounds/{round_.pk}/setup/preview/").status_code == 405


def test_a_published_round_is_only_read_and_says_who_published_it(cast: Cast):
    round_ = an_open_round(cast)
    visitor = Visitor(cast.officer)
    for name, at in (("round_setup", [round_.pk]), ("setup_part", [round_.pk, "money"]), ("round_call", [round_.pk])):
        page = visitor.open(name, *at)
        assert "申报通知已经发布，设置不能再改" in page
        assert cast.officer.name in page
        assert "保存为新的一版" not in page


def test_a_form_still_open_when_the_call_goes_out_saves_nothing(cast: Cast):
    round_, visitor = a_planned_round(cast), Visitor(cast.officer)
    sent = open_form(visitor, round_.pk, "money") | {"round__planned_projects": "20", "reason": "晚了"}
    rehearse(cast, round_)
    notice = str(a_notice(cast, round_).pk)
    together(round_, "publish_call", by=cast.officer, endorsed_by=cast.business_lead, notice=notice)
    page = text(visitor.post("setup_part", round_.pk, "money", status=409, **sent))
    assert "设置不能再改" in page
    assert Configuration.objects.filter(round=round_).count() == 1


def test_the_database_keeps_the_rules_of_a_published_call(cast: Cast):
    round_ = an_open_round(cast)
    old = round_.configuration
    assert old
    facts: dict[str, Any] = {"round": round_, "text": old.text, "digest": old.digest, "made_by": cast.officer}
    with pytest.raises(DatabaseError), transaction.atomic():
        Configuration.objects.create(number=2, made_at=clock.now(), reason="偷偷", **facts)
    with pytest.raises(DatabaseError), transaction.atomic():
        Round.objects.filter(pk=round_.pk).update(configuration=None)
    other = a_planned_round(cast, year=2030)
    with pytest.raises(DatabaseError), transaction.atomic():
        Round.objects.filter(pk=other.pk).update(configuration=old)
    assert Round.objects.get(pk=round_.pk).state == RoundState.OPEN


def test_a_round_made_from_the_last_one_equals_it(cast: Cast):
    last, visitor = a_planned_round(cast), Visitor(cast.officer)
    save(visitor, last.pk, "money", round__planned_projects="20")
    visitor.send("new_round", year="2028", source=str(last.pk), code="QNZJ-2028B", title="第七轮")

    made = Round.objects.get(year=2028)
    assert (made.code, made.title, made.state) == ("QNZJ-2028B", "第七轮", RoundState.PLANNING)
    assert now(made) == now(last)
    assert (made.call_opens_at, made.call_closes_at, made.rehearsed_digest) == (None, None, "")


def test_a_round_may_start_from_what_comes_with_the_product(cast: Cast):
    last, visitor = a_planned_round(cast), Visitor(cast.officer)
    save(visitor, last.pk, "money", round__planned_projects="20")
    visitor.send("new_round", year="2028", source="shipped")
    visitor.send("new_round", year="2029", source="shipped_full")
    assert rules_of(Round.objects.get(year=2029)).application_profile.default == "full"
    assert now(Round.objects.get(year=2028)) == load_profile("qingnuan")


@pytest.mark.parametrize(
    ("typed", "at"),
    [
        ({"code": "QNZJ-2026"}, "code"),
        ({"code": "第七轮"}, "code"),
        ({"year": "1027"}, "year"),
        ({"year": ""}, "year"),
        ({"source": "99999"}, "source"),
    ],
)
def test_a_round_that_cannot_be_is_refused_at_its_field(cast: Cast, typed: dict[str, str], at: str):
    last = a_planned_round(cast)
    sent = {"year": "2028", "source": str(last.pk), "title": "第七轮", **typed}
    answer = Visitor(cast.officer).send("new_round", status=422, **sent)
    assert f'href="#f-{at}"' in text(answer)
    assert "第七轮" in text(answer)
    assert Round.objects.count() == 1


def test_every_page_keeps_its_budget_of_queries(cast: Cast):
    round_, visitor = a_planned_round(cast), Visitor(cast.officer)
    pages = [(name, "") for name in ("round_setup", "round_versions", "round_preview", "round_rehearsal", "round_call")]
    spent = {}
    for name, part in [*pages, *(("setup_part", code) for code in BY_CODE)]:
        with asked() as queries:
            visitor.open(name, round_.pk, *filter(None, [part]))
        spent[name, part] = len(queries)
    assert {page: n for page, n in spent.items() if n > BUDGETS[KINDS[page[0]]]} == {}


def test_the_call_is_registered_with_its_text_and_leads_to_publishing(cast: Cast):
    round_, visitor = a_planned_round(cast), Visitor(cast.officer)
    scan = SimpleUploadedFile("call.pdf", PDF, "application/pdf")
    visitor.send(
        "round_call",
        round_.pk,
        title="关于组织申报的通知",
        number="",
        issued_on=clock.today().isoformat(),
        text="各市红十字会：\n现组织申报。",
        notice_file=scan,
    )

    made = round_.official_notices.get()
    assert (made.kind, made.title, made.text) == ("call", "关于组织申报的通知", "各市红十字会：\n现组织申报。")
    page = visitor.open("round_call", round_.pk)
    assert "现组织申报" in page
    assert f"/round/{round_.pk}/publish_call/" in page
    assert "已登记" in visitor.open("round_setup", round_.pk)

    rehearse(cast, round_)
    together(round_, "publish_call", by=cast.officer, endorsed_by=cast.business_lead, notice=str(made.pk))
    assert "现组织申报" in Client().get(f"/public/calls/{round_.pk}/").content.decode()


def test_a_prefecture_gets_places_of_its_own_on_the_page(cast: Cast):
    round_, officer = a_planned_round(cast), Visitor(cast.officer)
    own = {"round__quota__own-0-city": "330600", "round__quota__own-0-places": "7"}
    save(officer, round_.pk, "quota", **own)
    assert [(one.city, one.places) for one in now(round_).round.quota.own] == [("330600", 7)]
    save(officer, round_.pk, "quota", **{"round__quota__own-0-city": "", "round__quota__own-0-places": ""})
    assert now(round_).round.quota.own == ()


def test_a_category_may_ask_for_the_activity_of_each_line(cast: Cast):
    round_, officer = a_planned_round(cast), Visitor(cast.officer)
    at = row_with(open_form(officer, round_.pk, "budget"), "budget__categories", "zh", "志愿者用餐补贴")
    save(officer, round_.pk, "budget", **{f"budget__categories-{at}-by_activity": "yes"})
    asked_of = [one.code for one in now(round_).budget.categories if one.by_activity]
    assert asked_of == ["VOL_MEAL"]
