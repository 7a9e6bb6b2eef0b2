"""What every page shows: who is signed in, with which hats, and whether this is a demonstration."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from grants.desk.tables.hats import dressed
from grants.people.queries import grants_held


def shell(request: HttpRequest) -> dict[str, Any]:
    """The frame of a page; the roles are read only where they are shown."""
    user = getattr(request, "user", None)
    signed_in = bool(user and user.is_authenticated)
    hats = SimpleLazyObject(lambda: dressed(grants_held(user)) if signed_in else [])
    return {"demo": settings.DEMO, "hats": hats}
