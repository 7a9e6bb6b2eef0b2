"""Which projects a person sees: each once, and none of them by accident."""

from __future__ import annotations

import datetime as dt

import pytest
from pytest_django import DjangoAssertNumQueries

from grants.applications.models import Project
from grants.applications.queries import granted_lines, visible_to
from grants.people.commands import grant_role
from grants.people.enums import LegalForm
from grants.people.models import Team
from grants.reviews.models import Assignment
from tests.cast import SHANGCHENG, XIHU, Cast, a_team, holding
from tests.factories import CALL, a_complete_draft, a_draft
from tests.journey_steps import a_submitted_project, starting, submit
from workflow.lifecycle import ProjectState as S
from workflow.lifecycle import Role
from workflow.ports import SYSTEM

SEE_ALL = ["officer", "business_lead", "finance_officer", "cashier", "auditor", "discipline", "chair"]


@pytest.mark.parametrize(
    "role", ["team_leader", "applicant", "county_officer", "county_leader", "city_leader", *SEE_ALL]
)
@starting(S.SUBMITTED)
def test_a_submitted_project_is_seen_by_team_area_and_province(cast: Cast, project: Project, role: str):
    assert list(visible_to(getattr(cast, role))) == [project]


@pytest.mark.parametrize("role", ["stranger", "sysadmin"])
@starting(S.SUBMITTED)
def test_a_project_is_not_seen_by_strangers_and_the_administrator(cast: Cast, role: str):
    assert list(visible_to(getattr(cast, role))) == []


@starting(S.SUBMITTED)
def test_another_county_and_another_team_see_nothing(cast: Cast):
    county = holding(Role.COUNTY_LEADER, "西湖会长", login="xihu", organisation=cast.places[XIHU])
    rival = holding(Role.TEAM_LEADER, "别队队长", login="rival", team=a_team(cast.places, SHANGCHENG, "别队"))

    assert list(visible_to(county)) == [] == list(visible_to(rival))


def test_a_draft_is_the_teams_own_until_it_is_submitted(cast: Cast):
    project = a_draft(cast)

    assert list(visible_to(cast.applicant)) == [project] == list(visible_to(cast.officer))
    assert list(visible_to(cast.county_leader)) == []


@starting(S.SUBMITTED)
def test_a_payee_sees_what_is_paid_to_it(cast: Cast, project: Project):
    assert list(visible_to(cast.payee_officer)) == [project]

    Project.objects.filter(pk=project.pk).update(payee=None)
    assert list(visible_to(cast.payee_officer)) == []


@starting(S.SUBMITTED)
def test_a_team_that_is_its_own_payee_sees_its_project(cast: Cast, project: Project):
    Team.objects.update(legal_form=LegalForm.REGISTERED, uscc="52330102MJ8700000E")
    cast.team.refresh_from_db()
    grant_role(cast.stranger, Role.PAYEE_OFFICER, actor=SYSTEM, team=cast.team)
    assert list(visible_to(cast.stranger)) == []

    Project.objects.filter(pk=project.pk).update(payee=None)
    assert list(visible_to(cast.stranger)) == [project]


@starting(S.SUBMITTED)
def test_a_reviewer_sees_what_is_assigned_until_leaving_the_seat(cast: Cast, project: Project):
    reviewer = cast.reviewers[0]
    assert list(visible_to(reviewer)) == []

    seat = Assignment.objects.create(project=project, reviewer=reviewer, assigned_by=cast.officer, at=CALL)
    assert list(visible_to(reviewer)) == [project]

    Assignment.objects.filter(pk=seat.pk).update(left_at=CALL, left_reason="回避")
    assert list(visible_to(reviewer)) == []


@starting(S.SUBMITTED)
def test_a_role_for_one_round_shows_that_round_only(cast: Cast, project: Project):
    place = cast.places["330000"]
    grant_role(cast.stranger, Role.DISCIPLINE, actor=SYSTEM, organisation=place, round_=project.round)
    assert list(visible_to(cast.stranger)) == [project]

    cast.stranger.grants.update(valid_to=dt.date(2026, 3, 1), valid_from=dt.date(2026, 3, 1))
    assert list(visible_to(cast.stranger)) == []


@pytest.mark.parametrize("more", [0, 2])
def test_seeing_takes_two_queries_and_shows_each_project_once(
    cast: Cast, more: int, django_assert_num_queries: DjangoAssertNumQueries
):
    a_submitted_project(cast)
    for number in range(more):
        team = a_team(cast.places, name=f"第{number}队")
        leader = holding(Role.TEAM_LEADER, f"队长{number}", login=f"leader{number}", team=team)
        submit(cast, a_complete_draft(cast, team=team, leader=leader))
    grant_role(cast.county_officer, Role.CITY_OFFICER, actor=SYSTEM, organisation=cast.places["330100"])
    with django_assert_num_queries(2):
        shown = [(str(project.team.guided_by), str(project.leader)) for project in visible_to(cast.county_officer)]

    assert len(shown) == more + 1


@starting(S.DRAFT)
def test_what_the_grant_pays_is_told_apart(cast: Cast, project: Project):
    assert sum(line.amount_fen for line in granted_lines(project)) == project.requested_fen
    assert granted_lines(Project(pk=0)) == []
