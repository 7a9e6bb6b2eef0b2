"""What a person has been told: only about records they may still see."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.core.cache import cache
from django.db.models import Q, QuerySet

from grants.desk.queries.records import MODELS, VISIBLE
from grants.desk.words import due_in
from grants.people.handing import handovers_visible_to
from storage.models import Retake
from workflow.models import Deadline, Notice, NoticeKind, OfRecord

OWN = (
    *(NoticeKind.LENDING, NoticeKind.INFECTION, NoticeKind.DICTATION, NoticeKind.TOGETHER, NoticeKind.COMMENT),
    *(NoticeKind.INVITATION, NoticeKind.OPINION, NoticeKind.REPLY),
)
"""Told to those whom it concerns, who may always read it."""
UNREAD_FOR = 60
"""Seconds for which the number beside the bell may be old."""


def notices_of(actor: Any, *, kind: str = "", unread: bool = False) -> QuerySet[Notice]:
    """The person's notices, newest first; those about what they may no longer see are left out."""
    found = Notice.objects.filter(_seen_by(actor), person=actor.pk)
    if kind:
        found = found.filter(kind=kind)
    if unread:
        found = found.filter(read_at__isnull=True)
    return found.select_related("step__actor", "step__behalf", "deadline").order_by("-at", "-pk")


def kinds_of(actor: Any) -> list[tuple[str, Any]]:
    """The kinds of which the person has a notice, with their labels, in the order in which kinds are listed."""
    had = set(notices_of(actor).order_by().values_list("kind", flat=True).distinct())
    return [(one.value, one.label) for one in NoticeKind if one.value in had]


def _seen_by(actor: Any) -> Q:
    """Notices about records, files on them and teams on their way that the person may see now; all that are theirs."""
    teams = handovers_visible_to(actor).order_by().values("pk")
    seen = Q(kind__in=OWN) | Q(kind=NoticeKind.TEAM, object_id__in=teams)
    places, papers = Q(), Q()
    for machine, model in MODELS.items():
        rows = VISIBLE[machine](actor).order_by().values("pk")
        kind_ = ContentType.objects.get_for_model(model)
        places |= Q(content_type=kind_, object_id__in=rows)
        papers |= Q(attachment__content_type=kind_, attachment__object_id__in=rows)
    retakes = Retake.objects.filter(papers).order_by().values("pk")
    return seen | places | Q(kind=NoticeKind.RETAKE, object_id__in=retakes)


def unread_count(actor: Any) -> int:
    """How many notices the person has not read; kept in the cache for a minute, so that no page asks for it."""
    found = cache.get_or_set(_place(actor), lambda: notices_of(actor, unread=True).count(), UNREAD_FOR)
    return int(found or 0)


def forget_unread(people: Iterable[Any]) -> None:
    """The number beside the bell of each of these people is counted anew when it is next shown."""
    cache.delete_many([_place(person) for person in people])


def _place(person: Any) -> str:
    return f"unread:{person.pk}:{person.date_joined.timestamp()}"


def open_deadlines_of(rows: Iterable[OfRecord]) -> dict[tuple[int, int], list[Deadline]]:
    """What runs for the records that these rows are about, the next first, in one query."""
    places: dict[int, set[int]] = {}
    for row in rows:
        places.setdefault(row.content_type_id, set()).add(row.object_id)
    if not places:
        return {}
    wanted = Q(pk__in=[])
    for kind, numbers in places.items():
        wanted |= Q(content_type=kind, object_id__in=numbers)
    found: dict[tuple[int, int], list[Deadline]] = {}
    for one in Deadline.objects.filter(wanted, settled_at__isnull=True).order_by("due_at"):
        found.setdefault((one.content_type_id, one.object_id), []).append(one)
    return found


def due_of(record: Any, state: str, running: Iterable[Deadline]) -> Deadline | None:
    """The deadline of a record's turn in that state; none once the record has moved on."""
    if str(record.state) != state:
        return None
    named = due_in(record.machine().name, state)
    return next((row for row in running if not named or row.name in named), None)
