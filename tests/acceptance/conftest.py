"""One rehearsed round with all its bad days, shared by the tests that look at it or tamper with copies of it."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.acceptance.world import World, empty


@pytest.fixture(scope="session")
def rehearsed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[World, dict[str, Any]]]:
    """A world in which forty-eight applications went from call to archive, and the report of it."""
    with empty(tmp_path_factory.mktemp("rehearsed")) as world:
        yield world, world.rehearse("--projects", "48", "--seed", "7", "--bad-days")


@pytest.fixture
def copy(rehearsed: tuple[World, dict[str, Any]], tmp_path: Path) -> Iterator[World]:
    """A copy of the rehearsed world that a test may damage."""
    original, _report = rehearsed
    shutil.copytree(original.documents, tmp_path / "documents")
    if original.url.startswith("sqlite"):
        with (
            closing(sqlite3.connect(original.url.removeprefix("sqlite:///"))) as source,
            closing(sqlite3.connect(tmp_path / "world.sqlite3")) as target,
        ):
            source.backup(target)
        yield World(f"sqlite:///{tmp_path / 'world.sqlite3'}", tmp_path / "documents")
        return
    with empty(tmp_path, template=urlsplit(original.url).path.strip("/")) as world:
        yield world
