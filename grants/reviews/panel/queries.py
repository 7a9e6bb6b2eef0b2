"""One panel session as it stands, in a fixed number of queries; marks are read only where they have been shown.

What is read here never joins a mark to the person who gave it: that takes a disclosure.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Prefetch, Q, QuerySet

from grants.applications.models import Project
from grants.kernel.scoring import drawn_order, hundredths, trimmed_mean
from grants.people.models import User
from grants.people.queries import grants_in_force, hats
from grants.programmes.models import Round
from grants.programmes.profile.scoring import Panel as Plan
from grants.programmes.queries import rules_of
from grants.reviews.conflicts import CHAIN, TEAM, Reason, conflicts
from grants.reviews.panel.enums import Leaving, Stage, Standing
from grants.reviews.panel.models import (
    PanelDisclosure,
    PanelItem,
    PanelMark,
    PanelMember,
    PanelMinutes,
    PanelPresence,
    PanelRoll,
    PanelSession,
    PanelStage,
)
from grants.reviews.queries import OVERSEERS
from workflow import clock
from workflow.lifecycle import ProjectState, Role
from workflow.looking import once

ORDER = (Stage.PRESENTING, Stage.ASKING, Stage.SCORING, Stage.SHOWN)
DISCLOSED_FOR = dt.timedelta(days=7)
"""How long whoever asked may look after another agreed."""
ASKERS = (*(role for role in OVERSEERS if role != Role.REVIEW_CHAIR), Role.DISCIPLINE)
"""Who may ask to be told who gave which marks."""
CONSENTERS = (Role.BUSINESS_LEAD, Role.LEADERSHIP, Role.DISCIPLINE)


@dataclass(frozen=True)
class Result:
    """What the panel gave a project: half points, lowest first, and their mean in hundredths of a point."""

    totals: tuple[int, ...]
    mean: int | None


@dataclass
class Point:
    """A project on the agenda: its place in the drawn order, how far it is, who marks it and who does not."""

    item: PanelItem
    place: int | None
    stages: dict[str, PanelStage]
    roll: list[PanelRoll]
    result: Result | None = None
    locks: frozenset[int] = frozenset()
    """The rolls that have locked; not what."""

    @property
    def project(self) -> Project:
        """The project it is about."""
        return self.item.project

    @property
    def dropped(self) -> bool:
        """Whether it was taken off the agenda."""
        return hasattr(self.item, "drop")

    @property
    def stage(self) -> str:
        """The part it has come to; empty before it begins."""
        return next((stage.value for stage in reversed(ORDER) if stage in self.stages), "")

    @property
    def next_stage(self) -> str:
        """The part that comes next; empty at the end."""
        return next((stage.value for stage in ORDER if stage not in self.stages), "")

    @property
    def shown(self) -> bool:
        """Whether its result may be seen."""
        return Stage.SHOWN in self.stages

    @property
    def done(self) -> bool:
        """Whether the panel is through with it."""
        return self.shown or self.dropped

    @property
    def running(self) -> bool:
        """Whether the panel is at it now."""
        return bool(self.stages) and not self.done

    @property
    def voters(self) -> list[PanelRoll]:
        """Who marks it."""
        return [one for one in self.roll if one.standing == Standing.VOTES and not hasattr(one, "out")]

    @property
    def waiting(self) -> list[PanelRoll]:
        """Who marks it and has not locked."""
        return [one for one in self.voters if one.pk not in self.locks]

    @property
    def locked(self) -> int:
        """How many have locked."""
        return len(self.voters) - len(self.waiting)

    @property
    def recused(self) -> list[tuple[PanelMember, str]]:
        """Who keeps away from it, and why."""
        told = [(one.member, one.reason) for one in self.roll if one.standing == Standing.RECUSED]
        outs = [one for one in self.roll if hasattr(one, "out") and one.out.kind == Leaving.RECUSED]
        return told + [(one.member, one.out.reason) for one in outs]

    @property
    def absent(self) -> list[PanelMember]:
        """Who was not there when it began."""
        return [one.member for one in self.roll if one.standing == Standing.ABSENT]

    @property
    def left(self) -> list[tuple[PanelMember, str]]:
        """Who went while it ran."""
        outs = [one for one in self.roll if hasattr(one, "out") and one.out.kind == Leaving.LEFT]
        return [(one.member, one.out.reason) for one in outs]

    def roll_of(self, person: int) -> PanelRoll | None:
        """How somebody stands to it; nothing before the roll is called."""
        return next((one for one in self.roll if one.member.person_id == person), None)

    def away(self, person: int) -> bool:
        """Whether somebody of the panel keeps away from it."""
        return any(member.person_id == person for member, _why in self.recused)


@dataclass
class Panel:
    """A session with its members and its agenda in the drawn order, what was taken off last."""

    session: PanelSession
    members: list[PanelMember]
    points: list[Point]
    came: Mapping[int, list[PanelPresence]] = field(default_factory=dict)

    @property
    def seed(self) -> str:
        """The seed that was drawn; empty before."""
        return self.session.draw.seed if hasattr(self.session, "draw") else ""

    @property
    def minutes(self) -> PanelMinutes | None:
        """Its minutes, once it is over."""
        return getattr(self.session, "minutes", None)

    @property
    def live(self) -> list[Point]:
        """What is on the agenda, taken off excepted."""
        return [one for one in self.points if not one.dropped]

    @property
    def now(self) -> Point | None:
        """What the panel is at."""
        return next((one for one in self.points if one.running), None)

    @property
    def following(self) -> Point | None:
        """What comes next in the drawn order."""
        return next((one for one in self.live if self.seed and not one.stages), None)

    @property
    def last_shown(self) -> Point | None:
        """What was shown last."""
        shown = [one for one in self.live if one.shown]
        return max(shown, key=lambda one: one.stages[Stage.SHOWN].pk, default=None)

    @property
    def finished(self) -> bool:
        """Whether everything on the agenda has been gone through."""
        return bool(self.seed) and all(one.done for one in self.points)

    def present(self, member: PanelMember) -> bool:
        """Whether somebody is in the room."""
        came = self.came.get(member.pk, [])
        return bool(came) and came[-1].arrived

    def member(self, person: int | None) -> PanelMember | None:
        """Somebody's seat on the panel."""
        return next((one for one in self.members if one.person_id == person), None)

    def point(self, item: int) -> Point | None:
        """A project of the agenda by its item."""
        return next((one for one in self.points if one.item.pk == item), None)


def plan_of(round_: Round) -> Plan:
    """What the round's configuration says of panels; off without a configuration."""
    return rules_of(round_).rubric.panel if round_.configuration else Plan()


def sessions_of(round_: int) -> QuerySet[PanelSession]:
    """The panels of a round, the newest first."""
    return PanelSession.objects.filter(round=round_).select_related("chair", "secretary", "minutes").order_by("-number")


def panel(session: PanelSession) -> Panel:
    """The session as it stands; seven queries."""
    session = PanelSession.objects.select_related(
        "round__configuration", "chair", "secretary", "draw", "minutes__by"
    ).get(pk=session.pk)
    members = list(session.members.select_related("person").prefetch_related("presences").order_by("pk"))
    rolls = PanelRoll.objects.select_related("member__person", "out").order_by("pk")
    rows = session.items.select_related("project__team", "project__round", "drop__by", "closing__by")
    items = list(rows.prefetch_related("stages__by", Prefetch("roll", rolls)).order_by("pk"))
    points = [Point(item, None, {one.stage: one for one in item.stages.all()}, list(item.roll.all())) for item in items]
    _read_marks(session, points)
    return Panel(session, members, _in_order(session, points), {one.pk: list(one.presences.all()) for one in members})


def _in_order(session: PanelSession, points: list[Point]) -> list[Point]:
    """By the draw, from 1; in the order of the agenda before; what was taken off before the draw comes last."""
    at = session.draw.at if hasattr(session, "draw") else None
    live = [one for one in points if not one.dropped or (at and one.item.drop.at >= at)]
    if at:
        drawn = drawn_order([one.project.number for one in live], session.draw.seed)
        live.sort(key=lambda one: drawn.index(one.project.number))
        for place, one in enumerate(live, 1):
            one.place = place
    return live + [one for one in points if one not in live]


def _read_marks(session: PanelSession, points: list[Point]) -> None:
    """Who has locked; and of what was shown the totals, without whose they are."""
    locks = PanelMark.objects.filter(roll__item__session=session.pk, locked=True)
    by_item: dict[int, set[int]] = {}
    for item, roll in locks.values_list("roll__item", "roll"):
        by_item.setdefault(item, set()).add(roll)
    given = totals_shown([one.item.pk for one in points if one.shown])
    drop = rules_of(session.round).rubric.method.drop_extremes_from
    for one in points:
        one.locks = frozenset(by_item.get(one.item.pk, ()))
        if one.shown:
            totals = given.get(one.item.pk, ())
            one.result = Result(totals, hundredths(trimmed_mean(totals, drop)) if totals else None)


def totals_shown(items: Iterable[int]) -> dict[int, tuple[int, ...]]:
    """The locked totals (half points) of projects whose result was shown, lowest first; nothing of any other."""
    rows = PanelMark.objects.filter(
        roll__item__in=list(items), roll__item__stages__stage=Stage.SHOWN, locked=True, roll__out__isnull=True
    )
    found: dict[int, tuple[int, ...]] = {}
    for item, total in rows.order_by("total_halves").values_list("roll__item", "total_halves"):
        found[item] = (*found.get(item, ()), total)
    return found


def panel_means(round_: Round) -> dict[int, int]:
    """What finished panels of the round gave, by project, in hundredths of a point; the last one counts."""
    if not minutes_of_round(round_):
        return {}
    rows = PanelMark.objects.filter(
        roll__item__session__round=round_.pk,
        roll__item__session__minutes__isnull=False,
        roll__item__stages__stage=Stage.SHOWN,
        locked=True,
        roll__out__isnull=True,
    )
    given: dict[int, dict[int, list[int]]] = {}
    for project, item, total in rows.order_by("pk").values_list("roll__item__project", "roll__item", "total_halves"):
        given.setdefault(project, {}).setdefault(item, []).append(total)
    drop = rules_of(round_).rubric.method.drop_extremes_from
    return {project: hundredths(trimmed_mean(items[max(items)], drop)) for project, items in given.items()}


def minutes_of_round(round_: Round) -> list[PanelMinutes]:
    """The minutes of the panels of a round, the newest first; none, without asking, where panels are off."""
    if not plan_of(round_).enabled:
        return []
    found = PanelMinutes.objects.filter(session__round=round_.pk).select_related("session").order_by("-pk")
    return once(("panel_minutes", round_.pk), lambda: list(found))


def readable(item: int, session: PanelSession, person: Any) -> PanelItem | None:
    """A project of the agenda, for a member who does not keep away from it; recused ones are not asked twice."""
    found = session.items.select_related("project__round__configuration", "project__team__guided_by", "project__payee")
    one = found.filter(pk=item, session__members__person=person.pk, drop__isnull=True).first()
    if one is None:
        return None
    roll = PanelRoll.objects.filter(item=item, member__person=person.pk).select_related("out").first()
    if roll is None:
        return None if conflicts(one.project, [person]) else one
    away = roll.standing == Standing.RECUSED or (hasattr(roll, "out") and roll.out.kind == Leaving.RECUSED)
    return None if away else one


def own_marks(point: Point, person: int) -> PanelMark | None:
    """What somebody has given this project themselves, as kept last."""
    return PanelMark.objects.filter(roll__item=point.item.pk, roll__member__person=person).order_by("number").last()


# Who may --------------------------------------------------------------------------------------------------


def wears(actor: Any, round_: int, *roles: str) -> bool:
    """Whether somebody holds one of the roles over the round today."""
    return any(hat.role in roles and hat.round in {None, round_} for hat in hats(actor))


def oversees(actor: Any, round_: int) -> bool:
    """Whether somebody sees the panels of a round without sitting on them."""
    return wears(actor, round_, *OVERSEERS)


def against(found: Panel, point: Point, person: Any) -> list[Reason]:
    """What keeps somebody from a project: everything for whoever sits on the panel, else a team or a recommendation."""
    reasons = conflicts(point.project, [person]).get(person.pk, [])
    return reasons if found.member(person.pk) else [one for one in reasons if one.code in {TEAM, CHAIN}]


def signers(found: Panel) -> set[int]:
    """Who confirms the minutes: chair, secretary, and every member who was there."""
    came = {one.person_id for one in found.members if found.came.get(one.pk)}
    return came | {found.session.chair_id, found.session.secretary_id}


def candidates(round_: Round, role: str) -> list[User]:
    """Who may sit on the panel of a round in that role."""
    held = grants_in_force().filter(Q(round__isnull=True) | Q(round=round_.pk), role=role)
    return list(User.objects.filter(pk__in=held.values("person"), is_active=True).order_by("pk"))


def addable(round_: Round, on_agenda: Iterable[int]) -> list[Project]:
    """Projects whose review is over and that are not on the agenda."""
    found = Project.objects.filter(round=round_.pk, state=ProjectState.REVIEWED).exclude(pk__in=list(on_agenda))
    return list(found.select_related("team").order_by("number"))


def running_seats(person: Any) -> list[PanelMember]:
    """The panels that are not over and on which somebody sits."""
    found = PanelMember.objects.filter(person=person.pk, session__minutes__isnull=True)
    return list(found.select_related("session__round").order_by("pk"))


def looking(disclosure: PanelDisclosure) -> bool:
    """Whether another has agreed and the days have not run out."""
    consent = getattr(disclosure, "consent", None)
    return consent is not None and clock.now() < consent.at + DISCLOSED_FOR
