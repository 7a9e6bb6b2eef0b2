"""The order that those who recommend at one place have in mind: everybody who sits there sees and changes the same."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.utils.translation import gettext

from grants.applications.enums import RecommendLevel
from grants.applications.models import Project, Ranking
from grants.applications.queries import LEVEL_ROLES
from grants.people.queries import belonging, grants_held
from grants.programmes.models import Round
from workflow import clock
from workflow.actions import command
from workflow.refusals import Refusal, Refused

Seat = tuple[str, int]
"""A level and the organisation that speaks for it."""


def orders_in_mind(round_: Round, seats: Iterable[Seat]) -> dict[Seat, Ranking]:
    """What was put in order at each of these places, with who did; one query."""
    wanted = set(seats)
    found = Ranking.objects.filter(round=round_, organisation__in={pk for _level, pk in wanted}).select_related("by")
    return {(row.level, row.organisation_id): row for row in found if (row.level, row.organisation_id) in wanted}


def arranged(waiting: Sequence[int], order: Iterable[int]) -> list[int]:
    """Those that wait, in that order; those it does not name after them, as they come."""
    places = {pk: place for place, pk in enumerate(order)}
    return sorted(waiting, key=lambda pk: places.get(pk, len(places)))


@command
def put_at(round_: Round, seat: Seat, project: Project, place: int, waiting: Sequence[int], *, actor: Any) -> list[int]:
    """The project stands at that place (0 first) of those that wait; the others keep their order. -> the order.

    What somebody else has moved meanwhile stays moved. Raises Refused: nobody who recommends there, the project of a
    team of their own, one that does not wait there.
    """
    level, organisation = seat
    held = grants_held(actor)
    roles = LEVEL_ROLES[RecommendLevel(level)]
    if not any(hat.role in roles and hat.organisation_id == organisation for hat in held):
        raise Refused([Refusal("not_yours", gettext("推荐的先后由那一级红十字会自己排。"))])
    if project.team_id in belonging(held):
        raise Refused([Refusal("own_team", gettext("您是这个团队的成员，须回避，由别人排。"))])
    if project.pk not in waiting:
        raise Refused([Refusal("gone", gettext("这个项目已经不在等推荐的名单里。"))])
    at = {"round": round_, "organisation_id": organisation, "level": level}
    Ranking.objects.get_or_create(**at, defaults={"by": actor, "at": clock.now()})
    row = Ranking.objects.select_for_update(no_key=True).get(**at)
    order = [pk for pk in arranged(waiting, row.order) if pk != project.pk]
    order.insert(max(0, min(place, len(order))), project.pk)
    row.order, row.by, row.at = order, actor, clock.now()
    row.save(update_fields=["order", "by", "at"])
    return order
