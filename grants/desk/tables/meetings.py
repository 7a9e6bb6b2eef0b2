"""What one meeting decided, row by row: in words, who stands behind it, and what the person can do with it now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext

from grants.awards.enums import MEETING_MOVES
from grants.desk.tables.offers import role_names
from grants.kernel.given import whole, words
from grants.people.queries import as_people
from workflow.endorsing import missing, own_hand
from workflow.lifecycle import PROJECT
from workflow.models import Proposal
from workflow.refusals import Refusal
from workflow.trail import given_of

TONES = {"shortlist": "ok", "approve": "ok", "put_in_reserve": "wait", "decline": "bad"}


def meeting_url(proposal: Proposal, record: Any) -> str:
    """The page on which everything of the same meeting is endorsed and carried out; empty where there is none."""
    meeting = whole(given_of(proposal), "meeting")
    if proposal.machine != "project" or proposal.move not in MEETING_MOVES or not meeting:
        return ""
    return reverse("meeting_decisions", args=[record.round_id, meeting])


@dataclass
class Line:
    """One project before those who endorse, or decided."""

    project: Any
    move: str
    label: str
    amount_fen: int | None
    order: int | None
    said: str
    proposal: Proposal | None = None
    missing: str = ""
    may_endorse: bool = False
    may_make: bool = False
    signed: list[Any] = field(default_factory=list)
    panel: int | None = None
    reasons: list[Refusal] = field(default_factory=list)

    @property
    def tone(self) -> str:
        """The colour of what was decided."""
        return TONES.get(self.move, "doing")


def proposal_lines(
    proposals: Iterable[Proposal], projects: Mapping[int, Any], actor: Any, roles: frozenset[str]
) -> list[Line]:
    """What is put forward, in the order in which it is made: proposed by rank, reserves in their order, refusals."""
    lines = [_line(one, projects[one.object_id], actor, roles) for one in proposals]
    return sorted(lines, key=_order)


def _order(line: Line) -> tuple[int, int, int]:
    return MEETING_MOVES.index(line.move), line.order or 0, -(line.project.score_hundredths or 0)


def _line(one: Proposal, project: Any, actor: Any, roles: frozenset[str]) -> Line:
    given, deed = given_of(one), PROJECT.deeds[one.move]
    left = missing(deed, one)
    mine = own_hand(one, as_people(actor))
    return Line(
        project=project,
        move=one.move,
        label=str(deed.label),
        amount_fen=whole(given, "amount_fen"),
        order=whole(given, "reserve_order"),
        said=words(given, "reason") or words(given, "deviation"),
        proposal=one,
        missing=role_names(left),
        may_endorse=not mine and bool(roles & set(left)),
        may_make=mine and not left,
        signed=list(one.endorsements.all()),
    )


def decided_lines(decisions: Iterable[Any]) -> list[Line]:
    """What was carried out already."""
    return [
        Line(
            project=one.project,
            move=str(one.outcome),
            label=one.get_outcome_display(),
            amount_fen=one.amount_fen or None,
            order=one.reserve_order,
            said=one.reason,
        )
        for one in decisions
    ]


def in_sum(lines: Iterable[Line]) -> str:
    """How many of what: 拟立项 13个、备选 3个."""
    counts: dict[str, int] = {}
    for line in lines:
        counts[line.label] = counts.get(line.label, 0) + 1
    return gettext("、").join(gettext("%(label)s%(n)s个") % {"label": label, "n": n} for label, n in counts.items())
