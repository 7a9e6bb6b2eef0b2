"""Scanning later what could not be scanned when it came; called by the clock, by no person."""

from __future__ import annotations

import logging
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import transaction

from storage.backends import Missing, store
from storage.commands import finish
from storage.enums import Scan, UploadState
from storage.models import Document, Infection, Upload
from storage.ports import alarm
from storage.queries import ALIVE
from storage.refusal import Later, Refused
from storage.scanning import Infected, NotScanned, answers, configured, scan

BATCH: Final = 200
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Scanned:
    """What a round did: uploads that waited and are documents now, documents found clean, documents found infected."""

    finished: int = 0
    clean: int = 0
    infected: int = 0


def scan_rest(*, now: datetime, most: int = BATCH) -> Scanned:
    """Finish the uploads that wait for the scanner, then scan documents of a time without one, the oldest first.

    It ends when the scanner does not answer any more, to try again at the next tick.
    """
    if not configured():
        return Scanned()
    waiting = Upload.objects.filter(state=UploadState.HELD).select_related("owner").order_by("started_at")
    finished = 0
    for upload in waiting[:most]:
        try:
            finish(upload, actor=upload.owner, now=now)
        except Later:
            if not answers():
                return Scanned(finished=finished)
        except Refused:
            log.info("upload %s was refused after waiting", upload.pk)  # its owner finds the reason on it
        else:
            finished += 1
    known: Counter[Scan] = Counter()
    for document in Document.objects.filter(ALIVE, scan=Scan.UNSCANNED).order_by("uploaded_at", "pk")[:most]:
        found = _scan_later(document, now)
        known[found] += 1
        if found == Scan.UNSCANNED and not answers():
            break
    return Scanned(finished=finished, clean=known[Scan.CLEAN], infected=known[Scan.INFECTED])


def _scan_later(document: Document, now: datetime) -> Scan:
    """Return what is known now."""
    try:
        with store().open(document.key) as file:
            found = scan(file)
    except Missing:
        log.critical("document %s has no file", document.pk)
        return Scan.UNSCANNED
    except NotScanned:
        return Scan.UNSCANNED
    except Infected as virus:
        _quarantine(document, virus.signature, now)
        return Scan.INFECTED
    Document.objects.filter(pk=document.pk, scan=Scan.UNSCANNED).update(scan=found, scanned_at=now)
    return found


def _quarantine(document: Document, signature: str, now: datetime) -> None:
    """Nobody reads it any more; the bytes stay, as they are evidence; whoever must know is told."""
    with transaction.atomic():
        Document.objects.filter(pk=document.pk).update(scan=Scan.INFECTED, scanned_at=now)
        infection, fresh = Infection.objects.get_or_create(
            upload_id=document.pk, defaults={"signature": signature[:200], "found_at": now}
        )
        if fresh:
            alarm(infection)
