"""The board of a round."""

from __future__ import annotations

import re

import pytest

from grants.applications.models import Project
from grants.desk.commands import act
from grants.desk.queries.board import counted, running
from grants.desk.tables.board import in_wan, stage_bars, stage_sums
from grants.desk.tables.charts import DESK, Bar, bars
from grants.people.models import User
from tests.cast import HANGZHOU, SHANGCHENG, SHAOXING, YUECHENG, Cast, a_team, holding
from tests.factories import a_complete_draft, on
from tests.grants.desk.test_projects import more_projects
from tests.grants.desk.visiting import Visitor
from tests.journey_steps import starting
from workflow.lifecycle import ProjectState as S
from workflow.lifecycle import Role, RoundState

LATE = (2026, 5, 20)


@pytest.mark.parametrize("role", ["team_leader", "applicant", "payee_officer", "stranger", "sysadmin"])
@starting(S.SUBMITTED)
def test_it_is_for_those_who_look_after_many_projects(cast: Cast, project: Project, role: str):
    Visitor(getattr(cast, role)).open("round_board", project.round_id, status=404)


@pytest.mark.parametrize("role", ["officer", "city_leader", "county_officer", "auditor", "finance_officer"])
@starting(S.SUBMITTED)
def test_it_says_how_many_and_where_most_are(cast: Cast, project: Project, role: str):
    page = Visitor(getattr(cast, role)).open("round_board", project.round_id)
    assert "共1个项目，“立项”阶段最多，有1个；没有过期的。" in page


@starting(S.SUBMITTED)
def test_a_neighbour_counts_nothing_of_it(cast: Cast, project: Project):
    other = holding(Role.COUNTY_OFFICER, "卢县办", login="lu", organisation=cast.places[YUECHENG])
    assert "还没有您能看到的项目。" in Visitor(other).open("round_board", project.round_id)


@starting(S.SUBMITTED)
def test_what_is_late_says_since_when_and_in_whose_hands(cast: Cast, project: Project):
    with on(*LATE):
        page = Visitor(cast.officer).open("round_board", project.round_id)
    assert "1个已经过期" in page
    assert re.search(r"过期\d+个工作日", page)
    assert "在谁手里：陈晓红、张志强" in page


@pytest.mark.parametrize(("role", "told"), [("officer", True), ("city_officer", True), ("auditor", False)])
@starting(S.SUBMITTED)
def test_numbers_are_for_those_who_remind(cast: Cast, project: Project, role: str, told: bool):
    User.objects.filter(pk=cast.county_officer.pk).update(mobile="+8613800000007")
    with on(*LATE):
        page = Visitor(getattr(cast, role)).open("round_board", project.round_id)
    assert "陈晓红" in page
    assert ("tel:+8613800000007" in page) is told


@starting(S.SUBMITTED)
def test_nobody_is_told_to_call_themselves(cast: Cast, project: Project):
    with on(*LATE):
        page = Visitor(cast.county_officer).open("round_board", project.round_id)
    assert "<strong>陈晓红</strong>" not in page
    assert "<strong>张志强</strong>" in page


@starting(S.SUBMITTED)
def test_places_lead_down_to_counties_by_address(cast: Cast, project: Project):
    visitor, city = Visitor(cast.officer), cast.places[HANGZHOU].pk
    page = visitor.open("round_board", project.round_id)
    assert f"?city={city}&amp;show=count#heat" in page
    below = visitor.open("round_board", project.round_id, query=f"?city={city}&show=requested")
    assert f"county={cast.places[SHANGCHENG].pk}" in below
    assert "2.50" in below


@starting(S.SUBMITTED)
def test_the_province_reads_which_places_have_none(cast: Cast, project: Project):
    page = Visitor(cast.officer).open("round_board", project.round_id)
    assert "还没有项目的：" in page
    assert "绍兴市" in page
    assert "还没有项目的" not in Visitor(cast.county_officer).open("round_board", project.round_id)


@pytest.mark.parametrize("query", ["?city=x", "?city=999999", "?show=no_such_measure", "?city=1"])
@starting(S.SUBMITTED)
def test_an_address_that_makes_no_sense_is_the_whole_board(cast: Cast, project: Project, query: str):
    assert "各地" in Visitor(cast.officer).open("round_board", project.round_id, query=query)


@starting(S.SUBMITTED)
def test_every_number_leads_to_as_many_projects(cast: Cast, project: Project):
    team = a_team(cast.places, YUECHENG, name="越城救护队")
    leader = holding(Role.TEAM_LEADER, "越队长", login="yue", team=team)
    act(a_complete_draft(cast, team=team, leader=leader), "submit", actor=leader)
    visitor, shaoxing = Visitor(cast.officer), cast.places[SHAOXING]
    query = f"?round={project.round_id}&stage=applications&city={shaoxing.pk}"
    assert query.replace("&", "&amp;") in visitor.open("round_board", project.round_id)
    page = visitor.open("projects", query=query)
    assert "共1个项目" in page
    assert project.number not in page


@starting(RoundState.OPEN)
def test_more_projects_cost_no_more_queries(cast: Cast, django_assert_max_num_queries):
    visitor, counts = Visitor(cast.officer), []
    for more in (1, 2):
        more_projects(cast, more)
        round_ = Project.objects.latest("pk").round_id
        with on(*LATE):
            visitor.open("round_board", round_)
            with django_assert_max_num_queries(15) as seen:
                visitor.open("round_board", round_)
        counts.append(len(seen))
    assert counts[0] == counts[1]


@starting(S.SUBMITTED)
def test_only_the_deadline_of_the_present_turn_counts(cast: Cast, project: Project):
    rows = counted(project.round, cast.officer)
    names = {one.name for one in running(project.round, rows, cast.officer) if one.machine == "project"}
    assert names == {"county_recommend"}


@starting(S.SUBMITTED)
def test_bars_add_up_to_the_projects(cast: Cast, project: Project):
    found = stage_bars(stage_sums(counted(project.round, cast.officer), {project.pk}))
    assert sum(one.value for one in found) == 1
    assert found[0].note == "1个，过期1个，申请2.50万元"


def test_a_drawing_states_its_finding_and_escapes_names():
    drawn = bars([Bar("<立项>", 4, 1, "4个"), Bar("评审", 0, 0, "0")], "一句话", DESK)
    assert "<title>一句话</title>" in drawn
    assert "&lt;立项&gt;" in drawn
    assert drawn.count("<rect") == 2
    assert "style" not in drawn


@pytest.mark.parametrize(
    ("fen", "words"), [(0, "0.00"), (2_583_300, "2.58"), (2_585_000, "2.59"), (123_456_789_000, "123,456.79")]
)
def test_amounts_in_ten_thousands_are_rounded(fen: int, words: str):
    assert in_wan(fen) == words
