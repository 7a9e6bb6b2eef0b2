"""An empty store in a folder of its own, people, and a record to attach to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.contrib.auth.models import Group
from pytest_django import Settings

from grants.people.models import User
from storage import ports
from tests.storage.servers import Server, rclone
from workflow import guards_sql

NOW = datetime(2027, 3, 5, 2, tzinfo=UTC)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, settings: Settings) -> Path:
    """The folder of the store, empty."""
    root = tmp_path / "documents"
    settings.STORAGE_URL = root.as_uri()
    settings.STORAGE_SPOOL = tmp_path / "spool"
    settings.STORAGE_PIECES = tmp_path / "pieces"
    return root


@pytest.fixture(scope="session")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """rclone's S3 server, one for each worker of the run."""
    with rclone(tmp_path_factory.mktemp("s3") / "") as server:
        yield server


@pytest.fixture
def unguarded(db: None) -> Iterator[None]:
    """Let the test play the administrator who took the guards away."""
    with guards_sql.lifted():
        yield


@pytest.fixture
def zhou(db: None) -> User:
    """队长小周, who uploads."""
    return User.objects.create_user("zhou", name="小周")


@pytest.fixture
def chen(db: None) -> User:
    """县经办老陈, somebody else."""
    return User.objects.create_user("chen", name="老陈")


@pytest.fixture
def record(db: None) -> Group:
    """Any record with a number will do."""
    return Group.objects.create(name="一个项目")


@pytest.fixture
def readers() -> Iterator[Callable[[ports.MayRead | None], None]]:
    """Say who may read, until the test ends."""
    before = ports.plug(None)

    def say(answer: ports.MayRead | None) -> None:
        ports.plug(answer)

    yield say
    ports.plug(before)
