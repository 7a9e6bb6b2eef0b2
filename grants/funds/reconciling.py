"""Lines of the bank that nobody has used, and the payments they may be about: what matching is given."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from grants.funds import matching
from grants.funds.banking.reading import Line
from grants.funds.matching import Due, Finding, Says, Told
from grants.funds.models import BankLine, LineNote, Payment
from grants.programmes.models import Round
from workflow import clock
from workflow.lifecycle import PaymentState
from workflow.models import Step

AT_ONCE = 2_000
"""So many references are asked for by one query."""
TOLD_OF = (PaymentState.SENT, PaymentState.PAID, PaymentState.RECEIPTED)
"""Payments that the bank may still tell of."""


def open_lines(*rounds: int) -> QuerySet[BankLine]:
    """Lines of the rounds that are neither used nor set aside."""
    return BankLine.objects.filter(round__in=rounds, matched="").exclude(pk__in=_aside(rounds))


def aside_lines(round_pk: int) -> QuerySet[BankLine]:
    """Lines of the round that are set aside."""
    return BankLine.objects.filter(round=round_pk, matched="", pk__in=_aside((round_pk,)))


def _aside(rounds: Collection[int]) -> QuerySet[LineNote, int]:
    """The lines about which the last word is that they stay aside."""
    later = LineNote.objects.filter(line=OuterRef("line"), pk__gt=OuterRef("pk"))
    return (
        LineNote.objects.filter(~Exists(later), line__round__in=rounds, aside=True)
        .order_by()
        .values_list("line", flat=True)
    )


def set_aside(line: BankLine) -> bool:
    """Whether the last word about the line is that it stays aside."""
    return bool(LineNote.objects.filter(line=line.pk).order_by("-pk").values_list("aside", flat=True).first())


def findings(round_: Round) -> list[tuple[BankLine, Finding]]:
    """Every open line of the round with what matching says of it, in the order of the bank's days."""
    lines = list(open_lines(round_.pk).order_by("booked_on", "pk"))
    found = matching.match([told(line) for line in lines], dues_of([round_.pk], lines))
    return list(zip(lines, found, strict=True))


def told(line: BankLine) -> Told:
    """The line as matching is given it."""
    return Told(
        pk=line.pk,
        says=Says(line.kind),
        fen=line.amount_fen,
        day=line.booked_on,
        name=line.counterparty,
        tail=line.account_tail,
        words=line.summary,
        undone=line.undone,
    )


def dues_of(rounds: Collection[int], lines: Sequence[BankLine]) -> list[Due]:
    """Payments that were sent and have not arrived; those that have, only of amounts that a line tells of."""
    if not lines:
        return []
    wanted = Payment.objects.filter(project__round__in=rounds, state__in=TOLD_OF).order_by("pk")
    facts = ("pk", "number", "amount_fen", "account__holder", "account__account_no", "paid_on", "batch")
    amounts = {line.amount_fen for line in lines}
    sent = Step.objects.filter(machine="payment", move="send", object_id__in=wanted.order_by().values("pk"))
    days = dict(sent.order_by("seq").values_list("object_id", "at"))
    return [
        Due(pk, number, fen, holder, str(account)[-4:], days[pk].astimezone(clock.SHANGHAI).date(), paid_on, batch or 0)
        for pk, number, fen, holder, account, paid_on, batch in wanted.values_list(*facts)
        if pk in days and (paid_on is None or fen in amounts)
    ]


def known_lines(lines: Sequence[Line]) -> dict[str, BankLine]:
    """The lines among them that were entered before, by reference."""
    found: dict[str, BankLine] = {}
    for some in _some([line.reference for line in lines]):
        found |= {row.reference: row for row in BankLine.objects.filter(reference__in=some)}
    return found


def _some(names: Iterable[str]) -> Iterator[list[str]]:
    rest = iter(names)
    while some := list(islice(rest, AT_ONCE)):
        yield some


def differs(line: Line, known: BankLine) -> bool:
    """Whether the bank now tells another amount or day under a reference that was entered before."""
    return (line.fen, line.booked_on) != (known.amount_fen, known.booked_on.isoformat())


def rounds_of(lines: Sequence[Line], own: Round) -> list[int]:
    """For each line the round it belongs to, for one account of ours pays for all of them.

    That of the payment it names; its own if a payment there fits; else the one other round where one does.
    """
    others = Round.objects.filter(organiser=own.organiser_id).exclude(pk=own.pk)
    rows = Payment.objects.filter(Q(project__round__in=others) | Q(project__round=own.pk), state__in=TOLD_OF)
    by_number: dict[str, int] = {}
    by_facts: dict[tuple[int, str], set[int]] = {}
    facts = ("number", "amount_fen", "account__account_no", "project__round")
    for number, fen, account, round_pk in rows.values_list(*facts):
        by_number[number.upper()] = round_pk
        by_facts.setdefault((fen, str(account)[-4:]), set()).add(round_pk)
    return [_round_of(line, own.pk, by_number, by_facts) for line in lines]


def _round_of(line: Line, own: int, by_number: dict[str, int], by_facts: dict[Any, set[int]]) -> int:
    named = matching.NUMBER.search(line.summary)
    if named and (found := by_number.get(named.group().upper())):
        return found
    fitting = by_facts.get((line.fen, line.tail), set())
    return own if own in fitting or len(fitting) != 1 else next(iter(fitting))
