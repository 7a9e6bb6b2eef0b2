"""The product in processes of its own, as it is served for real: gunicorn, which a test may kill and start again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from django.conf import settings
from django.db import connection

from tests.storage.servers import answering, free_port


def database_url() -> str:
    """The database that this test uses, for another process."""
    here = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{here['NAME']}"
    who = f"{here['USER']}:{quote(here['PASSWORD'])}" if here["PASSWORD"] else here["USER"]
    return f"postgresql://{who}@{quote(here['HOST'] or '127.0.0.1')}:{here['PORT'] or 5432}/{here['NAME']}"


class Process:
    """A server on one port, which it keeps when it is started again."""

    def __init__(self, folder: Path, *, workers: int = 1, **environment: str) -> None:
        self.port, self.workers, self.folder = free_port(), workers, folder
        self.url = f"http://127.0.0.1:{self.port}"
        self.environment = environment
        self.running: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """It answers."""
        command = [sys.executable, "-m", "gunicorn", f"--workers={self.workers}", f"--bind=127.0.0.1:{self.port}"]
        own = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_XDIST")}
        environment = own | {  # a worker's own folders are in what it is told here
            "DJANGO_SETTINGS_MODULE": "tests.serving_settings",
            "DATABASE_URL": database_url(),
            "DATA_DIR": str(settings.DATA_DIR),
            "STORAGE_URL": settings.STORAGE_URL,
        }
        with (self.folder / "server.log").open("a") as log:
            self.running = subprocess.Popen(
                [*command, "--log-level=warning", "grants.wsgi"],
                env=environment | self.environment,
                cwd=settings.BASE_DIR,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        answering(self.port, self.running)

    def kill(self) -> None:
        """It is dead at once, in the middle of whatever it did, its workers with it."""
        assert self.running
        os.killpg(self.running.pid, signal.SIGKILL)
        self.running.wait()
        self.running = None


@contextmanager
def served(folder: Path, *, workers: int = 1, **environment: str) -> Iterator[Process]:
    """A server, gone after the block."""
    process = Process(folder, workers=workers, **environment)
    process.start()
    try:
        yield process
    finally:
        if process.running:
            process.kill()
