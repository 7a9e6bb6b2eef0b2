"""The whole text of a project: whoever judges it can read it."""

from __future__ import annotations

import pytest

from grants.applications.models import Project
from tests.cast import Cast
from tests.grants.desk.visiting import Visitor
from tests.journey_steps import starting
from workflow.lifecycle import ProjectState as S


@pytest.mark.parametrize("role", ["county_officer", "county_leader", "officer", "auditor", "applicant"])
@starting(S.SUBMITTED)
def test_whoever_judges_an_application_reads_all_of_it(cast: Cast, project: Project, role: str):
    visitor = Visitor(getattr(cast, role))
    assert f"/projects/{project.pk}/text/" in visitor.open("project", project.pk)
    page = visitor.open("project_text", project.pk)
    for words in ("项目概况", "需求与方案", project.form["need"], "活动计划", "预算", "本项目资助", "25,000.00 元"):
        assert words in page
    assert project.form["contact_mobile"] in page
    assert "已不在可选之列" not in page


@starting(S.SUBMITTED)
def test_a_stranger_finds_no_text(cast: Cast, project: Project):
    Visitor(cast.stranger).open("project_text", project.pk, status=404)


@starting(S.UNDER_REVIEW)
def test_a_reviewer_reads_it_without_the_telephone_number(cast: Cast, project: Project):
    page = Visitor(cast.reviewers[0]).open("project_text", project.pk)
    assert project.form["need"] in page
    assert project.form["contact_mobile"] not in page


@starting(S.REVIEWED)
def test_the_chair_reads_every_score_and_a_reviewer_their_own(cast: Cast, project: Project):
    chair = Visitor(cast.chair).open("project_text", project.pk)
    seated = [seat.reviewer for seat in project.assignments.select_related("reviewer")]
    assert all(person.name in chair for person in seated)
    assert "分</dd>" in chair
    own = Visitor(seated[0]).open("project_text", project.pk)
    assert seated[0].name in own
    assert seated[1].name not in own


@starting(S.REVIEWED)
def test_neither_team_nor_county_reads_scores(cast: Cast, project: Project):
    seated = project.assignments.select_related("reviewer").first()
    assert seated
    for person in (cast.team_leader, cast.county_officer):
        assert seated.reviewer.name not in Visitor(person).open("project_text", project.pk)
