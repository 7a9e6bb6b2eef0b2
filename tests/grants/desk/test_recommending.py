"""The table at which counties and prefectures rank and recommend, with the application beside every form."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from grants.applications.models import Project, Ranking
from grants.applications.queries import MINUTES
from grants.applications.ranking import put_at
from grants.desk.commands import put_forward
from grants.desk.domain import may_read
from grants.people.commands import grant_role
from grants.people.models import Team
from grants.programmes.models import Quota
from storage.queries import attachments_of
from tests.cast import Cast
from tests.factories import PDF, a_document
from tests.grants.desk.visiting import Visitor, text
from tests.journey_steps import projects_in, starting
from workflow.lifecycle import ProjectState as S
from workflow.lifecycle import Role
from workflow.ports import SYSTEM
from workflow.refusals import Refused
from workflow.trail import given_of, steps_of


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


def test_a_project_goes_to_the_rank_that_is_typed_and_a_colleague_sees_the_same_order(
    cast: Cast, waiting: list[Project]
):
    first, second, third = waiting
    clerk, round_ = Visitor(cast.county_officer), first.round_id
    clerk.post("recommending", round_, **put(third, "1"))
    clerk.post("recommending", round_, **put(first, "99"))
    clerk.post("recommending", round_, **put(first, "second"))
    page = Visitor(cast.county_leader).open("recommending", round_)
    assert order(page) == [third.pk, second.pk, first.pk]
    assert f"{cast.county_officer}" in page
    row = Ranking.objects.get()
    assert (row.organisation, row.level, row.by) == (first.team.guided_by, "county", cast.county_officer)


def test_nobody_else_puts_in_order_and_nobody_their_own_team(cast: Cast, waiting: list[Project]):
    first, pks = waiting[0], [one.pk for one in waiting]
    seat = ("county", first.team.guided_by_id)
    with pytest.raises(Refused):
        put_at(first.round, seat, first, 1, pks, actor=cast.city_officer)
    with pytest.raises(Refused):
        put_at(first.round, seat, first, 1, pks[1:], actor=cast.county_officer)
    grant_role(cast.county_officer, Role.APPLICANT, team=first.team, actor=SYSTEM)
    with pytest.raises(Refused):
        put_at(first.round, seat, first, 1, pks, actor=cast.county_officer)
    assert not Ranking.objects.exists()


def test_the_list_says_where_the_places_end_and_what_to_look_at(cast: Cast, waiting: list[Project]):
    quota = Quota.objects.get(round=waiting[0].round, organisation=waiting[0].team.guided_by.parent)
    assert quota.places > len(waiting)
    leader = Visitor(cast.county_leader)
    assert "名额到这里" not in leader.open("recommending", waiting[0].round_id)
    Quota.objects.filter(pk=quota.pk).update(places=2)
    Team.objects.filter(pk=waiting[0].team_id).update(members=3, core_members=3)
    page = leader.open("recommending", waiting[0].round_id)
    assert page.count("名额到这里") == 1
    assert "成员3人，要求10人" in page


def test_some_of_them_are_compared_side_by_side(cast: Cast, waiting: list[Project]):
    leader, round_ = Visitor(cast.county_leader), waiting[0].round_id
    page = leader.open("recommending_compare", round_, query="?" + "&".join(f"pick={one.pk}" for one in waiting))
    for words in ("申请金额（元）", "每人花多少（元）", "预算：", "申报条件", "系统查过，没有不符", "推荐会议纪要"):
        assert words in page
    assert page.count('scope="col"') == len(waiting) + 1
    assert "还没有选项目" in leader.open("recommending_compare", round_)
    assert "还没有选项目" in leader.open("recommending_compare", round_, query=f"?pick={10**30}&pick=²")
    Visitor(cast.team_leader).open("recommending_compare", round_, status=404)


def test_the_minutes_of_a_meeting_are_laid_to_several_at_once(cast: Cast, waiting: list[Project]):
    clerk, round_ = Visitor(cast.county_officer), waiting[0].round_id
    some = [str(one.pk) for one in waiting[:2]]
    said: dict[str, Any] = {"minutes": "1", "key": "m1", "meeting_said": "第3次会长办公会", "project": some}
    refused = text(clerk.post("recommending", round_, **said, status=422))
    assert "推荐会议纪要" in refused
    assert "还没有勾选项目" in text(clerk.post("recommending", round_, **said | {"project": []}, **scan(), status=422))
    clerk.post("recommending", round_, **said, **scan())
    for project in waiting[:2]:
        (step,) = steps_of(project).filter(move="file_minutes")
        assert given_of(step)["meeting_said"] == "第3次会长办公会"
        assert attachments_of(project, MINUTES).count() == 1
    assert not attachments_of(waiting[2], MINUTES).exists()
    page = clerk.open("recommending", round_)
    assert page.count("有推荐会议纪要") == 2
    paper = attachments_of(waiting[0], MINUTES).get()
    assert may_read(cast.city_officer, paper)
    assert not may_read(cast.team_leader, paper)


def put(project: Project, rank: str) -> dict[str, Any]:
    """The rank that was typed for it, and its button."""
    return {"put": str(project.pk), f"to-{project.pk}": rank}


def scan() -> dict[str, Any]:
    """A signed page as somebody chooses it."""
    return {MINUTES: SimpleUploadedFile("纪要.pdf", PDF, "application/pdf")}


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
