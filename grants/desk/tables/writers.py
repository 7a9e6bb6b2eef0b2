"""Who is writing on a page of an application, or wrote there last, in a sentence."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext

from grants.applications.models import Writing
from workflow import clock

JUST_NOW = dt.timedelta(minutes=3)
"""So long after the last saving somebody counts as still writing; a page saves itself every two seconds."""
FRESH = dt.timedelta(hours=12)
"""So long the last writer is named where two have written the same."""


def is_fresh(row: Writing) -> bool:
    """Whether the person may be the one whose words are in the way."""
    return clock.now() - row.last_at < FRESH


def who_writes(rows: Iterable[Writing], actor: Any) -> str:
    """Who else is writing there now, else who else wrote there last and when; empty where nobody else did."""
    other = next((row for row in rows if row.person_id != actor.pk), None)
    if other is None:
        return ""
    words = {"who": other.person.name, "time": date_format(localtime(other.last_at), "H:i")}
    if clock.now() - other.last_at < JUST_NOW:
        return gettext("%(who)s正在写这一页，%(time)s刚存过。各写各的，不会互相盖掉。") % words
    words["time"] = date_format(localtime(other.last_at), "DATETIME_FORMAT")
    return gettext("%(who)s最近写过这一页，%(time)s。") % words
