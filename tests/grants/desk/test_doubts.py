"""What is hardly possible is explained by whoever hands it in, and those who judge read it beside the application."""

from __future__ import annotations

from grants.applications.commands import save_form
from grants.people.models import Team
from tests.cast import Cast
from tests.factories import a_complete_draft
from tests.grants.desk.visiting import Visitor, text
from tests.journey_steps import a_submitted_project
from workflow.lifecycle import ProjectState as S
from workflow.trail import given_of, steps_of

WHY = "去年承办了全省的赛会保障。"


def test_a_leader_explains_what_is_hardly_possible_and_nothing_typed_is_lost(cast: Cast):
    project = a_complete_draft(cast, hist_events=0, hist_hours=99_999)
    leader = Visitor(cast.team_leader)
    page = leader.open("project_check", project.pk)
    assert "平均每人超过 1000 小时" in page
    assert "近一年活动是 0 场" in page
    answer = leader.send("project_check", project.pk, status=422, committed="on", doubts_explained="对")
    assert ">对</textarea>" in text(answer)
    leader.send("project_check", project.pk, committed="on", doubts_explained=WHY)
    project.refresh_from_db()
    assert project.state == S.SUBMITTED
    assert given_of(steps_of(project).get(move="submit"))["doubts_explained"] == WHY


def test_those_who_judge_read_the_doubt_and_what_was_said_of_it(cast: Cast):
    project = a_complete_draft(cast, hist_hours=99_999)
    Visitor(cast.team_leader).send("project_check", project.pk, committed="on", doubts_explained=WHY)
    for page in ("project_reader", "project_text", "project"):
        assert WHY in Visitor(cast.county_officer).open(page, project.pk), page
    for page in ("project_reader", "project_text"):
        told = Visitor(cast.county_officer).open(page, project.pk)
        assert cast.team_leader.name in told
        assert "平均每人超过 1000 小时" in told
    assert "平均每人超过" not in Visitor(cast.team_leader).open("project_text", project.pk)


def test_an_application_without_doubts_asks_nothing(cast: Cast):
    project = a_complete_draft(cast)
    assert "doubts_explained" not in Visitor(cast.team_leader).open("project_check", project.pk)
    save_form(project, actor=cast.team_leader, hist_hours=cast.team.members * 1_000)
    assert "doubts_explained" not in Visitor(cast.team_leader).open("project_check", project.pk)


def test_a_code_of_the_team_that_is_in_doubt_stands_beside_its_application(cast: Cast):
    project = a_submitted_project(cast)
    Team.objects.filter(pk=cast.team.pk).update(legal_form="registered", uscc="52330102MJ87000012")
    page = Visitor(cast.county_officer).open("project_reader", project.pk)
    assert "最后一位和前面的对不上" in page
    assert "还没有人说明怎样核对的" in page
