"""A level of the team's own people stands back; list, table, filter and notices all say whose turn it is instead."""

from __future__ import annotations

import re

import pytest

from grants.applications.models import Project, Recommendation
from grants.desk.commands import act
from grants.people.commands import grant_role
from grants.people.models import User
from tests.cast import SHANGCHENG, Cast
from tests.factories import together
from tests.grants.applications.test_recommending import of_team
from tests.grants.applications.test_undoing import against
from tests.grants.desk.visiting import Visitor
from tests.journey_steps import county_recommends, starting, submit
from workflow.lifecycle import ProjectState as S
from workflow.lifecycle import Role
from workflow.ports import SYSTEM, domain

LEVELS = ("county_officer", "city_officer", "officer")


def joins(cast: Cast, *people: User) -> None:
    for person in people:
        grant_role(person, Role.APPLICANT, actor=SYSTEM, team=cast.team)


def filtered(cast: Cast, project: Project) -> set[str]:
    """For whom “只看轮到我的” shows the project."""
    shown = {role: Visitor(getattr(cast, role)).open("projects", query="?mine=1") for role in LEVELS}
    return {role for role, page in shown.items() if project.number in page}


def at_table(cast: Cast, project: Project) -> dict[str, str]:
    """Where the ranking pages show the project as waiting: ranked, or in the place of a level below."""
    found = {}
    for role in LEVELS:
        page = Visitor(getattr(cast, role)).open("recommending", project.round_id)
        for mark, word in (("p", "ranked"), ("i", "instead")):
            if f'<li id="{mark}-{project.pk}"' in page:
                found[role] = word
    return found


@starting(S.DRAFT)
def test_what_a_county_stands_back_from_is_the_citys_everywhere(cast: Cast, project: Project):
    joins(cast, cast.county_leader)
    submit(cast, project)
    assert filtered(cast, project) == {"city_officer"}
    assert at_table(cast, project) == {"city_officer": "instead"}
    page = Visitor(cast.city_leader).open("recommending", project.round_id)
    url = re.search(rf'href="([^"]*/{project.pk}/county_recommend_in_place/[^"]*)"', page)
    assert url is not None
    assert "rank=1" in url[1]
    assert f"/{project.pk}/decline_in_place/" in page
    assert f"/{project.pk}/return_in_place/" in Visitor(cast.city_officer).open("recommending", project.round_id)
    assert "凭签字件代县级推荐" in Visitor(cast.city_officer).open("recommending", project.round_id)


@starting(S.DRAFT)
def test_the_rank_offered_is_free_in_the_county(cast: Cast, project: Project):
    other = of_team(cast, cast.places[SHANGCHENG])
    act(other, "county_recommend", actor=cast.county_leader, given={"opinion": "同意推荐。", "rank": 1})
    joins(cast, cast.county_leader)
    submit(cast, project)
    page = Visitor(cast.city_leader).open("recommending", project.round_id)
    assert f"/{project.pk}/county_recommend_in_place/?back=recommending&amp;rank=2" in page


@starting(S.SUBMITTED)
def test_what_a_city_stands_back_from_is_the_provinces_everywhere(cast: Cast, project: Project):
    joins(cast, cast.city_leader)
    county_recommends(cast, project)
    assert filtered(cast, project) == {"officer"}
    assert at_table(cast, project) == {"officer": "instead"}
    page = Visitor(cast.officer).open("recommending", project.round_id)
    for move in ("city_recommend_in_place", "return_in_place", "decline_in_place"):
        assert f"/{project.pk}/{move}/" in page


@starting(S.DRAFT)
def test_where_county_and_city_both_stand_back_the_province_has_the_word(cast: Cast, project: Project):
    joins(cast, cast.county_leader, cast.city_leader)
    submit(cast, project)
    assert project.stood_back == "city"
    assert filtered(cast, project) == {"officer"}
    assert at_table(cast, project) == {"officer": "instead"}
    turn = domain().turn(project, project.machine().waits[project.state])
    assert set(domain().holders(project, turn)) == {cast.officer}
    given = {"opinion": "同意。", "rank": 1, "reason": "回避。"}
    assert "own_team" in against(project, "county_recommend_in_place", cast.city_leader, **given)
    page = Visitor(cast.officer).open("project", project.pk)
    assert "张志强、黄国平回避" in page
    facts = {"by": cast.officer, "endorsed_by": cast.business_lead}
    together(project, "city_recommend_in_place", **facts, reason="县市两级回避。")
    assert project.state == S.CITY_RECOMMENDED
    assert Recommendation.objects.get().level == "city"


@starting(S.DRAFT)
def test_a_member_beside_a_colleague_leaves_it_to_the_colleague(cast: Cast, project: Project):
    joins(cast, cast.county_officer)
    submit(cast, project)
    assert "county_officer" not in filtered(cast, project)
    page = Visitor(cast.county_officer).open("recommending", project.round_id)
    assert "您是这个团队的成员，须回避" in page
    assert f"/{project.pk}/county_return/" not in page.split("<main")[1]
    assert project.title in Visitor(cast.county_leader).open("home")
    turn = domain().turn(project, project.machine().waits[project.state])
    assert cast.county_officer not in set(domain().holders(project, turn))
    assert str(cast.places[SHANGCHENG]) in page


@pytest.mark.parametrize(("who", "move"), [("city_leader", "not_forwarded"), ("city_officer", "city_take_back")])
@starting(S.CITY_RECOMMENDED)
def test_nor_does_a_member_move_it_afterwards(cast: Cast, project: Project, who: str, move: str):
    joins(cast, getattr(cast, who))
    assert "own_team" in against(project, move, getattr(cast, who), reason="改主意了。")
