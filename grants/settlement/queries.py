"""Vouchers, the statement drawn up from the books, what the payee owes, and what the file of a project still lacks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from django.db.models import F, Q, QuerySet, Sum

from grants.applications.enums import MoneySource
from grants.applications.models import BudgetLine, BudgetVersion, Project
from grants.applications.queries import visible_to as visible_projects
from grants.awards.queries import agreement_of
from grants.funds.enums import AccountKind, LineKind
from grants.funds.models import BankLine, Posting
from grants.funds.queries import SETTLED, standing
from grants.implementation.queries import budget_now
from grants.people.models import User
from grants.programmes.queries import rules_of
from grants.settlement.models import Invoice, RefundDemand, Voucher
from grants.settlement.statement import Instalment, Item, Statement, draw_up

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
    return live_vouchers(project).filter(number=number or 0).select_related("invoice").first()


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


def statement(project: Project) -> Statement:
    """The final accounts as the budget, the vouchers and the books have them now."""
    agreement, current = agreement_of(project), budget_now(project)
    return draw_up(
        categories=[category.code for category in rules_of(project.round).budget.categories],
        approved=_sums(agreement.budget if agreement else None, MoneySource.GRANT),
        current=_sums(current, MoneySource.GRANT),
        own=_sums(current, *CASH),
        items=[
            Item(row.number, row.category, row.claimed_fen, row.accepted_fen, row.decision_reason)
            for row in live_vouchers(project)
        ],
        instalments=list(_instalments(project)),
        money=standing(project),
    )


def _sums(budget: BudgetVersion | None, *sources: str) -> dict[str, int]:
    lines = BudgetLine.objects.filter(budget=budget.pk if budget else None, source__in=sources)
    return dict(lines.order_by().values_list("category").annotate(Sum("amount_fen")))


def _instalments(project: Project) -> Iterable[Instalment]:
    arrived: dict[int, list[tuple[str, str, int, str]]] = defaultdict(list)
    for payment in project.payments.filter(state__in=SETTLED).select_related("paid_entry").order_by("pk"):
        reference = (payment.paid_entry.external_ref or "") if payment.paid_entry else ""
        facts = (payment.number, str(payment.paid_on or ""), payment.amount_fen, reference)
        arrived[payment.tranche_id].append(facts)
    for part in project.tranches.order_by("number"):
        yield Instalment(part.number, part.planned_fen, part.paid_fen, part.released_fen, tuple(arrived[part.pk]))


def booked(project: Project) -> dict[str, int]:
    """Accepted spending by category as the ledger has it, in fen."""
    sums: dict[str, int] = defaultdict(int)
    for side, sign in (("debit", 1), ("credit", -1)):
        mine = Posting.objects.filter(Q(**{f"{side}__project": project.pk, f"{side}__kind": AccountKind.SPENT}))
        for category, fen in mine.order_by().values_list(f"{side}__category").annotate(Sum("amount_fen")):
            sums[category] += sign * fen
    return {category: fen for category, fen in sums.items() if fen}


def open_demand(project: Project) -> RefundDemand | None:
    """The refund that was asked for and is not settled."""
    return RefundDemand.objects.filter(project=project.pk, settled_at__isnull=True).first()


def outstanding_fen(project: Project) -> int:
    """What of it has neither come back nor been written off, in fen."""
    rest = F("amount_fen") - F("received_fen") - F("written_off_fen")
    found = RefundDemand.objects.filter(project=project.pk, settled_at__isnull=True).annotate(rest=rest)
    return int(found.values_list("rest", flat=True).first() or 0)


def refund_lines(project: Project) -> QuerySet[BankLine]:
    """Refunds on the bank's statement that nothing has used yet, within what is still owed."""
    free = BankLine.objects.filter(round=project.round_id, kind=LineKind.REFUND, matched="")
    return free.filter(amount_fen__lte=outstanding_fen(project)).order_by("booked_on", "pk")
