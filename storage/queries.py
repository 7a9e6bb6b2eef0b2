"""What is attached to a record, and which stored bytes nobody needs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby, islice
from typing import Any, Final
from uuid import UUID

from django.contrib.contenttypes.models import ContentType
from django.db.models import Exists, Model, OuterRef, Q, QuerySet, Subquery

from storage.backends import KEY
from storage.enums import Purpose, Scan, UploadState
from storage.models import Attachment, Derivative, Document, Retake, Upload

ALIVE: Final = Q(destruction__isnull=True)
"""A document whose bytes must be there."""
GONE: Final = Q(destruction__gone_at__isnull=False)
"""One whose bytes have gone by rule."""
OF_ALIVE: Final = Q(document__destruction__isnull=True)
OF_GONE: Final = Q(document__destruction__gone_at__isnull=False)
OPEN: Final = (UploadState.STARTED, UploadState.RECEIVED, UploadState.HELD)
BATCH: Final = 500
ALONG: Final = ("document__upload", "document__destruction", "attached_by")
"""What every list of papers tells of each: whether it waits, whether it is gone, and who handed it in."""


def place(record: Model) -> dict[str, Any]:
    """Return the columns by which an attachment names its record."""
    return {"content_type": ContentType.objects.get_for_model(record), "object_id": record.pk}


def attachments_of(record: Model, slot: str | None = None, *, current: bool = True) -> QuerySet[Attachment]:
    """Return the record's attachments with their documents, by slot, ordinal and version.

    `current=False` adds the replaced and withdrawn ones, with who ended them.
    """
    found = Attachment.objects.filter(**place(record)).select_related(*ALONG, "ended_by")
    if slot is not None:
        found = found.filter(slot=slot)
    return found.filter(ending="") if current else found


def attachments_by_record(records: Iterable[Model]) -> dict[Model, list[Attachment]]:
    """Return the current attachments of each record, with what is asked again for, in one query for all records."""
    found: dict[Model, list[Attachment]] = {record: [] for record in records}
    if not found:
        return found
    by_place = {(ContentType.objects.get_for_model(record).pk, record.pk): record for record in found}
    wanted = Q()
    for content_type, pairs in groupby(sorted(by_place), key=lambda pair: pair[0]):
        wanted |= Q(content_type=content_type, object_id__in=[pk for _, pk in pairs])
    asked = Retake.objects.filter(attachment=OuterRef("pk"), ending="").values("pk")
    rows = Attachment.objects.filter(wanted, ending="").annotate(wish=Subquery(asked))
    for attachment in rows.select_related(*ALONG):
        attachment.asked_again = attachment.wish
        found[by_place[attachment.content_type_id, attachment.object_id]].append(attachment)
    return found


def evidence(record: Model) -> list[tuple[str, str]]:
    """Return (slot, SHA-256 in hex) of every current attachment, sorted: what a step of the trail rests on."""
    return sorted(Attachment.objects.filter(**place(record), ending="").values_list("slot", "document__sha256"))


def copies_of(documents: Iterable[Document], purpose: Purpose) -> dict[UUID, Derivative]:
    """Return the copies there are for this purpose, by the id of their document, in one query for any number."""
    found = Derivative.objects.filter(document__in=[document.pk for document in documents], purpose=purpose)
    return {copy.document_id: copy for copy in found}


def without_copy(purpose: Purpose, kinds: Iterable[str]) -> QuerySet[Document]:
    """Return the documents of these media types that have no copy for this purpose, the newest first."""
    made = Derivative.objects.filter(document=OuterRef("pk"), purpose=purpose)
    wanted = Document.objects.filter(ALIVE, media_type__in=kinds).exclude(scan=Scan.INFECTED)
    return wanted.filter(~Exists(made)).order_by("-uploaded_at", "pk")


def waiting() -> QuerySet[Upload]:
    """Return the uploads whose documents are still on their way to the store, longest first."""
    return Upload.objects.filter(state=UploadState.WAITING).order_by("started_at", "pk")


def digests() -> Iterator[str]:
    """Yield in order every digest whose bytes a row names: of documents, their copies, and uploads that were received.

    Asked for piece by piece: the reader may take hours, and no cursor stays open meanwhile.
    """
    last = ""
    while True:
        documents = Document.objects.filter(ALIVE, sha256__gt=last).values_list("sha256", flat=True)
        received = Upload.objects.filter(state=UploadState.RECEIVED, sha256__gt=last).values_list("sha256", flat=True)
        copies = Derivative.objects.filter(OF_ALIVE, sha256__gt=last).order_by().values_list("sha256", flat=True)
        found = list(documents.union(received, copies).order_by("sha256")[:BATCH])
        yield from found
        if len(found) < BATCH:
            return
        last = found[-1]


def is_copy_alone(sha256: str) -> bool:
    """Return whether only copies for readers have these bytes: lost, they can be made again from their originals."""
    kept = Document.objects.filter(ALIVE, sha256=sha256).exists()
    return not kept and Derivative.objects.filter(OF_ALIVE, sha256=sha256).exists()


def by_digest(after: str) -> Iterator[tuple[str, list[Document | Derivative]]]:
    """Yield each digest behind that one with the documents and copies on it, in order, piece by piece likewise."""
    while True:
        documents = Document.objects.filter(ALIVE, sha256__gt=after).order_by().values_list("sha256", flat=True)
        copies = Derivative.objects.filter(OF_ALIVE, sha256__gt=after).order_by().values_list("sha256", flat=True)
        batch = list(documents.union(copies).order_by("sha256")[:BATCH])
        sharing: list[Document | Derivative] = [
            *Document.objects.filter(ALIVE, sha256__in=batch).select_related("upload").order_by("pk"),
            *Derivative.objects.filter(OF_ALIVE, sha256__in=batch).order_by("pk"),
        ]
        for sha256, rows in groupby(sorted(sharing, key=_digest), key=_digest):
            yield sha256, list(rows)
        if len(batch) < BATCH:
            return
        after = batch[-1]


def _digest(row: Document | Derivative) -> str:
    return row.sha256


def needed(names: Iterable[str]) -> set[str]:
    """Return those names in the spool that an upload received, held or waiting still needs there."""
    digests = {name: match.group(3) for name in names if (match := KEY.fullmatch(name))}
    uploads = Upload.objects.filter(state__in=[UploadState.RECEIVED, UploadState.HELD, UploadState.WAITING])
    wanted = set(uploads.filter(sha256__in=digests.values()).values_list("sha256", flat=True))
    return {name for name, digest in digests.items() if digest in wanted}


def unclaimed(names: Iterable[str]) -> Iterator[str]:
    """Yield the names in the store that no document, copy or open upload claims; a name that is no key is unclaimed."""
    rest = iter(names)
    while batch := list(islice(rest, BATCH)):
        digests = {name: match.group(3) for name in batch if (match := KEY.fullmatch(name))}
        kept = Document.objects.filter(~GONE, sha256__in=digests.values())
        claimed = set(kept.values_list("sha256", flat=True))
        claimed.update(
            Upload.objects.filter(sha256__in=digests.values(), state__in=OPEN).values_list("sha256", flat=True)
        )
        copies = Derivative.objects.filter(~OF_GONE, sha256__in=digests.values())
        claimed.update(copies.values_list("sha256", flat=True))
        yield from (name for name in batch if digests.get(name) not in claimed)
