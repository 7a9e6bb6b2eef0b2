"""How long somebody stays signed in: long for most, a working day for those who decide or touch money."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.http import HttpRequest

from grants.people.proof import WEIGHTY
from grants.people.queries import holds
from workflow import clock

RENEWED = "renewed_at"


def stay(request: HttpRequest, person: Any) -> None:
    """From now the session lasts as long as the person's roles allow, counted from the last visit."""
    request.session[RENEWED] = clock.now().isoformat()
    request.session.set_expiry(int(span(person).total_seconds()))


def span(person: Any) -> dt.timedelta:
    """How long the person may stay away before signing in again."""
    if holds(person, *WEIGHTY):
        return dt.timedelta(hours=settings.SESSION_HOURS_WEIGHTY)
    return dt.timedelta(days=settings.SESSION_DAYS)


def wants_renewal(request: HttpRequest) -> bool:
    """Whether a visit should move the end of the session: once a day, once an hour for a short one, no oftener."""
    said = request.session.get(RENEWED, "")
    lasts = dt.timedelta(seconds=request.session.get_expiry_age())
    step = min(dt.timedelta(days=1), lasts / 12)
    return not said or clock.now() - dt.datetime.fromisoformat(said) >= step
