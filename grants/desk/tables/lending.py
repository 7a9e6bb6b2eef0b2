"""Roles lent during a leave as pages show them: slip by slip, with how each stands today."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext, pgettext

from grants.people.lending import day_words
from grants.people.models import Lending, RoleGrant
from workflow import clock
from workflow.phrases import known_by, listed


@dataclass(frozen=True)
class Slip:
    """What one person handed to another at one moment."""

    lending: Lending
    roles: str
    rows: tuple[Lending, ...]
    label: str
    tone: str
    icon: str
    open: bool

    @property
    def days(self) -> int:
        """How many days it lasts, both counted."""
        return (self.lending.last_day - self.lending.first_day).days + 1


def slips(rows: Iterable[Lending]) -> list[Slip]:
    """The rows by slip, in the order given."""
    found: dict[tuple[int, dt.datetime], list[Lending]] = {}
    for row in rows:
        found.setdefault((row.holder_id, row.at), []).append(row)
    return [_slip(sorted(one, key=lambda row: row.pk)) for one in found.values()]


def _slip(rows: Sequence[Lending]) -> Slip:
    label, tone, icon, still = _standing(rows[0])
    roles = listed(known_by(row.grant.get_role_display(), row.grant.team or row.grant.organisation) for row in rows)
    return Slip(rows[0], roles, tuple(rows), label, tone, icon, still)


def _standing(row: Lending) -> tuple[str, str, str, bool]:
    today = clock.today()
    if row.ended_at:
        return pgettext("lending", "已提前结束"), "rest", "dash-circle", False
    if row.last_day < today:
        return pgettext("lending", "已到期"), "rest", "dash-circle", False
    if row.first_day > today:
        return pgettext("lending", "还没开始"), "wait", "hourglass-split", True
    return pgettext("lending", "正在代办"), "doing", "arrow-right", True


@dataclass(frozen=True)
class Away:
    """A line above one's work: to whom a role is lent, or for whom one stands in, until when."""

    pk: int
    said: str
    mine: bool


def away_lines(worn: Iterable[RoleGrant]) -> list[Away]:
    """One line for each person to whom, or for whom, roles are lent today."""
    found: dict[tuple[bool, int, dt.date], list[RoleGrant]] = {}
    for grant in worn:
        if grant.loan:
            who = grant.person_id if grant.borrowed else grant.loan.to
            found.setdefault((grant.borrowed, who, grant.loan.until), []).append(grant)
    return [_away(grants) for grants in found.values()]


def _away(grants: Sequence[RoleGrant]) -> Away:
    first = grants[0]
    if first.loan is None:
        raise ValueError(first)
    roles = listed(dict.fromkeys(grant.get_role_display() for grant in grants))
    words = {"roles": roles, "day": day_words(first.loan.until), "person": first.loan.name}
    if first.borrowed:
        words["person"] = str(first.person)
        return Away(first.loan.pk, gettext("您正代%(person)s办理“%(roles)s”的事，到%(day)s止。") % words, mine=False)
    message = gettext("“%(roles)s”的事已交接给%(person)s，到%(day)s止；在这之前由%(person)s办理。")
    return Away(first.loan.pk, message % words, mine=True)
