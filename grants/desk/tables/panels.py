"""A panel in words: how long is left, who is waited for, what may be done next."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.utils.timezone import localtime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from grants.reviews.panel.enums import Stage
from grants.reviews.panel.models import PanelMember
from grants.reviews.panel.queries import Panel, Point
from workflow import clock

DOING: dict[str, StrOrPromise] = {
    Stage.PRESENTING: _("请上这个项目，开始介绍"),
    Stage.ASKING: _("介绍完了，开始提问"),
    Stage.SCORING: _("提问完了，开始打分"),
    Stage.SHOWN: _("公布结果"),
}
"""What the button says that leads to a part."""
BEGIN = _("请第%(n)s个项目，开始介绍")


@dataclass(frozen=True)
class Timer:
    """How long a part still runs: in words, when it ends, and whether it is over."""

    words: str
    ends: str
    over: bool


def timer(found: Panel, point: Point) -> Timer | None:
    """The time of the part the panel is at; none before it begins and once the result is shown."""
    minutes = found.session.minutes_of(point.stage) if point.stage else 0
    if not minutes:
        return None
    ends = point.stages[point.stage].at + dt.timedelta(minutes=minutes)
    left = int((ends - clock.now()).total_seconds())
    facts = {"m": abs(left) // 60, "s": f"{abs(left) % 60:02d}"}
    words = gettext("还剩%(m)s分%(s)s秒") if left >= 0 else gettext("已超%(m)s分%(s)s秒")
    return Timer(words % facts, localtime(ends).strftime("%H:%M:%S"), left < 0)


@dataclass(frozen=True)
class Next:
    """What the person who runs the meeting does next: the project, the part, and what the button says."""

    item: int
    stage: str
    label: str


def next_step(found: Panel) -> Next | None:
    """The one thing to do next; nothing before the draw, while marks are awaited, and at the end."""
    if point := found.now:
        if point.next_stage == Stage.SHOWN and point.waiting:
            return None
        return Next(point.item.pk, point.next_stage, str(DOING[point.next_stage]))
    if point := found.following:
        return Next(point.item.pk, Stage.PRESENTING, str(BEGIN) % {"n": point.place})
    return None


@dataclass(frozen=True)
class Seat:
    """Somebody of the panel: whether they are there, since when, and how they stand to the project at hand."""

    member: PanelMember
    present: bool
    since: dt.datetime | None
    stands: str
    tone: str


def seats(found: Panel) -> list[Seat]:
    """Everybody of the panel."""
    return [_seat(found, one) for one in found.members]


def _seat(found: Panel, member: PanelMember) -> Seat:
    came = found.came.get(member.pk, [])
    present, since = found.present(member), came[-1].at if came else None
    stands, tone = _stands(found.now, member) if found.now else ("", "rest")
    return Seat(member, present, since, stands, tone)


def _stands(point: Point, member: PanelMember) -> tuple[str, str]:
    roll = point.roll_of(member.person_id)
    if roll is None:
        return "", "rest"
    if point.away(member.person_id):
        return gettext("回避"), "hold"
    if roll in point.waiting:
        scoring = point.stage == Stage.SCORING
        return (gettext("还没锁定"), "wait") if scoring else (gettext("等打分"), "rest")
    if roll in point.voters:
        return gettext("已锁定"), "ok"
    return (gettext("离席") if hasattr(roll, "out") else str(roll.get_standing_display())), "rest"


def halves_as_points(totals: Any) -> list[int]:
    """Half points as hundredths, which templates show."""
    return [50 * one for one in totals]
