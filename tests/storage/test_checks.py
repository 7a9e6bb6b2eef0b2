"""The system says at its start what storage lacks."""

from __future__ import annotations

from collections.abc import Callable

from pytest_django import Settings

from storage.checks import reading_is_decided, store_is_named
from storage.ports import MayRead


def test_an_unplugged_port_is_an_error(readers: Callable[[MayRead | None], None]):
    assert [fault.id for fault in reading_is_decided()] == ["storage.E001"]
    readers(lambda _actor, _attachment: False)
    assert reading_is_decided() == []


def test_an_unknown_store_is_an_error(settings: Settings):
    assert store_is_named() == []
    settings.STORAGE_URL = "s3://host/bucket"
    assert [fault.id for fault in store_is_named()] == ["storage.E002"]
