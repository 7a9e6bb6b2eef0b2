"""Who wishes what by mail, and which letters are still worth sending."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from grants.desk.models import Digest, MailWishes, Single
from grants.desk.queries.notices import notices_of
from grants.people.models import User
from workflow import clock
from workflow.models import Notice, NoticeKind

NEWS_FOR = dt.timedelta(days=7)
"""How long news is worth a letter of its own; what is older stands in the application."""


def wishes_of(person: User) -> MailWishes:
    """What the person has chosen, or what holds for who has chosen nothing."""
    return MailWishes.objects.filter(person=person.pk).first() or MailWishes(person=person)


def reachable(people: Iterable[int]) -> dict[int, tuple[User, MailWishes]]:
    """Those of the people who have an address and an open account, with their wishes."""
    found = User.objects.filter(pk__in=list(people), is_active=True).exclude(email="")
    chosen = {row.person_id: row for row in MailWishes.objects.filter(person__in=found)}
    return {person.pk: (person, chosen.get(person.pk) or MailWishes(person=person)) for person in found}


def of_single_letters(rows: Iterable[Notice]) -> list[Notice]:
    """Those notices that are to go out as a letter of their own."""
    fresh = [row for row in rows if row.at >= clock.now() - NEWS_FOR]
    known = reachable({row.person_id for row in fresh})
    return [row for row in fresh if row.person_id in known and known[row.person_id][1].of(row.kind) == Single.EACH]


def still_worth_sending(key: str) -> tuple[Notice, MailWishes] | None:
    """The notice of that key, if its person still wishes it, may see it, has not read it and it still holds."""
    row = Notice.objects.select_related("person", "deadline").filter(key=key, read_at__isnull=True).first()
    if row is None or (row.deadline and (row.deadline.settled_at or row.deadline.due_at != row.due_at)):
        return None
    known = reachable([row.person_id]).get(row.person_id)
    if known is None or known[1].of(row.kind) != Single.EACH:
        return None
    seen = notices_of(known[0]).filter(pk=row.pk).first()
    return (seen, known[1]) if seen else None


def unread_for_digest(person: User, wishes: MailWishes) -> list[Notice]:
    """Unread notices that the person wishes to find in the digest, the newest twenty."""
    kinds = [kind for kind in NoticeKind.values if wishes.of(kind) == Single.DIGEST]
    return list(notices_of(person, unread=True).filter(kind__in=kinds)[:20]) if kinds else []


def digest_readers() -> list[tuple[User, Any]]:
    """Everybody with an address and a role who wishes a digest, with how often."""
    held = User.objects.filter(grants__isnull=False).values_list("pk", flat=True)
    return [(who, row.digest) for who, row in reachable(set(held)).values() if row.digest != Digest.OFF]
