"""The table at which counties and prefectures rank and recommend, with the application beside every form."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from grants.applications.models import Project
from grants.desk.commands import put_forward
from tests.cast import Cast
from tests.factories import a_document
from tests.grants.desk.visiting import Visitor, text
from tests.journey_steps import projects_in, starting
from workflow.lifecycle import ProjectState as S


@pytest.fixture
def waiting(cast: Cast) -> list[Project]:
    """Three projects of the same county."""
    return projects_in(cast, S.SUBMITTED, 3)


def order(page: str) -> list[int]:
    """The projects on the page, as they are ranked."""
    return [int(pk) for pk in re.findall(r'<li id="p-(\d+)"', page)]


def test_everything_that_waits_stands_on_one_page_with_the_places(cast: Cast, waiting: list[Project]):
    page = Visitor(cast.county_leader).open("recommending", waiting[0].round_id)
    assert order(page) == [one.pk for one in waiting]
    assert "推荐名额" in page
    assert "已用0个" in page


def test_projects_change_places_and_are_recommended_in_that_order(cast: Cast, waiting: list[Project]):
    first, second, third = waiting
    leader, round_ = Visitor(cast.county_leader), first.round_id
    leader.post("recommending", round_, up=str(third.pk))
    leader.post("recommending", round_, down=str(first.pk))
    page = leader.open("recommending", round_)
    assert order(page) == [third.pk, first.pk, second.pk]
    url = re.search(rf'href="([^"]*project/{third.pk}/county_recommend/[^"]*)"', page)
    assert url
    form = text(leader.client.get(url[1].replace("&amp;", "&")))
    assert 'name="rank" value="1"' in form
    answer = leader.send(
        "move", "project", third.pk, "county_recommend", query="?back=recommending", opinion="同意推荐", rank="1"
    )
    assert answer["Location"] == reverse("recommending", args=[round_])
    page = leader.open("recommending", round_)
    assert order(page) == [first.pk, second.pk]
    assert "已用1个" in page
    assert '<span class="place" aria-label="第2位">2</span>' in page


def test_nothing_moves_beyond_the_ends(cast: Cast, waiting: list[Project]):
    leader, round_ = Visitor(cast.county_leader), waiting[0].round_id
    leader.post("recommending", round_, up=str(waiting[0].pk))
    leader.post("recommending", round_, down="nonsense")
    assert order(leader.open("recommending", round_)) == [one.pk for one in waiting]


def test_a_clerk_returns_or_enters_a_signed_paper(cast: Cast, waiting: list[Project]):
    page = Visitor(cast.county_officer).open("recommending", waiting[0].round_id)
    assert "凭签字件推荐" in page
    assert "退回修改" in page
    assert "退回修改" not in Visitor(cast.county_leader).open("recommending", waiting[0].round_id).split("<main")[1]


@starting(S.COUNTY_RECOMMENDED)
def test_a_prefecture_reads_what_the_county_said(cast: Cast, project: Project):
    page = Visitor(cast.city_leader).open("recommending", project.round_id)
    assert order(page) == [project.pk]
    assert "同意推荐" in page
    assert f"project/{project.pk}/city_recommend/" in page


@starting(S.SUBMITTED)
def test_the_application_lies_beside_the_form(cast: Cast, project: Project):
    page = Visitor(cast.county_leader).open("move", "project", project.pk, "county_recommend")
    assert f'hx-get="{reverse("project_reader", args=[project.pk])}"' in page
    reader = Visitor(cast.county_leader).open("project_reader", project.pk)
    for words in ("救在身边进社区", "训练耗材", "commitment.pdf"):
        assert words in reader
    piece = Visitor(cast.county_leader).client.get(
        reverse("project_reader", args=[project.pk]), headers={"HX-Request": "true"}
    )
    assert "<html" not in text(piece)


@starting(S.SUBMITTED)
def test_the_table_is_for_those_who_sit_at_it(cast: Cast, project: Project):
    for person in (cast.team_leader, cast.finance_officer, cast.stranger):
        Visitor(person).open("recommending", project.round_id, status=404)
    Visitor(cast.stranger).open("project_reader", project.pk, status=404)


@starting(S.SUBMITTED)
def test_the_way_to_the_table_is_shown_where_the_project_waits(cast: Cast, project: Project):
    way = reverse("recommending", args=[project.round_id])
    assert way in Visitor(cast.county_leader).open("project", project.pk)
    assert way in Visitor(cast.county_officer).open("round", project.round_id)
    assert way not in Visitor(cast.team_leader).open("round", project.round_id)


def test_what_was_put_before_others_is_not_offered_a_second_time(cast: Cast, waiting: list[Project]):
    paper = str(a_document(cast.county_officer, "推荐意见表").pk)
    given = {"opinion": "同意推荐。", "rank": 1, "signed_opinion": paper, "signer": "张志强"}
    put_forward(waiting[0], "county_recommend", actor=cast.county_officer, given=given)
    page = Visitor(cast.county_officer).open("recommending", waiting[0].round_id)
    assert page.count("“县级推荐”已送出，等别人核对或会签") == 1
    assert f"/project/{waiting[0].pk}/county_recommend/" not in page
    assert f"/project/{waiting[1].pk}/county_recommend/" in page
