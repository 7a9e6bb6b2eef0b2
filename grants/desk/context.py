"""What every page shows: who is signed in, with which hats, how much is unread, and whether this is a demonstration."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from grants.desk.queries.notices import unread_count
from grants.desk.tables.hats import dressed
from grants.people.queries import PROVINCE_ROLES, grants_held


def shell(request: HttpRequest) -> dict[str, Any]:
    """The frame of a page; the roles are read only where they are shown."""
    user = getattr(request, "user", None)
    signed_in = bool(user and user.is_authenticated)
    hats = SimpleLazyObject(lambda: dressed(grants_held(user)) if signed_in else [])
    unread = unread_count(user) if signed_in else 0
    money = SimpleLazyObject(lambda: any(hat.role in PROVINCE_ROLES for hat in hats))
    return {"demo": settings.DEMO, "hats": hats, "unread": unread, "sees_money": money}
