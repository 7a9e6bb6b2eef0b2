"""The pool of a round on its page, one's own invitations, ties as far as one may see them."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from grants.applications.models import Project
from grants.people.models import Team
from grants.programmes.models import Round
from grants.reviews.assigning.building import SEATING
from grants.reviews.assigning.enums import Declarer
from grants.reviews.assigning.models import ReviewInvitation, Tie
from workflow import clock


def own_invitations(actor: Any) -> QuerySet[ReviewInvitation]:
    """What this person was asked to review, the newest first, with their answers."""
    found = ReviewInvitation.objects.filter(reviewer=actor.pk).select_related("round__configuration", "answer")
    return found.order_by("-pk")


def open_invitations(actor: Any) -> list[ReviewInvitation]:
    """Those that wait for an answer."""
    return list(own_invitations(actor).filter(answer__isnull=True, expires_at__gte=clock.now()))


def ties_of(team: Team, side: Declarer, actor: Any) -> list[Tie]:
    """What was declared: the officer sees everything, a team its own words, a reviewer theirs."""
    rows = Tie.objects.filter(team=team.pk).select_related("person", "declared_by").order_by("-pk")
    if side == Declarer.TEAM:
        return list(rows.filter(side=side))
    return list(rows if side == Declarer.OFFICER else rows.filter(declared_by=actor.pk))


def projects_to_ask_about(round_: Round) -> list[Project]:
    """The projects of a round about which one may ask who could review them, in order of their numbers."""
    found = Project.objects.filter(round=round_.pk, state__in=SEATING)
    return list(found.select_related("team__guided_by", "payee", "round").order_by("number"))
