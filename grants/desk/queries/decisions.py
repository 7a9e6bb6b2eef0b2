"""What the table for a meeting shows, in a fixed number of queries: rank, decisions, what was put before others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.contrib.contenttypes.models import ContentType
from django.db.models import F, OuterRef, QuerySet, Subquery

from grants.applications.models import Project
from grants.awards.enums import MEETING_MOVES
from grants.awards.models import Decision, DecisionDraft, Meeting
from grants.awards.queries import PROPOSED, decided_in, decision_draft, meetings_of
from grants.kernel.given import whole
from grants.programmes.models import Round
from grants.reviews.opinions.models import OpinionRequest
from grants.reviews.opinions.queries import by_project
from grants.reviews.panel.queries import panel_means
from grants.reviews.queries import Ranked, ranking, spans
from workflow.models import Proposal
from workflow.proposed import SIGNED
from workflow.trail import given_of


@dataclass(frozen=True)
class Deliberation:
    """The round before a meeting."""

    round: Round
    ranked: list[Ranked]
    spans: dict[int, tuple[int, int]]
    decided: dict[int, Decision]
    proposed: dict[int, Proposal]
    meetings: list[Meeting]
    draft: DecisionDraft | None
    opinions: dict[int, list[OpinionRequest]]
    panel: Mapping[int, int] = field(default_factory=dict)
    """What a panel gave, by project, in hundredths of a point: beside the official score, never instead."""

    @property
    def free_fen(self) -> int:
        """What the envelope still has: less what is committed, less what is proposed and not committed yet; in fen."""
        waiting = [one.project.pk for one in self.ranked if one.project.state in PROPOSED]
        gone = sum(self.decided[pk].amount_fen for pk in waiting if pk in self.decided)
        return self.round.envelope_fen - self.round.committed_fen - gone


def deliberation(round_: Round) -> Deliberation:
    """Everything on which a meeting of the round decides, as it stands."""
    ranked = ranking(round_)
    open_ = {one.object_id: one for one in proposals_of(round_.pk)}
    return Deliberation(
        round=round_,
        ranked=ranked,
        spans=spans(round_),
        decided=decided_in(round_),
        proposed=open_,
        meetings=list(meetings_of(round_)),
        draft=decision_draft(round_),
        opinions=by_project(round_.pk),
        panel=panel_means(round_),
    )


def proposals_of(round_: int) -> list[Proposal]:
    """What meetings decided of the round's projects, put forward on the version that stands, with who is behind it."""
    kind = ContentType.objects.get_for_model(Project)
    mine = Project.objects.filter(round=round_).values("pk")
    now = Project.objects.filter(pk=OuterRef("object_id")).values("version")[:1]
    found = Proposal.objects.filter(content_type=kind, object_id__in=mine, move__in=MEETING_MOVES)
    found = found.annotate(now=Subquery(now)).filter(version=F("now"))
    return list(found.select_related("maker", "behalf").prefetch_related(SIGNED).order_by("pk"))


def proposals_of_meeting(meeting: Meeting) -> list[Proposal]:
    """Of those, the ones that rest on the minutes of this meeting."""
    return [one for one in proposals_of(meeting.round_id) if whole(given_of(one), "meeting") == meeting.pk]


def decisions_of_meeting(meeting: Meeting) -> QuerySet[Decision]:
    """What was carried out on the minutes of this meeting, with the projects."""
    return Decision.objects.filter(meeting=meeting.pk).select_related("project__team", "project__round").order_by("pk")
