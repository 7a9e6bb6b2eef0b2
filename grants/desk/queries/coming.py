"""The rounds that go on, for those who have nothing to do just now."""

from __future__ import annotations

from typing import Any

from grants.programmes.models import Round
from grants.programmes.queries import visible_to
from workflow.lifecycle import ROUND


def rounds_going_on(actor: Any) -> list[Round]:
    """The rounds a person sees that have not come to their end, newest first, with their rules."""
    return list(visible_to(actor).exclude(state__in=ROUND.final).select_related("configuration"))
