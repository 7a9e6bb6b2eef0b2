"""A database address turned into Django's connection settings, with what each database needs to be safe."""

from __future__ import annotations

from typing import Any

import dj_database_url

SQLITE_PRAGMAS = "PRAGMA journal_mode=WAL; PRAGMA synchronous={synchronous}; PRAGMA foreign_keys=ON;"
SQLITE_WAIT_SECONDS = 20
KEEP_CONNECTION_SECONDS = 60


def connection(url: str, *, synchronous: str = "FULL") -> dict[str, Any]:
    """Return Django's settings for the database at `url`, SQLite or PostgreSQL.

    With `synchronous` OFF nothing waits for the disk: what a crash of the machine may cost, a killed process does not.
    """
    settings: dict[str, Any] = {**dj_database_url.parse(url), "ATOMIC_REQUESTS": False}
    if settings["ENGINE"].endswith("sqlite3"):
        settings["OPTIONS"] = {
            **settings.get("OPTIONS", {}),
            "transaction_mode": "IMMEDIATE",  # the writer's lock at the start, so that no upgrade can deadlock
            "timeout": SQLITE_WAIT_SECONDS,
            "init_command": SQLITE_PRAGMAS.format(synchronous=synchronous),
        }
        return settings
    if synchronous == "OFF":
        settings["OPTIONS"] = {**settings.get("OPTIONS", {}), "options": "-c synchronous_commit=off"}
    return {**settings, "CONN_MAX_AGE": KEEP_CONNECTION_SECONDS, "CONN_HEALTH_CHECKS": True}
