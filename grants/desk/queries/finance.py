"""What finance looks at in the morning: what waits, what will be paid when, what is late, which source runs short."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Count, Model, OuterRef, Q, Subquery, Sum

from grants.applications.models import Project
from grants.awards.enums import Trigger
from grants.desk.queries.board import places
from grants.desk.queries.books import BOOK_ROLES
from grants.desk.queries.records import VISIBLE
from grants.funds.models import Allocation, Batch, FundingSource, Payment, Tranche
from grants.funds.queries import PROMISED, WAITING, unverified_accounts
from grants.funds.reconciling import open_lines
from grants.funds.restricting import terms_of
from grants.implementation.enums import MIDTERM_PERCENT
from grants.kernel.periods import day_at
from grants.kernel.workdays import Calendar
from grants.people.models import Organisation
from grants.programmes.queries import rules_of
from grants.settlement.models import RefundDemand
from workflow import clock
from workflow.lifecycle import PAYMENT, Role
from workflow.lifecycle import PaymentState as P
from workflow.lifecycle import ProjectState as S
from workflow.models import Deadline

FINANCE_ROLES = (*BOOK_ROLES, Role.BUSINESS_LEAD)
"""Who sees the dashboard of finance."""
EXCEPTIONS = (P.RETURNED, P.FAILED, P.BOUNCED)
RUNNING = (
    *(S.AGREEMENT_SIGNED, S.IN_PROGRESS, S.CLOSEOUT_DUE, S.CLOSEOUT_SUBMITTED, S.CLOSEOUT_RETURNED),
    *(S.ACCEPTED, S.FINAL_ACCOUNTS, S.SETTLING),
)
SHORT_PCT = 10
"""A source of which less than this share is free runs short."""


@dataclass(frozen=True)
class Coming:
    """Money that is planned to leave: which tranche, how much is still open of it (fen), on which day by the plan.

    `under_way` is the state of its payment, empty where nobody has asked for it yet.
    """

    tranche: Tranche
    project: Project
    fen: int
    day: dt.date | None
    under_way: str


def waiting_by_state(actor: Any, roles: Iterable[str]) -> list[tuple[int, str, str, int, int]]:
    """Payments that wait for one of these roles: (round, its title, state, how many, fen)."""
    mine = [state for state, who in PAYMENT.waits.items() if set(who) & set(roles)]
    rows = VISIBLE["payment"](actor).filter(state__in=mine).order_by()
    sums = rows.values_list("project__round", "project__round__title", "state")
    return list(sums.annotate(n=Count("pk"), fen=Sum("amount_fen")).order_by("-project__round", "state"))


def accounts_to_verify(actor: Any) -> int:
    """How many payee accounts wait to be verified on the projects the person sees."""
    return unverified_accounts(VISIBLE["project"](actor), but_of=[actor.pk]).order_by().count()


def troubles(actor: Any) -> tuple[list[Payment], list[Payment]]:
    """By one query: payments that came back or were refused, the oldest first; those whose payee owes the receipt.

    Each of the latter has `due_at`, when the receipt was due, the longest overdue first.
    """
    late = Q(state=P.PAID, due_at__lt=clock.now())
    found = VISIBLE["payment"](actor).annotate(due_at=_due("receipt", Payment)).filter(late | Q(state__in=EXCEPTIONS))
    rows: list[Any] = list(found.order_by("pk"))
    owing = [one for one in rows if one.state == P.PAID]
    return [one for one in rows if one.state in EXCEPTIONS], sorted(owing, key=lambda one: (one.due_at, one.pk))


def _due(name: str, model: type[Model], *, of: str = "pk", settled: bool = False) -> Subquery:
    """When that time of a record ends; of settled ones only where they are asked for."""
    kind = ContentType.objects.get_for_model(model)
    rows = Deadline.objects.filter(content_type=kind, object_id=OuterRef(of), name=name)
    return Subquery((rows if settled else rows.filter(settled_at__isnull=True)).order_by("-pk").values("due_at")[:1])


@dataclass(frozen=True)
class Owed:
    """A surplus that a payee was asked to return: what is still out (fen), until when, and whether that is over."""

    demand: RefundDemand
    fen: int
    due_at: dt.datetime | None
    late: bool


def open_demands(actor: Any) -> list[Owed]:
    """Surpluses that payees were asked to return and have not, those that are longest overdue first."""
    rows = RefundDemand.objects.filter(settled_at__isnull=True, project__in=VISIBLE["project"](actor))
    dated = rows.annotate(due_at=_due("refund", Project, of="project")).select_related("project")
    found: list[Any] = list(dated.order_by("asked_at"))
    now = clock.now()
    owed = [
        Owed(
            one,
            one.amount_fen - one.received_fen - one.written_off_fen,
            one.due_at,
            one.due_at is not None and one.due_at < now,
        )
        for one in found
    ]
    return sorted(owed, key=lambda one: (not one.late, one.due_at or now))


def batches_at_work(rounds: Iterable[int]) -> list[Batch]:
    """Batches that are open, or frozen with something unsent in them."""
    unsent = Q(payments__state=P.BATCHED) | Q(frozen_at__isnull=True)
    found = Batch.objects.filter(unsent, round__in=list(rounds), returned_at__isnull=True).select_related("round")
    return list(found.distinct().order_by("round", "number"))


def unmatched_lines(rounds: Iterable[int]) -> list[tuple[int, str, int, int]]:
    """The bank's lines that wait to be matched: (round, its title, how many, fen); what is set aside does not."""
    rows = open_lines(*rounds).order_by().values_list("round", "round__title")
    return list(rows.annotate(n=Count("pk"), fen=Sum("amount_fen")).order_by("-round"))


# The cash plan -----------------------------------------------------------------------------------------------------


def coming_money(actor: Any, calendar: Calendar) -> list[Coming]:
    """Every tranche that is still open, with the day by the plan, in its order; what has no day comes last.

    The first tranche is due by its deadline; one that waits for the mid-term check so many working days after the day
    of that check; one that waits for acceptance or accounts so many after the end of the period. The day is a plan:
    conditions decide when money leaves.
    """
    projects = VISIBLE["project"](actor).filter(state__in=RUNNING)
    asked = Payment.objects.filter(tranche=OuterRef("pk"), state__in=WAITING).values("state")[:1]
    first = _due("first_payment", Project, of="project", settled=True)
    rows = Tranche.objects.filter(project__in=projects).annotate(asked=Subquery(asked), first_due=first)
    beside = rows.select_related("project__round__configuration", "project__agreement")
    open_: list[Any] = [row for row in beside.order_by("project", "number") if row.open_fen > 0]
    found = [Coming(row, row.project, row.open_fen, _day(row, calendar), row.asked or "") for row in open_]
    return sorted(found, key=lambda one: (one.day is None, one.day or dt.date.max, one.tranche.pk))


def _day(tranche: Any, calendar: Calendar) -> dt.date | None:
    project: Project = tranche.project
    if tranche.trigger == Trigger.AGREEMENT_SIGNED and tranche.number == 1:
        return tranche.first_due.astimezone(clock.SHANGHAI).date() if tranche.first_due else None
    begin = _opens(tranche, project)
    return calendar.add_working_days(begin + dt.timedelta(days=tranche.after_d), tranche.due_wd) if begin else None


def _opens(tranche: Tranche, project: Project) -> dt.date | None:
    """The day on which, by the plan, happens what the tranche hangs on."""
    if tranche.trigger == Trigger.AGREEMENT_SIGNED:
        signed_at: dt.datetime | None = project.agreement.effective_at
        return signed_at.astimezone(clock.SHANGHAI).date() if signed_at else None
    if not project.start_date or not project.end_date or tranche.trigger != Trigger.CHECK_PASSED:
        return project.end_date
    percent = rules_of(project.round).midterm.at_pct or MIDTERM_PERCENT
    return day_at(project.start_date, project.end_date, percent)


def by_week(found: Iterable[Coming], today: dt.date) -> list[tuple[dt.date | None, int, int]]:
    """(Monday, how many, fen), week by week; what is overdue counts in this one, what has no day comes last."""
    sums: dict[dt.date | None, list[int]] = defaultdict(lambda: [0, 0])
    for one in found:
        day = None if one.day is None else max(one.day, today)
        monday = None if day is None else day - dt.timedelta(days=day.weekday())
        sums[monday][0] += 1
        sums[monday][1] += one.fen
    order = sorted(sums, key=lambda week: (week is None, week or dt.date.max))
    return [(monday, sums[monday][0], sums[monday][1]) for monday in order]


# Plan and actual ---------------------------------------------------------------------------------------------------


@dataclass
class Share:
    """What a source, round or city was to pay and has, in fen: promised, under agreement, paid, carried over."""

    name: str
    planned: int = 0
    committed: int = 0
    obligated: int = 0
    paid: int = 0
    carried: int = 0

    @property
    def available(self) -> int:
        """What nobody has been promised and no later year was given."""
        return self.planned - self.committed - self.carried


@dataclass(frozen=True)
class SourceShare:
    """A source with what became of it, and what it is tied to, in words."""

    source: FundingSource
    share: Share
    terms: str = ""

    @property
    def short(self) -> bool:
        """Whether it runs short: less than a tenth is free of what stayed in the year, and it was not withdrawn."""
        stayed = self.share.planned - self.share.carried
        gone = self.source.withdrawn_at is not None or not stayed
        return not gone and self.share.available * 100 < stayed * SHORT_PCT


def funded_projects(actor: Any) -> list[Project]:
    """Projects that were promised money, as far as the person sees them."""
    found = VISIBLE["project"](actor).filter(state__in=PROMISED, granted_fen__gt=0).select_related("round")
    return list(found.order_by("pk"))


def signed(project: Project) -> bool:
    """Whether its agreement is in force: promises are an obligation."""
    return str(project.state) not in {S.APPROVED, S.REVOKED}


def by_round(projects: Iterable[Project]) -> dict[int, Share]:
    """Promised and paid, by round."""
    found: dict[int, Share] = {}
    for project in projects:
        _add(found.setdefault(project.round_id, Share(project.round.code)), project, project.granted_fen)
    return found


def by_city(projects: Iterable[Project]) -> list[Share]:
    """Promised and paid, by prefecture, the greatest first."""
    tree, found = places(), dict[str, Share]()
    for project in projects:
        name = _city(project, tree)
        _add(found.setdefault(name, Share(name)), project, project.granted_fen)
    return sorted(found.values(), key=lambda share: (-share.planned, share.name))


def _city(project: Project, tree: Mapping[int, Organisation]) -> str:
    path = [tree[int(part)] for part in project.scope.strip("/").split("/") if part and int(part) in tree]
    return path[1].short_name if len(path) > 1 else path[0].short_name if path else ""


def _add(share: Share, project: Project, fen: int) -> None:
    share.planned += fen
    share.committed += fen - project.released_fen
    share.paid += project.paid_fen


def by_source(rounds: Iterable[int], *, terms: bool = True) -> list[SourceShare]:
    """Every source of the rounds with what became of it, and what it is tied to unless nobody asks for its terms.

    What a project has been paid is borne by its sources in proportion to what each carries; the last one bears the
    rounding, so that sources and projects add up to the fen.
    """
    rows = FundingSource.objects.filter(round__in=list(rounds)).order_by("-round", "pk").select_related("round")
    if terms:
        rows = rows.select_related("round__configuration", "origin__round")
        rows = rows.prefetch_related("limits__area", "carried_on__round")
    sources = list(rows)
    found = {one.pk: Share(one.name, one.amount_fen, one.committed_fen, carried=one.carried_fen) for one in sources}
    carried: dict[int, list[Allocation]] = defaultdict(list)
    parts = Allocation.objects.filter(source__in=sources, amount_fen__gt=0).select_related("project")
    for row in parts.order_by("project", "source"):
        carried[row.project_id].append(row)
    for mine in carried.values():
        _bear(found, mine)
    return [SourceShare(one, found[one.pk], terms_of(one, one.round) if terms else "") for one in sources]


def _bear(found: dict[int, Share], mine: list[Allocation]) -> None:
    project, whole = mine[0].project, sum(row.amount_fen for row in mine)
    left = project.paid_fen
    for place, row in enumerate(mine, start=1):
        part = left if place == len(mine) else project.paid_fen * row.amount_fen // whole
        left -= part
        found[row.source_id].paid += part
        found[row.source_id].obligated += row.amount_fen if signed(project) else 0
