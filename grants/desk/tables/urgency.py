"""How much time is left, in words a person uses: working days first, the date second."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext, pgettext

from grants.kernel.workdays import Calendar
from workflow import clock
from workflow.models import Deadline

SOON_WORKDAYS = 5
TONES = {"late": "bad", "today": "bad", "soon": "wait", "later": "rest", "open": "rest"}
ICONS = {
    "late": "exclamation-circle-fill",
    "today": "alarm",
    "soon": "hourglass-split",
    "later": "calendar3",
    "open": "inbox",
}


def urgency(due_at: dt.datetime | None, days: Calendar, now: dt.datetime) -> tuple[str, str]:
    """The group a deadline falls into, and what is left of it in words."""
    if due_at is None:
        return "open", gettext("没有期限")
    today, last = (moment.astimezone(clock.SHANGHAI).date() for moment in (now, due_at))
    if due_at <= now:
        return "late", overdue(due_at, days, now)
    if last == today:
        hour = due_at.astimezone(clock.SHANGHAI).strftime("%H:%M")
        return "today", gettext("今天%(hour)s") % {"hour": hour}
    left = days.working_days_between(today, last)
    words = gettext("还剩%(n)s个工作日") % {"n": left}
    return ("soon" if left <= SOON_WORKDAYS else "later"), words


def overdue(due_at: dt.datetime, days: Calendar, now: dt.datetime) -> str:
    """By how many working days it is late."""
    last, today = (moment.astimezone(clock.SHANGHAI).date() for moment in (due_at, now))
    n = days.working_days_between(last, today)
    return ngettext("过期%(n)s个工作日", "过期%(n)s个工作日", n) % {"n": n} if n else gettext("已过期")


def month_day(moment: dt.datetime) -> str:
    """The day in Shanghai without the year: 4月1日, 1 April."""
    return date_format(moment.astimezone(clock.SHANGHAI), pgettext("date format", "n月j日"))


@dataclass(frozen=True)
class Left:
    """A deadline as it is shown: what is left, colour and icon, and the row itself."""

    name: str
    due: Deadline
    words: str
    tone: str
    icon: str


def left_of(row: Deadline, name: str, days: Calendar, now: dt.datetime) -> Left:
    """What is left of a deadline."""
    group, words = urgency(row.due_at, days, now)
    return Left(name, row, words, TONES[group], ICONS[group])
