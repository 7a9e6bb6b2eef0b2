"""The list of those who may not apply: who is on it today, and why."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Q, QuerySet

from grants.people.models import Sanction, Team
from workflow import clock


def in_force() -> QuerySet[Sanction]:
    """The sanctions that hold today: begun, not over, not lifted."""
    today = clock.today()
    running = Q(last_day__isnull=True) | Q(last_day__gte=today)
    return Sanction.objects.filter(running, first_day__lte=today, end__isnull=True).order_by("pk")


def sanctions_on(pairs: Iterable[tuple[Team, Any]]) -> dict[int, Sanction]:
    """By team the first sanction on it, by its code or name, or on who leads its project; one query."""
    wanted = list(pairs)
    codes = {team.uscc for team, _leader in wanted if team.uscc}
    names = {team.name for team, _leader in wanted}
    leaders = {leader.pk for _team, leader in wanted if leader is not None}
    if not wanted:
        return {}
    rows = list(in_force().filter(Q(uscc__in=codes) | Q(name__in=names, person__isnull=True) | Q(person__in=leaders)))
    found: dict[int, Sanction] = {}
    for team, leader in wanted:
        hit = next((row for row in rows if _meets(row, team, leader)), None)
        if hit is not None:
            found.setdefault(team.pk, hit)
    return found


def _meets(row: Sanction, team: Team, leader: Any) -> bool:
    if row.person_id is not None:
        return leader is not None and row.person_id == leader.pk
    if row.uscc and team.uscc:
        return row.uscc == team.uscc
    return row.name == team.name
