"""Letting people in: who may let in whom, a link that works once and for a day, and everything traced."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.db import DatabaseError, transaction

from grants.people.commands import end_role, grant_role
from grants.people.commands.access import (
    Handed,
    come_in,
    invite,
    leave_elsewhere,
    let_in_again,
    set_contacts,
    set_password,
    withdraw_links,
)
from grants.people.enums import Ending, LegalForm, Purpose
from grants.people.models import AccessEnd, AccessLink, RoleGrant, User
from grants.people.queries import digest_of
from tests.cast import HANGZHOU, SHANGCHENG, SHAOXING, XIHU, YUECHENG, Cast, a_team
from workflow import clock
from workflow.lifecycle import Role
from workflow.ports import SYSTEM
from workflow.refusals import Refused

SECRET = "a bridge over the river"
LATER = dt.timedelta(hours=24, seconds=1)


def codes(function: Any, *args: Any, **kwargs: Any) -> tuple[str, ...]:
    """What the command answers instead of doing it."""
    with pytest.raises(Refused) as refused:
        function(*args, **kwargs)
    return refused.value.codes


def invited(cast: Cast, **given: Any) -> Handed:
    """周秀兰, whom the county lets in as one who fills in forms for the team."""
    facts: dict[str, Any] = {"actor": cast.county_officer, "team": cast.team, "mobile": "13800000007"} | given
    return invite("周秀兰", Role.APPLICANT, **facts)


def test_a_county_lets_in_somebody_of_its_team(cast: Cast):
    handed = invited(cast)
    person = handed.link.person
    assert not person.has_usable_password()
    grant = RoleGrant.objects.get(person=person)
    assert (grant.role, grant.team, grant.granted_by) == (Role.APPLICANT, cast.team, cast.county_officer)
    assert (handed.link.handed_by, handed.link.purpose) == (cast.county_officer, Purpose.INVITE)
    assert handed.link.expires_at - handed.link.at == dt.timedelta(hours=24)


def test_only_a_digest_of_the_link_is_kept(cast: Cast):
    handed = invited(cast)
    assert handed.token not in str(AccessLink.objects.values().get())
    assert handed.link.digest == digest_of(handed.token)


def test_whoever_has_the_link_sets_name_number_and_password(cast: Cast):
    handed = invited(cast)
    person = come_in(handed.token, SECRET, name="周秀蘭", mobile="138 0000 0006", email="Zhou@Example.org")
    person.refresh_from_db()
    assert person.check_password(SECRET)
    assert (person.name, person.mobile, person.email) == ("周秀蘭", "+8613800000006", "zhou@example.org")
    assert person.username == "+8613800000006"
    end = AccessEnd.objects.get(link=handed.link)
    assert (end.how, end.by) == (Ending.USED, person)


def test_a_link_works_once(cast: Cast):
    handed = invited(cast)
    come_in(handed.token, SECRET)
    assert codes(come_in, handed.token, "another secret") == ("link",)
    assert User.objects.get(pk=handed.link.person_id).check_password(SECRET)


def test_a_link_works_for_a_day(cast: Cast):
    handed = invited(cast)
    with clock.held(clock.now() + LATER):
        assert codes(come_in, handed.token, SECRET) == ("link",)


def test_a_new_link_replaces_the_former(cast: Cast):
    first = invited(cast)
    second = let_in_again(first.link.person, actor=cast.county_leader)
    assert codes(come_in, first.token, SECRET) == ("link",)
    assert AccessEnd.objects.get(link=first.link).how == Ending.REPLACED
    assert come_in(second.token, SECRET)


def test_a_link_can_be_taken_back(cast: Cast):
    handed = invited(cast)
    assert withdraw_links(handed.link.person, actor=cast.county_officer) == 1
    assert codes(come_in, handed.token, SECRET) == ("link",)


def test_a_link_nobody_handed_out_opens_nothing(cast: Cast):
    assert codes(come_in, "guessed", SECRET) == ("link",)


def test_a_closed_account_stays_closed(cast: Cast):
    handed = invited(cast)
    User.objects.filter(pk=handed.link.person_id).update(is_active=False)
    assert codes(come_in, handed.token, SECRET) == ("link",)


def test_the_database_ends_a_link_once_and_in_its_day(cast: Cast):
    handed, late = invited(cast), invited(cast, mobile="13800000001")
    facts = {"how": Ending.USED, "by": cast.county_officer}
    AccessEnd.objects.create(link=handed.link, at=clock.now(), **facts)
    for link, at in ((handed.link, clock.now()), (late.link, clock.now() + LATER)):
        with pytest.raises(DatabaseError), transaction.atomic():
            AccessEnd.objects.create(link=link, at=at, **facts)
    with pytest.raises(DatabaseError), transaction.atomic():
        AccessLink.objects.filter(pk=late.link.pk).update(expires_at=clock.now() + 3 * LATER)
    with pytest.raises(DatabaseError), transaction.atomic():
        AccessEnd.objects.all().delete()


def test_pressing_twice_makes_one_person(cast: Cast):
    first, again = invited(cast, key="once", mobile=""), invited(cast, key="once", mobile="")
    assert first.link.person_id == again.link.person_id
    assert codes(come_in, first.token, SECRET) == ("link",)


@pytest.mark.parametrize(
    ("actor", "role", "place", "code"),
    [
        ("county_officer", Role.TEAM_LEADER, "team", None),
        ("county_leader", Role.APPLICANT, "team", None),
        ("county_officer", Role.COUNTY_OFFICER, SHANGCHENG, "not_yours"),
        ("county_officer", Role.PAYEE_OFFICER, SHANGCHENG, "elsewhere"),
        ("city_officer", Role.COUNTY_OFFICER, SHANGCHENG, None),
        ("city_leader", Role.COUNTY_LEADER, XIHU, None),
        ("city_officer", Role.APPLICANT, "team", None),
        ("city_officer", Role.COUNTY_OFFICER, YUECHENG, "elsewhere"),
        ("city_officer", Role.CITY_OFFICER, HANGZHOU, "not_yours"),
        ("officer", Role.CITY_LEADER, SHAOXING, None),
        ("officer", Role.COUNTY_OFFICER, YUECHENG, None),
        ("officer", Role.REVIEWER, "330000", None),
        ("officer", Role.PAYEE_OFFICER, SHANGCHENG, None),
        ("officer", Role.CASHIER, "330000", "not_yours"),
        ("officer", Role.PROGRAMME_OFFICER, "330000", "not_yours"),
        ("officer", Role.SYSADMIN, "330000", "not_yours"),
        ("sysadmin", Role.CASHIER, "330000", None),
        ("sysadmin", Role.SYSADMIN, "330000", None),
        ("finance_officer", Role.APPLICANT, "team", "not_yours"),
        ("auditor", Role.APPLICANT, "team", "not_yours"),
        ("team_leader", Role.APPLICANT, "team", "not_yours"),
        ("stranger", Role.APPLICANT, "team", "not_yours"),
    ],
)
def test_who_lets_in_whom_follows_from_role_and_place(cast: Cast, actor: str, role: str, place: str, code: str | None):
    where: dict[str, Any] = {"team": cast.team} if place == "team" else {"organisation": cast.places[place]}
    give = {"actor": getattr(cast, actor), **where}
    if code is None:
        assert invite("新来的", role, **give).link.person.name == "新来的"
    else:
        assert code in codes(invite, "新来的", role, **give)


def test_a_county_lets_nobody_into_a_team_of_another(cast: Cast):
    other = a_team(cast.places, YUECHENG, "越城救护队")
    assert codes(invite, "新来的", Role.APPLICANT, actor=cast.county_officer, team=other) == ("elsewhere",)


def test_a_role_that_does_not_fit_the_place_is_refused_at_its_field(cast: Cast):
    assert codes(invite, "新来的", Role.PAYEE_OFFICER, actor=cast.county_officer, team=cast.team) == ("payee",)
    registered = a_team(cast.places, SHANGCHENG, "登记的")
    registered.legal_form, registered.uscc = LegalForm.REGISTERED, "52330100MJ87A12345"
    registered.save()
    assert invite("新来的", Role.PAYEE_OFFICER, actor=cast.county_officer, team=registered)


@pytest.mark.parametrize(
    ("given", "code"), [({"mobile": "12345"}, "mobile"), ({"mobile": "13800000005"}, "known"), ({"name": " "}, "name")]
)
def test_what_is_wrong_with_an_invitation_is_said(cast: Cast, given: dict[str, str], code: str):
    invited(cast, mobile="13800000005")
    facts = {"name": "新来的", "mobile": ""} | given
    assert codes(
        invite, facts["name"], Role.APPLICANT, actor=cast.county_officer, team=cast.team, mobile=facts["mobile"]
    ) == (code,)


def test_whoever_lets_somebody_in_for_every_role_resets_their_password(cast: Cast):
    person = come_in(invited(cast).token, SECRET)
    handed = let_in_again(person, actor=cast.county_officer)
    assert handed.link.purpose == Purpose.RESET
    come_in(handed.token, "another secret")
    person.refresh_from_db()
    assert person.check_password("another secret")


def test_somebody_who_has_a_role_elsewhere_is_not_reset_by_the_county(cast: Cast):
    person = come_in(invited(cast).token, SECRET)
    grant = grant_role(person, Role.CITY_OFFICER, actor=SYSTEM, organisation=cast.places[HANGZHOU])
    assert codes(let_in_again, person, actor=cast.county_officer) == ("not_yours",)
    assert let_in_again(person, actor=cast.officer)
    end_role(grant, actor=SYSTEM)
    assert let_in_again(person, actor=cast.county_officer)


@pytest.mark.parametrize("role", ["cashier", "finance_approver", "officer", "sysadmin"])
def test_those_of_weight_are_reset_by_the_administrator_alone(cast: Cast, role: str):
    person = getattr(cast, role)
    assert codes(let_in_again, person, actor=cast.county_officer) == ("not_yours",)
    if role == "sysadmin":
        assert codes(let_in_again, person, actor=cast.sysadmin) == ("oneself",)
    else:
        assert let_in_again(person, actor=cast.sysadmin)


def test_somebody_without_a_role_is_the_administrators(cast: Cast):
    assert codes(let_in_again, cast.stranger, actor=cast.officer) == ("no_role",)
    assert let_in_again(cast.stranger, actor=cast.sysadmin)


def test_a_lost_second_factor_goes_with_the_link_and_only_when_it_is_used(cast: Cast):
    person = come_in(invited(cast).token, SECRET)
    Authenticator.objects.create(user=person, type=Authenticator.Type.TOTP, data={"secret": "x"})
    handed = let_in_again(person, actor=cast.county_officer, forgets_factor=True)
    assert Authenticator.objects.filter(user=person).exists()
    come_in(handed.token, "another secret")
    assert not Authenticator.objects.filter(user=person).exists()
    kept = let_in_again(person, actor=cast.county_officer)
    Authenticator.objects.create(user=person, type=Authenticator.Type.TOTP, data={"secret": "x"})
    come_in(kept.token, SECRET)
    assert Authenticator.objects.filter(user=person).exists()


def test_a_person_without_number_and_address_could_not_sign_in(cast: Cast):
    handed = invited(cast, mobile="")
    assert codes(come_in, handed.token, SECRET) == ("unreachable",)
    assert come_in(handed.token, SECRET, email="zhou@example.org")


def test_a_number_or_address_of_another_is_refused_at_its_field_and_spends_nothing(cast: Cast):
    come_in(invited(cast).token, SECRET, email="zhou@example.org")
    handed = invited(cast, mobile="")
    assert codes(come_in, handed.token, SECRET, mobile="13800000007", email="zhou@example.org") == ("known", "known")
    assert come_in(handed.token, SECRET, mobile="13800000004")


def test_a_person_changes_their_password_knowing_the_present_one(cast: Cast):
    person = come_in(invited(cast).token, SECRET)
    assert codes(set_password, "guessed", "another secret", actor=person) == ("present",)
    assert set_password(SECRET, "another secret", actor=person).check_password("another secret")


def test_a_person_signs_in_by_their_new_number(cast: Cast):
    person = come_in(invited(cast).token, SECRET)
    changed = set_contacts("13800000003", "", actor=person)
    assert (changed.mobile, changed.username) == ("+8613800000003",) * 2
    assert codes(set_contacts, "", "", actor=person) == ("unreachable",)


def test_leaving_elsewhere_ends_every_session(cast: Cast):
    before = cast.cashier.get_session_auth_hash()
    assert leave_elsewhere(actor=cast.cashier).get_session_auth_hash() != before
