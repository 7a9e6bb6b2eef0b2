"""复制微信消息: ready words wherever something waits for somebody, and nothing in them that is not theirs to see."""

from __future__ import annotations

import re
from html import unescape

from django.urls import reverse

from grants.applications.models import Project
from grants.desk.commands import offer_team, put_forward
from grants.desk.tables.messages import LISTED, call_message
from grants.people.models import User
from tests.cast import XIHU, Cast, holding
from tests.factories import a_document, on
from tests.grants.applications.test_recommending import of_team
from tests.grants.desk.visiting import Visitor
from tests.journey_steps import starting
from workflow.lifecycle import ProjectState as S
from workflow.lifecycle import Role

LATE = (2026, 5, 20)
SITE = "http://testserver"


def words(page: str) -> list[str]:
    """Every ready message on the page."""
    return [unescape(found) for found in re.findall(r"data-message>([^<]*)<", page)]


@starting(S.SUBMITTED)
def test_what_is_late_has_words_for_those_who_have_it_and_for_each_of_them(cast: Cast, project: Project):
    User.objects.filter(pk=cast.county_officer.pk).update(mobile="+8613800000007")
    with on(*LATE):
        page = Visitor(cast.officer).open("round_board", project.round_id)
    late, *calls = words(page)
    assert late.startswith("【情暖浙江】陈晓红、张志强您好，“救在身边进社区”轮到您：")
    assert "现已过期" in late
    assert f"{SITE}{reverse('project', args=[project.pk])}" in late
    assert sorted(one.split("您好")[0] for one in calls) == ["【情暖浙江】张志强", "【情暖浙江】陈晓红"]
    assert all(f"{SITE}{reverse('home')}" in one and "救在身边进社区" in one for one in calls)
    for one in (late, *calls):
        assert "1380000" not in one
        assert "25,000" not in one


@starting(S.SUBMITTED)
def test_what_is_sent_leads_where_its_reader_may_go(cast: Cast, project: Project):
    with on(*LATE):
        found = words(Visitor(cast.officer).open("round_board", project.round_id))
    for one in found:
        place = re.search(rf"{SITE}(\S+)", one)
        assert place
        assert Visitor(cast.county_leader).client.get(place[1]).status_code == 200


def test_a_person_with_much_reads_the_first_of_it(cast: Cast):
    things = [(f"项目{n}", "推荐") for n in range(LISTED + 2)]
    said = call_message("陈晓红", things, SITE)
    assert "7件事" in said
    assert f"项目{LISTED - 1}" in said
    assert f"项目{LISTED}" not in said


@starting(S.SUBMITTED)
def test_a_person_reads_only_what_is_theirs(cast: Cast, project: Project):
    holding(Role.COUNTY_OFFICER, "胡晓", login="xihu", organisation=cast.places[XIHU])
    other = of_team(cast, cast.places[XIHU])
    Project.objects.filter(pk=other.pk).update(title="西湖救护课堂")
    with on(*LATE):
        _first, _second, *calls = words(Visitor(cast.officer).open("round_board", project.round_id))
    by_name = {one.split("您好")[0].removeprefix("【情暖浙江】"): one for one in calls}
    assert "西湖救护课堂" in by_name["胡晓"]
    assert "救在身边进社区" not in by_name["胡晓"]
    assert "西湖救护课堂" not in by_name["陈晓红"]


@starting(S.SUBMITTED)
def test_a_proposal_has_words_for_whoever_endorses_and_tells_nothing_of_it(cast: Cast, project: Project):
    paper = str(a_document(cast.county_officer, "推荐意见表").pk)
    given = {"opinion": "团队成熟，同意推荐。", "rank": 1, "signed_opinion": paper, "signer": "张志强"}
    proposal = put_forward(project, "county_recommend", actor=cast.county_officer, given=given)
    [said] = words(Visitor(cast.county_officer).open("proposal", proposal.pk))
    url = f"{SITE}{reverse('proposal', args=[proposal.pk])}"
    assert said == (f"【情暖浙江】您有一件事要办：核对签字件：县级推荐“救在身边进社区”。打开 {url} 登录后就能办理。")
    Visitor(cast.city_officer).send("proposal", proposal.pk)
    assert words(Visitor(cast.county_officer).open("proposal", proposal.pk)) == []


def test_a_team_on_its_way_has_words_for_the_other_side(cast: Cast):
    receiver = holding(Role.COUNTY_OFFICER, "胡晓", login="xihu", organisation=cast.places[XIHU])
    handover = offer_team(cast.team, cast.places[XIHU], "团队活动都在西湖区。", actor=cast.county_officer)
    [said] = words(Visitor(cast.county_officer).open("handover_answer", handover.pk))
    assert "确认团队移交“晨光应急救护队”" in said
    assert "都在西湖区" not in said
    assert words(Visitor(receiver).open("handover_answer", handover.pk)) == []
