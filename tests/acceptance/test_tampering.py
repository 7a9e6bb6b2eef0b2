"""An administrator of the database changes one thing, triggers off; verify names the row."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import psycopg
import pytest
from psycopg import sql

from tests.acceptance.world import World

pytestmark = pytest.mark.xdist_group("rehearsed")  # one worker plays the round, once

STEP = "(SELECT ref FROM workflow_step WHERE move = 'approve' ORDER BY ref LIMIT 1)"
LAST = "(SELECT ref FROM workflow_step WHERE move = 'archive' ORDER BY ref LIMIT 1)"
ENTRY = "(SELECT MIN(id) FROM grants_entry WHERE reverses_id IS NULL AND external_ref IS NOT NULL)"
POSTING = "(SELECT MIN(id) FROM grants_posting)"

TAMPERINGS = {
    "a step's actor": (f"UPDATE workflow_step SET actor_id = actor_id + 1 WHERE ref = {STEP}", "step project:"),
    "a step's time": (f"UPDATE workflow_step SET at = '2020-01-01 00:00:00+00:00' WHERE ref = {STEP}", "step project:"),
    "a step's target": (f"UPDATE workflow_step SET target = 'declined' WHERE ref = {STEP}", "step project:"),
    "what a person filled in": (f"UPDATE workflow_step SET given = '{{}}' WHERE ref = {STEP}", "step project:"),
    "a step's payload": (f"UPDATE workflow_step SET payload = payload || ' ' WHERE ref = {STEP}", "step project:"),
    "a removed last step": (f"DELETE FROM workflow_step WHERE ref = {LAST}", "project:"),
    "a project's state": ("UPDATE grants_project SET state = 'closed' WHERE state = 'archived'", "project:"),
    "an entry's memo": (f"UPDATE grants_entry SET memo = '改过' WHERE id = {ENTRY}", "entry"),
    "an entry's date": (f"UPDATE grants_entry SET date = '2020-01-01' WHERE id = {ENTRY}", "entry"),
    "a posting's amount": (f"UPDATE grants_posting SET amount_fen = amount_fen + 1 WHERE id = {POSTING}", "entry"),
    "a question of a form": ("UPDATE grants_formversion SET text = text || ' '", "formversion"),
    "a posting's account": (
        f"UPDATE grants_posting SET debit_id = (SELECT MAX(id) FROM grants_account) WHERE id = {POSTING}",
        "entry",
    ),
    "a document's digest": (
        (
            "UPDATE storage_document SET sha256 = '0000000000000000000000000000000000000000000000000000000000000000'"
            " WHERE id = (SELECT id FROM storage_document ORDER BY id LIMIT 1)"
        ),
        "storage",
    ),
}


@pytest.mark.parametrize(("statement", "row"), TAMPERINGS.values(), ids=TAMPERINGS)
def test_one_change_by_hand_is_named(copy: World, statement: str, row: str) -> None:
    with triggers_off(copy) as run:
        run(statement)

    code, verdict = copy.verdict()

    assert code == 1
    assert any(row in name.lower() for name, _what in verdict["faults"]), verdict["faults"]
    assert not any(name.startswith("trigger") for name, _what in verdict["faults"])


def test_a_dropped_trigger_is_named(copy: World) -> None:
    name = drop_one(copy)

    code, verdict = copy.verdict()

    assert code == 1
    assert [f"trigger {name}"] == [row for row, _what in verdict["faults"]]


@contextmanager
def triggers_off(world: World) -> Iterator[Any]:
    """Run SQL as the owner of the database, with every trigger out of the way and back afterwards."""
    if world.url.startswith("sqlite"):
        with closing(sqlite3.connect(world.url.removeprefix("sqlite:///"), isolation_level=None)) as lite:
            there = lite.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
            for name, _sql in there:
                lite.execute(f'DROP TRIGGER "{name}"')
            yield lite.execute
            for _name, statement in there:
                lite.execute(statement)
        return
    with psycopg.connect(world.url) as connection:
        connection.execute("SET session_replication_role = replica")
        yield connection.execute


def drop_one(world: World) -> str:
    """Drop the trigger that keeps steps; -> its name."""
    if world.url.startswith("sqlite"):
        with closing(sqlite3.connect(world.url.removeprefix("sqlite:///"), isolation_level=None)) as lite:
            query = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'qn_workflow_step_no_delete%'"
            name = str(lite.execute(query).fetchone()[0])
            lite.execute(f'DROP TRIGGER "{name}"')
        return name
    with psycopg.connect(world.url) as connection:
        row = connection.execute(
            "SELECT tgname FROM pg_trigger WHERE tgname LIKE 'qn_workflow_step_no_delete%'"
        ).fetchone()
        name = str(row[0]) if row else ""
        connection.execute(sql.SQL("DROP TRIGGER {} ON workflow_step").format(sql.Identifier(name)))
        return name
