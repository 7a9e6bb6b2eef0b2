"""Samples that anybody can draw again: the same payments, seed and size give the same sample."""

from __future__ import annotations

import random
from collections.abc import Sequence

from grants.desk.auditing.reading import rows

MONETARY, RANDOM = "monetary", "random"
METHODS = (MONETARY, RANDOM)

Paid = tuple[int, int]
"""(payment, fen)."""


def population() -> list[Paid]:
    """Every payment that was paid, by its pk: what is drawn from."""
    found = rows("SELECT id, amount_fen FROM grants_payment WHERE state IN ('paid', 'receipted') ORDER BY id")
    return [(pk, int(fen)) for pk, fen in found]


def sample(payments: Sequence[Paid], *, size: int, seed: int, method: str) -> list[int]:
    """The payments drawn, in the order of their pk.

    Monetary unit sampling: a fen is drawn at random from the first interval of total ÷ size, then one fen every
    interval; a payment is drawn by any of its fen, so one of an interval or more is always drawn. Random: each
    payment has the same chance.
    """
    if not payments or size < 1:
        return []
    dice = random.Random(seed)  # noqa: S311 -- to be drawn again, not to be secret
    if method == RANDOM:
        return sorted(dice.sample([pk for pk, _fen in payments], min(size, len(payments))))
    total = sum(fen for _pk, fen in payments)
    interval = max(1, total // size)
    wanted = range(dice.randrange(interval), total, interval)
    drawn, below, fen_at = [], 0, iter(wanted)
    target = next(fen_at, None)
    for pk, fen in payments:
        below += fen
        if target is not None and target < below:
            drawn.append(pk)
        while target is not None and target < below:
            target = next(fen_at, None)
    return drawn
