"""The database itself knows the table: every legal (state, state) passes, every other is refused, with raw SQL."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager

import psycopg
import pytest

from grants.models import ChangeRequest, Check, Objection, Payment, Project, Round
from tests.acceptance.world import World
from workflow.machine import Stateful

pytestmark = pytest.mark.xdist_group("rehearsed")  # one worker plays the round, once

BESIDE = {
    "grants_project": ", suspended_from = 'in_progress', returned_from = 'submitted'",
    "grants_changerequest": ", applied_at = NULL",
}
"""What other constraints ask of a row that is put into any state."""

Standing = Callable[[str], AbstractContextManager[Callable[[str], bool]]]
"""Puts a row into a state behind the guards' back; inside, it answers whether the row may be updated to another."""

MODELS = (Project, Payment, Check, Objection, ChangeRequest, Round)


@pytest.mark.parametrize("model", MODELS, ids=[model.__name__ for model in MODELS])
def test_exactly_the_edges_of_the_table_pass(copy: World, model: type[Stateful]) -> None:
    machine = model.machine()
    legal = set(machine.edges())

    wrong = []
    with one_row(copy, model._meta.db_table) as standing:
        for source in machine.states.values:
            with standing(source) as may_go:
                targets = [target for target in machine.states.values if target != source]
                wrong += [(source, one) for one in targets if may_go(one) != ((source, one) in legal)]

    assert wrong == []


@contextmanager
def one_row(world: World, table: str) -> Iterator[Standing]:
    """One row of the table, on a connection of its own; nothing that is tried with it is kept."""
    where = f"id = (SELECT MIN(id) FROM {table})"
    extra = BESIDE.get(table, "")
    if world.url.startswith("sqlite"):
        with closing(sqlite3.connect(world.url.removeprefix("sqlite:///"), isolation_level=None)) as connection:
            yield _on_sqlite(connection, table, where, extra)
        return
    with psycopg.connect(world.url, autocommit=True) as connection:
        yield _on_postgresql(connection, table, where, extra)


def _on_sqlite(connection: sqlite3.Connection, table: str, where: str, extra: str) -> Standing:
    guards = connection.execute(
        "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = ?", (table,)
    ).fetchall()

    @contextmanager
    def standing(source: str) -> Iterator[Callable[[str], bool]]:
        connection.execute("BEGIN")
        for name, _sql in guards:
            connection.execute(f'DROP TRIGGER "{name}"')
        connection.execute(f"UPDATE {table} SET state = '{source}'{extra} WHERE {where}")
        for _name, statement in guards:
            connection.execute(statement)
        try:
            yield may_go
        finally:
            connection.execute("ROLLBACK")

    def may_go(target: str) -> bool:
        connection.execute("SAVEPOINT there")
        try:
            connection.execute(f"UPDATE {table} SET state = '{target}', version = version + 1 WHERE {where}")
        except sqlite3.IntegrityError:
            return False
        finally:
            connection.execute("ROLLBACK TO there")
        return True

    return standing


def _on_postgresql(connection: psycopg.Connection[tuple[object, ...]], table: str, where: str, extra: str) -> Standing:
    @contextmanager
    def standing(source: str) -> Iterator[Callable[[str], bool]]:
        with connection.transaction(force_rollback=True):
            connection.execute("SET LOCAL session_replication_role = replica")
            connection.execute(f"UPDATE {table} SET state = '{source}'{extra} WHERE {where}".encode())
            connection.execute("SET LOCAL session_replication_role = origin")
            yield may_go

    def may_go(target: str) -> bool:
        try:
            with connection.transaction(force_rollback=True):
                connection.execute(
                    f"UPDATE {table} SET state = '{target}', version = version + 1 WHERE {where}".encode()
                )
        except psycopg.errors.CheckViolation:
            return False
        return True

    return standing
