"""Clearing away what was never finished; called by the clock, by no person."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from storage.arriving import clear_given_up
from storage.backends import KEY, Unavailable, home, spool
from storage.enums import UploadState
from storage.models import Upload
from storage.queries import OPEN, needed, unclaimed

log = logging.getLogger(__name__)
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

    1. Uploads past their time are expired, so that they cannot finish any more; what waits for the scanner waits on.
    2. Bytes that no document and no open upload claims, and that were not saved within 24 hours, are removed.
    3. Drafts of transfers that broke off more than 24 hours ago are removed, and the pieces of expired uploads.
    4. So are copies in the spool that nobody waits for any more. A store that does not answer is swept another time.
    """
    late = Upload.objects.filter(state__in=OPEN, expires_at__lte=now).exclude(state=UploadState.HELD)
    expired = late.update(state=UploadState.EXPIRED)
    files, partial = _clear_spool()
    partial += clear_given_up(unsaved_for=GRACE)
    try:
        kept = home()
        orphans = [name for name in unclaimed(kept.names(unsaved_for=GRACE)) if KEY.fullmatch(name)]
        # Asked once more, one by one: between the listing and now a document may have come that has these bytes.
        files += sum(kept.delete(key, unsaved_for=GRACE) for key in orphans if list(unclaimed([key])))
        partial += kept.clear_partial(unsaved_for=GRACE)
    except Unavailable as error:
        log.warning("the store was not swept: %s", error)
    return Swept(uploads=expired, files=files, partial=partial)


def _clear_spool() -> tuple[int, int]:
    aside = spool()
    old = list(aside.names(unsaved_for=GRACE))
    kept = needed(old)
    gone = [name for name in old if KEY.fullmatch(name) and name not in kept]
    return sum(aside.delete(name, unsaved_for=GRACE) for name in gone), aside.clear_partial(unsaved_for=GRACE)
