"""How often the public may send something: within an hour of the clock, by sender, however quiet it was meanwhile."""

from __future__ import annotations

import time
from typing import Any

import pytest
from django.core.cache import cache
from django.test import RequestFactory

from grants.publicity.limits import LOOKUPS, OBJECTIONS, within
from tests.factories import on

MOST = OBJECTIONS[1]


@pytest.fixture(autouse=True)
def _fresh() -> None:
    cache.clear()


def from_(address: str = "203.0.113.7", passed: str = "") -> Any:
    return RequestFactory().post("/", REMOTE_ADDR=address, headers={"X-Forwarded-For": passed} if passed else {})


def sent(times: int, *, address: str = "203.0.113.7") -> list[bool]:
    return [within(from_(address), OBJECTIONS) for _ in range(times)]


def test_so_many_an_hour_and_no_more():
    with on(2026, 6, 9):
        assert sent(MOST + 2) == [True] * MOST + [False] * 2
        assert within(from_("203.0.113.8"), OBJECTIONS)
        assert within(from_(), LOOKUPS)


def test_the_next_hour_begins_anew():
    with on(2026, 6, 9, 9):
        sent(MOST + 1)
    with on(2026, 6, 9, 10):
        assert within(from_(), OBJECTIONS)


def test_an_hour_is_an_hour_whatever_the_cache_thinks_of_what_it_counts(settings):
    """A file cache writes a count anew with its own time, a second here: it must not be forgotten after it."""
    settings.CACHES = {"default": settings.CACHES["default"] | {"TIMEOUT": 1}}
    with on(2026, 6, 9):
        sent(MOST)
        time.sleep(1.1)
        assert not within(from_(), OBJECTIONS)


def test_behind_two_proxies_citizens_are_counted_one_by_one(settings):
    settings.TRUST_PROXY, settings.ALLAUTH_TRUSTED_PROXY_COUNT = True, 2
    with on(2026, 6, 9):
        for _ in range(MOST):
            assert within(from_("10.0.0.2", "203.0.113.7, 10.0.0.1"), OBJECTIONS)
        assert not within(from_("10.0.0.2", "203.0.113.7, 10.0.0.1"), OBJECTIONS)
        assert within(from_("10.0.0.2", "203.0.113.8, 10.0.0.1"), OBJECTIONS)
