"""A real browser at a real server: Debian's chromium, our pages over HTTP, the clock where the journey needs it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test.utils import override_settings, setup_databases, teardown_databases
from playwright.sync_api import Browser, sync_playwright

from tests.journeys.site import Site, serving

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking")


def pytest_configure(config: pytest.Config) -> None:
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # Playwright's loop runs in the thread in which a test looks at rows


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whatever lies here is a journey; the longest begin first, so that no worker is left alone with one."""
    items.sort(key=lambda item: item.path.name not in {"test_whole_way.py", "test_review.py", "test_reading.py"})
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.journey)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One chromium for the run; every person has a context of their own."""
    if not CHROMIUM.exists():
        (pytest.fail if "CI" in os.environ else pytest.skip)("apt install chromium fonts-noto-cjk")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=str(CHROMIUM), args=list(FLAGS))
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def database(django_db_modify_db_settings: None, django_db_blocker: Any) -> Iterator[None]:
    """A database of this worker's own: what a journey writes stays for the next page, so no test rolls it back."""
    with django_db_blocker.unblock():
        made = setup_databases(verbosity=0, interactive=False)
        yield
        teardown_databases(made, verbosity=0)


@pytest.fixture(scope="module")
def site(database: None) -> Iterator[Site]:
    """The product served from an empty database; emptied again after the module.

    Its clock leaps by weeks, so a password once given holds: journeys that are about proving say so.
    """
    with override_settings(PROOF_MINUTES=10_000_000), serving() as site:
        yield site
        site.empty()
