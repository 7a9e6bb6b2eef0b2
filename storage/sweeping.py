"""Clearing away what was never finished; called by the clock, by no person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from storage.backends import KEY, store
from storage.enums import UploadState
from storage.models import Upload
from storage.queries import OPEN, unclaimed

GRACE: Final = timedelta(hours=24)
"""How long bytes that no row claims are left alone, by the store's own clock."""


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep did: uploads expired, files removed, broken transfers removed."""

    uploads: int
    files: int
    partial: int


def sweep(*, now: datetime) -> Swept:
    """Expire and remove; safe to run at any time and again. Run it on the database that owns the store, on no other.

    1. Uploads past their time are expired, so that they cannot finish any more.
    2. Bytes that no document and no open upload claims, and that were not saved within 24 hours, are removed.
    3. Drafts of transfers that broke off more than 24 hours ago are removed.
    """
    expired = Upload.objects.filter(state__in=OPEN, expires_at__lte=now).update(state=UploadState.EXPIRED)
    kept = store()
    orphans = [name for name in unclaimed(kept.names(unsaved_for=GRACE)) if KEY.fullmatch(name)]
    removed = sum(kept.delete(key, unsaved_for=GRACE) for key in orphans)
    return Swept(uploads=expired, files=removed, partial=kept.clear_partial(unsaved_for=GRACE))
