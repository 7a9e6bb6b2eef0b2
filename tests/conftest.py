"""What every test may ask for: the size of the run, and Hypothesis in keeping with it."""

from __future__ import annotations

import gc
import os
import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.utils import translation
from hypothesis import HealthCheck, settings

settings.register_profile(
    "dev",
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
settings.register_profile("ci", settings.get_profile("dev"), max_examples=60, print_blob=True)
settings.register_profile("full", settings.get_profile("ci"), max_examples=500)


DECIDED_THERE = ("workflow/", "storage/", "grants/funds/", "grants/management/")
WHOLE_WAYS = frozenset({"test_journey.py", "test_visibility.py"})
OF_FILES = frozenset(
    {"test_hostile.py", "test_previews.py", "test_copies.py", "test_tables.py", "test_waiting.py", "test_moving.py"}
)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--full", action="store_true", help="races, faults and properties at full size (minutes)")
    parser.addoption("--second", action="store_true", help="on a second database: what it may decide otherwise")
    parser.addoption("--rest", action="store_true", help="on a second database: everything else that asks one")


def pytest_configure(config: pytest.Config) -> None:
    full, ci = config.getoption("--full"), "CI" in os.environ
    settings.load_profile("full" if full else "ci" if ci else "dev")
    gc.set_threshold(100_000, 50, 100)  # looking for cycles as often as by default takes a tenth of the time
    django_settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)


@pytest.hookimpl(tryfirst=True)  # before pytest-xdist reads the groups
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """One worker runs a whole module, so that what its tests share is made once; slow tests go where there is room."""
    if (rest := config.getoption("--rest")) or config.getoption("--second"):
        wanted = [item for item in items if asks_a_database(item) and may_differ(item) is not rest]
        config.hook.pytest_deselected(items=[item for item in items if item not in set(wanted)])
        items[:] = wanted
    for item in items:
        if item.get_closest_marker("xdist_group") is None and item.get_closest_marker("slow") is None:
            item.add_marker(pytest.mark.xdist_group(item.path.relative_to(item.config.rootpath).as_posix()))


def asks_a_database(item: pytest.Item) -> bool:
    """Whether the test would notice which database it is; one of mere Python need not pass twice."""
    asked = {"db", "transactional_db", "django_db_setup"} & set(getattr(item, "fixturenames", ()))
    return bool(asked or item.get_closest_marker("django_db") or "acceptance" in item.path.parts)


def may_differ(item: pytest.Item) -> bool:
    """Whether a second database is likely to answer otherwise: locks, guards, constraints, sums, whole journeys.

    Pages, files, the rules of the stages and rehearsed rounds come after, in `make postgresql`.
    """
    place, name = item.path.relative_to(item.config.rootpath / "tests").as_posix(), item.path.name
    return name in WHOLE_WAYS or (place.startswith(DECIDED_THERE) and name not in OF_FILES)


def pytest_unconfigure() -> None:
    """The folder made for the run goes with it; one that was given stays."""
    if django_settings.OWN_DATA_DIR:
        shutil.rmtree(django_settings.DATA_DIR, ignore_errors=True)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """The tables came straight from the models; for whoever asks, every migration counts as made."""
    with django_db_blocker.unblock():
        recorder = MigrationRecorder(connection)
        recorder.ensure_schema()
        for key, migration in MigrationLoader(None).disk_migrations.items():
            for app, name in migration.replaces or [key]:
                recorder.record_applied(app, name)


@pytest.fixture(scope="session")
def full(request: pytest.FixtureRequest) -> bool:
    """Whether the run is at full size: 500 races rather than a handful."""
    return bool(request.config.getoption("--full"))


@pytest.fixture(autouse=True)
def _speaking_chinese() -> Iterator[None]:
    """A page asked for in English leaves its language in the thread; every test begins in Chinese all the same."""
    with translation.override(django_settings.LANGUAGE_CODE):
        yield


@pytest.fixture(autouse=True)
def _guards_step_aside(request: pytest.FixtureRequest) -> Iterator[None]:
    """The flush after a transactional test empties append-only tables; the guards come back with post_migrate."""
    mark = request.node.get_closest_marker("django_db")
    flushed = bool(mark and mark.kwargs.get("transaction")) or "transactional_db" in request.fixturenames
    if flushed:
        request.getfixturevalue("transactional_db")
    yield
    if flushed:
        from workflow import guards_sql  # noqa: PLC0415 -- only with loaded apps

        guards_sql.remove()
