"""The minutes of a panel, written from what happened: canonical JSON in Chinese, without whose mark is whose."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils.timezone import localtime
from django.utils.translation import override

from grants.reviews.panel.enums import Stage
from grants.reviews.panel.queries import Panel, Point
from workflow.chain import canonical


def minutes_text(found: Panel) -> str:
    """What the paper says: who was there, from when to when, the order and its seed, each project and what it got.

    Points are half points, means hundredths. Times are those of Zhejiang, to the minute.
    """
    with override("zh-hans"):
        return canonical(_told(found))


def _told(found: Panel) -> dict[str, Any]:
    session = found.session
    return {
        "round": str(session.round),
        "number": session.number,
        "held_on": session.held_on.isoformat(),
        "place": session.place,
        "chair": session.chair.name,
        "secretary": session.secretary.name,
        "basis": session.basis,
        "seed": found.seed,
        "drawn_at": _hour(session.draw.at),
        "minutes": [session.presenting, session.asking, session.scoring],
        "members": [_member(found, one) for one in found.members],
        "agenda": [_point(one) for one in found.points],
    }


def _member(found: Panel, seat: Any) -> dict[str, Any]:
    came = found.came.get(seat.pk, [])
    return {
        "name": seat.person.name,
        "votes": seat.votes,
        "came": [[one.arrived, _hour(one.at)] for one in came],
    }


def _point(one: Point) -> dict[str, Any]:
    closing = getattr(one.item, "closing", None) if one.waiting else None
    return {
        "place": one.place,
        "project": one.project.pk,
        "number": one.project.number,
        "title": one.project.title,
        "team": one.project.team.name,
        "added": one.item.reason,
        "dropped": one.item.drop.reason if one.dropped else "",
        "official": one.project.score_hundredths,
        "began": _hour(one.stages[Stage.PRESENTING].at) if one.stages else "",
        "ended": _hour(one.stages[Stage.SHOWN].at) if one.shown else "",
        "recused": [[member.person.name, why] for member, why in one.recused],
        "absent": [member.person.name for member in one.absent],
        "left": [[member.person.name, why] for member, why in one.left],
        "totals": list(one.result.totals) if one.result else [],
        "mean": one.result.mean if one.result else None,
        "closed": _closed(one, closing) if closing else None,
    }


def _closed(one: Point, closing: Any) -> dict[str, Any]:
    return {
        "reason": closing.reason,
        "by": closing.by.name,
        "agreed": one.stages[Stage.SHOWN].by.name if one.shown else "",
        "missing": [roll.member.person.name for roll in one.waiting],
    }


def _hour(at: dt.datetime) -> str:
    return localtime(at).strftime("%H:%M")
