"""Who did which step of every payment, attempt by attempt, and the proof that nobody did two of the three."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from grants.desk.auditing.reading import rows

DUTIES = {"verify_request": "maker", "approve_payment": "checker", "send": "cashier"}
"""The move that makes somebody the maker, checker or cashier of a payment."""
ANEW = ("request_again", "reissue")
APART = (("maker", "checker"), ("maker", "cashier"), ("checker", "cashier"), ("requester", "checker"))


@dataclass(frozen=True, slots=True)
class Hand:
    """Somebody's step: the move, the person, for whom they stood in, when (as the trail has it)."""

    move: str
    person: int | None
    behalf: int | None
    at: str
    ref: str

    @property
    def people(self) -> set[int]:
        """Everybody whose hand it was."""
        return {who for who in (self.person, self.behalf) if who is not None}


@dataclass
class Attempt:
    """One attempt at a payment: who asked, verified, approved, endorsed and sent it."""

    payment: int
    number: str
    attempt: int
    amount_fen: int
    state: str
    hands: dict[str, Hand] = field(default_factory=dict)
    endorsers: list[int] = field(default_factory=list)

    @property
    def conflicts(self) -> list[tuple[str, str]]:
        """The pairs of duties that one person had both of, in person or standing in; none where all were apart."""
        found = [
            (one, other)
            for one, other in APART
            if one in self.hands and other in self.hands and self.hands[one].people & self.hands[other].people
        ]
        checker = self.hands.get("checker")
        if checker and checker.people & set(self.endorsers):
            found.append(("checker", "endorser"))
        return found

    @property
    def unseen(self) -> bool:
        """Whether the payment was sent without a maker or a checker in the trail."""
        return "cashier" in self.hands and not {"maker", "checker"} <= set(self.hands)


def attempts(only: Iterable[int] | None = None) -> Iterator[Attempt]:
    """Every attempt at these payments, or at all, in the order they began, read from the trail alone."""
    wanted = None if only is None else list(only)
    where = "" if wanted is None else f" WHERE p.id IN ({', '.join(['%s'] * len(wanted))})"
    if wanted == []:
        return
    payments = f"SELECT p.id, p.number, p.amount_fen, p.state FROM grants_payment p{where} ORDER BY p.id"  # noqa: S608
    found = rows(payments, *(wanted or ()))
    of = where.replace("p.id", "object_id") or " WHERE 1 = 1"
    trail = f"SELECT object_id, move, payload FROM workflow_step{of} AND machine = 'payment' ORDER BY object_id, seq"  # noqa: S608
    steps = rows(trail, *(wanted or ()))
    by_payment: dict[int, list[tuple[str, str]]] = defaultdict(list)
    for pk, move, payload in steps:
        by_payment[pk].append((move, payload))
    for pk, number, fen, state in found:
        yield from _of(Attempt(pk, number, 1, fen, state), by_payment[pk])


def _of(now: Attempt, steps: list[tuple[str, str]]) -> Iterator[Attempt]:
    for place, (move, payload) in enumerate(steps):
        facts = json.loads(payload)
        if move in ANEW:
            yield now
            now = Attempt(now.payment, now.number, now.attempt + 1, now.amount_fen, now.state)
        duty = "requester" if not place or move in ANEW else DUTIES.get(move)
        if duty:
            now.hands[duty] = Hand(move, facts["actor"], facts.get("behalf"), facts["at"], facts["ref"])
        if duty == "checker":
            now.endorsers = [one[1] for one in facts.get("endorsed", [])]
    yield now


def columns_that_lie() -> list[int]:
    """Payments whose row names another maker, checker or cashier than the last attempt in the trail."""
    named = {
        row[0]: row[1:]
        for row in rows(
            "SELECT id, maker_id, checker_id, cashier_id, maker_behalf_id, checker_behalf_id, cashier_behalf_id"
            " FROM grants_payment"
        )
    }
    last = {one.payment: one for one in attempts()}
    wrong = []
    for pk, columns in named.items():
        hands = last[pk].hands if pk in last else {}
        told = [hands.get(duty) for duty in ("maker", "checker", "cashier")]
        if columns != (*(one and one.person for one in told), *(one and one.behalf for one in told)):
            wrong.append(pk)
    return sorted(wrong)
