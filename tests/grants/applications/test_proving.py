"""The paper of registration is compared once a year; drafts of that year begin with it."""

from __future__ import annotations

import datetime as dt

import pytest

from grants.applications.commands import begin_project
from grants.applications.completeness import problems
from grants.applications.models import Project, TeamProof
from grants.applications.proving import MONTHS, SLOT, confirm_proof, paper_of, proof_of
from grants.desk.commands import act
from grants.kernel.periods import add_months
from grants.people.commands import grant_role
from storage.queries import attachments_of
from tests.cast import Cast
from tests.factories import a_document, an_open_round
from tests.grants.desk.visiting import Visitor
from tests.journey_steps import starting
from workflow import clock
from workflow.lifecycle import ProjectState as S
from workflow.lifecycle import Role
from workflow.ports import SYSTEM
from workflow.refusals import Refused


@starting(S.SUBMITTED)
def test_what_the_county_compared_lies_with_the_next_draft(cast: Cast, project: Project):
    paper = paper_of(project.team)
    assert paper is not None
    confirm_proof(project.team, paper.pk, actor=cast.county_officer)
    act(project, "withdraw", actor=cast.team_leader, given={"reason": "换一个项目报"})
    again = begin_project(project.round, project.team, cast.team_leader, actor=cast.team_leader)
    (taken,) = attachments_of(again, SLOT)
    assert taken.document == paper.document
    assert SLOT not in {one.at for one in problems(again)}


@starting(S.SUBMITTED)
def test_it_counts_for_a_year(cast: Cast, project: Project):
    paper = paper_of(project.team)
    assert paper is not None
    assert proof_of(project.team) is None
    made = confirm_proof(project.team, paper.pk, actor=cast.county_officer)
    assert made.until == add_months(clock.today(), MONTHS)
    assert proof_of(project.team) == made
    last = dt.datetime.combine(made.until, dt.time(9), tzinfo=clock.SHANGHAI)
    with clock.held(last):
        assert proof_of(project.team) == made
    with clock.held(last + dt.timedelta(days=1)):
        assert proof_of(project.team) is None


@starting(S.SUBMITTED)
def test_who_may_not_say_so(cast: Cast, project: Project):
    paper = paper_of(project.team)
    assert paper is not None
    for actor, seen in ((cast.team_leader, paper.pk), (cast.county_officer, "nonsense")):
        with pytest.raises(Refused):
            confirm_proof(project.team, seen, actor=actor)
    grant_role(cast.county_officer, Role.APPLICANT, team=project.team, actor=SYSTEM)
    with pytest.raises(Refused):
        confirm_proof(project.team, paper.pk, actor=cast.county_officer)
    assert not TeamProof.objects.exists()


@starting(S.SUBMITTED)
def test_the_county_says_so_on_the_page_of_the_team(cast: Cast, project: Project):
    clerk = Visitor(cast.county_officer)
    assert "今年还没有核对" in clerk.open("team", project.team_id)
    clerk.send("confirm_team_proof", project.team_id, status=422)
    clerk.send("confirm_team_proof", project.team_id, compared="on")
    assert "自动带上这份证明" in clerk.open("team", project.team_id)
    Visitor(cast.team_leader).open("confirm_team_proof", project.team_id, status=404)


def test_without_a_paper_there_is_nothing_to_compare(cast: Cast):
    an_open_round(cast)
    a_document(cast.team_leader)
    assert paper_of(cast.team) is None
    Visitor(cast.county_officer).open("confirm_team_proof", cast.team.pk, status=404)
