"""Roles that exclude others, lent ones too, late links, sanctions lifted by who entered them: refused in SQL."""

from __future__ import annotations

from grants.people.enums import Ending, Line
from grants.people.models import AccessEnd, AccessLink, Lending, RegisterLine, RoleGrant, Sanction, SanctionEnd, User
from workflow.guards_sql import DAY_OF, Guard, guard, seal
from workflow.lifecycle import Role
from workflow.models import Endorsement, Incompatible, Proposal, Step

EXCLUSIVE = (Role.SYSADMIN, Role.AUDITOR)
IN_PERSON = (Role.REVIEWER, Role.REVIEW_CHAIR, Role.LEADERSHIP, *EXCLUSIVE)
"""Judging, deciding together and watching over others is done in person: these are never lent."""
ALONE = ", ".join(f"'{role.value}'" for role in EXCLUSIVE)


def _held(row: str) -> str:
    """A role was held at all: it was not ended before its first day."""
    return f"({row}.valid_to IS NULL OR {row}.valid_to >= {row}.valid_from)"


def _guard(event: str) -> Guard:
    """A live grant of an exclusive role beside any other live grant of the same person is refused."""
    table = RoleGrant._meta.db_table
    before = "(g.valid_to IS NULL OR g.valid_to >= NEW.valid_from)"
    after = "(NEW.valid_to IS NULL OR NEW.valid_to >= g.valid_from)"
    held = f"{_held('g')} AND {_held('NEW')}"
    other = f"g.person_id = NEW.person_id AND g.id <> NEW.id AND g.role <> NEW.role AND {before} AND {after} AND {held}"
    either = f"(g.role IN ({ALONE}) OR NEW.role IN ({ALONE}))"
    clash = f"SELECT 1 FROM {table} g WHERE {other} AND {either}"  # noqa: S608 -- names of ours, no input
    return Guard(table, f"exclusive_{event.lower()}", event, f"EXISTS ({clash})", "this role excludes every other")


def _too_late() -> Guard:
    """A link is not used after its day."""
    links = AccessLink._meta.db_table
    over = f"SELECT 1 FROM {links} l WHERE l.id = NEW.link_id AND l.expires_at < NEW.at"  # noqa: S608 -- names of ours
    condition = f"NEW.how = '{Ending.USED.value}' AND EXISTS ({over})"
    return Guard(AccessEnd._meta.db_table, "too_late", "INSERT", condition, "this link has expired")


def _excluding(one: str, other: str) -> str:
    """Two roles, as SQL names them, do not go together."""
    pairs = f'(p."left" = {one} AND p."right" = {other}) OR (p."right" = {one} AND p."left" = {other})'
    pair = f"EXISTS (SELECT 1 FROM {Incompatible._meta.db_table} p WHERE {pairs})"  # noqa: S608 -- names of ours
    return f"({one} <> {other} AND ({one} IN ({ALONE}) OR {other} IN ({ALONE}) OR {pair}))"


def _lent() -> list[Guard]:
    """What is lent is the holder's own, not judged in person, lent once at a time, and fits the stand-in's roles."""
    lendings, grants = Lending._meta.db_table, RoleGrant._meta.db_table
    kept = ", ".join(f"'{role.value}'" for role in IN_PERSON)
    own = f"g.id = NEW.grant_id AND g.person_id = NEW.holder_id AND g.role NOT IN ({kept})"
    not_own = f"NOT EXISTS (SELECT 1 FROM {grants} g WHERE {own})"  # noqa: S608 -- names of ours
    days = "l.ended_at IS NULL AND l.first_day <= NEW.last_day AND l.last_day >= NEW.first_day"
    twice = f"EXISTS (SELECT 1 FROM {lendings} l WHERE l.grant_id = NEW.grant_id AND {days})"  # noqa: S608
    held = f"m.valid_from <= NEW.last_day AND (m.valid_to IS NULL OR m.valid_to >= NEW.first_day) AND {_held('m')}"
    borrowed = f"SELECT 1 FROM {lendings} l WHERE l.grant_id = m.id AND l.stand_in_id = NEW.stand_in_id AND {days}"  # noqa: S608
    clash = (
        f"SELECT 1 FROM {grants} m JOIN {grants} n ON n.id = NEW.grant_id WHERE {_excluding('m.role', 'n.role')} "  # noqa: S608
        f"AND ((m.person_id = NEW.stand_in_id AND {held}) OR EXISTS ({borrowed}))"
    )
    ended = "OLD.ended_at IS NOT NULL AND (NEW.ended_at IS DISTINCT FROM OLD.ended_at"
    return [
        Guard(lendings, "own", "INSERT", not_own, "only the holder lends a role"),
        Guard(lendings, "once", "INSERT", twice, "lent once at a time"),
        Guard(lendings, "apart", "INSERT", f"EXISTS ({clash})", "this role excludes one of the stand-in"),
        Guard(lendings, "ended", "UPDATE", f"{ended} OR NEW.ended_by_id <> OLD.ended_by_id)", "ended once"),
    ]


def _beside_lent(event: str) -> Guard:
    """Nobody gets a role that excludes one they stand in with meanwhile."""
    lendings, grants = Lending._meta.db_table, RoleGrant._meta.db_table
    days = "l.last_day >= NEW.valid_from AND (NEW.valid_to IS NULL OR NEW.valid_to >= l.first_day)"
    mine = f"l.stand_in_id = NEW.person_id AND l.ended_at IS NULL AND {days}"
    joined = f"{lendings} l JOIN {grants} n ON n.id = l.grant_id"
    clash = f"SELECT 1 FROM {joined} WHERE {mine} AND {_excluding('n.role', 'NEW.role')} AND {_held('NEW')}"  # noqa: S608
    return Guard(grants, f"lent_{event.lower()}", event, f"EXISTS ({clash})", "this role excludes one that is lent")


def _while_lent() -> list[Guard]:
    """Whoever acts for somebody has that person's role lent to them at that moment."""
    lendings, grants = Lending._meta.db_table, RoleGrant._meta.db_table
    day = DAY_OF.format("at")
    found = []
    for model, who in ((Step, "actor"), (Proposal, "maker"), (Endorsement, "person")):
        pair = f"l.stand_in_id = NEW.{who}_id AND l.holder_id = NEW.behalf_id AND g.role = NEW.role"
        now = f"l.first_day <= {day} AND l.last_day >= {day} AND (l.ended_at IS NULL OR l.ended_at >= NEW.at)"
        joined = f"{lendings} l JOIN {grants} g ON g.id = l.grant_id"
        lent = f"SELECT 1 FROM {joined} WHERE {pair} AND {now}"  # noqa: S608 -- names of ours
        condition = f"NEW.behalf_id IS NOT NULL AND NOT EXISTS ({lent})"
        found.append(Guard(model._meta.db_table, "lent", "INSERT", condition, "nothing is lent for this"))
    return found


def _last_administrator() -> Guard:
    """The account of the only administrator of the day is not closed."""
    grants, people, day = RoleGrant._meta.db_table, User._meta.db_table, DAY_OF.format("at")
    today = f"g.valid_from <= {day} AND (g.valid_to IS NULL OR g.valid_to >= {day})"
    joined = f"{grants} g JOIN {people} p ON p.id = g.person_id"
    one = f"SELECT 1 FROM {joined} WHERE g.role = '{Role.SYSADMIN.value}' AND {today} AND p.id"  # noqa: S608
    last = f"EXISTS ({one} = NEW.person_id) AND NOT EXISTS ({one} <> NEW.person_id AND p.is_active)"
    condition = f"NEW.what = '{Line.CLOSED.value}' AND {last}"
    return Guard(RegisterLine._meta.db_table, "administrator", "INSERT", condition, "somebody keeps the accounts")


def _another_lifts() -> Guard:
    """Nobody lifts a sanction that they have entered."""
    same = "s.id = NEW.sanction_id AND s.entered_by_id = NEW.by_id"
    own = f"SELECT 1 FROM {Sanction._meta.db_table} s WHERE {same}"  # noqa: S608 -- names of ours
    return Guard(
        SanctionEnd._meta.db_table, "two_people", "INSERT", f"EXISTS ({own})", "somebody else lifts a sanction"
    )


def guard_roles() -> None:
    """From now on these guards belong to the expected set."""
    seal(Lending, "ended_at", "ended_by")
    roles = (_guard("INSERT"), _guard("UPDATE"), _beside_lent("INSERT"), _beside_lent("UPDATE"))
    guard(*roles, *_lent(), *_while_lent(), _too_late(), _last_administrator(), _another_lifts())
