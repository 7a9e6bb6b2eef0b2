"""The books of one project as its pages show them: what was paid, spent, earned and given back, and who said so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Q, Sum

from grants.applications.models import Project
from grants.desk.papers import look
from grants.desk.queries.projects import documents_of
from grants.funds.enums import AccountKind as K
from grants.funds.models import Entry, FundingSource, Posting
from grants.settlement.models import FinalAccounts, RefundDemand, Voucher
from grants.settlement.queries import vouchers_of
from storage.kinds import PDF, PHOTOS
from storage.links import page_address
from storage.models import Attachment
from workflow.models import Step
from workflow.trail import name_of

DRAWN = PHOTOS | {PDF}
"""What shows itself; of anything else one reads the words."""
SURPLUS = ("ask_refund", "match_refund", "refund_received", "write_off", "keep_surplus", "release_undrawn", "close")
"""What happens to what is left over, in the words of the table."""


@dataclass(frozen=True)
class Shown:
    """A voucher with the address of its picture or file."""

    voucher: Voucher
    url: str
    picture: str
    paper: Attachment | None = None

    @property
    def cut_fen(self) -> int | None:
        """What finance did not accept, in fen; None while nothing is decided."""
        accepted = self.voucher.accepted_fen
        return None if accepted is None else self.voucher.claimed_fen - accepted


def shown_vouchers(project: Project) -> list[Shown]:
    """Every voucher in its order, withdrawn ones too, each with where its photo is read."""
    papers = {paper.document_id: paper for paper in documents_of(project)}
    found = []
    for voucher in vouchers_of(project):
        paper = papers.get(voucher.document_id) if voucher.document_id else None
        drawn = paper is not None and paper.document.media_type in DRAWN
        found.append(
            Shown(voucher, look(paper) if paper else "", page_address(paper, 1) if paper and drawn else "", paper)
        )
    return found


def interest_of(project: Project) -> list[Posting]:
    """The interest that was entered, with its entry, the oldest first."""
    rows = Posting.objects.filter(credit__project=project.pk, credit__kind=K.INTEREST).select_related("entry")
    return list(rows.order_by("entry__date", "pk"))


def accounts_filed(project: Project) -> list[FinalAccounts]:
    """Every version of the statement as it was filed or confirmed, with who did."""
    return list(FinalAccounts.objects.filter(project=project.pk).select_related("by").order_by("number"))


def demands_of(project: Project) -> list[RefundDemand]:
    """What was asked back, the oldest first."""
    return list(RefundDemand.objects.filter(project=project.pk).order_by("asked_at"))


@dataclass(frozen=True)
class Bound:
    """What of a surplus goes back to a source, in fen."""

    source: FundingSource
    fen: int


def surplus_by_source(project: Project, fen: int) -> list[Bound]:
    """How a surplus is split among the sources that carry the project: in proportion, the last bears the rounding.

    Empty without a surplus. The same way as what a project was paid is borne by its sources.
    """
    if fen <= 0:
        return []
    rows = list(project.allocations.filter(amount_fen__gt=0).select_related("source").order_by("source"))
    whole, left, found = sum(row.amount_fen for row in rows), fen, []
    for place, row in enumerate(rows, start=1):
        part = left if place == len(rows) else fen * row.amount_fen // whole
        left -= part
        found.append(Bound(row.source, part))
    return [one for one in found if one.fen]


@dataclass(frozen=True)
class Event:
    """One thing that happened to what was left over: the step, and the money that moved with it (fen)."""

    step: Step
    fen: int


def story_of_surplus(project: Project) -> list[Event]:
    """Refund asked, received, kept, written off, released, closed: as the trail has it, with the books' amounts."""
    steps = Step.objects.filter(subject=name_of(project), machine="project", move__in=SURPLUS).select_related(
        "actor", "behalf"
    )
    found = list(steps.order_by("seq"))
    sums = dict(
        Entry.objects.filter(step__in=[step.pk for step in found])
        .order_by()
        .values_list("step")
        .annotate(fen=Sum("postings__amount_fen"))
    )
    asked = iter(demands_of(project))
    return [Event(step, _fen(step, sums, asked)) for step in found]


def _fen(step: Step, sums: dict[Any, int], asked: Any) -> int:
    if step.move == "ask_refund":
        demand = next(asked, None)
        return demand.amount_fen if demand else 0
    return sums.get(step.pk, 0)


def entries_of(project: Project) -> list[Entry]:
    """Every entry that touches the project, the oldest first."""
    mine = Q(postings__debit__project=project.pk) | Q(postings__credit__project=project.pk)
    return list(Entry.objects.filter(mine).distinct().order_by("date", "pk"))
