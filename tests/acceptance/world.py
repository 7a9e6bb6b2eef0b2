"""Scratch databases and `manage.py` as another process, for the promises that only a whole round can keep."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
from django.conf import settings
from psycopg import sql

SECONDS = 900


@dataclass(frozen=True)
class World:
    """A database and a folder of documents of their own."""

    url: str
    documents: Path

    def manage(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run manage.py against this world."""
        environment = os.environ | {
            "DJANGO_SETTINGS_MODULE": "grants.settings.rehearsal",
            "DATABASE_URL": self.url,
            "STORAGE_URL": self.documents.as_uri(),
            "DATA_DIR": str(self.documents.parent),
        }
        command = [sys.executable, str(settings.BASE_DIR / "manage.py"), *arguments]
        return subprocess.run(
            command,
            env=environment,
            cwd=settings.BASE_DIR,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )

    def rehearse(self, *options: str) -> dict[str, Any]:
        """Play a round in this world and keep it; -> the report."""
        kept = ("--database", self.url, "--documents", str(self.documents))
        done = self.manage("rehearse", *options, "--json", *kept)
        assert done.returncode == 0, done.stdout + done.stderr[-4000:]
        report: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        return report

    def verdict(self) -> tuple[int, dict[str, Any]]:
        """(exit code, report) of manage.py verify."""
        done = self.manage("verify", "--json")
        assert done.stdout, done.stderr[-4000:]
        return done.returncode, json.loads(done.stdout.splitlines()[-1])


@contextmanager
def empty(folder: Path, *, template: str = "") -> Iterator[World]:
    """An empty world on the database under test (or a copy of the PostgreSQL database `template`), gone afterwards."""
    configured = os.environ.get("DATABASE_URL", "")
    documents = folder / "documents"
    if not configured.startswith("postgres"):
        yield World(f"sqlite:///{folder / 'world.sqlite3'}", documents)
        return
    name = f"qingnuan_world_{os.getpid()}_{abs(hash(str(folder))) % 10**8}"
    admin = urlunsplit(urlsplit(configured)._replace(path="/postgres"))
    with psycopg.connect(admin, autocommit=True) as connection:
        copied = sql.SQL(" TEMPLATE {}").format(sql.Identifier(template)) if template else sql.SQL("")
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)) + copied)
        try:
            yield World(urlunsplit(urlsplit(configured)._replace(path=f"/{name}")), documents)
        finally:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
