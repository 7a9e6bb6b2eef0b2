"""A team goes from one Red Cross to another by two people; roles are granted and ended by whoever lets people in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from grants.people.commands import answer_handover, ask_handover, end_role, grant_role
from grants.people.enums import HandoverAnswer
from grants.people.models import Handover, User
from tests.cast import SHANGCHENG, SHAOXING, XIHU, YUECHENG, Cast, a_team, holding
from workflow.lifecycle import Role
from workflow.ports import SYSTEM
from workflow.refusals import Refused

WHY = "团队活动都在西湖区。"


def codes(command: Callable[..., Any], *args: Any, **facts: Any) -> tuple[str, ...]:
    with pytest.raises(Refused) as refused:
        command(*args, **facts)
    return refused.value.codes


@pytest.fixture
def receiver(cast: Cast) -> User:
    return holding(Role.COUNTY_OFFICER, "西湖经办", login="xihu", organisation=cast.places[XIHU])


def asked(cast: Cast) -> Handover:
    return ask_handover(cast.team, cast.places[XIHU], WHY, actor=cast.county_officer)


def test_nothing_changes_until_the_other_side_takes_it(cast: Cast, receiver: User):
    handover = asked(cast)
    cast.team.refresh_from_db()
    assert cast.team.guided_by == cast.places[SHANGCHENG]
    answer_handover(handover, HandoverAnswer.TAKEN, actor=receiver)
    cast.team.refresh_from_db()
    assert cast.team.guided_by == cast.places[XIHU]


def test_a_no_needs_a_reason_and_leaves_the_team(cast: Cast, receiver: User):
    handover = asked(cast)
    assert codes(answer_handover, handover, HandoverAnswer.REFUSED, actor=receiver) == ("reason",)
    answer_handover(handover, HandoverAnswer.REFUSED, actor=receiver, reason="团队不在本区。")
    cast.team.refresh_from_db()
    assert cast.team.guided_by == cast.places[SHANGCHENG]
    assert codes(answer_handover, handover, HandoverAnswer.TAKEN, actor=receiver) == ("answered",)


@pytest.mark.parametrize("role", ["county_leader", "city_officer", "officer", "sysadmin", "team_leader"])
def test_only_the_other_side_answers(cast: Cast, role: str):
    assert codes(answer_handover, asked(cast), HandoverAnswer.TAKEN, actor=getattr(cast, role)) == ("not_yours",)


@pytest.mark.parametrize("role", ["city_officer", "officer", "sysadmin", "team_leader"])
def test_only_the_guiding_red_cross_asks(cast: Cast, role: str):
    assert codes(ask_handover, cast.team, cast.places[XIHU], WHY, actor=getattr(cast, role)) == ("not_yours",)


def test_who_speaks_for_both_sides_does_not_do_both(cast: Cast):
    grant_role(cast.county_officer, Role.COUNTY_OFFICER, actor=SYSTEM, organisation=cast.places[XIHU])
    assert codes(answer_handover, asked(cast), HandoverAnswer.TAKEN, actor=cast.county_officer) == ("two_people",)


def test_the_asking_side_withdraws_and_may_ask_again(cast: Cast):
    handover = asked(cast)
    assert codes(ask_handover, cast.team, cast.places[YUECHENG], WHY, actor=cast.county_leader) == ("open",)
    answer_handover(handover, HandoverAnswer.WITHDRAWN, actor=cast.county_leader)
    assert asked(cast).pk != handover.pk


def test_what_cannot_be_is_refused(cast: Cast):
    a_team(cast.places, XIHU, cast.team.name)
    assert codes(ask_handover, cast.team, cast.places[SHANGCHENG], " ", actor=cast.county_officer) == (
        "same",
        "reason",
        "known",
    )
    assert codes(ask_handover, cast.team, cast.places[XIHU], WHY, actor=cast.county_officer) == ("known",)


# Roles ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("actor", "role", "place", "may"),
    [
        ("officer", Role.COUNTY_OFFICER, SHANGCHENG, True),
        ("officer", Role.REVIEWER, "330000", True),
        ("officer", Role.CASHIER, "330000", False),
        ("officer", Role.SYSADMIN, "330000", False),
        ("city_officer", Role.COUNTY_OFFICER, SHANGCHENG, True),
        ("city_officer", Role.COUNTY_OFFICER, YUECHENG, False),
        ("city_officer", Role.CITY_LEADER, SHAOXING, False),
        ("county_officer", Role.COUNTY_LEADER, SHANGCHENG, False),
        ("auditor", Role.COUNTY_OFFICER, SHANGCHENG, False),
        ("sysadmin", Role.CASHIER, "330000", True),
    ],
)
def test_roles_are_granted_from_above(cast: Cast, actor: str, role: Role, place: str, may: bool):
    facts = {"actor": getattr(cast, actor), "organisation": cast.places[place]}
    if may:
        assert grant_role(cast.stranger, role, **facts).granted_by == facts["actor"]
    else:
        assert codes(grant_role, cast.stranger, role, **facts)[0] in {"not_yours", "elsewhere"}


def test_a_county_grants_the_roles_of_its_teams(cast: Cast):
    assert grant_role(cast.stranger, Role.APPLICANT, actor=cast.county_officer, team=cast.team).pk
    far = a_team(cast.places, YUECHENG, "越城队")
    assert codes(grant_role, cast.stranger, Role.APPLICANT, actor=cast.county_officer, team=far) == ("elsewhere",)


def test_nobody_grants_or_ends_a_role_of_their_own(cast: Cast):
    root = cast.places["330000"]
    assert codes(grant_role, cast.officer, Role.REVIEWER, actor=cast.officer, organisation=root) == ("oneself",)
    assert codes(end_role, cast.sysadmin.grants.get(), actor=cast.sysadmin, reason="x") == ("oneself",)


def test_ending_a_role_keeps_who_and_why(cast: Cast):
    grant = cast.county_officer.grants.get()
    assert codes(end_role, grant, actor=cast.officer) == ("reason",)
    end_role(grant, actor=cast.officer, reason="调离")
    grant.refresh_from_db()
    assert (grant.valid_to, grant.ended_by, grant.ended_reason) == (dt.date(2026, 3, 1), cast.officer, "调离")
    assert codes(end_role, grant, actor=cast.officer, reason="再来一次") == ("over",)
