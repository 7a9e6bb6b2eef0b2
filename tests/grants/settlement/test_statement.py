"""The statement foots to the fen for any vouchers, and says where it does not."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given as over
from hypothesis import strategies as st

from grants.funds.queries import MoneyStory, booked
from grants.settlement.queries import statement
from grants.settlement.statement import Instalment, Item, Row, Statement, draw_up, unfooted
from tests.grants.running import FIRST, GRANT, World
from tests.grants.settlement.acts import decide, file
from workflow.lifecycle import ProjectState as S

CODES = ["ACT_MATERIAL", "PUBLICITY", "VENUE"]
AMOUNT = st.integers(0, 3_000_000)
BUDGET = st.dictionaries(st.sampled_from([*CODES, "TAX"]), AMOUNT)


@st.composite
def vouchers(draw: Any) -> list[Item]:
    """Any vouchers, some decided."""
    made = []
    for number in range(1, draw(st.integers(0, 8)) + 1):
        claimed = draw(st.integers(1, 400_000))
        accepted = draw(st.none() | st.integers(0, claimed))
        made.append(Item(number, draw(st.sampled_from(CODES)), claimed, accepted, "核减"))
    return made


def drawn(approved: dict[str, int], current: dict[str, int], items: list[Item], paid: int) -> Statement:
    """The statement of a project whose books say the same as its vouchers."""
    spent, granted = sum(item.accepted_fen or 0 for item in items), sum(approved.values())
    money = MoneyStory(granted=granted, paid=paid, undrawn=granted - paid, spent=spent, held=paid - spent)
    part = Instalment(1, granted, paid, 0, (("BK1", "2026-09-01", paid, "B1"),))
    return draw_up(
        categories=CODES, approved=approved, current=current, own={}, items=items, instalments=[part], money=money
    )


def in_books(items: list[Item]) -> dict[str, int]:
    """What the ledger says was spent by category."""
    sums: Counter[str] = Counter()
    for item in items:
        sums[item.category] += item.accepted_fen or 0
    return dict(sums)


@over(BUDGET, BUDGET, vouchers(), AMOUNT)
def test_a_statement_foots_for_any_vouchers(approved, current, items, paid):
    made, granted = drawn(approved, current, items, paid), sum(approved.values())
    assert list(unfooted(made, in_books(items), granted)) == []
    assert made.sum_of("total_fen") == sum(current.values())
    assert made.sum_of("left_fen") == sum(current.values()) - made.sum_of("spent_fen")
    assert made.sum_of("claimed_fen") - made.sum_of("spent_fen") == sum(
        item.claimed_fen - (item.accepted_fen or 0) for item in items
    )
    for row in made.as_rows():
        assert row["approved_fen"] + row["adjusted_fen"] == row["total_fen"] == row["spent_fen"] + row["left_fen"]
    assert made.as_totals()["due_fen"] == min(granted, made.sum_of("spent_fen")) - paid


@over(BUDGET, vouchers(), AMOUNT, st.integers(1, 10**6))
def test_a_single_fen_that_differs_is_seen(approved, items, paid, fen):
    made, granted = drawn(approved, approved, items, paid), sum(approved.values())
    assert list(unfooted(made, in_books(items) | {"OTHER": fen}, granted))
    assert list(unfooted(made, in_books(items), granted + fen))
    more = replace(made, money=replace(made.money, spent=made.money.spent + fen))
    assert list(unfooted(more, in_books(items), granted))
    less = replace(made, instalments=(replace(made.instalments[0], paid_fen=paid + fen),))
    assert len(list(unfooted(less, in_books(items), granted))) == 2


@pytest.mark.parametrize(("total", "spent", "rate"), [(0, 0, 0), (300, 100, 3333), (300, 200, 6667), (200, 300, 15000)])
def test_the_rate_is_in_hundredths_of_a_percent(total: int, spent: int, rate: int):
    assert Row("VENUE", total, 0, spent, spent, 0).rate_hundredths == rate


def test_categories_keep_the_order_of_the_round():
    made = drawn({"VENUE": 5, "TAX": 1, "ACT_MATERIAL": 2}, {}, [], 0)
    assert [row.category for row in made.rows] == ["ACT_MATERIAL", "VENUE", "TAX"]


def test_the_statement_of_a_project_is_drawn_from_its_books(world: World):
    world.is_in(S.IN_PROGRESS)
    world.is_paid()
    first, second = file(world, 400_000), file(world, 100_000, category="PUBLICITY")
    world.is_in(S.FINAL_ACCOUNTS)
    decide(world, first)
    decide(world, second, 60_000, "单价过高")
    made = statement(world.project)
    rows = {row.category: row for row in made.rows}
    assert made.sum_of("approved_fen") == GRANT
    assert (rows["ACT_MATERIAL"].spent_fen, rows["PUBLICITY"].spent_fen) == (400_000, 60_000)
    assert booked(world.project) == {"ACT_MATERIAL": 400_000, "PUBLICITY": 60_000}
    assert [(cut.number, cut.claimed_fen, cut.accepted_fen, cut.reason) for cut in made.cuts] == [
        (2, 100_000, 60_000, "单价过高")
    ]
    assert [(part.planned_fen, part.paid_fen, len(part.payments)) for part in made.instalments] == [
        (FIRST, FIRST, 1),
        (GRANT - FIRST, 0, 0),
    ]
    assert made.money.due == 460_000 - FIRST
