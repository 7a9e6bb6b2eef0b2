"""Where an attachment is read: an address that asks at every click who may, and leads to bytes for 60 seconds."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final
from uuid import UUID

from django.core.signing import BadSignature, Signer
from django.urls import reverse

if TYPE_CHECKING:
    from storage.models import Attachment
    from storage.ports import Reader

LIFE: Final = timedelta(seconds=60)
_signer: Final = Signer(salt="storage.file")


def address(attachment: Attachment | UUID) -> str:
    """Return the path of the download; it grants nothing by itself and may be shown, sent or kept."""
    return reverse("storage:download", kwargs={"attachment_id": getattr(attachment, "pk", attachment)})


def page_address(attachment: Attachment, page: int) -> str:
    """Return the path of the picture of one page, counted from 1; it grants nothing by itself either."""
    return reverse("storage:page", kwargs={"attachment_id": attachment.pk, "page": page})


def small_address(attachment: Attachment) -> str:
    """Return the path of the small picture; there is one of open documents only."""
    return reverse("storage:thumbnail", kwargs={"attachment_id": attachment.pk})


def signed(attachment: Attachment, reader: Reader, *, now: datetime) -> str:
    """Return the path of the bytes, good for this person and 60 seconds; made for one click, never kept."""
    until = int((now + LIFE).timestamp())
    token = _signer.sign_object([str(attachment.pk), reader.pk, until])
    return reverse("storage:file", kwargs={"token": token})


def opens(token: str, reader: Reader, *, now: datetime) -> UUID | None:
    """Return the attachment that this person may be sent by the link now; None when it is another's, over or forged."""
    try:
        attachment, person, until = _signer.unsign_object(token)
    except (BadSignature, ValueError):
        return None
    return UUID(attachment) if person == reader.pk and now.timestamp() < until else None
