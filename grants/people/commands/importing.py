"""Lists come into the register: wholly, as they were looked at, or not at all; with a row that says who and which."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction
from django.utils.translation import gettext

from grants.kernel.cells import Cells
from grants.people.commands.access import NAMELESS
from grants.people.doubts import compared
from grants.people.enums import Imported, Line
from grants.people.importing.organisations import plan_organisations
from grants.people.importing.plan import Fate, Plan, Row, source
from grants.people.importing.teams import plan_teams
from grants.people.models import Organisation, RegisterImport, RegisterLine, RoleGrant, Team, User
from grants.people.planting import AT_ONCE, plant
from grants.people.proof import demand_proof
from workflow import clock
from workflow.actions import command
from workflow.chain import canonical
from workflow.command import fingerprint, once
from workflow.lifecycle import Role
from workflow.ports import SYSTEM
from workflow.refusals import Refusal, Refused, Stale


class File(NamedTuple):
    """The file that the cells were read from, and the SHA-256 of its bytes; neither where they were pasted."""

    name: str = ""
    digest: str = ""


PASTED = File()


@command
def import_teams(
    cells: Cells,
    *,
    actor: Any,
    seen: str | None = None,
    reason: str = "",
    checked: str = "",
    file: File = PASTED,
    key: str | None = None,
) -> RegisterImport:
    """Every team of the list is in the register as it was looked at, each with a line; or nothing is.

    In order: new teams · accounts of their leaders, who lead them from today and are let in by a link later · teams
    that differ are corrected, for the reason · a line each · the row of the import. `seen` is the plan that the person
    looked at; the same key again imports nothing more. Raises Refused with every fault by its cell, or because there
    is nothing to do; Stale where the register moved since; and Unproven, where leaders get accounts.
    """

    def planned() -> Plan:
        return plan_teams(cells, actor=actor, reason=reason, checked=checked)

    return _imported(Imported.TEAMS, planned, _write_teams, actor=actor, seen=seen, file=file, key=key)


@command
def import_organisations(
    cells: Cells,
    *,
    actor: Any,
    seen: str | None = None,
    reason: str = "",
    checked: str = "",
    file: File = PASTED,
    key: str | None = None,
) -> RegisterImport:
    """Every organisation of the list hangs in the tree as it was looked at, each with a line; or none does.

    `seen`, `key` and what is raised as in `import_teams`.
    """

    def planned() -> Plan:
        return plan_organisations(cells, actor=actor, reason=reason, checked=checked)

    return _imported(Imported.ORGANISATIONS, planned, _write_places, actor=actor, seen=seen, file=file, key=key)


Write = Callable[[Plan, Any, File], None]


def _imported(
    what: Imported,
    planned: Callable[[], Plan],
    write: Write,
    *,
    actor: Any,
    seen: str | None,
    file: File,
    key: str | None,
) -> RegisterImport:
    def made() -> str:
        plan = planned()
        if plan.faults:
            raise Refused([Refusal("cell", f"{one.cell} {one.message}") for one in plan.faults])
        if seen is not None and seen != plan.seen:
            raise Stale([_moved()])
        if not plan.does_something:
            raise Refused([Refusal("nothing", gettext("表里的都已经登记，没有要导入的。"))])
        try:
            with transaction.atomic():
                write(plan, actor, file)
        except IntegrityError as error:  # somebody else entered the same a moment ago
            raise Stale([_moved()]) from error
        return str(_entry(what, plan, actor, file).pk)

    asked = fingerprint("import", what, actor.pk, seen)
    return RegisterImport.objects.get(pk=once(key, asked, made)[0] if key else made())


def _moved() -> Refusal:
    return Refusal("moved", gettext("看过以后，表格或者登记簿有了变化。下面是现在的结果，请再看一遍，再导入。"))


def _entry(what: Imported, plan: Plan, actor: Any, file: File) -> RegisterImport:
    counts = {"entered": Fate.NEW, "corrected": Fate.CHANGED, "unchanged": Fate.SAME}
    return RegisterImport.objects.create(
        what=what,
        by=None if actor is SYSTEM else actor,
        at=clock.now(),
        file=file.name[:120],
        file_digest=file.digest,
        digest=plan.digest,
        leaders=len(plan.leaders),
        reason=plan.reason if plan.of(Fate.CHANGED) else "",
        **{name: len(plan.of(fate)) for name, fate in counts.items()},
    )


def _kept(row: Row, what: Line, checked: str) -> dict[str, list[Any]]:
    """What a line keeps of a row: what was corrected, and how a code in doubt was compared."""
    before = row.changes.get("uscc", [row.facts["uscc"]])[0] if what == Line.CORRECTED else ""
    return (row.changes if what == Line.CORRECTED else {}) | compared(row.facts["uscc"], checked, before=before)


def _lines(
    rows: Iterable[tuple[Row, dict[str, Any]]], what: Line, actor: Any, checked: str, reason: Callable[[Row], str]
) -> None:
    """A line of the register for each row, about the team or organisation it names."""
    at, by = clock.now(), None if actor is SYSTEM else actor
    RegisterLine.objects.bulk_create(
        [
            RegisterLine(
                what=what,
                by=by,
                at=at,
                reason=reason(row),
                changes=canonical(kept) if (kept := _kept(row, what, checked)) else "",
                **about,
            )
            for row, about in rows
        ],
        batch_size=AT_ONCE,
    )


# Teams ----------------------------------------------------------------------------------------------------------


def _write_teams(plan: Plan, actor: Any, file: File) -> None:
    new, other = plan.of(Fate.NEW), plan.of(Fate.CHANGED)
    teams = Team.objects.bulk_create([Team(guided_by=row.place, **row.facts) for row in new], batch_size=AT_ONCE)
    _lines(_about("team", new, teams), Line.REGISTERED, actor, plan.checked, lambda row: source(file.name, row.number))
    _let_leaders_in([pair for pair in zip(new, teams, strict=True) if pair[0].leader], actor)
    _correct(other, plan, actor, "team")


def _about(name: str, rows: list[Row], records: Iterable[Any]) -> list[tuple[Row, dict[str, Any]]]:
    return [(row, {name: record}) for row, record in zip(rows, records, strict=True)]


def _let_leaders_in(led: list[tuple[Row, Team]], actor: Any) -> None:
    """Each leader has an account without password and leads the team from today on, on the word of the actor."""
    if not led:
        return
    demand_proof(actor)
    today, at = clock.today(), clock.now()
    people = User.objects.bulk_create([_leader(row, at) for row, _team in led], batch_size=AT_ONCE)
    RoleGrant.objects.bulk_create(
        [
            RoleGrant(
                person=person,
                role=Role.TEAM_LEADER,
                team=team,
                valid_from=today,
                granted_by=None if actor is SYSTEM else actor,
            )
            for person, (_row, team) in zip(people, led, strict=True)
        ],
        batch_size=AT_ONCE,
    )


def _leader(row: Row, at: Any) -> User:
    login = row.mobile or f"{NAMELESS}{secrets.token_hex(6)}"
    return User(username=login, name=row.leader, mobile=row.mobile, password=make_password(None), date_joined=at)


def _correct(rows: list[Row], plan: Plan, actor: Any, name: str) -> None:
    """What differs stands in the register as the list has it; a line keeps what stood there before, and why."""
    fields = sorted({field for row in rows for field in row.changes})
    if not fields:
        return
    for row in rows:
        for field in row.changes:
            setattr(row.known, field, row.facts[field])
    records = [row.known for row in rows]
    type(records[0])._default_manager.bulk_update(records, fields, batch_size=AT_ONCE)
    _lines(_about(name, rows, records), Line.CORRECTED, actor, plan.checked, lambda _row: plan.reason)


# Organisations --------------------------------------------------------------------------------------------------


def _write_places(plan: Plan, actor: Any, file: File) -> None:
    new = plan.of(Fate.NEW)
    places = plant([Organisation(parent=row.place, **_dated(row.facts)) for row in new])
    _lines(
        _about("organisation", new, places),
        Line.REGISTERED,
        actor,
        plan.checked,
        lambda row: source(file.name, row.number),
    )
    _correct(plan.of(Fate.CHANGED), plan, actor, "organisation")


def _dated(facts: dict[str, Any]) -> dict[str, Any]:
    return facts | {"valid_from": facts["valid_from"] or clock.today()}
