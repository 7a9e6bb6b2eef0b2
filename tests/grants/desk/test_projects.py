"""The list of projects."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection

from grants.applications.commands import begin_project
from grants.applications.models import Project
from grants.desk.commands import act
from grants.desk.queries.projects import listed
from grants.people.commands import grant_role
from grants.people.models import Team
from grants.programmes.models import Round
from tests.cast import HANGZHOU, SHANGCHENG, SHAOXING, XIHU, Cast, a_team, holding
from tests.factories import a_complete_draft, an_open_round, due
from tests.grants.desk.visiting import Visitor
from tests.journey_steps import starting
from workflow import clock
from workflow.lifecycle import ProjectState as S
from workflow.lifecycle import Role, RoundState
from workflow.ports import SYSTEM


def more_projects(cast: Cast, count: int, title: str = "献血知识进校园") -> None:
    """So many more submitted projects of the county."""
    for _ in range(count):
        number = Team.objects.count()
        team = a_team(cast.places, name=f"救护队{number}")
        leader = holding(Role.TEAM_LEADER, "队长", login=f"leader{number}", team=team)
        act(a_complete_draft(cast, team=team, leader=leader, title=title), "submit", actor=leader)


@pytest.mark.parametrize("role", ["county_officer", "city_leader", "officer", "auditor", "payee_officer"])
@starting(S.SUBMITTED)
def test_everybody_finds_the_projects_they_may_see(cast: Cast, project: Project, role: str):
    assert project.number in Visitor(getattr(cast, role)).open("projects")


def test_the_system_administrator_is_told_that_projects_are_for_others(cast: Cast):
    page = Visitor(cast.sysadmin).open("projects")
    assert "您的身份管理账号和系统运行，不看项目。" in page
    assert "团队提交申报后，会出现在这里" not in page


@pytest.mark.parametrize("role", ["stranger", "sysadmin"])
@starting(S.SUBMITTED)
def test_nobody_finds_any_other(cast: Cast, project: Project, role: str):
    page = Visitor(getattr(cast, role)).open("projects")
    assert project.number not in page
    assert "还没有您能看到的项目" in page


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?q=献血", False),
        ("?q=社区", True),
        ("?q=救在 晨光", True),
        ("?q=QNZJ-2026-0001", True),
        ("?q=上城", True),
        ("?state=submitted", True),
        ("?state=draft", False),
        ("?stage=applications", True),
        ("?stage=settlement", False),
        ("?state=no_such_state", True),
        ("?q=ＱＮＺＪ－２０２６", True),
        ("?q=qnzj", True),
        ("?q=周明", True),
        ("?q=救在　晨光", True),
        ("?field=FIRST_AID", True),
        ("?field=BLOOD", False),
        ("?due=soon", False),
        ("?due=late", False),
        ("?due=no_such_due", True),
        ("?mine=1", False),
        ("?city=direct", False),
        ("?city=999999", True),
        ("?sort=-due", True),
        ("?sort=password", True),
        ("?page=99", True),
        ("?page=x", True),
    ],
)
@starting(S.SUBMITTED)
def test_filters_stand_in_the_address(cast: Cast, project: Project, query: str, found: bool):
    page = Visitor(cast.officer).open("projects", query=query)
    assert (project.number in page) is found


@starting(S.SUBMITTED)
def test_a_filter_that_finds_nothing_offers_the_way_back(cast: Cast):
    page = Visitor(cast.officer).open("projects", query="?q=没有的词")
    assert "没有找到符合条件的项目" in page
    assert "清除条件" in page


@starting(S.SUBMITTED)
def test_one_round_can_be_chosen(cast: Cast, project: Project):
    other = an_open_round(cast, year=2027)
    visitor = Visitor(cast.officer)
    assert project.number in visitor.open("projects", query=f"?round={project.round_id}")
    assert project.number not in visitor.open("projects", query=f"?round={other.pk}")


@starting(RoundState.OPEN)
def test_long_lists_are_paged_and_keep_their_filters(cast: Cast, round_: Round):
    for number in range(21):
        team = a_team(cast.places, name=f"救护队{number}")
        grant_role(cast.team_leader, Role.TEAM_LEADER, actor=SYSTEM, team=team)
        begin_project(round_, team, cast.team_leader, actor=cast.team_leader)
    page = Visitor(cast.officer).open("projects", query="?state=draft")
    assert "第1到20个，共21个" in page
    assert "state=draft&amp;page=2" in page


@starting(RoundState.OPEN)
def test_longer_lists_cost_no_more_queries(cast: Cast, django_assert_max_num_queries):
    visitor, counts = Visitor(cast.officer), []
    for more in (1, 2):
        more_projects(cast, more)
        visitor.open("projects")
        with django_assert_max_num_queries(10) as seen:
            visitor.open("projects")
        counts.append(len(seen))
    assert counts[0] == counts[1]


def test_only_those_who_may_begin_are_offered_to(cast: Cast):
    assert "/projects/new/" in Visitor(cast.team_leader).open("projects")
    assert "/projects/new/" not in Visitor(cast.officer).open("projects")


@starting(S.SUBMITTED)
def test_a_place_finds_its_own_projects(cast: Cast, project: Project):
    visitor, places = Visitor(cast.officer), cast.places
    found = {
        query: project.number in visitor.open("projects", query=query)
        for query in (
            f"?city={places[HANGZHOU].pk}",
            f"?city={places[SHAOXING].pk}",
            f"?county={places[SHANGCHENG].pk}",
            f"?city={places[HANGZHOU].pk}&county={places[XIHU].pk}",
            f"?city={places[HANGZHOU].pk}&county=own",
        )
    }
    assert list(found.values()) == [True, False, True, False, False]


@pytest.mark.parametrize(
    ("role", "mine"),
    [
        ("county_officer", True),
        ("county_leader", True),
        ("city_officer", False),
        ("officer", False),
        ("team_leader", False),
    ],
)
@starting(S.SUBMITTED)
def test_mine_is_what_waits_for_my_level(cast: Cast, project: Project, role: str, mine: bool):
    assert (project.number in Visitor(getattr(cast, role)).open("projects", query="?mine=1")) is mine


@starting(S.SUBMITTED)
def test_late_and_soon_are_told_by_the_deadline_of_the_turn(cast: Cast, project: Project):
    visitor = Visitor(cast.officer)
    last = due(project, "county_recommend")
    with clock.held(last - dt.timedelta(days=1)):
        assert project.number in visitor.open("projects", query="?due=soon")
        assert project.number not in visitor.open("projects", query="?due=late")
    with clock.held(last + dt.timedelta(hours=1)):
        assert project.number not in visitor.open("projects", query="?due=soon")
        assert project.number in visitor.open("projects", query="?due=late")


@starting(S.SUBMITTED)
def test_a_heading_sorts_and_turns_round(cast: Cast):
    page = Visitor(cast.officer).open("projects", query="?q=救&sort=title")
    assert 'aria-sort="ascending"' in page
    assert "sort=-title" in page


@starting(RoundState.OPEN)
def test_projects_without_a_day_come_last_either_way(cast: Cast):
    more_projects(cast, 2)
    first, second = Project.objects.order_by("pk")
    act(first, "withdraw", actor=first.leader, given={"reason": "今年人手不够，明年再报。"})
    for sort in ("due", "-due"):
        numbers = [one.number for one in listed(cast.officer, {"sort": sort})]
        assert numbers == [second.number, first.number]


@pytest.mark.skipif(connection.vendor != "sqlite", reason="the same questions are asked on both databases")
@starting(S.SUBMITTED)
def test_a_thousand_projects_cost_no_more_queries(cast: Cast, project: Project, django_assert_max_num_queries):
    """Rows beside the product's own way: the list only reads."""
    visitor, teams = Visitor(cast.officer), Team.objects
    teams.bulk_create(
        [Team(name=f"队{n}", guided_by=project.team.guided_by, founded_on=dt.date(2020, 1, 1)) for n in range(1000)]
    )
    fields = {"round": project.round, "leader": project.leader, "scope": project.scope, "head": "x"}
    Project.objects.bulk_create(
        [
            Project(number=f"X-{n:04d}", title=f"献血{n}", team=team, **fields)
            for n, team in enumerate(teams.exclude(pk=project.team_id))
        ]
    )
    visitor.open("projects")
    for query in ("", "?q=献血&sort=-due&due=soon", "?mine=1", f"?city={cast.places[HANGZHOU].pk}&page=3"):
        with django_assert_max_num_queries(10):
            visitor.open("projects", query=query)
