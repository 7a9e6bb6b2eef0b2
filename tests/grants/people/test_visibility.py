"""Whom and what a person sees, at a constant number of queries."""

from __future__ import annotations

import pytest
from pytest_django import DjangoAssertNumQueries

from grants.people.models import Organisation, Team, User
from grants.people.queries import organisations_visible_to, people_visible_to, teams_visible_to
from tests.cast import YUECHENG, Cast, a_team, holding
from workflow.lifecycle import Role


@pytest.mark.parametrize(
    ("role", "seen"),
    [
        ("team_leader", {"晨光应急救护队"}),
        ("county_officer", {"晨光应急救护队"}),
        ("city_leader", {"晨光应急救护队"}),
        ("officer", {"晨光应急救护队", "越城救护队"}),
        ("sysadmin", {"晨光应急救护队", "越城救护队"}),
        ("stranger", set()),
    ],
)
def test_teams_are_seen_by_their_own_people_their_area_and_the_province(cast: Cast, role: str, seen: set[str]):
    a_team(cast.places, YUECHENG, "越城救护队")

    assert {team.name for team in teams_visible_to(getattr(cast, role))} == seen


def test_a_county_sees_the_people_of_its_area_and_not_those_of_another(cast: Cast):
    other = holding(Role.COUNTY_OFFICER, "邻县经办", login="neighbour", organisation=cast.places[YUECHENG])
    seen = set(people_visible_to(cast.county_officer))

    assert {cast.county_leader, cast.team_leader, cast.county_officer} <= seen
    assert seen.isdisjoint({other, cast.city_leader, cast.cashier})


def test_a_team_sees_its_own_people_and_the_province_everybody(cast: Cast):
    assert set(people_visible_to(cast.applicant)) == {cast.applicant, cast.team_leader}
    assert people_visible_to(cast.officer).count() == User.objects.count()


def test_a_stranger_sees_only_themselves(cast: Cast):
    assert list(people_visible_to(cast.stranger)) == [cast.stranger]
    assert list(organisations_visible_to(cast.stranger)) == []


def test_whoever_has_a_role_sees_the_tree(cast: Cast):
    assert organisations_visible_to(cast.team_leader).count() == Organisation.objects.count()


@pytest.mark.parametrize("teams", [1, 3])
def test_looking_takes_two_queries_however_many_there_are(
    cast: Cast, teams: int, django_assert_num_queries: DjangoAssertNumQueries
):
    for number in range(teams):
        a_team(cast.places, name=f"第{number}队")
    with django_assert_num_queries(2):
        assert len({team.guided_by.name for team in teams_visible_to(cast.county_officer)}) == 1
    assert Team.objects.count() == teams + 1
