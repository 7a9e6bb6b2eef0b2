"""Passes that open, and those handed to a person."""

from __future__ import annotations

from django.db.models import QuerySet

from grants.people.models import User
from grants.people.queries import digest_of, live_grants
from grants.programmes.models import Round
from grants.reviews.assigning.pool import reviewers_of
from grants.reviews.door.models import ReviewPass
from workflow import clock
from workflow.lifecycle import Role

MOST_WRONG = 5
"""So many wrong codes end a pass: of a million codes nobody finds one in five."""


def pass_of(token: str) -> ReviewPass | None:
    """The pass behind that link while it opens."""
    return open_passes().filter(digest=digest_of(token)).first()


def open_passes() -> QuerySet[ReviewPass]:
    """Passes that have not ended, of people who may still come in."""
    found = ReviewPass.objects.filter(end__isnull=True, expires_at__gt=clock.now(), person__is_active=True)
    return found.select_related("person", "round", "handed_by")


def still_opens(pk: int, person: int) -> bool:
    """Whether the pass with which this person came in holds now."""
    return open_passes().filter(pk=pk, person=person).exists()


def passes_to(person: User, round_: Round) -> QuerySet[ReviewPass]:
    """Every pass handed to the person in the round, the newest first, with what became of it."""
    found = ReviewPass.objects.filter(person=person.pk, round=round_.pk)
    return found.select_related("handed_by", "end__by").prefetch_related("tries")


def only_reviews(person: User, round_: Round) -> bool:
    """Whether the person is a reviewer of the round and nothing else: others sign in with their password."""
    roles = {grant.role for grant in live_grants(person)}
    return roles == {Role.REVIEWER} and reviewers_of(round_.pk).filter(pk=person.pk).exists()
