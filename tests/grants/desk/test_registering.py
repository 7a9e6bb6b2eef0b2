"""The pages that register teams and organisations, correct them, and close accounts."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from grants.applications.models import Project
from grants.kernel.money import format_fen
from grants.people.commands import grant_role, merge_organisation
from grants.people.commands.closing import close_account
from grants.people.commands.register import correct_team
from grants.people.models import Organisation, RegisterLine, RoleGrant, Team, User
from tests.cast import HANGZHOU, SHANGCHENG, XIHU, YUECHENG, Cast, holding
from tests.grants.desk.visiting import Visitor, text
from tests.journey_steps import starting
from workflow.lifecycle import ProjectState as S
from workflow.lifecycle import Role

DAY = dt.date(2026, 3, 2)


def a_form(cast: Cast, **changed: Any) -> dict[str, Any]:
    """A team as a county types it in."""
    typed: dict[str, Any] = {"name": "清波救护队", "guided_by": cast.places[SHANGCHENG].pk, "legal_form": "team"}
    return typed | {"founded_on": "2020-01-01", "members": "12", "core_members": "4"} | changed


def test_a_county_registers_a_team_and_finds_it(cast: Cast):
    visitor = Visitor(cast.county_officer)
    assert reverse("register_team") in visitor.open("organisations")
    page = visitor.open("register_team")
    assert " checked" in page  # there is one place to choose
    answer = visitor.send("register_team", **a_form(cast))
    team = Team.objects.get(name="清波救护队")
    assert answer.headers["Location"] == reverse("team", args=[team.pk])
    page = visitor.open("team", team.pk)
    for words in ("已登记“清波救护队”。", "登记和更正", "陈晓红", "成员12人，核心4人"):
        assert words in page


def test_the_leader_is_handed_a_link_in_the_same_go(cast: Cast):
    typed = a_form(cast, leader="周秀兰", mobile="13800000007")
    page = text(Visitor(cast.county_officer).send("register_team", status=200, **typed))
    assert "已登记“清波救护队”。" in page
    assert "请周秀兰扫这个二维码" in page
    grant = RoleGrant.objects.get(person__name="周秀兰")
    assert (grant.role, grant.team.name if grant.team else "") == (Role.TEAM_LEADER, "清波救护队")


def test_letting_the_leader_in_asks_for_the_password_and_registers_nothing_before(cast: Cast):
    visitor = Visitor(cast.county_officer)
    visitor.has_not_proved_for(16)
    answer = visitor.client.post(reverse("register_team"), a_form(cast, leader="周秀兰"))
    assert answer.headers["Location"].startswith("/login/again/")
    assert not Team.objects.filter(name="清波救护队").exists()


@pytest.mark.parametrize(
    ("changed", "at"),
    [
        ({"name": "晨光应急救护队"}, "name"),
        ({"legal_form": "registered"}, "uscc"),
        ({"legal_form": "registered", "uscc": "123"}, "uscc"),
        ({"uscc": "52330102MJ8700000E"}, "uscc"),
        ({"founded_on": "2026-03-03"}, "founded_on"),
        ({"members": "3"}, "core_members"),
        ({"mobile": "13800000007"}, "leader"),
        ({"leader": "周秀兰", "mobile": "12"}, "mobile"),
        ({"platform_no": "1" * 41}, "platform_no"),
        ({"name": ""}, "name"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_with_everything_typed_still_there(
    cast: Cast, changed: dict[str, Any], at: str
):
    page = text(Visitor(cast.county_officer).send("register_team", status=422, **a_form(cast, **changed)))
    assert f'id="f-{at}_error"' in page
    assert 'value="2020-01-01"' in page or at == "founded_on"
    assert not Team.objects.filter(name="清波救护队").exists()


def test_a_code_in_doubt_is_entered_by_whoever_says_how_it_was_compared(cast: Cast):
    visitor = Visitor(cast.county_officer)
    typed = a_form(cast, legal_form="registered", uscc="52330102MJ87000012")
    page = text(visitor.send("register_team", status=422, **typed))
    assert "最后一位和前面的对不上" in page
    assert 'value="52330102MJ87000012"' in page

    visitor.send("register_team", **typed, checked="照登记证书原件核对。")
    page = visitor.open("team", Team.objects.get(name="清波救护队").pk)
    for words in ("最后一位和前面的对不上", "照登记证书原件核对。", cast.county_officer.name):
        assert words in page


def test_a_code_that_stands_is_not_asked_about_again(cast: Cast):
    Team.objects.filter(pk=cast.team.pk).update(legal_form="registered", uscc="52330102MJ87000012")
    cast.team.refresh_from_db()
    known = {name: getattr(cast.team, name) for name in ("name", "legal_form", "uscc", "platform_no")}
    known |= {"founded_on": "2019-05-08", "members": "30", "core_members": "8", "reason": "春季招募。"}
    Visitor(cast.county_officer).send("correct_team", cast.team.pk, **known)
    answer = Visitor(cast.county_officer).send(
        "correct_team", cast.team.pk, status=422, **known | {"uscc": "91330102MJ8700000M"}
    )
    assert "社会组织的信用代码" in text(answer)


@pytest.mark.parametrize("role", ["team_leader", "payee_officer", "auditor", "cashier", "stranger"])
def test_who_registers_nothing_finds_no_such_pages(cast: Cast, role: str):
    visitor = Visitor(getattr(cast, role))
    for name in ("register_team", "register_organisation"):
        visitor.open(name, status=404)
    visitor.open("correct_team", cast.team.pk, status=404)
    visitor.open("close_account", cast.county_officer.pk, status=404)


def test_a_neighbour_neither_registers_here_nor_corrects(cast: Cast):
    visitor = Visitor(holding(Role.COUNTY_OFFICER, "卢县办", login="lu", organisation=cast.places[YUECHENG]))
    visitor.open("correct_team", cast.team.pk, status=404)
    assert f'value="{cast.places[SHANGCHENG].pk}"' not in visitor.open("register_team")
    assert 'id="f-guided_by_error"' in text(visitor.send("register_team", status=422, **a_form(cast)))


def test_a_correction_shows_what_stood_there_before(cast: Cast):
    visitor = Visitor(cast.county_officer)
    page = visitor.open("correct_team", cast.team.pk)
    assert 'value="晨光应急救护队"' in page
    assert 'value="2019-05-08"' in page
    typed: dict[str, Any] = {"name": "晨光应急救护队", "legal_form": "team", "platform_no": cast.team.platform_no}
    typed |= {"founded_on": "2019-05-09", "members": "30", "core_members": "8", "reason": "春季招募。"}
    visitor.send("correct_team", cast.team.pk, **typed)
    page = visitor.open("team", cast.team.pk)
    for words in ("更正", "春季招募。", "成员数：24 → 30", "成立时间：2019年5月8日 → 2019年5月9日"):
        assert words in page


def test_a_change_of_legal_form_keeps_the_one_before_with_its_days_who_and_why(cast: Cast):
    visitor = Visitor(cast.county_officer)
    known = {name: getattr(cast.team, name) for name in ("name", "platform_no", "members", "core_members")}
    typed: dict[str, Any] = {**known, "founded_on": str(cast.team.founded_on), "reason": "区民政局准予登记。"}
    typed |= {"legal_form": "registered", "uscc": "52330102MJ8700000E"}
    assert "登记情况的变化" not in visitor.open("team", cast.team.pk)
    answer = visitor.send("correct_team", cast.team.pk, status=422, **typed)
    assert 'id="f-form_since_error"' in text(answer)
    visitor.send("correct_team", cast.team.pk, form_since="2025-06-01", **typed)
    page = visitor.open("team", cast.team.pk)
    for words in ("登记情况的变化", "2019年5月8日至2025年5月31日", "2025年6月1日起", "区民政局准予登记。"):
        assert words in page
    typed |= {"reason": "日期写错了。", "form_since": "2025-06-11"}
    visitor.send("correct_team", cast.team.pk, **typed)
    page = visitor.open("team", cast.team.pk)
    assert "2019年5月8日至2025年6月10日" in page


@starting(S.AGREEMENT_SIGNED)
def test_the_page_of_a_team_shows_what_it_was_granted_and_its_platform_number(cast: Cast, project: Project):
    Team.objects.filter(pk=cast.team.pk).update(platform_no="33010200099")
    page = Visitor(cast.county_officer).open("team", cast.team.pk)
    awards = page[page.index("历年资助") :]
    assert project.granted_fen
    assert format_fen(project.granted_fen) in awards
    assert str(project.round) in awards
    assert "33010200099" in page


@starting(S.SUBMITTED)
def test_a_team_without_an_award_has_none_to_show(cast: Cast, project: Project):
    assert "历年资助" not in Visitor(cast.county_officer).open("team", cast.team.pk)


def test_two_who_correct_at_once_hear_of_each_other(cast: Cast):
    first = Visitor(cast.county_officer)
    opened = first.hidden("correct_team", cast.team.pk)
    now = {name: getattr(cast.team, name) for name in ("name", "legal_form", "uscc", "platform_no", "founded_on")}
    correct_team(cast.team, now | {"members": 25, "core_members": 8}, actor=cast.county_leader, reason="多了一人。")
    typed: dict[str, Any] = {name: str(value) for name, value in now.items()}
    typed |= {"members": "26", "core_members": "8", "reason": "多了两人。"}
    answer = first.post("correct_team", cast.team.pk, status=409, **(opened | typed))
    assert "张志强又办了“更正”" in text(answer)
    again = first.fields(text(answer))["seen"][0]
    first.post("correct_team", cast.team.pk, **(typed | {"seen": again}))
    assert Team.objects.get(pk=cast.team.pk).members == 26


# Organisations --------------------------------------------------------------------------------------------------


def test_the_province_registers_renames_and_dissolves(cast: Cast):
    visitor, county = Visitor(cast.officer), cast.places[SHANGCHENG]
    assert reverse("register_organisation") in visitor.open("organisations")
    assert f"?under={county.pk}" in visitor.open("organisation", county.pk)
    typed: dict[str, Any] = {"sort": "grassroots", "name": "清波街道红十字会", "parent": county.pk}
    visitor.send("register_organisation", **typed)
    place = Organisation.objects.get(name="清波街道红十字会")
    page = visitor.open("organisation", place.pk)
    for words in ("已登记“清波街道红十字会”。", "登记和变更", "林雅琴"):
        assert words in page
    visitor.send("rename_organisation", place.pk, name="湖滨街道红十字会", short_name="湖滨", reason="街道合并。")
    assert "名称：清波街道红十字会 → 湖滨街道红十字会" in visitor.open("organisation", place.pk)
    visitor.send("dissolve_organisation", place.pk, status=422, last_day="2026-03-02", reason="撤销。")
    visitor.send("dissolve_organisation", place.pk, last_day="2026-03-02", reason="撤销。", sure="on")
    page = visitor.open("organisation", place.pk)
    assert "没有承接它的组织。" in page
    assert reverse("rename_organisation", args=[place.pk]) not in page
    visitor.open("rename_organisation", place.pk, status=404)


def test_a_university_hangs_under_the_province_whatever_is_chosen(cast: Cast):
    typed: dict[str, Any] = {"sort": "university", "name": "宁波大学红十字会", "parent": cast.places[SHANGCHENG].pk}
    Visitor(cast.sysadmin).send("register_organisation", **typed, valid_from="2020-01-01")
    place = Organisation.objects.get(name="宁波大学红十字会")
    assert (place.parent, place.level, place.valid_from) == (cast.places["330000"], "direct", dt.date(2020, 1, 1))


@pytest.mark.parametrize(
    ("changed", "at"),
    [
        ({}, "parent"),
        ({"parent": SHANGCHENG}, "parent"),
        ({"parent": HANGZHOU}, "division"),
        ({"parent": HANGZHOU, "division": "330102"}, "division"),
        ({"parent": HANGZHOU, "division": "330199", "valid_from": "2026-03-03"}, "valid_from"),
    ],
)
def test_where_a_new_county_belongs_is_said_at_the_field(cast: Cast, changed: dict[str, Any], at: str):
    typed: dict[str, Any] = {"sort": "county", "name": "杭州市新区红十字会"} | changed
    if "parent" in typed:
        typed["parent"] = str(cast.places[typed["parent"]].pk)
    page = text(Visitor(cast.officer).send("register_organisation", status=422, **typed))
    assert f'id="f-{at}_error"' in page


@pytest.mark.parametrize("role", ["county_leader", "city_officer", "auditor"])
def test_others_do_not_touch_the_tree(cast: Cast, role: str):
    visitor, pk = Visitor(getattr(cast, role)), cast.places[SHANGCHENG].pk
    for name in ("rename_organisation", "dissolve_organisation"):
        visitor.open(name, pk, status=404)
        assert reverse(name, args=[pk]) not in visitor.open("organisation", pk)


def test_the_province_itself_is_not_dissolved(cast: Cast):
    page = Visitor(cast.sysadmin).open("dissolve_organisation", cast.places["330000"].pk)
    assert 'aria-disabled="true"' in page
    assert "省级红十字会不能撤销。" in page


@starting(S.SUBMITTED)
def test_a_place_with_projects_is_not_dissolved(cast: Cast, project: Project):
    typed: dict[str, Any] = {"last_day": "2026-03-02", "reason": "撤销。", "sure": "on"}
    page = text(Visitor(cast.officer).send("dissolve_organisation", cast.places[SHANGCHENG].pk, status=422, **typed))
    assert "还有1个在办项目在这里" in page


# A merger and the projects it leaves behind ---------------------------------------------------------------------


@starting(S.SUBMITTED)
def test_a_merger_says_how_many_projects_it_leaves_and_offers_to_move_them(cast: Cast, project: Project):
    old, new = cast.places[SHANGCHENG], cast.places[XIHU]
    admin = Visitor(cast.sysadmin)
    assert "还有1个在办项目，不会自己跟过去" in admin.open("merge_organisation", old.pk)
    typed: dict[str, Any] = {"into": new.pk, "on": "2026-03-02", "paper": "杭政函〔2026〕3号", "sure": "on"}
    admin.send("merge_organisation", old.pk, **typed)
    page = admin.open("organisation", old.pk)
    for words in ("杭政函〔2026〕3号", "还有1个在办项目没有跟过去", "由省级项目管理员在这一页一起转隶。"):
        assert words in page
    officer = Visitor(cast.officer)
    assert "撤并以后还没有转隶的项目" in officer.open("organisations")
    assert "一起转隶" in officer.open("organisation", old.pk)
    page = officer.open("bulk", query=f"?move=rehome&pick={project.pk}")
    assert "随区划调整转隶" in page
    sent: dict[str, Any] = {"move": "rehome", "pick": f"{project.pk}:{project.version}", "key": "k"}
    officer.post("bulk", **sent)
    project.refresh_from_db()
    assert project.scope == new.path
    assert "一起转隶" not in officer.open("organisation", old.pk)
    assert "撤并以后还没有转隶的项目" not in officer.open("organisations")


def test_without_projects_it_says_so(cast: Cast):
    assert "这里没有在办的项目。" in Visitor(cast.sysadmin).open("merge_organisation", cast.places[XIHU].pk)


# Accounts -------------------------------------------------------------------------------------------------------


@starting(S.SUBMITTED)
def test_closing_says_what_ends_and_signs_out_at_once(cast: Cast, project: Project):
    leader = Visitor(cast.team_leader)
    officer = Visitor(cast.county_officer)
    assert reverse("close_account", args=[cast.team_leader.pk]) in officer.open("person", cast.team_leader.pk)
    page = officer.open("close_account", cast.team_leader.pk)
    for words in ("身份随之结束：项目负责人（晨光应急救护队）", "1个在办项目由这个人负责。"):
        assert words in page
    officer.send("close_account", cast.team_leader.pk, reason="调离。")
    assert leader.client.get(reverse("projects")).status_code == 302


def test_an_account_is_closed_and_opened_with_its_trail(cast: Cast, client: Client):
    officer, person = Visitor(cast.county_officer), cast.applicant
    there = Visitor(person)
    officer.send("close_account", person.pk, status=422, reason="")
    officer.send("close_account", person.pk, reason="账号被别人用过。")
    assert there.client.get(reverse("projects")).headers["Location"].startswith(reverse("login"))
    page = officer.open("person", person.pk)
    for words in ("已停用", "账号的变动", "账号被别人用过。", "陈晓红"):
        assert words in page
    officer.open("close_account", person.pk, status=404)
    officer.send("reopen_account", person.pk, reason="本人核对过身份。")
    page = officer.open("person", person.pk)
    assert "重新启用账号" in page
    assert "已停用" not in page
    assert User.objects.get(pk=person.pk).is_active
    officer.open("reopen_account", person.pk, status=404)


def test_closing_asks_for_the_password(cast: Cast):
    visitor = Visitor(cast.sysadmin)
    visitor.has_not_proved_for(16)
    answer = visitor.client.post(reverse("close_account", args=[cast.cashier.pk]), {"reason": "调离"})
    assert answer.headers["Location"].startswith("/login/again/")
    assert not RegisterLine.objects.filter(person=cast.cashier).exists()


def test_why_an_account_cannot_be_closed_stands_beside_the_greyed_button(cast: Cast):
    grant_role(cast.team_leader, Role.CITY_OFFICER, actor=cast.sysadmin, organisation=cast.places[HANGZHOU])
    visitor = Visitor(cast.county_officer)
    page = visitor.open("close_account", cast.team_leader.pk)
    assert 'aria-disabled="true"' in page
    assert "周明还是“市级红十字会经办”" in page
    visitor.post("close_account", cast.team_leader.pk, status=422, reason="调离")
    visitor.open("close_account", cast.county_officer.pk, status=404)


def test_fellows_of_a_team_do_not_read_why_an_account_was_closed(cast: Cast):
    close_account(cast.applicant, actor=cast.county_officer, reason="账号被别人用过。")
    assert "账号被别人用过。" not in Visitor(cast.team_leader).open("person", cast.applicant.pk)
    assert "账号被别人用过。" in Visitor(cast.auditor).open("person", cast.applicant.pk)


# From a day until a day -----------------------------------------------------------------------------------------


def test_a_role_is_granted_from_a_day_and_taken_back_before_it(cast: Cast):
    visitor, place = Visitor(cast.officer), cast.places[SHANGCHENG].pk
    typed: dict[str, Any] = {"role": Role.COUNTY_OFFICER.value, "organisation": place, "valid_to": "2026-06-30"}
    visitor.send("grant_role", cast.stranger.pk, status=422, **typed, valid_from="2026-03-01")
    page = text(visitor.send("grant_role", cast.stranger.pk, status=422, **typed, valid_from="2026-07-01"))
    assert 'id="f-valid_to_error"' in page
    visitor.send("grant_role", cast.stranger.pk, **typed, valid_from="2026-04-01")
    grant = RoleGrant.objects.get(person=cast.stranger)
    assert (grant.valid_from, grant.valid_to) == (dt.date(2026, 4, 1), dt.date(2026, 6, 30))
    assert "还没开始" in visitor.open("person", cast.stranger.pk)
    visitor.send("end_role", grant.pk, reason="改派别人。")
    page = visitor.open("person", cast.stranger.pk)
    assert "当天或开始前就结束了" in page
    assert reverse("end_role", args=[grant.pk]) not in page


def test_a_merged_place_says_so_on_its_page(cast: Cast):
    merge_organisation(cast.places[SHANGCHENG], cast.places[XIHU], DAY, actor=cast.sysadmin)
    page = Visitor(cast.officer).open("organisation", cast.places[SHANGCHENG].pk)
    assert "已撤并" in page
    assert "在办项目没有跟过去" not in page
    assert "登记团队" not in page
