"""Organisations, people, teams, roles, and finding anything."""

from __future__ import annotations

import datetime as dt

import pytest

from grants.applications.models import Project
from grants.desk.tables.roles import powers
from grants.people.commands import merge_organisation
from grants.people.models import User
from tests.cast import HANGZHOU, SHANGCHENG, SHAOXING, XIHU, YUECHENG, Cast, a_team, holding
from tests.grants.desk.visiting import Visitor
from tests.journey_steps import starting
from workflow.lifecycle import MACHINES, Role
from workflow.lifecycle import ProjectState as S

EVERYBODY = ("team_leader", "county_officer", "officer", "auditor", "sysadmin", "payee_officer")


@pytest.mark.parametrize("role", EVERYBODY)
def test_the_tree_is_for_everybody_with_a_role(cast: Cast, role: str):
    page = Visitor(getattr(cast, role)).open("organisations")
    assert "浙江省红十字会" in page
    assert "上城区红十字会" in page


@pytest.mark.parametrize("name", ["organisations", "people"])
def test_without_a_role_there_is_nothing(cast: Cast, name: str):
    Visitor(cast.stranger).open(name, status=404)


@pytest.mark.parametrize(
    ("text", "found", "not_found"),
    [
        ("上城", "上城区红十字会", "越城区红十字会"),
        (YUECHENG, "越城区红十字会", "上城区红十字会"),
        ("３３０１０２", "上城区红十字会", "越城区"),
    ],
)
def test_a_place_is_found_with_what_stands_above_it(cast: Cast, text: str, found: str, not_found: str):
    page = Visitor(cast.officer).open("organisations", query=f"?q={text}")
    assert "浙江省红十字会" in page
    assert found in page
    assert not_found not in page


def test_what_is_not_there_leads_back(cast: Cast):
    assert "没有找到这个组织。" in Visitor(cast.officer).open("organisations", query="?q=不存在")


@starting(S.SUBMITTED)
def test_one_organisation_says_who_works_there_and_what_lies_there(cast: Cast, project: Project):
    page = Visitor(cast.officer).open("organisation", cast.places[SHANGCHENG].pk)
    for words in ("陈晓红", "张志强", "县级红十字会经办", "晨光应急救护队", f"county={cast.places[SHANGCHENG].pk}"):
        assert words in page


def test_a_neighbour_does_not_read_who_works_there(cast: Cast):
    other = holding(Role.COUNTY_OFFICER, "卢县办", login="lu", organisation=cast.places[YUECHENG])
    page = Visitor(other).open("organisation", cast.places[SHANGCHENG].pk)
    assert "陈晓红" not in page
    assert "晨光应急救护队" not in page


def test_a_merger_stands_on_both_pages(cast: Cast):
    places, day = cast.places, dt.date(2026, 3, 2)
    merge_organisation(places[SHANGCHENG], places[XIHU], day, actor=cast.sysadmin)
    visitor = Visitor(cast.officer)
    old, new = (visitor.open("organisation", places[code].pk) for code in (SHANGCHENG, XIHU))
    assert "2026年3月1日是它的最后一天。" in old
    assert f"/organisations/{places[XIHU].pk}/" in old
    assert "并入这里的组织" in new
    assert places[SHANGCHENG].name in new


@pytest.mark.parametrize(
    ("role", "sees"), [("officer", True), ("county_officer", True), ("sysadmin", True), ("team_leader", True)]
)
def test_people_are_those_one_may_see(cast: Cast, role: str, sees: bool):
    page = Visitor(getattr(cast, role)).open("people", query="?q=周明")
    assert (f"/people/{cast.team_leader.pk}/" in page) is sees
    far = holding(Role.COUNTY_OFFICER, "卢县办", login="lu", organisation=cast.places[YUECHENG])
    assert (f"/people/{cast.team_leader.pk}/" in Visitor(far).open("people", query="?q=周明")) is False
    Visitor(far).open("person", cast.team_leader.pk, status=404)


def test_people_are_found_by_role_and_by_having_none(cast: Cast):
    visitor = Visitor(cast.sysadmin)
    assert "金小敏" in visitor.open("people", query="?role=cashier")
    assert "路人甲" not in visitor.open("people", query="?role=cashier")
    cast.stranger  # noqa: B018 -- made when first named
    assert "路人甲" in visitor.open("people", query="?idle=1")


@pytest.mark.parametrize(
    ("role", "told"), [("officer", True), ("county_officer", True), ("cashier", False), ("auditor", False)]
)
def test_numbers_are_read_and_searched_by_those_who_remind(cast: Cast, role: str, told: bool):
    User.objects.filter(pk=cast.team_leader.pk).update(mobile="+8613800000009")
    visitor = Visitor(getattr(cast, role))
    assert ("13800000009" in visitor.open("person", cast.team_leader.pk)) is told
    assert ("周明" in visitor.open("people", query="?q=13800000009")) is told
    assert ("周明" in visitor.open("search", query="?q=13800000009")) is told


def test_one_reads_ones_own_number(cast: Cast):
    User.objects.filter(pk=cast.cashier.pk).update(mobile="+8613800000009")
    assert "13800000009" in Visitor(cast.cashier).open("person", cast.cashier.pk)


def test_a_person_has_held_roles_since_a_day_by_somebodys_word(cast: Cast):
    page = Visitor(cast.officer).open("person", cast.county_officer.pk)
    for words in ("县级红十字会经办", "杭州市上城区红十字会", "2026年1月1日", "建库时登记"):
        assert words in page


@starting(S.SUBMITTED)
def test_a_team_has_members_a_guide_and_projects(cast: Cast, project: Project):
    page = Visitor(cast.county_officer).open("team", cast.team.pk)
    for words in ("周明", "李婷婷", "项目负责人", "杭州市上城区红十字会", project.number, "成员24人，核心8人"):
        assert words in page
    far = holding(Role.CITY_OFFICER, "傅市办", login="fu", organisation=cast.places[SHAOXING])
    Visitor(far).open("team", cast.team.pk, status=404)


# What a role may do ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", [role for role in Role if role != Role.SYSTEM])
def test_a_role_may_do_exactly_what_the_table_says(role: Role):
    told = sum(len(group["powers"]) for group in powers(role))
    table = [deed for machine in MACHINES.values() for deed in (machine.begin, *machine.deeds.values())]
    assert told == sum(role in deed.roles for deed in table)


def test_ones_own_role_comes_first(cast: Cast):
    page = Visitor(cast.county_leader).open("roles")
    assert "<h2>县级红十字会负责人</h2>" in page
    assert "县级推荐" in page
    assert "拟立项" not in page[page.index("<h2>县级") :]


def test_who_endorses_reads_that_it_is_endorsing(cast: Cast):
    page = Visitor(cast.officer).open("roles", query="?role=business_lead")
    assert "会签" in page
    assert "这个身份不办理业务。" in Visitor(cast.officer).open("roles", query="?role=sysadmin")


# Finding anything -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("救在身边", "project"),
        ("晨光", "team"),
        ("李婷", "person"),
        ("西湖", "organisation"),
        ("ＱＮＺＪ－２０２６", "project"),
    ],
)
@starting(S.SUBMITTED)
def test_words_find_projects_teams_people_and_places(cast: Cast, project: Project, text: str, address: str):
    wanted = {
        "project": f"/projects/{project.pk}/",
        "team": f"/teams/{cast.team.pk}/",
        "person": f"/people/{cast.applicant.pk}/",
        "organisation": f"/organisations/{cast.places[XIHU].pk}/",
    }
    assert wanted[address] in Visitor(cast.officer).open("search", query=f"?q={text}")


@starting(S.SUBMITTED)
def test_what_one_may_not_see_is_not_found(cast: Cast, project: Project):
    far = holding(Role.COUNTY_OFFICER, "卢县办", login="lu", organisation=cast.places[YUECHENG])
    visitor = Visitor(far)
    for text in ("救在身边", "晨光", "李婷婷"):
        assert "没有找到。" in visitor.open("search", query=f"?q={text}")


def test_nothing_asked_is_nothing_searched(cast: Cast):
    assert "几个词之间用空格" in Visitor(cast.officer).open("search", query="?q=　")


def test_more_people_and_teams_cost_no_more_queries(cast: Cast, django_assert_max_num_queries):
    visitor, counts = Visitor(cast.officer), []
    for more in (1, 2):
        for n in range(more):
            team = a_team(cast.places, name=f"献血队{more}{n}")
            holding(Role.TEAM_LEADER, f"献血队长{more}{n}", login=f"t{more}{n}", team=team)
        asked = []
        for name, args, query in (
            ("organisations", (), ""),
            ("organisation", (cast.places[SHANGCHENG].pk,), ""),
            ("people", (), "?q=献血"),
            ("search", (), "?q=献血"),
            ("organisation", (cast.places[HANGZHOU].pk,), ""),
        ):
            visitor.open(name, *args, query=query)
            with django_assert_max_num_queries(15 if args else 10) as seen:
                visitor.open(name, *args, query=query)
            asked.append(len(seen))
        counts.append(asked)
    assert counts[0] == counts[1]
