"""The register: who enters and corrects what, every reason against, and a line that stays."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from grants.people.commands import grant_role, hand_over_team, merge_organisation
from grants.people.commands.register import (
    correct_team,
    dissolve_organisation,
    register_organisation,
    register_team,
    rename_organisation,
)
from grants.people.enums import Kind, LegalForm, Level, Line
from grants.people.models import AccessLink, Organisation, RegisterLine, RoleGrant, Team
from tests.cast import HANGZHOU, SHANGCHENG, SHAOXING, XIHU, YUECHENG, Cast, a_team
from tests.factories import on
from workflow import clock
from workflow.lifecycle import Role
from workflow.ports import SYSTEM
from workflow.refusals import Refused, Stale

WHY = "春季招募。"
CODE = "52330102MJ8700000E"


def codes(function: Any, *args: Any, **kwargs: Any) -> tuple[str, ...]:
    """What the command answers instead of doing it."""
    with pytest.raises(Refused) as refused:
        function(*args, **kwargs)
    return refused.value.codes


def facts(**changed: Any) -> dict[str, Any]:
    """A team as the form gives it."""
    whole: dict[str, Any] = {"name": "清波救护队", "legal_form": LegalForm.TEAM, "uscc": "", "platform_no": ""}
    return whole | {"founded_on": dt.date(2020, 1, 1), "members": 12, "core_members": 4} | changed


def as_it_is(team: Team, **changed: Any) -> dict[str, Any]:
    return {name: getattr(team, name) for name in facts()} | changed


# Teams ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "place", "may"),
    [
        ("county_officer", SHANGCHENG, True),
        ("county_leader", SHANGCHENG, True),
        ("city_officer", SHANGCHENG, True),
        ("city_leader", HANGZHOU, True),
        ("officer", YUECHENG, True),
        ("sysadmin", YUECHENG, True),
        ("county_officer", XIHU, False),
        ("county_officer", HANGZHOU, False),
        ("city_officer", YUECHENG, False),
        ("team_leader", SHANGCHENG, False),
        ("payee_officer", SHANGCHENG, False),
        ("auditor", SHANGCHENG, False),
        ("finance_officer", SHANGCHENG, False),
    ],
)
def test_a_team_is_registered_by_its_guide_or_from_above(cast: Cast, role: str, place: str, may: bool):
    actor = getattr(cast, role)
    if not may:
        assert codes(register_team, facts(), cast.places[place], actor=actor) == ("not_yours",)
        return
    team = register_team(facts(), cast.places[place], actor=actor).team
    line = team.lines.get()
    assert (line.what, line.by, line.at, team.guided_by) == (Line.REGISTERED, actor, clock.now(), cast.places[place])


def test_the_leader_comes_in_with_the_team_or_neither_does(cast: Cast):
    made = register_team(
        facts(), cast.places[SHANGCHENG], actor=cast.county_officer, leader="周秀兰", mobile="13800000007"
    )
    assert made.handed
    grant = RoleGrant.objects.get(person=made.handed.link.person)
    assert (grant.role, grant.team, grant.granted_by) == (Role.TEAM_LEADER, made.team, cast.county_officer)
    again = {"actor": cast.county_officer, "leader": "另一位", "mobile": "13800000007"}
    assert codes(register_team, facts(name="另一队"), cast.places[SHANGCHENG], **again) == ("known",)
    assert not Team.objects.filter(name="另一队").exists()


def test_a_number_needs_a_name(cast: Cast):
    given: dict[str, Any] = {"actor": cast.county_officer, "mobile": "13800000007"}
    assert codes(register_team, facts(), cast.places[SHANGCHENG], **given) == ("leader",)


def test_pressing_twice_registers_one_team_and_one_leader(cast: Cast):
    given: dict[str, Any] = {"actor": cast.county_officer, "leader": "周秀兰", "key": "once"}
    first, again = (register_team(facts(), cast.places[SHANGCHENG], **given) for _time in range(2))
    assert first.team == again.team
    assert RoleGrant.objects.filter(team=first.team).count() == 1
    assert AccessLink.objects.count() == 2


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"name": " "}, "empty"),
        ({"name": "队" * 81}, "too_long"),
        ({"platform_no": "1" * 41}, "too_long"),
        ({"name": "晨光应急救护队"}, "known"),
        ({"founded_on": dt.date(2026, 3, 3)}, "founded"),
        ({"core_members": 13}, "core"),
        ({"uscc": CODE}, "uscc"),
        ({"legal_form": LegalForm.REGISTERED}, "uscc"),
        ({"legal_form": LegalForm.REGISTERED, "uscc": "52330102MJ87"}, "uscc"),
        ({"legal_form": LegalForm.REGISTERED, "uscc": CODE}, "code_known"),
    ],
)
def test_a_team_that_cannot_be_is_refused_at_its_field(cast: Cast, changed: dict[str, Any], code: str):
    other = facts(name="登记的", legal_form=LegalForm.REGISTERED, uscc=CODE)
    register_team(other, cast.places[YUECHENG], actor=SYSTEM)
    assert codes(register_team, facts(**changed), cast.places[SHANGCHENG], actor=cast.county_officer) == (code,)


def test_a_code_is_kept_in_its_one_form(cast: Cast):
    given = facts(legal_form=LegalForm.REGISTERED, uscc=" 52330102 mj8700000e")
    assert register_team(given, cast.places[SHANGCHENG], actor=cast.county_officer).team.uscc == CODE


def test_a_correction_keeps_what_stood_there_before_who_and_why(cast: Cast):
    team = cast.team
    correct_team(team, as_it_is(team, members=30, name="晨光救护队 "), actor=cast.county_officer, reason=WHY)
    team.refresh_from_db()
    assert (team.members, team.name) == (30, "晨光救护队")
    line = RegisterLine.objects.get(team=team, what=Line.CORRECTED)
    assert (line.by, line.reason) == (cast.county_officer, WHY)
    assert json.loads(line.changes) == {"members": [24, 30], "name": ["晨光应急救护队", "晨光救护队"]}


@pytest.mark.parametrize("role", ["city_leader", "officer", "sysadmin"])
def test_those_above_correct_too(cast: Cast, role: str):
    assert correct_team(cast.team, as_it_is(cast.team, members=25), actor=getattr(cast, role), reason=WHY)


@pytest.mark.parametrize("role", ["team_leader", "applicant", "payee_officer", "auditor"])
def test_the_team_itself_does_not(cast: Cast, role: str):
    given: dict[str, Any] = {"actor": getattr(cast, role), "reason": WHY}
    assert codes(correct_team, cast.team, as_it_is(cast.team, members=25), **given) == ("not_yours",)


def test_a_team_that_went_elsewhere_is_corrected_there(cast: Cast):
    hand_over_team(cast.team, cast.places[YUECHENG], actor=SYSTEM)
    given: dict[str, Any] = {"actor": cast.county_officer, "reason": WHY}
    assert codes(correct_team, cast.team, as_it_is(cast.team, members=25), **given) == ("not_yours",)


@pytest.mark.parametrize(
    ("changed", "reason", "found"),
    [
        ({}, WHY, {"nothing"}),
        ({"members": 25}, " ", {"reason"}),
        ({"members": 25}, "长" * 401, {"reason"}),
        ({"members": 3}, WHY, {"core"}),
        ({"name": "邻队"}, WHY, {"known"}),
    ],
)
def test_what_stands_against_a_correction(cast: Cast, changed: dict[str, Any], reason: str, found: set[str]):
    a_team(cast.places, SHANGCHENG, "邻队")
    given: dict[str, Any] = {"actor": cast.county_officer, "reason": reason}
    assert set(codes(correct_team, cast.team, as_it_is(cast.team, **changed), **given)) == found


def test_a_payee_is_not_made_unregistered(cast: Cast):
    registered = facts(legal_form=LegalForm.REGISTERED, uscc=CODE)
    team = register_team(registered, cast.places[SHANGCHENG], actor=SYSTEM).team
    grant_role(cast.stranger, Role.PAYEE_OFFICER, actor=SYSTEM, team=team)
    given: dict[str, Any] = {"actor": cast.county_officer, "reason": WHY}
    unregistered = facts(form_since=dt.date(2025, 1, 1))
    assert codes(correct_team, team, unregistered, **given) == ("payee",)


def test_who_opened_the_form_before_another_wrote_is_told_and_may_press_again(cast: Cast):
    seen = cast.team.lines.get().pk
    correct_team(cast.team, as_it_is(cast.team, members=25), actor=cast.county_leader, reason=WHY, seen=seen)
    given: dict[str, Any] = {"actor": cast.county_officer, "reason": WHY}
    with pytest.raises(Stale, match="张志强又办了“更正”"):
        correct_team(cast.team, as_it_is(cast.team, members=26), seen=seen, **given)
    now = cast.team.lines.latest("pk").pk
    assert correct_team(cast.team, as_it_is(cast.team, members=26), seen=now, **given)


# Organisations --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["officer", "sysadmin"])
def test_the_province_and_the_administrator_register_organisations(cast: Cast, role: str):
    actor, root = getattr(cast, role), cast.places["330000"]
    place = register_organisation("宁波大学红十字会", "", Level.DIRECT, root, actor=actor, kind=Kind.UNIVERSITY)
    assert (place.path, place.short_name, place.parent) == (f"/{root.pk}/{place.pk}/", "宁波大学红十字会", root)
    assert place.valid_from == clock.today()
    assert (place.lines.get().by, place.lines.get().what) == (actor, Line.REGISTERED)
    assert register_team(facts(), place, actor=cast.officer).team.guided_by == place


@pytest.mark.parametrize("role", ["county_leader", "city_leader", "auditor", "business_lead", "team_leader"])
def test_others_do_not(cast: Cast, role: str):
    actor, county = getattr(cast, role), cast.places[SHANGCHENG]
    assert codes(register_organisation, "清波", "", Level.GRASSROOTS, county, actor=actor) == ("not_yours",)
    assert codes(rename_organisation, county, "别名", actor=actor, reason=WHY) == ("not_yours",)
    assert codes(dissolve_organisation, county, clock.today(), actor=actor, reason=WHY) == ("not_yours",)


def test_a_street_hangs_under_its_county_and_a_new_county_under_its_prefecture(cast: Cast):
    county, city = cast.places[SHANGCHENG], cast.places[HANGZHOU]
    street = register_organisation("清波街道红十字会", "清波街道", Level.GRASSROOTS, county, actor=cast.officer)
    assert street.path == f"{county.path}{street.pk}/"
    new = register_organisation("杭州市新区红十字会", "新区", Level.COUNTY, city, actor=cast.officer, division="330199")
    assert new.path == f"{city.path}{new.pk}/"


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"name": " "}, "empty"),
        ({"name": "杭州市上城区红十字会"}, "known"),
        ({"uscc": "123"}, "uscc"),
        ({"division": "330102"}, "division"),
        ({"division": "330699"}, "division"),
        ({"division": "3301"}, "division"),
        ({"valid_from": dt.date(2026, 3, 3)}, "since"),
        ({"parent": SHANGCHENG, "division": ""}, "parent"),
        ({"level": Level.GRASSROOTS}, "division"),
        ({"level": Level.GRASSROOTS, "parent": "330000", "division": ""}, "parent"),
        ({"kind": Kind.UNIT}, "kind"),
        ({"level": Level.PREFECTURE}, "parent"),
    ],
)
def test_an_organisation_that_cannot_be_is_refused(cast: Cast, changed: dict[str, Any], code: str):
    given: dict[str, Any] = {"name": "新区红十字会", "level": Level.COUNTY, "parent": HANGZHOU, "division": "330199"}
    given |= changed
    name, level, parent = given.pop("name"), given.pop("level"), cast.places[given.pop("parent")]
    assert code in codes(register_organisation, name, "", level, parent, actor=cast.officer, **given)


def test_another_name_is_borne_from_now_on_and_the_former_is_kept(cast: Cast):
    county = cast.places[SHANGCHENG]
    rename_organisation(county, "杭州市江干区红十字会", actor=cast.sysadmin, reason="区划调整。", short_name="江干区")
    county.refresh_from_db()
    assert (county.name, county.short_name) == ("杭州市江干区红十字会", "江干区")
    line = county.lines.get()
    assert json.loads(line.changes)["name"] == ["杭州市上城区红十字会", "杭州市江干区红十字会"]
    given: dict[str, Any] = {"actor": cast.officer, "short_name": "江干区"}
    assert codes(rename_organisation, county, county.name, reason=WHY, **given) == ("nothing",)
    assert codes(rename_organisation, county, cast.places[XIHU].name, reason=WHY, **given) == ("known",)
    with pytest.raises(Stale):
        rename_organisation(county, "又一个", reason=WHY, seen=line.pk - 1, **given)


def test_what_is_over_is_not_renamed(cast: Cast):
    merge_organisation(cast.places[SHANGCHENG], cast.places[XIHU], dt.date(2026, 3, 2), actor=cast.sysadmin)
    given: dict[str, Any] = {"actor": cast.officer, "reason": WHY}
    assert "over" in codes(rename_organisation, cast.places[SHANGCHENG], "别名", **given)


def test_an_organisation_of_which_nothing_is_left_ceases(cast: Cast):
    place = Organisation.objects.get(name="浙江医院")
    dissolve_organisation(place, dt.date(2026, 2, 28), actor=cast.officer, reason="机构改革。")
    place.refresh_from_db()
    assert (place.valid_to, place.succeeded_by) == (dt.date(2026, 2, 28), None)
    assert place.lines.get().reason == "机构改革。"
    assert codes(dissolve_organisation, place, clock.today(), actor=cast.officer, reason=WHY) == ("over",)
    assert codes(grant_role, cast.stranger, Role.PAYEE_OFFICER, actor=SYSTEM, organisation=place) == ("gone",)


def test_what_is_left_to_it_stands_against_it(cast: Cast):
    def against(code: str, last: dt.date = dt.date(2026, 3, 2)) -> tuple[str, ...]:
        return codes(dissolve_organisation, cast.places[code], last, actor=cast.officer, reason=WHY)

    assert against(SHANGCHENG) == ("teams", "roles")
    assert against(SHAOXING) == ("children",)
    assert against("330000") == ("province",)
    assert against(XIHU, dt.date(2026, 3, 3)) == ("future",)
    assert against(XIHU, dt.date(2020, 1, 1)) == ("before",)


def test_a_merger_says_by_whom_and_by_which_paper(cast: Cast):
    old, into = cast.places[SHANGCHENG], cast.places[XIHU]
    merge_organisation(old, into, dt.date(2026, 3, 2), actor=cast.sysadmin, paper="杭政函〔2026〕3号")
    line = old.lines.get()
    assert (line.what, line.by, line.reason) == (Line.MERGED, cast.sysadmin, "杭政函〔2026〕3号")


def test_a_role_that_is_to_come_goes_along_and_begins_when_it_was_to(cast: Cast):
    old, into = cast.places[SHANGCHENG], cast.places[XIHU]
    day = dt.date(2026, 6, 1)
    grant_role(cast.stranger, Role.COUNTY_LEADER, actor=SYSTEM, organisation=old, valid_from=day)
    merge_organisation(old, into, dt.date(2026, 3, 2), actor=cast.sysadmin)
    assert RoleGrant.objects.get(person=cast.stranger, organisation=into).valid_from == day
    assert RoleGrant.objects.get(person=cast.stranger, organisation=old).never_held


# What the database keeps ----------------------------------------------------------------------------------------


def test_a_line_stays_as_it_was_written(cast: Cast):
    for change in (lambda rows: rows.update(reason="别的"), lambda rows: rows.delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            change(RegisterLine.objects.all())


@pytest.mark.parametrize(
    "given",
    [
        {"what": Line.REGISTERED},
        {"what": Line.CLOSED, "reason": "x", "team": True},
        {"what": Line.REGISTERED, "person": True},
        {"what": Line.DISSOLVED, "reason": "x", "team": True},
        {"what": Line.CORRECTED, "changes": "{}", "team": True},
        {"what": Line.CORRECTED, "reason": "x", "team": True},
        {"what": Line.REOPENED, "reason": "x", "person": True, "by": True},
    ],
)
def test_a_line_is_about_one_thing_with_a_reason_and_not_oneself(cast: Cast, given: dict[str, Any]):
    things = {"team": cast.team, "person": cast.chair, "by": cast.chair}
    made = {name: things.get(name, value) if value is True else value for name, value in given.items()}
    with pytest.raises(DatabaseError), transaction.atomic():
        RegisterLine.objects.create(at=clock.now(), **made)


@pytest.mark.parametrize(
    "changed",
    [
        {"parent": None},
        {"level": Level.DIRECT},
        {"kind": Kind.HOSPITAL},
        {"name": "杭州市西湖区红十字会"},
    ],
)
def test_the_tree_keeps_its_shape(cast: Cast, changed: dict[str, Any]):
    with pytest.raises(DatabaseError), transaction.atomic():
        Organisation.objects.filter(pk=cast.places[SHANGCHENG].pk).update(**changed)


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({}, "since"),
        ({"form_since": dt.date(2026, 3, 3)}, "since"),
        ({"form_since": dt.date(2019, 5, 7)}, "since"),
    ],
)
def test_another_legal_form_has_a_day_of_the_teams_life(cast: Cast, changed: dict[str, Any], code: str):
    given = as_it_is(cast.team, legal_form=LegalForm.REGISTERED, uscc=CODE, **changed)
    assert codes(correct_team, cast.team, given, actor=cast.county_officer, reason=WHY) == (code,)


def test_a_legal_form_begins_after_the_one_before_and_one_that_stays_keeps_its_day(cast: Cast):
    team = cast.team
    given: dict[str, Any] = {"actor": cast.county_officer, "reason": WHY}
    alone = as_it_is(team, form_since=dt.date(2024, 1, 1))
    assert codes(correct_team, team, alone, **given) == ("since",)
    registered: dict[str, Any] = {"legal_form": LegalForm.REGISTERED, "uscc": CODE}
    correct_team(team, as_it_is(team, **registered, form_since=dt.date(2024, 1, 1)), **given)
    team.refresh_from_db()
    correct_team(team, as_it_is(team, members=30), **given)
    assert Team.objects.get(pk=team.pk).form_since == dt.date(2024, 1, 1)
    younger = as_it_is(team, founded_on=dt.date(2024, 1, 2))
    assert codes(correct_team, team, younger, **given) == ("founded",)
    back = as_it_is(team, legal_form=LegalForm.TEAM, uscc="", form_since=dt.date(2024, 1, 1))
    assert codes(correct_team, team, back, **given) == ("since",)
    with pytest.raises(DatabaseError), transaction.atomic():
        Team.objects.filter(pk=team.pk).update(form_since=dt.date(2019, 5, 7))


def test_a_code_is_one_teams(cast: Cast):
    other = a_team(cast.places, XIHU, "另一队")
    Team.objects.filter(pk=cast.team.pk).update(legal_form=LegalForm.REGISTERED, uscc=CODE)
    with pytest.raises(DatabaseError), transaction.atomic():
        Team.objects.filter(pk=other.pk).update(uscc=CODE)


def test_the_hour_of_a_line_is_that_of_the_clock(cast: Cast):
    with on(2026, 4, 1, 15):
        team = register_team(facts(), cast.places[SHANGCHENG], actor=cast.county_officer).team
        assert team.lines.get().at == clock.now()
