"""What is attached to a record, and which stored bytes nobody needs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby, islice
from typing import Any, Final

from django.contrib.contenttypes.models import ContentType
from django.db.models import Model, Q, QuerySet

from storage.backends import KEY
from storage.enums import UploadState
from storage.models import Attachment, Document, Upload

OPEN: Final = (UploadState.STARTED, UploadState.RECEIVED)
BATCH: Final = 500


def place(record: Model) -> dict[str, Any]:
    """Return the columns by which an attachment names its record."""
    return {"content_type": ContentType.objects.get_for_model(record), "object_id": record.pk}


def attachments_of(record: Model, slot: str | None = None, *, current: bool = True) -> QuerySet[Attachment]:
    """Return the record's attachments with their documents, by slot, ordinal and version.

    `current=False` adds the replaced and withdrawn ones, with who ended them.
    """
    found = Attachment.objects.filter(**place(record)).select_related("document", "attached_by", "ended_by")
    if slot is not None:
        found = found.filter(slot=slot)
    return found.filter(ending="") if current else found


def attachments_by_record(records: Iterable[Model]) -> dict[Model, list[Attachment]]:
    """Return the current attachments of each record, in one query for any number of records."""
    found: dict[Model, list[Attachment]] = {record: [] for record in records}
    if not found:
        return found
    by_place = {(ContentType.objects.get_for_model(record).pk, record.pk): record for record in found}
    wanted = Q()
    for content_type, pairs in groupby(sorted(by_place), key=lambda pair: pair[0]):
        wanted |= Q(content_type=content_type, object_id__in=[pk for _, pk in pairs])
    for attachment in Attachment.objects.filter(wanted, ending="").select_related("document", "attached_by"):
        found[by_place[attachment.content_type_id, attachment.object_id]].append(attachment)
    return found


def evidence(record: Model) -> list[tuple[str, str]]:
    """Return (slot, SHA-256 in hex) of every current attachment, sorted: what a step of the trail rests on."""
    return sorted(Attachment.objects.filter(**place(record), ending="").values_list("slot", "document__sha256"))


def unclaimed(names: Iterable[str]) -> Iterator[str]:
    """Yield those names in the store that no document and no open upload claims; a name that is no key is unclaimed."""
    rest = iter(names)
    while batch := list(islice(rest, BATCH)):
        digests = {name: match.group(3) for name in batch if (match := KEY.fullmatch(name))}
        claimed = set(Document.objects.filter(sha256__in=digests.values()).values_list("sha256", flat=True))
        claimed.update(
            Upload.objects.filter(sha256__in=digests.values(), state__in=OPEN).values_list("sha256", flat=True)
        )
        yield from (name for name in batch if digests.get(name) not in claimed)
