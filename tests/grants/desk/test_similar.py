"""查重 on its page: for those who judge, passages side by side, of another county nothing but what is common."""

from __future__ import annotations

from grants.applications.models import Project
from tests.cast import SHANGCHENG, YUECHENG, Cast
from tests.grants.applications.test_recommending import of_team
from tests.grants.desk.visiting import Visitor
from tests.journey_steps import starting
from workflow.lifecycle import ProjectState as S


@starting(S.SUBMITTED)
def test_whoever_judges_reads_the_common_passages(cast: Cast, project: Project):
    officer = Visitor(cast.county_officer)
    assert "还没有可以比对的申报" in officer.open("project_similar", project.pk)
    other = of_team(cast, cast.places[SHANGCHENG])
    page = officer.open("project_similar", project.pk)
    assert "本申报有100%的字句相同" in page
    assert f"/projects/{other.pk}/text/" in page
    assert "项目名称相近" in page
    assert f"/projects/{project.pk}/similar/" in officer.open("project_text", project.pk)
    assert f"/projects/{project.pk}/similar/" in officer.open("project_reader", project.pk)


@starting(S.SUBMITTED)
def test_of_another_county_only_its_number_is_told(cast: Cast, project: Project):
    other = of_team(cast, cast.places[YUECHENG])
    page = Visitor(cast.county_officer).open("project_similar", project.pk)
    assert other.number in page
    assert "您看不到全文" in page
    assert f"/projects/{other.pk}/" not in page
    assert other.team.name not in page
    assert f"/projects/{other.pk}/text/" in Visitor(cast.officer).open("project_similar", project.pk)


@starting(S.SUBMITTED)
def test_it_is_not_for_the_team_nor_for_reviewers(cast: Cast, project: Project):
    for person in (cast.team_leader, cast.reviewers[0], cast.payee_officer):
        Visitor(person).open("project_similar", project.pk, status=404)
    assert "/similar/" not in Visitor(cast.team_leader).open("project_text", project.pk)
