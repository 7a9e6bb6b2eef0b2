"""An account is closed at once, by somebody else, with everything that hangs on it; and opened again without a role."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from grants.awards.commands import public_mailbox
from grants.people.commands import end_role, grant_role
from grants.people.commands.access import come_in, let_in_again
from grants.people.commands.closing import close_account, reopen_account
from grants.people.commands.lending import lend
from grants.people.enums import Ending, Line
from grants.people.models import AccessEnd, RegisterLine, RoleGrant, User
from grants.people.queries import hats, live_grants
from tests.cast import HANGZHOU, SHANGCHENG, XIHU, Cast, a_team, holding
from workflow import clock
from workflow.lifecycle import Role
from workflow.ports import SYSTEM
from workflow.refusals import Refused

WHY = "调离。"
SECRET = "a bridge over the river"


def codes(function: Any, *args: Any, **kwargs: Any) -> tuple[str, ...]:
    """What the command answers instead of doing it."""
    with pytest.raises(Refused) as refused:
        function(*args, **kwargs)
    return refused.value.codes


def test_nobody_signs_in_any_more_and_the_roles_end(cast: Cast):
    person = cast.county_officer
    before = person.get_session_auth_hash()
    closed = close_account(person, actor=cast.sysadmin, reason=WHY)
    assert not closed.is_active
    assert closed.get_session_auth_hash() != before
    grant = person.grants.get()
    assert (grant.valid_to, grant.ended_by, grant.ended_reason) == (dt.date(2026, 3, 1), cast.sysadmin, "账号停用")
    line = RegisterLine.objects.get(person=person)
    assert (line.what, line.by, line.reason, line.at) == (Line.CLOSED, cast.sysadmin, WHY, clock.now())


def test_links_that_were_handed_out_work_no_more(cast: Cast):
    handed = let_in_again(cast.county_officer, actor=cast.sysadmin)
    close_account(cast.county_officer, actor=cast.sysadmin, reason=WHY)
    assert codes(come_in, handed.token, SECRET) == ("link",)
    assert AccessEnd.objects.get(link=handed.link).how == Ending.WITHDRAWN
    reopen_account(cast.county_officer, actor=cast.sysadmin, reason=WHY)
    assert codes(come_in, handed.token, SECRET) == ("link",)


def test_a_role_lent_to_a_closed_account_is_its_holders_again(cast: Cast):
    days = (dt.date(2026, 3, 2), dt.date(2026, 3, 20), "都在办。")
    lent = lend(list(live_grants(cast.county_officer)), cast.city_officer, *days, actor=cast.county_officer)[0]
    close_account(cast.city_officer, actor=cast.sysadmin, reason=WHY)
    lent.refresh_from_db()
    assert (lent.ended_at, lent.ended_by) == (clock.now(), cast.sysadmin)
    assert [hat.role for hat in hats(cast.county_officer)] == [Role.COUNTY_OFFICER]


def test_what_a_closed_account_has_lent_is_over(cast: Cast):
    days = (dt.date(2026, 3, 2), dt.date(2026, 3, 20), "都在办。")
    lend(list(live_grants(cast.county_officer)), cast.city_officer, *days, actor=cast.county_officer)
    close_account(cast.county_officer, actor=cast.sysadmin, reason=WHY)
    assert [hat.role for hat in hats(cast.city_officer)] == [Role.CITY_OFFICER]


def test_a_role_that_was_to_come_never_begins(cast: Cast):
    place = cast.places[SHANGCHENG]
    grant = grant_role(
        cast.stranger, Role.COUNTY_OFFICER, actor=cast.officer, organisation=place, valid_from=dt.date(2026, 4, 1)
    )
    close_account(cast.stranger, actor=cast.sysadmin, reason=WHY)
    grant.refresh_from_db()
    assert grant.never_held
    assert not live_grants(cast.stranger, dt.date(2026, 4, 1))


@pytest.mark.parametrize(
    ("actor", "person", "code"),
    [
        ("sysadmin", "cashier", None),
        ("sysadmin", "stranger", None),
        ("county_officer", "applicant", None),
        ("county_leader", "team_leader", None),
        ("city_officer", "county_officer", None),
        ("officer", "city_leader", None),
        ("county_officer", "county_leader", "not_yours"),
        ("county_officer", "cashier", "not_yours"),
        ("officer", "cashier", "not_yours"),
        ("officer", "sysadmin", "last"),
        ("officer", "stranger", "no_role"),
        ("auditor", "applicant", "not_yours"),
        ("team_leader", "applicant", "not_yours"),
        ("sysadmin", "sysadmin", "oneself"),
        ("county_officer", "county_officer", "oneself"),
    ],
)
def test_who_closes_whose_account_follows_from_who_lets_in_whom(cast: Cast, actor: str, person: str, code: str | None):
    who, whose = getattr(cast, actor), getattr(cast, person)
    if code is None:
        assert not close_account(whose, actor=who, reason=WHY).is_active
        assert reopen_account(whose, actor=cast.sysadmin, reason=WHY).is_active
    else:
        assert codes(close_account, whose, actor=who, reason=WHY) == (code,)


def test_somebody_with_a_role_elsewhere_is_not_the_countys_to_close(cast: Cast):
    grant_role(cast.team_leader, Role.CITY_OFFICER, actor=SYSTEM, organisation=cast.places[HANGZHOU])
    assert codes(close_account, cast.team_leader, actor=cast.county_officer, reason=WHY) == ("not_yours",)


def test_a_reason_is_given_and_it_is_done_once(cast: Cast):
    assert codes(close_account, cast.cashier, actor=cast.sysadmin, reason=" ") == ("reason",)
    assert codes(close_account, cast.cashier, actor=cast.sysadmin, reason="长" * 401) == ("reason",)
    close_account(cast.cashier, actor=cast.sysadmin, reason=WHY)
    assert codes(close_account, cast.cashier, actor=cast.sysadmin, reason=WHY) == ("closed",)


def test_the_last_administrator_stays(cast: Cast):
    other = holding(Role.SYSADMIN, "管二", login="guan2", organisation=cast.places["330000"])
    close_account(cast.sysadmin, actor=other, reason=WHY)
    assert codes(close_account, other, actor=SYSTEM, reason=WHY) == ("last",)
    with pytest.raises(DatabaseError), transaction.atomic():
        RegisterLine.objects.create(what=Line.CLOSED, person=other, at=clock.now(), reason=WHY, changes='{"roles":[]}')


def test_where_there_is_no_administrator_the_others_can_still_be_closed(cast: Cast):
    end_role(cast.sysadmin.grants.get(), actor=SYSTEM)
    assert not close_account(cast.applicant, actor=cast.county_officer, reason=WHY).is_active


def test_a_reopened_account_holds_no_role_and_the_same_password(cast: Cast):
    person = cast.county_officer
    User.objects.filter(pk=person.pk).update(password="kept")
    close_account(person, actor=cast.sysadmin, reason=WHY)
    opened = reopen_account(person, actor=cast.sysadmin, reason="调回。")
    assert opened.is_active
    assert opened.password == "kept"
    assert not live_grants(person)
    assert [line.what for line in RegisterLine.objects.filter(person=person)] == [Line.CLOSED, Line.REOPENED]
    assert grant_role(opened, Role.COUNTY_OFFICER, actor=cast.officer, organisation=cast.places[SHANGCHENG]).pk


@pytest.mark.parametrize(
    ("actor", "code"),
    [("county_leader", None), ("city_officer", None), ("auditor", "not_yours"), ("applicant", "oneself")],
)
def test_whoever_could_close_it_opens_it(cast: Cast, actor: str, code: str | None):
    close_account(cast.applicant, actor=cast.county_officer, reason=WHY)
    if code is None:
        assert reopen_account(cast.applicant, actor=getattr(cast, actor), reason=WHY).is_active
    else:
        assert codes(reopen_account, cast.applicant, actor=getattr(cast, actor), reason=WHY) == (code,)


def test_what_nobody_closed_is_not_opened(cast: Cast):
    for person in (cast.applicant, public_mailbox(actor=SYSTEM)):
        assert codes(reopen_account, person, actor=cast.sysadmin, reason=WHY) == ("not_closed",)
    close_account(cast.applicant, actor=cast.sysadmin, reason=WHY)
    assert codes(reopen_account, cast.applicant, actor=cast.sysadmin, reason="") == ("reason",)


def test_a_closed_account_is_granted_nothing(cast: Cast):
    close_account(cast.stranger, actor=cast.sysadmin, reason=WHY)
    given: dict[str, Any] = {"actor": cast.officer, "organisation": cast.places[SHANGCHENG]}
    assert codes(grant_role, cast.stranger, Role.COUNTY_OFFICER, **given) == ("closed",)


# From a day until a day -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "last", "found"),
    [((2026, 3, 1), None, "past"), (None, (2026, 3, 1), "days"), ((2026, 4, 1), (2026, 3, 31), "days")],
)
def test_a_role_begins_today_or_later_and_ends_after_it_began(cast: Cast, first: Any, last: Any, found: str):
    given: dict[str, Any] = {"actor": cast.officer, "organisation": cast.places[SHANGCHENG]}
    given |= {"valid_from": dt.date(*first) if first else None, "valid_to": dt.date(*last) if last else None}
    assert codes(grant_role, cast.stranger, Role.COUNTY_OFFICER, **given) == (found,)


def test_a_role_taken_back_before_it_began_excludes_nothing(cast: Cast):
    """An auditor from April who is a cashier until March: taken back, then cashier for good."""
    person, root = cast.stranger, cast.places["330000"]
    given: dict[str, Any] = {"actor": cast.sysadmin, "organisation": root}
    grant_role(person, Role.CASHIER, **given, valid_to=dt.date(2026, 3, 31))
    audits = grant_role(person, Role.AUDITOR, **given, valid_from=dt.date(2026, 4, 1))
    end_role(audits, actor=cast.sysadmin, reason="改派别人。")
    audits.refresh_from_db()
    assert (audits.never_held, audits.valid_from) == (True, dt.date(2026, 4, 1))
    assert codes(end_role, audits, actor=cast.sysadmin, reason=WHY) == ("over",)
    assert grant_role(person, Role.CASHIER, **given).valid_to is None


def test_only_what_somebody_took_back_ends_before_it_begins(cast: Cast):
    with pytest.raises(DatabaseError), transaction.atomic():
        RoleGrant.objects.filter(person=cast.cashier).update(valid_to=dt.date(2025, 1, 1))


def test_a_team_elsewhere_keeps_its_people(cast: Cast):
    far = holding(Role.TEAM_LEADER, "西湖队长", login="far", team=a_team(cast.places, XIHU, "西湖队"))
    assert codes(close_account, far, actor=cast.county_officer, reason=WHY) == ("not_yours",)
