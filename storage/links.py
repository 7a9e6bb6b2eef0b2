"""Where an attachment is read: an address that decides anew at every click who may."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.urls import reverse

if TYPE_CHECKING:
    from storage.models import Attachment


def address(attachment: Attachment | UUID) -> str:
    """Return the path of the download; it grants nothing by itself and may be shown, sent or kept."""
    return reverse("storage:download", kwargs={"attachment_id": getattr(attachment, "pk", attachment)})
