"""That a person is who they are, proven once for all that they do within the next minutes."""

from __future__ import annotations

import datetime as dt

from django.http import HttpRequest

from grants.desk.views.moves import FRESH, PASSWORD
from grants.funds.rules.sending import CONFIRMED
from grants.people.proof import prove as remember
from workflow import clock

__all__ = ["CONFIRMED", "PASSWORD", "prove", "proven_at"]


def proven_at(request: HttpRequest) -> str:
    """When the person last proved it, in ISO, while that is fresh; empty otherwise."""
    said: str = request.session.get(CONFIRMED, "")
    return said if said and clock.now() - dt.datetime.fromisoformat(said) < FRESH else ""


def prove(request: HttpRequest) -> str:
    """The moment of the proof: the fresh one, or now, which is remembered. The password has been checked before."""
    if not proven_at(request):
        request.session[CONFIRMED] = clock.now().isoformat()
        remember(request)
    return proven_at(request)
