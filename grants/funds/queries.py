"""What the books say: balances, the money story of a project or round, and whether it foots. Always sums, in fen."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, FilteredRelation, OuterRef, Q, QuerySet, Subquery, Sum
from django.utils.translation import gettext

from grants.applications.models import Project
from grants.applications.queries import visible_to as visible_projects
from grants.awards.enums import Trigger
from grants.awards.queries import holding_objections
from grants.funds.enums import AccountKind as K
from grants.funds.models import ENDED_UNPAID, Account, Allocation, BankLine, PayeeAccount, Payment, Posting, Tranche
from grants.funds.restricting import shares_of, tied_shares
from grants.kernel.money import format_fen, settlement_due
from grants.people.models import User
from grants.programmes.models import Round
from workflow.lifecycle import PROJECT, WITH_MONEY, ProjectState, Stage
from workflow.lifecycle import PaymentState as P
from workflow.looking import read_once, remember
from workflow.models import Step, place_of

WAITING = (P.REQUESTED, P.RETURNED, P.VERIFIED, P.APPROVED, P.BATCHED, P.SENT, P.FAILED, P.BOUNCED)
"""Payments that may still be paid and are not."""
SETTLED = (P.PAID, P.RECEIPTED)
OVER = (ProjectState.CLOSED, ProjectState.ARCHIVED)
PROMISED = (
    ProjectState.APPROVED,
    ProjectState.REVOKED,
    *(state for stage in (Stage.IMPLEMENTATION, Stage.CLOSEOUT, Stage.SETTLEMENT) for state in PROJECT.stages[stage]),
)
"""States in which a grant has been promised; before, the amount is only a proposal."""

COUNTED = ("granted_fen", "paid_fen", "released_fen", "state")
"""What a project counts of its money, and where it stands."""

Flows = Mapping[tuple[str, str], int]
"""Sums of postings by (kind of the debit account, kind of the credit account)."""
Row = tuple[int, str, str, str, str, int]
"""A sum of postings: project, kind and category of the debit account, the same of the credit account, fen."""


@dataclass(frozen=True, slots=True)
class MoneyStory:
    """Where the money of a project is, in fen, by the postings alone.

    `undrawn` is promised and not yet paid. `kept` stays with the payee by rule or was written off, `written_off` of it.
    `held` is what the payee has, negative while the payee advances money (收款单位垫付).
    """

    granted: int = 0
    paid: int = 0
    undrawn: int = 0
    released: int = 0
    interest: int = 0
    spent: int = 0
    returned: int = 0
    kept: int = 0
    held: int = 0
    written_off: int = 0

    @property
    def due(self) -> int:
        """What the accounts still owe to the payee; negative is what the payee returns. Source: MONEY.md, 决算."""
        return settlement_due(self.granted - self.released, self.spent, self.interest, self.paid)

    def __add__(self, other: MoneyStory) -> MoneyStory:
        """Two projects together."""
        return MoneyStory(*(getattr(self, name) + getattr(other, name) for name in self.__slots__))


@dataclass(frozen=True, slots=True)
class RoundStory:
    """Where a round's money is, in fen: what sources gave, what nobody has been promised, all projects together."""

    envelope: int
    available: int
    projects: MoneyStory


def balance(account: str) -> int:
    """Debits less credits of the account of that name, in fen; 0 for one that was never used.

    What came from a source or as interest is negative there: the books balance to zero.
    """
    pk = Subquery(Account.objects.filter(name=account).values("pk")[:1])
    sums = Posting.objects.filter(Q(debit=pk) | Q(credit=pk)).aggregate(
        came=Sum("amount_fen", filter=Q(debit=pk)), went=Sum("amount_fen", filter=Q(credit=pk))
    )
    return (sums["came"] or 0) - (sums["went"] or 0)


def bank_lines_of(record: Any) -> QuerySet[BankLine]:
    """The bank's lines that steps of this record were matched with, the earliest first."""
    steps = Step.objects.filter(**place_of(record)).values("pk")
    return BankLine.objects.filter(matched__in=steps).order_by("booked_on", "pk")


def standing(project: Project) -> MoneyStory:
    """Where the project's money is now, by one query over its postings."""
    flows: dict[tuple[str, str], int] = defaultdict(int)
    for _pk, debit, _category, credit, _other, fen in rows_of(project):
        flows[debit, credit] += fen
    return _story(flows)


def standings(projects: Iterable[Project]) -> dict[int, MoneyStory]:
    """The stories of many projects by their pk, by one query."""
    flows: dict[int, dict[tuple[str, str], int]] = {project.pk: defaultdict(int) for project in projects}
    for project, debit, _category, credit, _other, fen in _rows(flows):
        flows[project][debit, credit] += fen
    return {pk: _story(found) for pk, found in flows.items()}


def _rows(projects: Iterable[int]) -> Iterable[Row]:
    """Every posting of a project once: with its own account on the debit side, or on the credit side alone."""
    mine = Account.objects.filter(project__in=list(projects))
    other = ("debits__credit__kind", "debits__credit__category")
    came = mine.filter(debits__isnull=False).values_list("project", "kind", "category", *other)
    gone = mine.filter(credits__debit__project__isnull=True, credits__isnull=False)
    went = gone.values_list("project", "credits__debit__kind", "credits__debit__category", "kind", "category")
    return came.annotate(fen=Sum("debits__amount_fen")).union(went.annotate(fen=Sum("credits__amount_fen")), all=True)


@read_once
def rows_of(project: Project) -> list[Row]:
    """The sums of the project's postings by the accounts they went between."""
    return list(_rows([project.pk]))


def undrawn_in_books(project: Project) -> int:
    """What is signed for and not yet paid by the ledger, in fen: it carries the next payment."""
    return sum(
        fen * ((debit == K.UNDRAWN) - (credit == K.UNDRAWN))
        for _pk, debit, _into, credit, _out, fen in rows_of(project)
    )


def booked(project: Project) -> dict[str, int]:
    """Accepted spending by category as the ledger has it, in fen."""
    sums: dict[str, int] = defaultdict(int)
    for _pk, debit, into, credit, out_of, fen in rows_of(project):
        sums[into] += fen if debit == K.SPENT else 0
        sums[out_of] -= fen if credit == K.SPENT else 0
    return {category: fen for category, fen in sums.items() if fen}


def round_story(round_: Round) -> RoundStory:
    """Where the round's money is now, by one query over all its postings."""
    ways = Posting.objects.filter(debit__round=round_.pk).order_by().values_list("debit__kind", "credit__kind")
    flows = {(debit, credit): fen for debit, credit, fen in ways.annotate(fen=Sum("amount_fen"))}
    return RoundStory(_net(flows, K.AVAILABLE, K.SOURCE), _balance(flows, K.AVAILABLE), _story(flows))


def _net(flows: Flows, debit: K, credit: K) -> int:
    return flows.get((debit, credit), 0) - flows.get((credit, debit), 0)


def _balance(flows: Flows, *kinds: K) -> int:
    """Debits less credits of the accounts of these kinds."""
    return sum(fen * ((debit in kinds) - (credit in kinds)) for (debit, credit), fen in flows.items())


def _story(flows: Flows) -> MoneyStory:
    """What was promised, paid and released by the way it took, the rest as balances: they agree only if the books foot.

    A release is an entry of its own, never the reversal of a promise, so these two ways are not netted.
    """
    return MoneyStory(
        granted=flows.get((K.COMMITTED, K.AVAILABLE), 0),
        paid=_net(flows, K.HELD, K.UNDRAWN),
        undrawn=_balance(flows, K.COMMITTED, K.UNDRAWN),
        released=flows.get((K.AVAILABLE, K.COMMITTED), 0) + flows.get((K.AVAILABLE, K.UNDRAWN), 0),
        interest=-_balance(flows, K.INTEREST),
        spent=_balance(flows, K.SPENT),
        returned=_balance(flows, K.RETURNED),
        kept=_balance(flows, K.KEPT, K.WRITTEN_OFF),
        held=_balance(flows, K.HELD),
        written_off=_balance(flows, K.WRITTEN_OFF),
    )


def check_identities(project: Project) -> list[str]:
    """What does not foot in the project's money, in words; empty when both identities, counters and tranches agree.

    granted = paid + undrawn + released, and paid + interest = spent + returned + kept + held; what the project and its
    tranches count is what the postings sum to; a closed project holds and awaits nothing. Source: MONEY.md, 5.
    """
    now = Project.objects.values(*COUNTED).get(pk=project.pk)
    return list(unfooted(standing(project), {**now}, sums_of(tranches_of(project))))


def sums_of(tranches: Iterable[Tranche]) -> dict[str, int | None]:
    """What the tranches of a project add up to; None without any."""
    names = {"planned": "planned_fen", "paid": "paid_fen", "released": "released_fen"}
    rows = list(tranches)
    return {name: sum(getattr(row, column) for row in rows) if rows else None for name, column in names.items()}


def unfooted(story: MoneyStory, counted: Mapping[str, Any], tranches: Mapping[str, Any]) -> Iterator[str]:
    """The same from figures at hand: the project's columns, and the sums over its tranches (None without any)."""
    granted = counted["granted_fen"] if counted["state"] in PROMISED else 0
    promised = story.paid + story.undrawn + story.released
    yield from differs(gettext("资助 = 已拨 + 未拨 + 已释放"), story.granted, promised)
    out = story.spent + story.returned + story.kept + story.held
    yield from differs(gettext("已拨 + 利息 = 支出 + 退回 + 留用 + 持有"), story.paid + story.interest, out)
    yield from differs(gettext("项目的资助金额"), granted, story.granted)
    yield from differs(gettext("项目的已拨金额"), counted["paid_fen"], story.paid)
    yield from differs(gettext("项目的已释放金额"), counted["released_fen"], story.released)
    if tranches["planned"] is not None:
        yield from differs(gettext("各期已拨合计"), tranches["paid"], story.paid)
        left = tranches["planned"] - (tranches["released"] or 0)
        yield from differs(gettext("各期计划合计"), left, story.granted - story.released)
    if counted["state"] in OVER:
        yield from differs(gettext("结项后收款单位持有"), story.held, 0)
        yield from differs(gettext("结项后未拨"), story.undrawn, 0)


def differs(name: str, told: int, found: int) -> Iterator[str]:
    """A sentence where two figures, in fen, should be one."""
    if told != found:
        words = {"name": name, "told": format_fen(told), "found": format_fen(found)}
        yield gettext("%(name)s：%(told)s 元与 %(found)s 元不符") % words


# Holds -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Holds:
    """What keeps money from a project: how many open objections; a hold of finance or discipline, by whom and why."""

    objections: int = 0
    reason: str = ""
    who: str = ""
    hands: frozenset[int | None] = frozenset()
    since: dt.datetime | None = None


@read_once
def holds_of(project: Project) -> Holds:
    """What holds the payments of the project now, by one query."""
    return holds_on_each([project.pk]).get(project.pk, Holds())


def holds_on_each(projects: Collection[int]) -> dict[int, Holds]:
    """The same for many projects, by one query."""
    open_ = holding_objections(OuterRef("pk")).order_by().values("project").annotate(n=Count("pk")).values("n")
    mine = FilteredRelation("payment_holds", condition=Q(payment_holds__lifted_at__isnull=True))
    rows = Project.objects.filter(pk__in=projects).annotate(n=Subquery(open_), hold=mine)
    hold = ("hold__reason", "hold__held_by__name", "hold__held_by", "hold__held_behalf", "hold__held_at")
    return {
        pk: Holds(n or 0, reason or "", name or "", frozenset({by, behalf}), at)
        for pk, n, reason, name, by, behalf, at in rows.values_list("pk", "n", *hold)
    }


# Payments ----------------------------------------------------------------------------------------------------


def payable(tranche: Tranche) -> int:
    """What may be paid of the tranche now, in fen: what is open of it.

    Once the accounts are confirmed no more than they owe, less what other payments under way will bring.
    """
    if tranche.trigger != Trigger.SETTLING and tranche.project.state != ProjectState.SETTLING:
        return tranche.open_fen
    others = (row for row in payments_of(tranche.project) if row.tranche_id != tranche.pk and row.state in WAITING)
    coming = sum(row.amount_fen for row in others)
    return max(0, min(tranche.open_fen, standing(tranche.project).due - coming))


def live_payment(tranche: Tranche) -> Payment | None:
    """The one payment of the tranche that is neither void nor reversed."""
    return Payment.objects.filter(tranche=tranche.pk).exclude(state__in=ENDED_UNPAID).first()


def payments_waiting(project: Project) -> QuerySet[Payment]:
    """Payments that may still be paid and are not."""
    return Payment.objects.filter(project=project.pk, state__in=WAITING).order_by("pk")


@read_once
def tranches_of(project: Project) -> list[Tranche]:
    """The tranches of the grant in their order."""
    return list(Tranche.objects.filter(project=project.pk).order_by("number"))


@read_once
def payments_of(project: Project) -> list[Payment]:
    """Every payment of the project with its tranche, its batch and the entry that paid it, in the order they began."""
    found = Payment.objects.filter(project=project.pk).select_related("paid_entry", "tranche", "batch")
    return list(found.order_by("pk"))


@read_once
def payee_account(project: Project) -> PayeeAccount | None:
    """The account that was filed last, verified or not."""
    return PayeeAccount.objects.filter(project=project.pk).order_by("-number").first()


@read_once
def replaced_account(project: Project) -> PayeeAccount | None:
    """The verified account that one filed since would replace; none while the first one is filed or verified."""
    found = PayeeAccount.objects.filter(project=project.pk, verified_at__isnull=False)
    return found.order_by("-number").first()


def unverified_accounts(projects: QuerySet[Project], *, but_of: Iterable[int]) -> QuerySet[PayeeAccount]:
    """The accounts that wait to be verified on these projects, the oldest first; not those that `but_of` have filed."""
    people = list(but_of)
    newer = PayeeAccount.objects.filter(project=OuterRef("project"), number__gt=OuterRef("number"))
    waiting = PayeeAccount.objects.filter(
        ~Exists(newer), project__in=projects.filter(state__in=WITH_MONEY), verified_at__isnull=True
    )
    own = Q(filed_by__in=people) | Q(filed_behalf__isnull=False, filed_behalf__in=people)
    related = ("project__round__configuration", "project__team__guided_by", "project__payee", "project__leader")
    return waiting.exclude(own).select_related(*related).order_by("filed_at", "pk")


def read_ahead(projects: Collection[Project]) -> None:
    """While somebody is looking: books, payments, account and conditions of many projects by a handful of queries."""
    by_pk = {project.pk: project for project in projects}
    rows: dict[int, list[Row]] = {pk: [] for pk in by_pk}
    for row in _rows(by_pk):
        rows[row[0]].append(row)
    payments: dict[int, list[Payment]] = {pk: [] for pk in by_pk}
    for payment in Payment.objects.filter(project__in=by_pk).select_related("paid_entry").order_by("pk"):
        payments[payment.project_id].append(payment)
    newest = {row.project_id: row for row in PayeeAccount.objects.filter(project__in=by_pk).order_by("number")}
    shares: dict[int, list[Allocation]] = {pk: [] for pk in by_pk}
    for share in shares_of(by_pk):
        shares[share.project_id].append(share)
    for pk, project in by_pk.items():
        remember(tied_shares, project, shares[pk])
        remember(rows_of, project, rows[pk])
        remember(payments_of, project, payments[pk])
        remember(payee_account, project, newest.get(pk))


def payments_visible_to(actor: User) -> QuerySet[Payment]:
    """Payments of the projects that a person may see, newest first."""
    found = Payment.objects.filter(project__in=visible_projects(actor))
    return found.select_related("project", "tranche", "batch").order_by("-pk")
