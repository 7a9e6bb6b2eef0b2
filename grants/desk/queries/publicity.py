"""What the page of the public notice shows: projects proposed and before the public, objections, the calendar."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from grants.applications.models import Project
from grants.awards.enums import NoticeKind
from grants.awards.models import Decision, Meeting, NoticeDraft, Objection, OfficialNotice
from grants.awards.queries import OPEN_OBJECTIONS, decided_in, meetings_of, notice_draft
from grants.programmes.models import Round
from grants.programmes.queries import calendar, rules_of
from workflow import clock
from workflow.lifecycle import ObjectionState, ProjectState, RoundState
from workflow.models import Proposal


@dataclass
class Listed:
    """One project of the notice."""

    project: Project
    decision: Decision | None
    objections: list[Objection] = field(default_factory=list)
    proposal: Proposal | None = None

    @property
    def amount_fen(self) -> int:
        """What the meeting decided."""
        return self.decision.amount_fen if self.decision else 0

    @property
    def over(self) -> bool:
        """Whether the last day of its publicity has passed."""
        ends = self.project.publicity_ends_on
        return ends is not None and clock.today() > ends

    @property
    def held(self) -> bool:
        """Whether an objection that is open, or was upheld, stands against approving it."""
        return any(
            one.state == ObjectionState.UPHELD or (one.holds and one.state in OPEN_OBJECTIONS)
            for one in self.objections
        )


@dataclass(frozen=True)
class Publicity:
    """A round before, during and after its publicity."""

    round: Round
    waiting: list[Listed]
    public: list[Listed]
    notices: list[OfficialNotice]
    draft: NoticeDraft | None
    meetings: list[Meeting]

    @property
    def announced(self) -> bool:
        """Whether the round's results are announced, so that projects may go before the public."""
        return self.round.state in {RoundState.PUBLICITY, RoundState.PUBLISHED}

    @property
    def to_approve(self) -> list[Listed]:
        """Projects whose time before the public is over and against which nothing stands."""
        return [one for one in self.public if one.over and not one.held]


def publicity_of(round_: Round) -> Publicity:
    """The publicity of the round as it stands, in a fixed number of queries."""
    states = (ProjectState.SHORTLISTED, ProjectState.IN_PUBLICITY)
    found = Project.objects.filter(round=round_.pk, state__in=states).select_related("team__guided_by", "round")
    decided = decided_in(round_)
    rows = {one.pk: Listed(one, decided.get(one.pk)) for one in found.order_by("number")}
    for objection in Objection.objects.filter(project__in=list(rows)).order_by("pk"):
        rows[objection.project_id].objections.append(objection)
    return Publicity(
        round=round_,
        waiting=[one for one in rows.values() if one.project.state == ProjectState.SHORTLISTED],
        public=[one for one in rows.values() if one.project.state == ProjectState.IN_PUBLICITY],
        notices=list(
            OfficialNotice.objects.filter(round=round_.pk, kind=NoticeKind.PUBLICITY).order_by("-issued_on", "-pk")
        ),
        draft=notice_draft(round_),
        meetings=list(meetings_of(round_)),
    )


def earliest_end(round_: Round) -> dt.date:
    """The first day on which a publicity that begins today may end."""
    return calendar().add_working_days(clock.today(), rules_of(round_).deadlines.publicity.value)
