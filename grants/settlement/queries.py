"""Vouchers, the statement drawn up from the books, what the payee owes, and what the file of a project still lacks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from django.db.models import QuerySet, Sum

from grants.applications.enums import MoneySource
from grants.applications.models import BudgetVersion, Project
from grants.applications.queries import visible_to as visible_projects
from grants.awards.queries import agreement_of
from grants.funds.enums import LineKind
from grants.funds.models import BankLine
from grants.funds.queries import SETTLED, payments_of, standing, tranches_of
from grants.people.models import User
from grants.programmes.queries import rules_of
from grants.settlement.models import Invoice, RefundDemand, Voucher
from grants.settlement.statement import Instalment, Item, Statement, draw_up
from storage.models import Document
from workflow.looking import read_once

CASH = (MoneySource.OWN, MoneySource.FISCAL, MoneySource.DONATION)
"""Other purses that pay in money; what is given in kind is no spending."""


def visible_to(actor: User) -> QuerySet[Voucher]:
    """Vouchers of the projects that a person may see."""
    found = Voucher.objects.filter(project__in=visible_projects(actor))
    return found.select_related("project", "invoice").order_by("project", "number")


def live_vouchers(project: Project) -> QuerySet[Voucher]:
    """Vouchers that were not withdrawn, in their order."""
    return Voucher.objects.filter(project=project.pk, withdrawn_at__isnull=True).order_by("number")


def voucher_of(project: Project, number: int | None) -> Voucher | None:
    """The live voucher of that number."""
    return next((row for row in standing_vouchers(project) if row.number == number), None) if number else None


def accepted_fen(project: Project, without: Voucher | None = None) -> int:
    """What finance has accepted so far, in fen, leaving one voucher out."""
    others = live_vouchers(project).exclude(pk=without.pk if without else 0)
    return int(others.aggregate(fen=Sum("accepted_fen"))["fen"] or 0)


def ceiling_fen(project: Project) -> int:
    """How much spending can be accepted at most, in fen: the grant that stands and its interest (超支不补).

    A project in liquidation is paid nothing more, and one that has given money back gets none of it again: there it is
    what the payee was paid and still has.
    """
    story = standing(project)
    gone = story.returned + story.kept
    given = story.paid - gone if project.liquidation or gone else story.granted - story.released
    return given + story.interest


def claims_on(invoice: Invoice, without: Project) -> QuerySet[Voucher]:
    """Live vouchers of other projects on the same piece of paper."""
    return Voucher.objects.filter(invoice=invoice, withdrawn_at__isnull=True).exclude(project=without.pk)


@read_once
def vouchers_of(project: Project) -> list[Voucher]:
    """Every voucher of the project with its paper, the withdrawn ones too, in their order."""
    return list(Voucher.objects.filter(project=project.pk).select_related("invoice").order_by("number"))


def judged_vouchers(project: Project, document: Document) -> bool:
    """Whether finance has said of a voucher with this picture what it accepts."""
    return Voucher.objects.filter(project=project.pk, document=document.pk, accepted_fen__isnull=False).exists()


def standing_vouchers(project: Project) -> list[Voucher]:
    """The same without the withdrawn ones."""
    return [row for row in vouchers_of(project) if row.withdrawn_at is None]


def statement(project: Project) -> Statement:
    """The final accounts as the budget, the vouchers and the books have them now."""
    agreement, budgets = agreement_of(project), locked_budgets(project)
    approved = budgets.get(agreement.budget_id, []) if agreement and agreement.budget_id else []
    current = next(reversed(budgets.values()), [])
    return draw_up(
        categories=[category.code for category in rules_of(project.round).budget.categories],
        approved=_sums(approved, MoneySource.GRANT),
        current=_sums(current, MoneySource.GRANT),
        own=_sums(current, *CASH),
        items=[
            Item(row.number, row.category, row.claimed_fen, row.accepted_fen, row.decision_reason)
            for row in standing_vouchers(project)
        ],
        instalments=list(_instalments(project)),
        money=standing(project),
    )


Line = tuple[str, str, int]
"""What one purse pays in one category: source, category, fen."""


def locked_budgets(project: Project) -> dict[int, list[Line]]:
    """The locked budgets by pk, the latest last, each as sums by source and category."""
    versions = BudgetVersion.objects.filter(project=project.pk, locked_at__isnull=False).order_by("number")
    rows = versions.values_list("pk", "lines__source", "lines__category").annotate(fen=Sum("lines__amount_fen"))
    found: dict[int, list[Line]] = defaultdict(list)
    for pk, source, category, fen in rows:
        found[pk] += [(source, category, fen)] if source else []
    return found


def _sums(lines: Iterable[Line], *sources: str) -> dict[str, int]:
    found: dict[str, int] = defaultdict(int)
    for source, category, fen in lines:
        if source in sources:
            found[category] += fen
    return dict(found)


def _instalments(project: Project) -> Iterable[Instalment]:
    arrived: dict[int, list[tuple[str, str, int, str]]] = defaultdict(list)
    for payment in payments_of(project):
        if payment.state in SETTLED:
            reference = (payment.paid_entry.external_ref or "") if payment.paid_entry else ""
            facts = (payment.number, str(payment.paid_on or ""), payment.amount_fen, reference)
            arrived[payment.tranche_id].append(facts)
    for part in tranches_of(project):
        yield Instalment(part.number, part.planned_fen, part.paid_fen, part.released_fen, tuple(arrived[part.pk]))


@read_once
def open_demand(project: Project) -> RefundDemand | None:
    """The refund that was asked for and is not settled."""
    return RefundDemand.objects.filter(project=project.pk, settled_at__isnull=True).first()


def outstanding_fen(project: Project) -> int:
    """What of it has neither come back nor been written off, in fen."""
    asked = open_demand(project)
    return asked.amount_fen - asked.received_fen - asked.written_off_fen if asked else 0


def refund_lines(project: Project) -> QuerySet[BankLine]:
    """Refunds on the bank's statement that nothing has used yet, within what is still owed."""
    free = BankLine.objects.filter(round=project.round_id, kind=LineKind.REFUND, matched="")
    return free.filter(amount_fen__lte=outstanding_fen(project)).order_by("booked_on", "pk")
