"""The list of rounds, the page of one, and setting one up."""

from __future__ import annotations

import pytest
from django.urls import reverse

from grants.applications.models import Project
from grants.programmes.models import Round
from tests.cast import Cast
from tests.factories import a_meeting, a_planned_round
from tests.grants.desk.visiting import Visitor
from tests.journey_steps import starting
from workflow.lifecycle import ProjectState as S
from workflow.lifecycle import RoundState


def test_a_round_in_planning_is_for_the_province(cast: Cast):
    round_ = a_planned_round(cast)
    assert round_.title in Visitor(cast.officer).open("rounds")
    assert "还没有开放的轮次" in Visitor(cast.team_leader).open("rounds")
    Visitor(cast.team_leader).open("round", round_.pk, status=404)


@pytest.mark.parametrize("role", ["team_leader", "county_officer", "auditor", "finance_officer"])
@starting(RoundState.OPEN)
def test_an_open_round_can_be_read_by_all(cast: Cast, round_: Round, role: str):
    page = Visitor(getattr(cast, role)).open("round", round_.pk)
    assert "申报中" in page
    assert "关于组织申报的通知" in page


@starting(S.SUBMITTED)
def test_it_counts_the_projects_that_one_may_see(cast: Cast, project: Project):
    page = Visitor(cast.officer).open("round", project.round_id)
    assert f"?round={project.round_id}&amp;state=submitted" in page


@starting(RoundState.OPEN)
def test_money_and_quotas_are_for_the_province(cast: Cast, round_: Round):
    assert "本轮的钱" in Visitor(cast.officer).open("round", round_.pk)
    assert "推荐名额" in Visitor(cast.officer).open("round", round_.pk)
    assert "本轮的钱" not in Visitor(cast.team_leader).open("round", round_.pk)


@pytest.mark.parametrize("role", ["team_leader", "county_officer", "chair"])
@starting(RoundState.OPEN)
def test_papers_and_amounts_of_a_round_stay_inside(cast: Cast, round_: Round, role: str):
    minutes = a_meeting(cast, round_).number
    inside = Visitor(cast.officer).open("round", round_.pk)
    outside = Visitor(getattr(cast, role)).open("round", round_.pk)
    assert "登记正式文件" in inside
    assert minutes in inside
    assert "登记正式文件" not in outside
    assert minutes not in outside
    assert "发布申报通知" in outside


@pytest.mark.parametrize(("role", "status"), [("team_leader", 200), ("county_officer", 200), ("stranger", 404)])
@starting(RoundState.OPEN)
def test_an_official_document_is_read_by_everybody_who_sees_the_round_and_minutes_are_not(
    cast: Cast, round_: Round, role: str, status: int
):
    minutes = a_meeting(cast, round_).document
    call = round_.official_notices.get().document
    visitor = Visitor(getattr(cast, role))
    for document, expected in ((call, status), (minutes, 404)):
        address = reverse("storage:download", args=[document.attachments.get().pk])
        answer = visitor.client.get(address, follow=True)
        assert answer.status_code == expected
        assert answer.getvalue()
    if status == 200:
        page = visitor.open("round", round_.pk)
        assert f'href="{reverse("storage:download", args=[call.attachments.get().pk])}"' in page


@starting(RoundState.OPEN)
def test_where_the_money_came_from_and_went_has_a_page_for_the_province(cast: Cast, round_: Round):
    assert f'href="/rounds/{round_.pk}/money/"' in Visitor(cast.officer).open("round", round_.pk)
    assert "还没有登记资金来源" in Visitor(cast.finance_officer).open("round_money", round_.pk)
    for foreigner in (cast.team_leader, cast.county_officer):
        assert f'href="/rounds/{round_.pk}/money/"' not in Visitor(foreigner).open("round", round_.pk)
        Visitor(foreigner).open("round_money", round_.pk, status=404)


def test_the_form_of_a_new_configuration_holds_the_one_in_force(cast: Cast):
    round_ = a_planned_round(cast)
    page = Visitor(cast.officer).open("move", "round", round_.pk, "configure")
    assert "planned_projects: 24" in page


def test_nobody_else_sets_up_rounds(cast: Cast):
    a_planned_round(cast)
    Visitor(cast.team_leader).open("new_round", status=404)


@starting(S.SUBMITTED)
def test_the_page_keeps_within_its_queries(cast: Cast, project: Project, django_assert_max_num_queries):
    visitor = Visitor(cast.officer)
    visitor.open("round", project.round_id)
    with django_assert_max_num_queries(15):
        visitor.open("round", project.round_id)
    with django_assert_max_num_queries(10):
        visitor.open("rounds")


def test_the_step_that_leads_on_is_never_folded_away(cast: Cast):
    page = Visitor(cast.officer).open("round", a_planned_round(cast).pk)
    panel = page[page.index('id="do"') : page.index("</section>", page.index('id="do"'))]
    shown, _folded = panel.split("<details", 1)
    assert "发布申报通知" in shown
    assert "还没有演练过" in shown
