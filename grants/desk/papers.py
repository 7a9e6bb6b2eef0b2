"""Where a paper is looked at: its page, and the small picture of it where everybody may see one."""

from __future__ import annotations

from django.urls import reverse

from grants.programmes.secrecy import secrecy_of
from storage.copies import DRAWN
from storage.enums import Purpose, Scan, Secrecy
from storage.links import small_address
from storage.models import Attachment


def look(attachment: Attachment) -> str:
    """The page on which the paper is looked at; it decides anew at every click who may."""
    return reverse("document", args=[attachment.pk])


def small(attachment: Attachment) -> str:
    """The small picture of an open photo or PDF; empty where there is none."""
    document = attachment.document
    drawn = document.media_type in DRAWN[Purpose.THUMBNAIL] and document.scan != Scan.INFECTED and not document.waits
    return small_address(attachment) if drawn and secrecy_of(attachment.slot) == Secrecy.OPEN else ""
