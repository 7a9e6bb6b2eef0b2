"""Everything that the pages of one round show."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib.contenttypes.models import ContentType
from django.db.models import Count, OuterRef, QuerySet, Subquery, Sum, Value

from grants.awards.enums import NoticeKind
from grants.desk.queries.records import VISIBLE, fetch_records
from grants.funds.models import BankLine
from grants.programmes.models import Round
from storage.links import address
from storage.models import Attachment
from workflow.lifecycle import PROJECT
from workflow.models import Step

MINUTES = "minutes"


@dataclass(frozen=True)
class StateCount:
    """How many of a round's projects are in a state, and what they were granted (fen)."""

    state: str
    stage: str
    count: int
    granted_fen: int


@dataclass(frozen=True)
class Paper:
    """An official document or the minutes of a meeting: number, title or who was present, day, its file."""

    kind: str
    number: str
    text: str
    day: dt.date
    file: UUID | None

    @property
    def label(self) -> str:
        """The kind in words."""
        return str(NoticeKind(self.kind).label) if self.kind in NoticeKind.values else ""

    @property
    def url(self) -> str:
        """Where its file is read."""
        return address(self.file) if self.file else ""


@dataclass(frozen=True)
class RoundFile:
    """What belongs to a round."""

    counts: list[StateCount]
    notices: list[Paper]
    meetings: list[Paper]
    quotas: list[Any]


@dataclass(frozen=True)
class RoundBooks:
    """Where a round's money comes from and where it went: sources, batches, what the bank told."""

    sources: list[Any]
    batches: list[Any]
    lines: QuerySet[BankLine]


def round_file(round_: Round, actor: Any, *, inside: bool) -> RoundFile:
    """A round's projects as far as the person sees them, and its papers; the province also sees minutes and places."""
    papers = _papers(round_, minutes=inside)
    quotas = round_.quotas.select_related("organisation").order_by("organisation__path")
    return RoundFile(
        counts=counts_of(round_, actor),
        notices=[paper for paper in papers if paper.kind != MINUTES],
        meetings=[paper for paper in papers if paper.kind == MINUTES],
        quotas=list(quotas) if inside else [],
    )


def _papers(round_: Round, *, minutes: bool) -> list[Paper]:
    """Official documents, and minutes if wanted, by their days, in one query."""
    files = Attachment.objects.filter(
        content_type=ContentType.objects.get_for_model(Round), object_id=round_.pk, document=OuterRef("document")
    )
    file = Subquery(files.order_by("attached_at").values("pk")[:1])
    found = round_.official_notices.order_by().values_list("kind", "number", "title", "issued_on", file, "pk")
    if minutes:
        held = round_.meetings.order_by().values_list(Value(MINUTES), "number", "present", "held_on", file, "pk")
        found = found.union(held, all=True)
    return [Paper(*row[:5]) for row in sorted(found, key=lambda row: (row[3], row[5]))]


def round_books(round_: Round) -> RoundBooks:
    """The money of a round, row by row; lines of the bank as a query, the latest first."""
    return RoundBooks(
        sources=list(round_.sources.order_by("pk")),
        batches=list(round_.batches.order_by("number")),
        lines=round_.bank_lines.order_by("-booked_on", "-pk"),
    )


def used_for(lines: Iterable[BankLine]) -> dict[str, Any]:
    """The payment or project that each used line was matched with, by what `matched` says."""
    steps = list(Step.objects.filter(pk__in=[line.matched for line in lines if line.matched]))
    fetch_records(steps)
    return {step.pk: step.record for step in steps}


def counts_of(round_: Round, actor: Any) -> list[StateCount]:
    """The round's projects by state, in the order of the lifecycle; states without a project are left out."""
    seen = VISIBLE["project"](actor).filter(round=round_.pk).order_by()
    rows = seen.values("state").annotate(count=Count("pk", distinct=True), granted=Sum("granted_fen"))
    found = {row["state"]: row for row in rows}
    return [
        StateCount(state, PROJECT.stage_of(state), found[state]["count"], found[state]["granted"] or 0)
        for state in PROJECT.states.values
        if state in found
    ]
