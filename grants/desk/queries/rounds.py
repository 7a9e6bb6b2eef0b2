"""Everything that one round page shows."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from django.db.models import Count, Sum

from grants.desk.queries.records import VISIBLE
from grants.programmes.models import Round
from workflow.lifecycle import PROJECT


@dataclass(frozen=True)
class StateCount:
    """How many of a round's projects are in a state, and what they were granted (fen)."""

    state: str
    stage: str
    count: int
    granted_fen: int


@dataclass(frozen=True)
class RoundFile:
    """What belongs to a round."""

    counts: list[StateCount]
    notices: list[Any]
    quotas: list[Any] = field(default_factory=list)
    sources: list[Any] = field(default_factory=list)
    meetings: list[Any] = field(default_factory=list)
    batches: list[Any] = field(default_factory=list)
    lines: list[Any] = field(default_factory=list)


def round_file(round_: Round, actor: Any, *, inside: bool) -> RoundFile:
    """A round's projects as far as the person sees them, and its papers; the province also sees money and places."""
    file = RoundFile(counts_of(round_, actor), list(round_.official_notices.order_by("issued_on", "pk")))
    if not inside:
        return file
    return replace(
        file,
        quotas=list(round_.quotas.select_related("organisation").order_by("organisation__path")),
        sources=list(round_.sources.order_by("pk")),
        meetings=list(round_.meetings.order_by("held_on", "pk")),
        batches=list(round_.batches.order_by("number")),
        lines=list(round_.bank_lines.order_by("booked_on", "pk")),
    )


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
