"""How long documents are kept, what holds them longer, and how they go: by two people, when their time is over."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Final

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.db.models import Exists, Model, OuterRef, QuerySet
from django.utils.timezone import get_current_timezone, localtime
from django.utils.translation import gettext

from storage.backends import Missing, Unavailable, former, home, key_of, spool
from storage.enums import Term
from storage.models import Derivative, Destruction, Document, Hold, Keeping, Upload
from storage.queries import OPEN, place
from storage.refusal import Refused

BATCH: Final = 200
DAY: Final = timedelta(days=1)
YOUNG: Final = timedelta(hours=1)
"""Bytes saved so lately may be an upload's of which no row knows yet: they are looked at again later."""
log = logging.getLogger(__name__)


def keep_until(record: Model, terms: Iterable[tuple[Document, Term, date]], *, now: datetime) -> int:
    """Each document is kept until that day for the sake of the record, or longer if that was said before.

    Return how many terms were set or prolonged.
    """
    changed, where = 0, place(record)
    for document, term, until in terms:
        row, fresh = Keeping.objects.get_or_create(
            document=document, **where, defaults={"term": term, "until": until, "set_at": now}
        )
        longer = Keeping.objects.filter(pk=row.pk, until__lt=until)
        changed += fresh or longer.update(until=until, term=term, set_at=now, locked_until=None)
    return changed


def hold_of(record: Model) -> Hold | None:
    """Return what holds the documents of the record now."""
    return Hold.objects.filter(**place(record), lifted_at__isnull=True).select_related("held_by").first()


def hold(record: Model, documents: Iterable[Document], *, actor: AbstractBaseUser, now: datetime, reason: str) -> Hold:
    """None of the documents can be destroyed until somebody else lifts it; raise `Refused` where one stands already."""
    if hold_of(record) is not None:
        raise Refused("held", gettext("这些材料已经冻结了。"))
    made = Hold.objects.create(**place(record), held_by_id=actor.pk, held_at=now, reason=reason)
    made.documents.set(documents)
    return made


def lift(record: Model, *, actor: AbstractBaseUser, now: datetime, reason: str) -> Hold:
    """The hold on the record is over; raise `Refused` where there is none, or the actor is who set it."""
    found = hold_of(record)
    if found is None:
        raise Refused("not_held", gettext("这些材料没有冻结。"))
    if found.held_by_id == actor.pk:
        raise Refused("same_person", gettext("冻结是您自己办的，须由另一个人解除。"))
    Hold.objects.filter(pk=found.pk, lifted_at__isnull=True).update(
        lifted_by_id=actor.pk, lifted_at=now, lifted_reason=reason
    )
    return found


def due(documents: QuerySet[Document], *, now: datetime) -> QuerySet[Document]:
    """Return those whose every term is over, that nothing holds and that are not destroyed yet."""
    today = localtime(now).date()
    terms = Keeping.objects.filter(document=OuterRef("pk"))
    held = Hold.objects.filter(documents=OuterRef("pk"), lifted_at__isnull=True)
    free = documents.filter(Exists(terms), ~Exists(terms.filter(until__gte=today)), ~Exists(held))
    return free.filter(destruction__isnull=True)


def destroy(
    documents: Iterable[Document],
    *,
    proposed_by: int,
    confirmed_by: int,
    now: datetime,
    reason: str,
) -> list[Destruction]:
    """Each document is destroyed by these two people; its row stays, its bytes go after the commit.

    Raises `Refused` when the two are one, or one of the documents is not due; IntegrityError when a rival was first.
    """
    wanted = list(documents)
    if proposed_by == confirmed_by:
        raise Refused("same_person", gettext("销毁须由两个人办理：一人提出，另一人同意。"))
    if due(Document.objects.filter(pk__in=[one.pk for one in wanted]), now=now).count() != len(wanted):
        raise Refused("not_due", gettext("有材料还没到期，或者被冻结了，不能销毁。"))
    rows = [
        Destruction(document=one, proposed_by_id=proposed_by, confirmed_by_id=confirmed_by, reason=reason, at=now)
        for one in wanted
    ]
    Destruction.objects.bulk_create(rows)
    transaction.on_commit(partial(clear_destroyed, now=now), robust=True)
    return rows


def clear_destroyed(*, now: datetime, most: int = BATCH) -> int:
    """Remove the bytes of destroyed documents that nothing else needs; return how many are gone.

    A store that holds them, does not answer, or was just given the same bytes anew is asked again by the clock.
    """
    gone = 0
    waiting = Destruction.objects.filter(gone_at__isnull=True).select_related("document").order_by("pk")
    for row in waiting[:most]:
        try:
            if _clear(row.document):
                gone += Destruction.objects.filter(pk=row.pk, gone_at__isnull=True).update(gone_at=max(now, row.at))
        except Unavailable as error:
            log.warning("the store did not answer: %s", error)
            break
    return gone


def lock_kept(*, now: datetime, most: int = BATCH) -> int:
    """Let the store itself refuse to remove what must be kept, where it can; return how many are locked now."""
    try:
        if "object_lock" not in home().capabilities:
            return 0
        return sum(map(_lock, _unlocked(now)[:most]))
    except Unavailable as error:
        log.warning("the store did not answer: %s", error)
        return 0


def is_locked(document: Document, *, now: datetime) -> bool:
    """Whether the store itself was told to refuse the removal of the bytes until later than now."""
    return document.keepings.filter(locked_until__gt=now).exists()


def _unlocked(now: datetime) -> QuerySet[Keeping]:
    today = localtime(now).date()
    found = Keeping.objects.filter(locked_until__isnull=True, until__gte=today, document__destruction__isnull=True)
    return found.select_related("document").order_by("pk")


def _lock(row: Keeping) -> bool:
    until = datetime.combine(row.until + DAY, time.min, get_current_timezone())
    try:
        locked = home().hold_until(row.document.key, until)
    except Missing:  # it has not come home yet
        return False
    return locked and bool(Keeping.objects.filter(pk=row.pk, until=row.until).update(locked_until=until))


def _clear(document: Document) -> bool:
    """Return whether neither the original nor a copy made of it lies anywhere for the sake of this document."""
    copies = Derivative.objects.filter(document=document).exclude(sha256="").values_list("sha256", flat=True)
    return not [sha256 for sha256 in {document.sha256, *copies} if not _removed(sha256)]


def _removed(sha256: str) -> bool:
    """Remove the bytes, unless another document that stays has the same; return whether that is settled."""
    if _claimed(sha256):
        return True
    key, left = key_of(sha256), former()
    for place_ in (spool(), home(), *([left] if left else [])):
        if place_.exists(key) and not place_.delete(key, unsaved_for=YOUNG) and place_.exists(key):
            return False
    return True


def _claimed(sha256: str) -> bool:
    alive = {"sha256": sha256, "destruction__isnull": True}
    copies = Derivative.objects.filter(sha256=sha256, document__destruction__isnull=True)
    uploads = Upload.objects.filter(sha256=sha256, state__in=OPEN)
    return Document.objects.filter(**alive).exists() or copies.exists() or uploads.exists()
