"""Eight desks pay from twenty grants at once, are killed and come back: nothing is overspent, lost or entered twice."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from django.conf import settings
from django.db import connection

RUN = "import sys, django; django.setup(); from tests.grants.funds import bank; bank.run(*sys.argv[1:])"
ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def database(transactional_db: None, tmp_path: Path) -> Iterator[str]:
    """The address of an empty copy of the migrated database, of the kind that this run is on."""
    name = str(connection.settings_dict["NAME"])
    connection.close()
    if connection.vendor == "sqlite":
        copy = tmp_path / "bank.sqlite3"
        with closing(sqlite3.connect(name)) as migrated, closing(sqlite3.connect(copy)) as target:
            migrated.backup(target)
        yield f"sqlite:///{copy}"
        return
    address, bank = urlsplit(settings.DATABASE_URL), f"bank_{os.getpid()}"
    with psycopg.connect(urlunsplit(address._replace(path="/postgres")), autocommit=True) as server:
        server.execute(f'CREATE DATABASE "{bank}" TEMPLATE "{name}"')
        try:
            yield urlunsplit(address._replace(path=f"/{bank}"))
        finally:
            server.execute(f'DROP DATABASE "{bank}" WITH (FORCE)')


@pytest.mark.bank
@pytest.mark.django_db(transaction=True)
def test_no_race_and_no_kill_overspends_a_grant(database: str, tmp_path: Path, full: bool):
    seconds = os.environ.get("BANK_SECONDS", "60" if full else "8")
    folder = tmp_path / "bank"
    folder.mkdir()
    found = subprocess.run(
        [sys.executable, "-c", RUN, str(folder), seconds, "7"],
        cwd=ROOT,
        env={
            **os.environ,
            "DATABASE_URL": database,
            "DATA_DIR": str(tmp_path),
            "DJANGO_SETTINGS_MODULE": "grants.settings.test",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.returncode == 0, found.stderr
    told = json.loads(found.stdout)
    print(told)
    wrong = {name: told[name] for name in ("wrong", "faults", "lost", "duplicates", "phantoms", "errors")}
    assert wrong == {name: [] for name in wrong}
    assert min(told["commits"], told["kills"], told["snapshots"]) > 3, told
