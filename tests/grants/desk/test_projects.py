"""The list of projects."""

from __future__ import annotations

import pytest

from grants.applications.commands import begin_project
from grants.applications.models import Project
from grants.desk.commands import act
from grants.people.commands import grant_role
from grants.people.models import Team
from grants.programmes.models import Round
from tests.cast import Cast, a_team, holding
from tests.factories import a_complete_draft, an_open_round
from tests.grants.desk.visiting import Visitor
from tests.journey_steps import starting
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
