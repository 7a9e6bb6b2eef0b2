"""Writing fields without a move: the version rises, the trail does not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import FieldDoesNotExist

from tests.toy import play
from tests.toy.models import Box
from workflow.actions import Stale, amend
from workflow.models import Item, Step

pytestmark = pytest.mark.django_db

People = Callable[..., Any]


def test_an_amendment_raises_the_version_and_leaves_no_step(box: Box) -> None:
    play.change(box, weight=900)

    kept = Box.objects.get(pk=box.pk)
    assert (kept.weight, kept.version, kept.steps, Step.objects.count()) == (900, 2, 1, 1)
    assert (box.weight, box.version) == (900, 2)


def test_an_amendment_of_an_old_version_is_stale(box: Box) -> None:
    play.change(box, weight=900, version=1)

    with pytest.raises(Stale):
        play.change(box, weight=901, version=1)


def test_an_amendment_cannot_touch_the_state(box: Box) -> None:
    with pytest.raises(AttributeError):
        play.change(box, state="sent")


def test_an_amendment_of_a_field_that_does_not_exist_is_a_mistake(box: Box) -> None:
    with pytest.raises(FieldDoesNotExist):
        play.change(box, wieght=900)


def test_an_amendment_outside_a_command_is_a_mistake(box: Box) -> None:
    with pytest.raises(RuntimeError, match="inside a @command"):
        amend(box, weight=1)


def test_an_amendment_takes_the_work_along_to_another_area(box: Box) -> None:
    play.change(box, area="/1/9/")

    assert Item.objects.get(finished__isnull=True).process.scope == "/1/9/"
