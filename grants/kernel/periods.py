"""When a deadline falls due and when a period ends, in Shanghai time."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from grants.kernel.workdays import Calendar

Unit = Literal["wd", "d"]

SHANGHAI = ZoneInfo("Asia/Shanghai")
CLOSING = time(17, 0)


def due_at(start: datetime, value: int, unit: Unit, calendar: Calendar, closing: time = CLOSING) -> datetime:
    """The moment a deadline of `value` working days ('wd') or calendar days ('d') after `start` falls due.

    Aware, in Shanghai, at closing time; the day it starts does not count. A calendar period that ends on a day off
    runs on to the next working day (民法典 art. 201, 203). Raises ValueError for a naive start or a negative value.
    """
    if start.tzinfo is None or value < 0:
        raise ValueError("start must be aware and value not negative")
    first = start.astimezone(SHANGHAI).date()
    if unit == "wd":
        last = calendar.add_working_days(first, value)
    else:
        last = calendar.next_working_day(first + timedelta(days=value))
    return closing_of(last, closing)


def closing_of(day: date, closing: time = CLOSING) -> datetime:
    """Closing time of a day, aware, in Shanghai."""
    return datetime.combine(day, closing, SHANGHAI)


def add_months(day: date, months: int) -> date:
    """The same day of the month that many months on, or that month's last day when it is shorter."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def period_end(start: date, months: int) -> date:
    """The last day of an implementation period of whole months that begins on `start`: 1 July + 12 is 30 June."""
    after = add_months(start, months)
    return after if after.day < start.day else after - timedelta(days=1)


def day_at(start: date, end: date, percent: int) -> date:
    """The day by which that percent of a period has passed, rounded down; the mid-term check hangs on it."""
    return start + timedelta(days=(end - start).days * percent // 100)
