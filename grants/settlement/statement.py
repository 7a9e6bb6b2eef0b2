"""The statement of final accounts as plain figures: it foots, or it says where it does not. Amounts are fen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

from django.utils.translation import gettext

from grants.funds.queries import MoneyStory, differs


@dataclass(frozen=True, slots=True)
class Item:
    """One voucher: what was claimed and what finance accepted of it, None while undecided."""

    number: int
    category: str
    claimed_fen: int
    accepted_fen: int | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One category: A approved, B adjusted, C = A + B, D accepted spending, E own and other money, F = C − D left.

    E is what the budget plans from other purses: the books hold no voucher of money that is not the grant's.
    """

    category: str
    approved_fen: int
    adjusted_fen: int
    claimed_fen: int
    spent_fen: int
    own_fen: int

    @property
    def total_fen(self) -> int:
        """C, the budget as it stands."""
        return self.approved_fen + self.adjusted_fen

    @property
    def left_fen(self) -> int:
        """F, what the category has left; negative when it was overspent."""
        return self.total_fen - self.spent_fen

    @property
    def rate_hundredths(self) -> int:
        """D / C in hundredths of a percent, half up: 9875 is 98.75 %. Nothing planned is 0."""
        return (self.spent_fen * 20_000 + self.total_fen) // (2 * self.total_fen) if self.total_fen else 0


@dataclass(frozen=True, slots=True)
class Instalment:
    """One tranche, and the payments that arrived: (payment, day, fen, bank reference)."""

    number: int
    planned_fen: int
    paid_fen: int
    released_fen: int
    payments: tuple[tuple[str, str, int, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Statement:
    """Rows by category, income by tranche, what was cut and why, and the money story of the books."""

    rows: tuple[Row, ...]
    instalments: tuple[Instalment, ...]
    cuts: tuple[Item, ...]
    undecided: int
    money: MoneyStory

    def sum_of(self, column: str) -> int:
        """A column such as 'left_fen' added up."""
        return sum(getattr(row, column) for row in self.rows)

    def as_rows(self) -> list[dict[str, Any]]:
        """The table as it is kept: one dictionary a category, computed columns included."""
        computed = ("total_fen", "left_fen", "rate_hundredths")
        return [asdict(row) | {name: getattr(row, name) for name in computed} for row in self.rows]

    def as_totals(self) -> dict[str, Any]:
        """Everything below the table as it is kept: sums, income by tranche, cuts, the money story, what is due."""
        columns = [*(field.name for field in fields(Row) if field.name != "category"), "total_fen", "left_fen"]
        return {
            **{name: self.sum_of(name) for name in columns},
            "instalments": [
                asdict(part) | {"payments": [list(one) for one in part.payments]} for part in self.instalments
            ],
            "cuts": [asdict(cut) for cut in self.cuts],
            "undecided": self.undecided,
            "money": asdict(self.money),
            "due_fen": self.money.due,
        }


def draw_up(
    *,
    categories: Sequence[str],
    approved: Mapping[str, int],
    current: Mapping[str, int],
    own: Mapping[str, int],
    items: Sequence[Item],
    instalments: Sequence[Instalment],
    money: MoneyStory,
) -> Statement:
    """The statement from what was approved, what stands, what others pay, the vouchers and the books.

    Categories come in the order given; one that only a budget or voucher knows follows, by name.
    """
    known = [*categories, *sorted({*approved, *current, *own, *(item.category for item in items)} - set(categories))]
    rows = [_row(name, approved, current, own, items) for name in known]
    used = tuple(row for row in rows if any((row.approved_fen, row.adjusted_fen, row.claimed_fen, row.own_fen)))
    cuts = tuple(item for item in items if item.accepted_fen is not None and item.accepted_fen < item.claimed_fen)
    undecided = sum(item.accepted_fen is None for item in items)
    return Statement(used, tuple(instalments), cuts, undecided, money)


def _row(
    name: str, approved: Mapping[str, int], current: Mapping[str, int], own: Mapping[str, int], items: Iterable[Item]
) -> Row:
    mine = [item for item in items if item.category == name]
    return Row(
        category=name,
        approved_fen=approved.get(name, 0),
        adjusted_fen=current.get(name, 0) - approved.get(name, 0),
        claimed_fen=sum(item.claimed_fen for item in mine),
        spent_fen=sum(item.accepted_fen or 0 for item in mine),
        own_fen=own.get(name, 0),
    )


def unfooted(statement: Statement, booked: Mapping[str, int], granted_fen: int) -> Iterator[str]:
    """Where the statement and the books differ, in words; nothing when it foots to the fen.

    `booked` is accepted spending by category in the ledger, `granted_fen` the grant of the agreement.
    """
    spent = {row.category: row.spent_fen for row in statement.rows}
    for name in sorted({*spent, *booked}):
        told = gettext("科目 %(name)s 的认可支出") % {"name": name}
        yield from differs(told, spent.get(name, 0), booked.get(name, 0))
    yield from differs(gettext("认可支出合计"), statement.sum_of("spent_fen"), statement.money.spent)
    yield from differs(gettext("批准预算合计与资助金额"), statement.sum_of("approved_fen"), granted_fen)
    for part in statement.instalments:
        arrived = sum(fen for _number, _day, fen, _reference in part.payments)
        yield from differs(gettext("第 %(n)s 期拨款与银行流水") % {"n": part.number}, part.paid_fen, arrived)
    paid = sum(part.paid_fen for part in statement.instalments)
    yield from differs(gettext("各期拨款合计"), paid, statement.money.paid)
