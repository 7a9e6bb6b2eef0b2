"""Payments of several projects, as the officer asks for them: where the tests of money's pages start."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import pytest

from grants.funds.models import Payment
from grants.people.models import User
from tests.grants.desk.visiting import Visitor, text
from tests.grants.funds.builders import World, requested, signed, source, verified_account, world
from tests.snapshots import at_the_end_of

GRANT, FIRST = 2_500_000, 1_750_000
PASSWORD = "geheim-42"


def people(at: World) -> list[User]:
    """Everybody who handles the money."""
    return [at.finance_officer, at.finance_approver, at.business_lead, at.cashier, at.programme_officer]


@pytest.fixture(scope="module")
def asked_for(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    """Three running projects of 25,000.00 yuan, the first tranche of each asked for; once a module."""
    with django_db_blocker.unblock(), at_the_end_of([("asked for", lambda _nothing: _asked(world()))]) as made:
        yield made


def _asked(made: World) -> World:
    source(made)
    for _n in range(3):
        project = signed(made, GRANT)
        verified_account(made, project)
        requested(made, project)
    for person in people(made):
        person.set_password(PASSWORD)
        person.save()
    return made


@pytest.fixture
def at(asked_for: World, db: None) -> World:
    """The same for one test."""
    return copy.deepcopy(asked_for)


def pks(**where: Any) -> list[int]:
    """The payments by pk."""
    return list(Payment.objects.filter(**where).order_by("pk").values_list("pk", flat=True))


def together(visitor: Visitor, round_pk: int, desk: str, picked: list[int], status: int = 200, **typed: Any) -> str:
    """Choose payments on a desk, look once more, be sure; -> what the person is told."""
    sure = sure_form(visitor, round_pk, desk, picked, **{k: v for k, v in typed.items() if k == "refuse"})
    return text(visitor.post("round_payments", round_pk, status=status, **(sure | typed)))


def sure_form(visitor: Visitor, round_pk: int, desk: str, picked: list[int], **more: Any) -> dict[str, Any]:
    """Everything that the second page sends again."""
    page = text(visitor.post("round_payments", round_pk, status=200, desk=desk, pick=picked, **more))
    found = visitor.fields(page)
    return {name: values if name == "pick" else values[-1] for name, values in found.items()}
