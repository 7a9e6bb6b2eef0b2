"""The embedded profile keeps its secret, its queue and its database safe in one folder."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from queue import Empty
from typing import Any

import pytest
from kombu import Connection

from grants.settings.database import connection
from tests.architecture.source import ROOT

SHOW = "from grants.settings import embedded as e; print(e.SECRET_KEY); print(e.CELERY_BROKER_TRANSPORT_OPTIONS)"


def start(folder: Path) -> str:
    environment = {"PATH": os.environ["PATH"], "DATA_DIR": str(folder)}
    run = subprocess.run(
        [sys.executable, "-c", SHOW], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    return run.stdout


def test_the_secret_is_made_once_and_for_its_owner_only(tmp_path):
    folder = tmp_path / "var"
    first, second = start(folder), start(folder)
    assert first == second
    assert len(first.splitlines()[0]) >= 50
    assert (folder / "secret_key").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in folder.glob("secret_key*")] == ["secret_key"]


def test_what_goes_into_the_queue_comes_out_of_it(tmp_path):
    start(tmp_path)
    assert (tmp_path / "queue" / "messages").is_dir()
    assert (tmp_path / "queue" / "control").is_dir()


def test_sqlite_waits_its_turn_and_writes_to_the_disk():
    options = connection("sqlite:////tmp/a.sqlite3")["OPTIONS"]
    assert options["transaction_mode"] == "IMMEDIATE"
    assert options["timeout"] == 20
    assert "synchronous=FULL" in options["init_command"]


@pytest.mark.parametrize("url", ["postgresql://a:b@db:5432/c", "postgres://a@/c?host=/tmp/socket"])
def test_postgresql_connections_are_kept_and_checked(url: str):
    settings = connection(url)
    assert settings["CONN_HEALTH_CHECKS"]
    assert settings["CONN_MAX_AGE"] == 60
    assert not settings["ATOMIC_REQUESTS"]


class Peeping:
    """A message in the middle of which the worker looks whether something has come."""

    def __init__(self, channel: Any) -> None:
        self.channel = channel

    def __json__(self) -> str:
        with pytest.raises(Empty):
            self.channel._get("work")  # noqa: SLF001 -- as the worker's loop does
        return "whole"


def test_a_message_is_whole_before_the_worker_sees_it(tmp_path: Path):
    folders = {name: str(tmp_path) for name in ("data_folder_in", "data_folder_out", "control_folder")}
    with Connection("filesystem://localhost", transport_options=folders) as broker:
        channel = broker.default_channel
        channel._put("work", Peeping(channel))  # noqa: SLF001 -- as a task that is sent does
        assert channel._get("work") == "whole"  # noqa: SLF001
    assert not list(tmp_path.iterdir())
