"""How much stands where, over every machine."""

from __future__ import annotations

from typing import Any

from django.db.models import Count

from grants.desk.queries.records import MODELS
from workflow.inbox import OPEN
from workflow.models import Item


def counted() -> dict[tuple[str, str], int]:
    """How many records of each machine are in each state; one query a machine."""
    kept: dict[str, Any] = dict(MODELS)
    return {
        (machine, state): n
        for machine, model in kept.items()
        for state, n in model._default_manager.order_by().values_list("state").annotate(n=Count("pk"))
    }


def waiting_for_persons() -> dict[str, int]:
    """How much waits for one person by name, such as scores to give; by user name."""
    open_items = Item.objects.filter(owner__isnull=False, finished__isnull=True, status__in=OPEN)
    return dict(open_items.order_by().values_list("owner__username").annotate(n=Count("pk")))
