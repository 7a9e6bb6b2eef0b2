"""Thirty fields of the books changed at random behind our back: `verify` finds each, `audit` each that is money.

The tables are those of the ledger: sources, what they carry, accounts, entries, postings, tranches, payments, bank
lines, batches, closings. Every column but those in BESIDE is drawn from, and every row.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest
from django.db import IntegrityError, connection, models, transaction

from grants.desk.auditing.duties import columns_that_lie
from grants.desk.auditing.sums import findings
from grants.desk.commands import act
from grants.funds import commands as books
from grants.funds.models import (
    Account,
    Allocation,
    BankLine,
    Batch,
    Closing,
    Entry,
    FundingSource,
    Payment,
    Posting,
    SourceLimit,
    Tranche,
)
from grants.funds.verify import faults
from tests.factories import on, together
from tests.grants.funds.builders import (
    World,
    approved,
    bank_line,
    document,
    doing,
    open_batch,
    paid,
    requested,
    signed,
    verified_account,
    world,
)
from tests.snapshots import rolled_back
from workflow.guards_sql import lifted

LEDGER = (FundingSource, SourceLimit, Allocation, Account, Entry, Posting, Tranche, Payment, BankLine, Batch, Closing)
BESIDE = {
    "BankLine": {"counterparty", "account_tail", "recorded_by", "at"},
    "Batch": {"opened_by", "opened_at", "frozen_at", "returned_at"},
}
"""No facts of money: what the bank says of the other side, who opened a batch and when."""
MONEY = {
    "FundingSource": {"amount_fen", "committed_fen", "carried_fen", "round"},
    "SourceLimit": set(),
    "Allocation": {"amount_fen", "project", "source"},
    "Account": {"name", "kind", "round", "project", "source", "category"},
    "Entry": {"key", "date", "value_on", "memo", "document", "external_ref", "reverses", "step", "digest"},
    "Posting": {"entry", "position", "debit", "credit", "amount_fen"},
    "Tranche": {"planned_fen", "paid_fen", "released_fen", "project"},
    "Payment": {"amount_fen", "project", "tranche", "account", "paid_entry", "paid_on", "maker", "checker", "cashier"},
    "BankLine": {"amount_fen", "reference", "kind", "booked_on", "matched", "round"},
    "Batch": {"count", "total_fen"},
    "Closing": {"through", "digest"},
}
"""The columns whose change moves money, or says that it was moved otherwise: these `audit` finds by its own sums."""


@pytest.fixture(scope="module")
def at(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    """Two rounds; a payment paid, one returned, one in a frozen batch, expenses, a refund, June closed."""
    with django_db_blocker.unblock(), rolled_back():
        made = world()
        with on(2027, 6, 10):
            _june(made)
        with on(2027, 7, 3):
            given = {"through": "2027-06-30"}
            together(made.round, "close_books", by=made.finance_officer, endorsed_by=made.finance_approver, **given)
        other = world()
        with on(2027, 7, 5):
            add_source(other, "lottery", 1_000_000)
            add_source(other, "fees", 9_000_000)
            verified_account(other, running := signed(other))
            paid(other, requested(other, running))
        yield made


def add_source(at: World, kind: str, fen: int) -> None:
    given = {"kind": kind, "name": f"{kind} {at.round.code}", "amount_fen": fen, "intent": "用于老年人服务"}
    if kind == "lottery":
        given |= {"only_fields": ["ELDERLY"], "only_areas": "莲都", "only_categories": ["VENUE"], "most_pct": 60}
    act(at.round, "add_source", actor=at.finance_officer, given=given)


def _spend(category: str, fen: int, paper: Any, project: Any, done: Any) -> Entry:
    return books.spend(project, category, fen, "支出", done=done, document=paper)


def _june(at: World) -> None:
    for kind, fen in (("fiscal", 10_000_000), ("donation", 5_000_000)):
        add_source(at, kind, fen)
    projects = [signed(at) for _n in range(3)]
    for one in projects:
        verified_account(at, one)
    first = paid(at, requested(at, projects[0]))
    paper = document(at.payee_officer)
    for category, fen in (("VENUE", 500), ("VOL_MEAL", 700)):
        doing(first.project, partial(_spend, category, fen, paper), actor=at.finance_officer)
    line = bank_line(at, "refund", 300)
    doing(first.project, lambda it, done: books.receive_refund(it, line, done=done), actor=at.cashier)
    back = paid(at, requested(at, projects[1]))
    returned = bank_line(at, "returned", back.amount_fen)
    act(back, "bank_returned", actor=at.cashier, given={"line": returned.reference})
    batch = open_batch(at)
    waiting = approved(at, requested(at, projects[2]))
    act(waiting, "put_in_batch", actor=at.finance_officer, given={"batch": str(batch.number)})
    act(at.round, "freeze_batch", actor=at.finance_officer, given={"batch": str(batch.number)})


@dataclass(frozen=True)
class Mutation:
    """One column of one row becomes another value."""

    model: type[models.Model]
    column: Any
    pk: Any
    value: Any

    @property
    def money(self) -> bool:
        """Whether it changes money."""
        return self.column.name in MONEY[self.model.__name__]

    def __str__(self) -> str:
        return f"{self.model.__name__} {self.pk} {self.column.name} = {self.value!r}"

    def made(self) -> None:
        """By raw SQL, past every model and rule."""
        table, column = self.model._meta.db_table, self.column.column
        with connection.cursor() as cursor:
            cursor.execute(f'UPDATE {table} SET "{column}" = %s WHERE id = %s', [self.value, self.pk])


def drawn(dice: random.Random) -> Mutation | None:
    """A random change of a random column of a random row, if there is another value for it."""
    model = dice.choice(LEDGER)
    beside = BESIDE.get(model.__name__, set()) | {"id", "state", "version", "steps", "head"}
    column = dice.choice([one for one in model._meta.concrete_fields if one.name not in beside])
    rows = list(model._base_manager.order_by("pk").values_list("pk", column.attname))
    pk, now = dice.choice(rows)
    value = another(column, now, dice)
    return None if value is None or value == now else Mutation(model, column, pk, value)


def another(column: Any, now: Any, dice: random.Random) -> Any:
    """Another value of the kind that the column holds."""
    if column.is_relation:
        others = column.related_model._base_manager.exclude(pk=now).order_by("pk").values_list("pk", flat=True)
        found = dice.choice(list(others)) if others else None
        return found.hex if found is not None and hasattr(found, "hex") and connection.vendor == "sqlite" else found
    if isinstance(column, models.BooleanField):
        return not now
    if isinstance(column, models.IntegerField):
        return (now or 0) + dice.choice((1, -1, 100))
    if isinstance(column, models.DateField):
        return (now or dt.date(2027, 6, 1)) + dt.timedelta(days=dice.choice((-3, 2)))
    choices = [value for value, _label in column.choices or () if value != now]
    kept = str(now or "")[: (column.max_length or 1000) - 1]
    return dice.choice(choices) if choices else f"{kept}{dice.choice('xyz')}"


def mutations(dice: random.Random, n: int) -> Iterator[Mutation]:
    """So many changes that the constraints of the tables let pass, each undone before the next."""
    while n:
        found = drawn(dice)
        if found is None:
            continue
        with transaction.atomic():
            try:
                with transaction.atomic():
                    found.made()
            except IntegrityError:
                continue
            yield found
            transaction.set_rollback(True)
        n -= 1


@pytest.mark.parametrize("seed", [7, 31, 2027])
def test_thirty_random_corruptions_of_the_ledger_are_found(at: World, db: None, seed: int):
    assert (list(faults()), list(findings()), columns_that_lie()) == ([], [], [])
    unseen: list[str] = []
    unfound: list[str] = []
    with lifted():
        for one in mutations(random.Random(seed), 30):
            if not any(True for _ in faults()):
                unseen.append(str(one))
            if one.money and not (any(True for _ in findings()) or columns_that_lie()):
                unfound.append(str(one))
    assert unseen == []
    assert unfound == []
