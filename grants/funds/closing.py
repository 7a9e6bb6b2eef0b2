"""Periods of the books, and the subjects under which the accounting system keeps them."""

from __future__ import annotations

import calendar as months
import datetime as dt
from collections.abc import Mapping

from django_stubs_ext import StrOrPromise

from grants.funds.models import Subject
from grants.programmes.models import Round


def end_of_month(day: dt.date) -> dt.date:
    """The last day of the day's month."""
    return day.replace(day=months.monthrange(day.year, day.month)[1])


def month_of(text: str) -> tuple[dt.date | None, dt.date | None]:
    """(first day, last day) of a month written 2026-07; (None, None) for anything else."""
    try:
        first = dt.date.fromisoformat(f"{text}-01")
    except ValueError:
        return None, None
    return first, end_of_month(first)


def subjects_of(round_: Round, usual: Mapping[str, tuple[str, StrOrPromise]]) -> dict[str, tuple[str, StrOrPromise]]:
    """(code, name) by kind of account, as the round has named them last; the usual ones where it never has."""
    rows = Subject.objects.filter(round=round_.pk).order_by("pk").values_list("kind", "code", "name")
    found: dict[str, tuple[str, StrOrPromise]] = {kind: (code, name) for kind, code, name in rows}
    return found or dict(usual)
