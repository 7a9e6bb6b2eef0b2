"""Payments of a round for the people who handle money: what waits for whom, judged as the door itself would."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, QuerySet, Sum

from grants.desk.queries.records import HANDS, VISIBLE
from grants.funds.conditions import foresee
from grants.funds.enums import LineKind
from grants.funds.models import BankLine, Payment
from grants.funds.queries import holds_of, holds_on_each, read_ahead
from grants.funds.reconciling import open_lines
from grants.programmes.models import Round
from workflow.actions import Judgement, Standing, hindrances, judge, standings
from workflow.lifecycle import PaymentState as P
from workflow.lifecycle import Role
from workflow.looking import remember
from workflow.refusals import Refusal

MONEY_ROLES = (Role.FINANCE_OFFICER, Role.FINANCE_APPROVER, Role.BUSINESS_LEAD, Role.CASHIER)
UNDER_WAY = (P.REQUESTED, P.RETURNED, P.VERIFIED, P.APPROVED, P.BATCHED, P.SENT, P.PAID, P.FAILED, P.BOUNCED)
"""States in which somebody still has something to do with a payment."""
BESIDE = ("project__team", "project__payee", "tranche", "account", "batch", *HANDS)


def of_round(round_: Round, actor: Any) -> QuerySet[Payment]:
    """The payments of a round that the person may see, with all that a row names, in the order of their projects."""
    found: QuerySet[Payment] = VISIBLE["payment"](actor).filter(project__round=round_.pk)
    return found.select_related(*BESIDE).order_by("project__number", "number")


def at_hand(payments: Iterable[Payment], round_: Round) -> list[Payment]:
    """The payments as a list, each with the one round in hand."""
    rows = list(payments)
    for payment in rows:
        payment.project.round = round_
        payment.tranche.project = payment.project
    return rows


@dataclass(frozen=True)
class Judged:
    """One payment before one person: what they are to it, and what stands against the next move."""

    payment: Payment
    known: Standing
    verdict: Judgement

    @property
    def reasons(self) -> list[Refusal]:
        """What neither the form nor other people will remove."""
        return list(hindrances(self.verdict.reasons))


def judged(payments: list[Payment], deeds: dict[str, str], actor: Any) -> list[Judged]:
    """Each payment with the verdict on the deed of its state; books, conditions and trail are read once for all.

    Call it while somebody is looking: otherwise every payment is read on its own.
    """
    projects = {payment.project_id: payment.project for payment in payments}
    if projects:
        read_ahead(list(projects.values()))
        foresee(list(projects))
        _hold(projects)
    found = []
    for payment, known in zip(payments, standings(payments, actor), strict=True):
        found.append(Judged(payment, known, judge(payment, deeds[str(payment.state)], actor, {}, known)))
    return found


def _hold(projects: dict[int, Any]) -> None:
    """What holds the payments of the projects, by one query."""
    held = holds_on_each(projects)
    for pk, project in projects.items():
        remember(holds_of, project, held[pk])


def lines_for(payments: Iterable[Payment], round_: Round) -> dict[int, BankLine]:
    """For each payment by its pk the one unused line of the bank that says it was paid: amount and account agree.

    A payment that two lines fit, or a line that fits two payments, is for a person to match: it is left out. So is a
    line that somebody has set aside.
    """
    free = open_lines(round_.pk).filter(kind=LineKind.PAID).order_by("booked_on", "pk")
    by_facts: dict[tuple[int, str], list[BankLine]] = {}
    for line in free:
        by_facts.setdefault((line.amount_fen, line.account_tail), []).append(line)
    wanted: dict[tuple[int, str], list[Payment]] = {}
    for payment in payments:
        tail = payment.account.account_no[-4:] if payment.account else ""
        wanted.setdefault((payment.amount_fen, tail), []).append(payment)
    alone = {facts: rows[0] for facts, rows in wanted.items() if len(rows) == 1}
    return {payment.pk: by_facts[facts][0] for facts, payment in alone.items() if len(by_facts.get(facts, ())) == 1}


def on_their_way(actor: Any) -> list[dict[str, Any]]:
    """Every round with payments under way that the person may see: by state, how many and how much (fen)."""
    rows = VISIBLE["payment"](actor).filter(state__in=UNDER_WAY).order_by()
    sums = rows.values("project__round", "project__round__title", "project__round__year", "state")
    return list(sums.annotate(n=Count("pk"), fen=Sum("amount_fen")).order_by("-project__round__year", "project__round"))
