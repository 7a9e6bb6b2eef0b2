"""The migrations and the models make the same database: tests trust the second, installations live by the first."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection

from tests.acceptance.world import empty

OURS = ("grants", "storage", "workflow")
DEFINED = """
    SELECT format('%%s.%%s', table_name, column_name),
        concat_ws(' ', data_type, character_maximum_length, is_nullable, column_default, collation_name, is_identity)
    FROM information_schema.columns WHERE table_name = ANY(%(tables)s)
    UNION ALL
    SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid::regclass::text = ANY(%(tables)s)
    UNION ALL
    SELECT indexname, indexdef FROM pg_indexes WHERE tablename = ANY(%(tables)s)
    UNION ALL
    SELECT format('%%s.%%s', tgrelid::regclass, tgname), concat(pg_get_triggerdef(oid), tgenabled)
    FROM pg_trigger WHERE NOT tgisinternal AND tgrelid::regclass::text = ANY(%(tables)s)
"""


@pytest.mark.django_db
def test_the_migrations_make_the_tables_rules_and_guards_that_the_models_state(tmp_path: Path):
    """Also when there is nothing left to migrate: the guards, which stood aside, are back."""
    with empty(tmp_path) as world:
        for _time in range(2):
            made = world.manage("migrate", "--verbosity", "0")
            assert made.returncode == 0, made.stderr[-4000:]
        migrated = definitions(world.url)

    stated = definitions(str(settings.DATABASES["default"]["NAME"]))
    assert len(stated) > 500
    assert {name for name in stated.keys() | migrated.keys() if stated.get(name) != migrated.get(name)} == set()


def definitions(address: str) -> dict[str, str]:
    """What defines the tables of our packages: columns, constraints, indexes and triggers, by name."""
    tables = [model._meta.db_table for label in OURS for model in apps.get_app_config(label).get_models(True)]
    if connection.vendor == "sqlite":
        return _sqlite(address.removeprefix("sqlite:///"), set(tables))
    if not address.startswith("postgres"):
        with connection.cursor() as cursor:
            cursor.execute(DEFINED, {"tables": tables})
            return dict(cursor.fetchall())
    with psycopg.connect(address) as server:
        return dict(server.execute(DEFINED, {"tables": tables}).fetchall())


def _sqlite(name: str, tables: set[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    with closing(sqlite3.connect(name)) as file:
        for kind, named, table, definition in file.execute("SELECT type, name, tbl_name, sql FROM sqlite_master"):
            if table in tables and kind == "table":
                body = definition[definition.index("(") + 1 : definition.rindex(")")]
                found |= {f"{table}: {part}": part for part in _parts(body)}
            elif table in tables:
                found[f"{kind} {named}"] = definition or ""
    return found


def _parts(body: str) -> list[str]:
    """Columns and constraints of a CREATE TABLE, which stand between commas outside of all brackets and quotes."""
    parts, depth, quoted = [""], 0, ""
    for sign in body:
        if quoted:
            quoted = "" if sign == quoted else quoted
        elif sign in "'\"":
            quoted = sign
        depth += 0 if quoted else {"(": 1, ")": -1}.get(sign, 0)
        if sign == "," and not depth and not quoted:
            parts.append("")
        else:
            parts[-1] += sign
    return [" ".join(part.split()) for part in parts]
