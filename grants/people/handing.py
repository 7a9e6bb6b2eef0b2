"""Who speaks for either side when a team goes from one Red Cross to another, and what waits for their answer."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Q, QuerySet

from grants.people.enums import Level
from grants.people.models import Handover, Organisation, RoleGrant, User
from grants.people.queries import AREA_ROLES, grants_in_force, own_hats
from grants.people.rules import SPEAKERS, speaks_for
from workflow.lifecycle import Role

TOPIC = "handover"
"""Under which the outbox carries what has become of a handover: that it was asked for, or how it was answered."""
ASKED = "asked"
SPEAKING = AREA_ROLES | {Role.PROGRAMME_OFFICER}
"""Roles in which somebody may speak for a Red Cross."""


def speakers_of(place: Organisation) -> QuerySet[User]:
    """Everybody who may speak for the Red Cross today; what `may_move_team` says of one person."""
    roles = SPEAKERS.get(Level(place.level))
    held = grants_in_force()
    held = held.filter(role__in=roles, organisation=place.pk) if roles else held.filter(role=Role.PROGRAMME_OFFICER)
    return User.objects.filter(pk__in=held.values("person")).order_by("pk")


def spoken_for(actor: Any, side: str) -> Q:
    """Handovers of which the person speaks for that side, `giving` or `receiving`."""
    worn = own_hats(actor)
    places = {hat.organisation for hat in worn if hat.role in AREA_ROLES}
    found = Q(**{f"{side}__in": [place for place in places if place]})
    if any(hat.role == Role.PROGRAMME_OFFICER for hat in worn):
        found |= ~Q(**{f"{side}__level__in": list(SPEAKERS)})
    return found


def handovers_visible_to(actor: Any) -> QuerySet[Handover]:
    """Those of which the person speaks for a side, and those they have asked for."""
    found = Handover.objects.filter(spoken_for(actor, "giving") | spoken_for(actor, "receiving") | Q(asked_by=actor.pk))
    return found.select_related("team__guided_by", "giving", "receiving", "asked_by", "answered_by")


def open_handovers(actor: Any) -> QuerySet[Handover]:
    """Those of them that nobody has answered, the oldest first."""
    return handovers_visible_to(actor).filter(answer="").order_by("pk")


def answering(handover: Handover, actor: Any, held: Iterable[RoleGrant]) -> tuple[RoleGrant, ...]:
    """Those of a person's own roles in which they are to answer: for the other side, and not what they asked for."""
    if handover.asked_by_id == actor.pk:
        return ()
    return tuple(grant for grant in held if not grant.borrowed and speaks_for(grant, handover.receiving))
