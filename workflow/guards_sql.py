"""The database's own guards: triggers on both databases, never in migrations, removed before and installed after them.

A guard refuses one kind of statement on one table under a condition in SQL that both databases understand.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import connection, transaction
from django.db.models import Model

from workflow.lifecycle import MACHINES
from workflow.machine import AppendOnly, Stateful
from workflow.models import Edge, Endorsement, Incompatible, Proposal, Step
from workflow.ports import domain, plugged

PREFIX = "qn_"
INSTALLED = {
    "postgresql": """
        SELECT t.tgname,
            CASE WHEN t.tgenabled = 'O' THEN pg_get_triggerdef(t.oid, true) || E'\\n' || p.prosrc ELSE '' END
        FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid WHERE NOT t.tgisinternal AND t.tgname LIKE 'qn\\_%'
    """,
    "sqlite": "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'qn\\_%' ESCAPE '\\'",
}
DAY_OF = "(NEW.{} AT TIME ZONE 'Asia/Shanghai')::date"
"""The day in Zhejiang of a moment in the new row; on SQLite it is read differently."""
_extra: list[Guard] = []
_sealed: dict[str, tuple[str, ...]] = {}


@dataclass(frozen=True, slots=True)
class Guard:
    """Refuse `event` (INSERT, UPDATE, DELETE, TRUNCATE) on `table` when `condition` holds."""

    table: str
    name: str
    event: str
    condition: str
    message: str

    @property
    def full_name(self) -> str:
        """The trigger's name, as far as PostgreSQL keeps it."""
        return f"{PREFIX}{self.table}_{self.name}"[:63]


def guard(*guards: Guard) -> None:
    """Add guards of the domain to the expected set."""
    _extra.extend(found for found in guards if found not in _extra)


def seal(model: type[Model], *mutable: str) -> None:
    """Rows of a model that does not know this package are written once as well, but for these columns."""
    _sealed[model._meta.label] = mutable


def expected() -> list[Guard]:
    """Every guard that must be installed now, from the models and the table."""
    found = list(_extra)
    for model in apps.get_models():
        if issubclass(model, AppendOnly):
            found += _append_only(model, fillable=model.fillable, erasable=model.erasable)
        elif model._meta.label in _sealed:
            found += _append_only(model, free=_sealed[model._meta.label])
        if issubclass(model, Stateful) and model.machine().name in MACHINES:
            found += _edges(model)
    return [*found, *_two_people(), *_two_roles()]


def _append_only(
    model: type[Model], *, fillable: Sequence[str] = (), erasable: Sequence[str] = (), free: Sequence[str] = ()
) -> list[Guard]:
    table = model._meta.db_table
    changed = [
        _changed(str(field.column), filling=field.name in fillable, erasing=field.name in erasable)
        for field in model._meta.concrete_fields
        if field.name not in free
    ]
    message = f"{table} is append-only"
    return [
        Guard(table, "no_update", "UPDATE", " OR ".join(changed), message),
        Guard(table, "no_delete", "DELETE", "1 = 1", message),
        Guard(table, "no_truncate", "TRUNCATE", "1 = 1", message),
    ]


def _changed(column: str, *, filling: bool, erasing: bool) -> str:
    """The column becomes another, but for filling an empty text or blanking one, where that is allowed."""
    old, new = f'OLD."{column}"', f'NEW."{column}"'
    unless = (f" AND {old} <> ''" if filling else "") + (f" AND {new} <> ''" if erasing else "")
    return f"({old} IS DISTINCT FROM {new}{unless})"


def _edges(model: type[Stateful]) -> list[Guard]:
    table, machine = model._meta.db_table, model.machine()
    edge, name = Edge._meta.db_table, machine.name
    of_table = f"e.machine = '{name}' AND e.source = OLD.state AND e.target = NEW.state"
    illegal = f"OLD.state <> NEW.state AND NOT EXISTS (SELECT 1 FROM {edge} e WHERE {of_table})"  # noqa: S608  our own names
    falls = "NEW.version < OLD.version OR NEW.steps < OLD.steps"
    unseen = "OLD.state <> NEW.state AND NEW.version = OLD.version"
    stays = f"{name}: a record with a trail stays"
    return [
        Guard(table, "edge", "UPDATE", illegal, f"{name}: no such move"),
        Guard(table, "initial", "INSERT", f"NEW.state <> '{machine.initial}'", f"{name}: begins at {machine.initial}"),
        Guard(table, "version", "UPDATE", f"{falls} OR ({unseen})", f"{name}: the version rises"),
        Guard(table, "no_delete", "DELETE", "OLD.steps > 0", stays),
        Guard(table, "no_truncate", "TRUNCATE", "1 = 1", stays),
    ]


def _two_people() -> list[Guard]:
    """An endorsement names the true maker of its proposal, so that the constraint on the two persons holds.

    Nobody stands behind a proposal twice, once in their own name and once in another's.
    """
    table, proposals = Endorsement._meta.db_table, Proposal._meta.db_table
    true = "p.maker_id = NEW.maker_id AND NOT (p.behalf_id IS DISTINCT FROM NEW.maker_behalf_id)"
    of_maker = f"SELECT 1 FROM {proposals} p WHERE p.id = NEW.proposal_id AND {true}"  # noqa: S608
    both = "e.person_id = NEW.behalf_id OR e.behalf_id IN (NEW.person_id, NEW.behalf_id)"
    before = f"SELECT 1 FROM {table} e WHERE e.proposal_id = NEW.proposal_id AND ({both})"  # noqa: S608
    return [
        Guard(table, "maker", "INSERT", f"NOT EXISTS ({of_maker})", "not the maker of the proposal"),
        Guard(table, "same_hand", "INSERT", f"EXISTS ({before})", "one hand behind a proposal twice"),
    ]


def _two_roles() -> list[Guard]:
    """One person may not take on two incompatible roles on one root record, as maker or as endorser.

    Whoever stood in for another, and that other, have both taken the role.
    """
    people = ((Step._meta.db_table, "actor_id"), (Endorsement._meta.db_table, "person_id"))
    message = "incompatible roles on one record"
    return [
        Guard(table, "two_roles", "INSERT", " OR ".join(_clash(*other, who) for other in people), message)
        for table, who in people
    ]


def _clash(table: str, column: str, who: str) -> str:
    """A person of the new row stands in `table` with a role that excludes the new one."""
    pair = '(p."left" = s.role AND p."right" = NEW.role) OR (p."right" = s.role AND p."left" = NEW.role)'
    these = f"(NEW.{who}, NEW.behalf_id)"
    of_person = f"s.subject = NEW.subject AND (s.{column} IN {these} OR s.behalf_id IN {these})"
    joined = f"{table} s JOIN {Incompatible._meta.db_table} p ON {pair}"
    return f"EXISTS (SELECT 1 FROM {joined} WHERE {of_person})"  # noqa: S608  our own names


def installed() -> dict[str, str]:
    """Our triggers that the database has now, with their text; one that is switched off has none."""
    with connection.cursor() as cursor:
        cursor.execute(INSTALLED[connection.vendor])
        return dict(cursor.fetchall())


def wanted() -> dict[str, Guard]:
    """The expected guards by trigger name; SQLite knows no TRUNCATE."""
    vendor = connection.vendor
    return {found.full_name: found for found in expected() if vendor == "postgresql" or found.event != "TRUNCATE"}


def compare() -> tuple[set[str], set[str]]:
    """(missing, unexpected) trigger names; both empty when the database is guarded as the code says.

    An altered one is both: what should be there is missing, what is there is not ours.
    """
    should = {name: _source(found) for name, found in wanted().items()}
    there = installed()
    missing = {name for name, source in should.items() if there.get(name) != source}
    return missing, {name for name, source in there.items() if should.get(name) != source}


def compare_edges() -> tuple[set[str], set[str]]:
    """(missing, unexpected) edges, `machine: source → target`; both empty when the database allows just this table."""
    should, there = _of_table(), set(Edge.objects.values_list("machine", "source", "target"))
    return set(map(_told, should - there)), set(map(_told, there - should))


def _of_table() -> set[tuple[str, str, str]]:
    return {
        (machine.name, str(source), str(target)) for machine in MACHINES.values() for source, target in machine.edges()
    }


def _told(edge: tuple[str, str, str]) -> str:
    return "{}: {} → {}".format(*edge)


def install() -> None:
    """Put every expected guard in place and the table's edges into rows. Idempotent."""
    with transaction.atomic():
        _synchronise()
        missing, unexpected = compare()
        _drop(unexpected)
        guards = wanted()
        with connection.cursor() as cursor:
            for name in sorted(missing):
                for statement in statements(guards[name]):
                    cursor.execute(statement)


def remove() -> None:
    """Take every guard away, so that tables can be remade."""
    _drop(set(installed()))


@contextmanager
def lifted() -> Iterator[None]:
    """Without guards inside the block: for migrations, flushes, and tests that play the tampering administrator."""
    remove()
    try:
        yield
    finally:
        install()


def _synchronise() -> None:
    """Edges and incompatible pairs as rows, exactly those of the table."""
    _rows(Edge, ("machine", "source", "target"), _of_table())
    if plugged():
        _rows(Incompatible, ("left", "right"), set(domain().incompatible()))


def _rows(model: type[Model], columns: tuple[str, ...], wanted_rows: set[Any]) -> None:
    there = set(model._default_manager.values_list(*columns))
    if stale := there - wanted_rows:
        for row in stale:
            model._default_manager.filter(**dict(zip(columns, row, strict=True))).delete()
    model._default_manager.bulk_create(
        [model(**dict(zip(columns, row, strict=True))) for row in sorted(wanted_rows - there)]
    )


def statements(found: Guard) -> list[str]:
    """The statements that put a guard in place."""
    if connection.vendor != "postgresql":
        return [_source(found)]
    trigger, body = _source(found).split("\n", 1)
    return [
        f"CREATE OR REPLACE FUNCTION {found.full_name}() RETURNS trigger LANGUAGE plpgsql AS $qn${body}$qn$",
        trigger,
    ]


def _source(found: Guard) -> str:
    """The text of a guard as the database gives it back: on PostgreSQL the trigger, a line, the function's body."""
    name, table = found.full_name, found.table
    if connection.vendor != "postgresql":
        condition = found.condition.replace("IS DISTINCT FROM", "IS NOT")
        condition = re.sub(r"\(NEW\.(\w+) AT TIME ZONE 'Asia/Shanghai'\)::date", r"date(NEW.\1, '+8 hours')", condition)
        head = f'CREATE TRIGGER "{name}" BEFORE {found.event} ON "{table}" FOR EACH ROW WHEN {condition}'
        return f"{head} BEGIN SELECT RAISE(ABORT, '{found.message}'); END"
    each = "STATEMENT" if found.event == "TRUNCATE" else "ROW"
    row = {"TRUNCATE": "NULL", "DELETE": "OLD"}.get(found.event, "NEW")
    refuse = f"RAISE EXCEPTION '{found.message}' USING ERRCODE = 'check_violation'"
    return (
        f"CREATE TRIGGER {name} BEFORE {found.event} ON {table} FOR EACH {each} EXECUTE FUNCTION {name}()\n"
        f"BEGIN IF {found.condition} THEN {refuse}; END IF; RETURN {row}; END"
    )


def _drop(names: set[str]) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        for name in sorted(names):
            if connection.vendor == "postgresql":
                cursor.execute(f'DROP FUNCTION IF EXISTS "{name}"() CASCADE')
            else:
                cursor.execute(f'DROP TRIGGER IF EXISTS "{name}"')


def tables_are_there() -> bool:
    """Whether every table that a guard stands on exists."""
    there = set(connection.introspection.table_names())
    return all(found.table in there for found in expected())
