"""Roles that exclude every other: refused in code and, here, in the database."""

from __future__ import annotations

from grants.people.models import RoleGrant
from workflow.guards_sql import Guard
from workflow.lifecycle import Role

EXCLUSIVE = (Role.SYSADMIN, Role.AUDITOR)


def _guard(event: str) -> Guard:
    """A live grant of an exclusive role beside any other live grant of the same person is refused."""
    table = RoleGrant._meta.db_table
    alone = ", ".join(f"'{role.value}'" for role in EXCLUSIVE)
    before = "(g.valid_to IS NULL OR g.valid_to >= NEW.valid_from)"
    after = "(NEW.valid_to IS NULL OR NEW.valid_to >= g.valid_from)"
    other = f"g.person_id = NEW.person_id AND g.id <> NEW.id AND g.role <> NEW.role AND {before} AND {after}"
    either = f"(g.role IN ({alone}) OR NEW.role IN ({alone}))"
    clash = f"SELECT 1 FROM {table} g WHERE {other} AND {either}"  # noqa: S608 -- names of ours, no input
    return Guard(table, f"exclusive_{event.lower()}", event, f"EXISTS ({clash})", "this role excludes every other")


GUARDS = (_guard("INSERT"), _guard("UPDATE"))
