"""Whatever happens to a project's money, in whatever order: both identities hold to the fen after every step."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grants.applications.models import Project
from grants.funds import commands as books
from grants.funds.models import Entry
from grants.funds.queries import check_identities, standing
from tests.grants.funds.builders import DAY, World, doing, signed, source, unsound
from workflow.effects import Done
from workflow.refusals import Refused

Operation = Callable[[Project, int, Done], Any]


def pay(it: Project, fen: int, done: Done) -> Any:
    tranche = it.tranches.filter(paid_fen=0).order_by("number").first() or it.tranches.all()[0]
    return books.disburse(it, tranche, fen, date=DAY, memo="拨款", reference="", done=done)


def unspend(it: Project, fen: int, done: Done) -> Any:
    spent = Entry.objects.filter(postings__debit__project=it, postings__debit__kind="spent", reversed_by__isnull=True)
    return [books.unspend(entry, done=done) for entry in spent.order_by("pk")[fen % 2 : fen % 2 + 1]]


OPERATIONS: dict[str, Operation] = {
    "pay": pay,
    "spend": lambda it, fen, done: books.spend(it, "VENUE", fen, "场地", done=done),
    "unspend": unspend,
    "interest": lambda it, fen, done: books.add_interest(it, fen, on=DAY, done=done),
    "keep": lambda it, fen, done: books.keep(it, fen, memo="留用", done=done),
    "write_off": lambda it, fen, done: books.write_off(it, fen, memo="核销", done=done),
    "release": lambda it, fen, done: books.release(it, fen, memo="释放", done=done),
}


def operate(name: str, fen: int, it: Project, done: Done) -> Any:
    return OPERATIONS[name](it, fen, done)


STEP = st.tuples(st.sampled_from(sorted(OPERATIONS)), st.integers(1, 400_000))


@settings(suppress_health_check=[*HealthCheck])  # one world serves every example: each brings its own project
@given(steps=st.lists(STEP, min_size=1, max_size=12), scheme=st.sampled_from("ABC"))
def test_both_identities_hold_after_every_step(at: World, steps: list[tuple[str, int]], scheme: str):
    source(at, 1_000_000)
    made = signed(at, 1_000_000, scheme)
    for name, fen in steps:
        before = standing(made)
        try:
            doing(made, partial(operate, name, fen), actor=at.cashier)
        except Refused:
            made.refresh_from_db()
            assert standing(made) == before
        assert check_identities(made) == []
        assert 0 <= made.paid_fen + made.released_fen <= made.granted_fen
    assert unsound() == []
