"""People, teams and roles: who may hold what where, and for how long."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from grants.people.commands import create_person, create_team, end_role, grant_role
from grants.people.enums import LegalForm, Level
from grants.people.models import Organisation, RoleGrant, User
from grants.people.queries import hats, holds, live_grants
from tests.cast import HANGZHOU, SHANGCHENG, SHAOXING, YUECHENG, Cast, a_person, a_team, holding
from tests.factories import on
from workflow.lifecycle import Role
from workflow.ports import SYSTEM
from workflow.refusals import Refused


def codes(function: Any, *args: Any, **kwargs: Any) -> tuple[str, ...]:
    """What the command answers instead of doing it."""
    with pytest.raises(Refused) as refused:
        function(*args, **kwargs)
    return refused.value.codes


def test_a_person_signs_in_by_mobile_number(cast: Cast):
    person = create_person("周明", actor=cast.sysadmin, mobile="138 0000 0002", password="long-enough-2026")

    assert (person.username, person.mobile) == ("+8613800000002", "+8613800000002")
    assert person.check_password("long-enough-2026")


def test_a_person_without_password_cannot_sign_in_yet(cast: Cast):
    assert not a_person("新人", "newcomer").has_usable_password()


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"mobile": "12345"}, "mobile"),
        ({"mobile": ""}, "incomplete"),
        ({"name": " "}, "incomplete"),
        ({"mobile": "13800000003"}, "known"),
    ],
)
def test_a_person_needs_a_name_and_a_number_of_their_own(cast: Cast, changed: dict[str, str], code: str):
    create_person("先来的", actor=SYSTEM, mobile="13800000003")
    facts = {"name": "后来的", "mobile": "13800000004"} | changed

    assert codes(create_person, facts.pop("name"), actor=SYSTEM, **facts) == (code,)


@pytest.mark.parametrize("role", ["officer", "county_leader", "team_leader", "auditor"])
def test_only_the_administrator_makes_people_and_roles(cast: Cast, role: str):
    actor = getattr(cast, role)

    assert codes(create_person, "新人", actor=actor, username="x") == ("not_yours",)
    person, root = cast.chair, cast.places["330000"]
    assert codes(grant_role, person, Role.FINANCE_OFFICER, actor=actor, organisation=root) == ("not_yours",)


@pytest.mark.parametrize(
    ("role", "place"),
    [
        (Role.COUNTY_OFFICER, HANGZHOU),
        (Role.CITY_LEADER, SHANGCHENG),
        (Role.PROGRAMME_OFFICER, HANGZHOU),
        (Role.TEAM_LEADER, SHANGCHENG),
        (Role.SYSTEM, "330000"),
    ],
)
def test_a_role_is_held_where_it_is_exercised(cast: Cast, role: str, place: str):
    person = a_person("新人", "newcomer")

    assert codes(grant_role, person, role, actor=SYSTEM, organisation=cast.places[place]) == ("scope",)


def test_a_county_role_is_not_held_on_a_team(cast: Cast):
    assert codes(grant_role, cast.stranger, Role.COUNTY_LEADER, actor=SYSTEM, team=cast.team) == ("scope",)


def test_a_role_is_held_at_one_place(cast: Cast):
    both = {"organisation": cast.places[SHANGCHENG], "team": cast.team}

    assert codes(grant_role, cast.stranger, Role.PAYEE_OFFICER, actor=SYSTEM, **both) == ("scope",)
    assert codes(grant_role, cast.stranger, Role.PAYEE_OFFICER, actor=SYSTEM) == ("scope",)


def test_only_a_registered_team_can_be_a_payee(cast: Cast):
    registered = create_team(
        "晨光志愿服务中心",
        cast.places[SHANGCHENG],
        actor=SYSTEM,
        founded_on=dt.date(2018, 1, 1),
        legal_form=LegalForm.REGISTERED,
        uscc="52330102MJ8700000E",
    )

    assert codes(grant_role, cast.stranger, Role.PAYEE_OFFICER, actor=SYSTEM, team=cast.team) == ("payee",)
    assert grant_role(cast.stranger, Role.PAYEE_OFFICER, actor=SYSTEM, team=registered).team == registered


@pytest.mark.parametrize("alone", [Role.SYSADMIN, Role.AUDITOR])
def test_administrator_and_auditor_hold_no_other_role(cast: Cast, alone: str):
    person, root = a_person("一人", "one"), cast.places["330000"]
    grant_role(person, alone, actor=SYSTEM, organisation=root)

    assert codes(grant_role, person, Role.CASHIER, actor=SYSTEM, organisation=root) == ("exclusive",)
    assert codes(grant_role, cast.cashier, alone, actor=SYSTEM, organisation=root) == ("exclusive",)


def test_an_auditor_may_have_been_a_cashier_before(cast: Cast):
    root = cast.places["330000"]
    person = holding(Role.CASHIER, "旧出纳", login="former", organisation=root)
    end_role(person.grants.get(), actor=SYSTEM)

    assert grant_role(person, Role.AUDITOR, actor=SYSTEM, organisation=root).pk


def test_granting_the_same_again_changes_nothing(cast: Cast):
    again = grant_role(cast.county_officer, Role.COUNTY_OFFICER, actor=SYSTEM, organisation=cast.places[SHANGCHENG])

    assert RoleGrant.objects.filter(person=cast.county_officer).get() == again


def test_a_role_holds_from_its_first_to_its_last_day(cast: Cast):
    place, first, last = cast.places[SHANGCHENG], dt.date(2026, 4, 1), dt.date(2026, 4, 30)
    grant_role(cast.stranger, Role.COUNTY_OFFICER, actor=SYSTEM, organisation=place, valid_from=first, valid_to=last)
    held = [bool(live_grants(cast.stranger, dt.date(2026, *day))) for day in ((3, 31), (4, 1), (4, 30), (5, 1))]

    assert held == [False, True, True, False]


def test_a_role_ends_at_once_and_stays_on_record(cast: Cast):
    grant = end_role(cast.county_officer.grants.get(), actor=cast.sysadmin, reason="调离")

    assert hats(cast.county_officer) == []
    assert grant.valid_to == dt.date(2026, 3, 1)


def test_a_role_of_today_can_end_today(cast: Cast):
    grant = grant_role(cast.stranger, Role.COUNTY_OFFICER, actor=SYSTEM, organisation=cast.places[SHANGCHENG])
    end_role(grant, actor=SYSTEM)

    assert not holds(cast.stranger, Role.COUNTY_OFFICER)


def test_a_closed_account_holds_nothing(cast: Cast):
    User.objects.filter(pk=cast.county_leader.pk).update(is_active=False)

    assert hats(cast.county_leader) == []


def test_hats_name_the_area_or_the_team(cast: Cast):
    county = cast.places[SHANGCHENG]

    assert hats(cast.county_officer) == [(Role.COUNTY_OFFICER, county.path, county.pk, None, None, None)]
    assert hats(cast.team_leader) == [(Role.TEAM_LEADER, county.path, None, cast.team.pk, None, None)]
    assert hats(SYSTEM) == []


def test_hats_are_counted_by_the_day(cast: Cast):
    with on(2025, 12, 31):
        assert hats(cast.county_officer) == []


def test_a_county_registers_teams_of_its_own_area_only(cast: Cast):
    founded = dt.date(2020, 1, 1)

    assert create_team("清波队", cast.places[SHANGCHENG], actor=cast.county_officer, founded_on=founded).pk
    assert codes(create_team, "别处队", cast.places[YUECHENG], actor=cast.county_officer, founded_on=founded) == (
        "not_yours",
    )
    assert create_team("省属队", cast.places[SHAOXING], actor=cast.officer, founded_on=founded).pk


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"legal_form": LegalForm.REGISTERED}, "uscc"),
        ({"members": 2, "core_members": 3}, "core"),
        ({"name": "晨光应急救护队"}, "known"),
    ],
)
def test_a_team_that_cannot_be_is_refused(cast: Cast, changed: dict[str, Any], code: str):
    facts = {"name": "新队", "founded_on": dt.date(2020, 1, 1)} | changed

    assert codes(create_team, facts.pop("name"), cast.places[SHANGCHENG], actor=SYSTEM, **facts) == (code,)


def test_a_grassroots_organisation_does_not_guide_a_team(cast: Cast):
    county = cast.places[SHANGCHENG]
    street = Organisation.objects.create(
        name="清波街道红十字会",
        short_name="清波街道",
        level=Level.GRASSROOTS,
        parent=county,
        path=f"{county.path}9999/",
        valid_from=dt.date(2023, 6, 30),
    )

    assert codes(create_team, "街道队", street, actor=SYSTEM, founded_on=dt.date(2020, 1, 1)) == ("guided_by",)
    assert a_team(cast.places, YUECHENG, "越城队").guided_by == cast.places[YUECHENG]
