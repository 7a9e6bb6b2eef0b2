"""Teams and organisations in the register: entered, corrected, renamed, dissolved, each with a line that says why."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, NamedTuple

from django.utils.translation import gettext

from grants.kernel.identifiers import squeezed
from grants.people.commands import create_team
from grants.people.commands.access import Handed, invite
from grants.people.commands.book import enter
from grants.people.doubts import CHECKED, against_code, compared
from grants.people.enums import Kind, Level, Line
from grants.people.models import Organisation, Team
from grants.people.registering import (
    against_dissolving,
    against_form,
    against_organisation,
    against_reason,
    against_team,
    changed,
    may_dissolve,
    may_register_organisation,
    may_register_team,
    written_since,
)
from workflow import clock
from workflow.actions import command
from workflow.command import fingerprint, once
from workflow.lifecycle import Role
from workflow.refusals import Refusal, Refused, Stale


class Registered(NamedTuple):
    """A team as it was entered, and the link for its leader where one was named."""

    team: Team
    handed: Handed | None


@command
def register_team(
    facts: Mapping[str, Any],
    guided_by: Organisation,
    *,
    actor: Any,
    leader: str = "",
    mobile: str = "",
    key: str | None = None,
) -> Registered:
    """The team is in the register, and its leader, if one is named, may come in by the link: both or neither.

    The same key again enters no second team. Raises Refused: what create_team and invite say, a number without a
    name; and Unproven, where a leader is let in.
    """
    if mobile.strip() and not leader.strip():
        raise Refused([Refusal("leader", gettext("填了手机号，请也填负责人的姓名。"), at="leader")])

    def made() -> str:
        return str(create_team(actor=actor, guided_by=guided_by, **facts).pk)

    asked = fingerprint("register_team", actor.pk, guided_by.pk, facts["name"])
    team = Team.objects.select_related("guided_by").get(pk=once(key, asked, made)[0] if key else made())
    if not leader.strip():
        return Registered(team, None)
    then = f"{key}:leader" if key else None
    return Registered(team, invite(leader, Role.TEAM_LEADER, actor=actor, team=team, mobile=mobile, key=then))


@command
def correct_team(
    team: Team, facts: Mapping[str, Any], *, actor: Any, reason: str, seen: int | None = None
) -> dict[str, list[Any]]:
    """The register has these facts of the team from now on; a line keeps what stood there before, who and why.

    -> what changed. `checked` among the facts says how a new code in doubt was compared. Another legal form comes
    with `form_since`, the day from which it holds. `seen` is the last line the person had before them. Raises Stale;
    Refused: not the actor's team, nothing changed, no reason, facts that cannot be, a code in doubt.
    """
    now = Team.objects.select_for_update(no_key=True, of=("self",)).select_related("guided_by").get(pk=team.pk)
    if refusal := may_register_team(actor, now.guided_by):
        raise Refused([refusal])
    if refusal := written_since(now, seen):
        raise Stale([refusal])
    tidy = dict(facts) | {"name": facts["name"].strip(), "uscc": squeezed(facts["uscc"])}
    checked = str(tidy.pop(CHECKED, ""))
    since = list(against_form({"form_since": None, **tidy}, now))
    if tidy.get("form_since") is None:
        tidy.pop("form_since", None)
    found = changed(now, tidy)
    doubts = against_code(tidy["uscc"], checked, before=now.uscc)
    reasons = [*against_team(tidy, now.guided_by, now), *doubts, *since, against_reason(reason), _nothing(found)]
    if against := [one for one in reasons if one]:
        raise Refused(against)
    Team.objects.filter(pk=now.pk).update(**{name: tidy[name] for name in found})
    kept = found | compared(tidy["uscc"], checked, before=now.uscc)
    enter(Line.CORRECTED, actor=actor, team=now, reason=reason, changes=kept)
    return found


def _nothing(found: Mapping[str, Any]) -> Refusal | None:
    return None if found else Refusal("nothing", gettext("没有改动任何一项。"))


@command
def register_organisation(
    name: str,
    short_name: str,
    level: Level,
    parent: Organisation,
    *,
    actor: Any,
    kind: Kind = Kind.RED_CROSS,
    division: str = "",
    uscc: str = "",
    valid_from: dt.date | None = None,
    checked: str = "",
) -> Organisation:
    """The organisation hangs in the tree under its parent, since a day (default today).

    `checked` says how a code in doubt was compared.

    Raises Refused: not the province nor the administrator, a place where such a one does not hang, known already.
    """
    if refusal := may_register_organisation(actor):
        raise Refused([refusal])
    facts: dict[str, Any] = {"name": name.strip(), "short_name": short_name.strip() or name.strip(), "kind": kind}
    facts |= {"level": level, "division": squeezed(division), "uscc": squeezed(uscc)}
    facts["valid_from"] = valid_from or clock.today()
    if against := [*against_organisation(facts, parent), *against_code(facts["uscc"], checked)]:
        raise Refused(against)
    place = Organisation.objects.create(parent=parent, **facts)
    place.path = f"{parent.path}{place.pk}/"
    place.save(update_fields=["path"])
    enter(Line.REGISTERED, actor=actor, organisation=place, changes=compared(facts["uscc"], checked))
    return place


@command
def rename_organisation(
    place: Organisation,
    name: str,
    *,
    actor: Any,
    reason: str,
    short_name: str = "",
    uscc: str = "",
    checked: str = "",
    seen: int | None = None,
) -> Organisation:
    """The organisation bears this name, short name and code from now on; a line keeps those before, who and why.

    Raises Stale; Refused: not the province nor the administrator, merged or dissolved, a name that is known, nothing
    changed, no reason.
    """
    if refusal := may_register_organisation(actor):
        raise Refused([refusal])
    now = Organisation.objects.select_for_update(no_key=True).get(pk=place.pk)
    if refusal := written_since(now, seen):
        raise Stale([refusal])
    facts = {"name": name.strip(), "short_name": short_name.strip() or name.strip(), "uscc": squeezed(uscc)}
    found = changed(now, facts)
    doubts = list(against_code(facts["uscc"], checked, before=now.uscc))
    reasons = [_gone(now), *against_organisation(facts, now.parent or now, now), *doubts, against_reason(reason)]
    if against := [one for one in (*reasons, _nothing(found)) if one]:
        raise Refused(against)
    kept = found | compared(facts["uscc"], checked, before=now.uscc)
    for field, value in facts.items():
        setattr(now, field, value)
    now.save(update_fields=list(facts))
    enter(Line.CORRECTED, actor=actor, organisation=now, reason=reason, changes=kept)
    return now


def _gone(place: Organisation) -> Refusal | None:
    if place.valid_to is None:
        return None
    return Refusal("over", gettext("“%(name)s”已撤并。") % {"name": place.name})


@command
def dissolve_organisation(place: Organisation, last_day: dt.date, *, actor: Any, reason: str) -> Organisation:
    """The organisation stands until that day and has no successor; it stays in the register.

    Raises Refused: not the province nor the administrator, the province's own, over already, something is left to it.
    """
    if refusal := may_register_organisation(actor):
        raise Refused([refusal])
    now = Organisation.objects.select_for_update(no_key=True).get(pk=place.pk)
    if refusal := may_dissolve(now):
        raise Refused([refusal])
    if against := [one for one in (*against_dissolving(now, last_day), against_reason(reason)) if one]:
        raise Refused(against)
    now.valid_to = last_day
    now.save(update_fields=["valid_to"])
    enter(Line.DISSOLVED, actor=actor, organisation=now, reason=reason)
    return now
