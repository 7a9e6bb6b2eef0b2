"""Who read what: a log of storage's own, one chain a document, which no project waits for and nobody can thin out."""

from __future__ import annotations

import hashlib
import json
import logging
import random
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import groupby
from typing import Final
from uuid import UUID

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import OperationalError, connection, transaction
from django.utils.translation import gettext

from storage.enums import Way
from storage.models import Access, AccessHead, Document
from storage.verify import Fault

PATIENCE: Final = 4.0
"""Seconds after which a busy log is not tried again."""
WAIT: Final = "SET LOCAL lock_timeout = '1s'"
log = logging.getLogger(__name__)


class Unrecorded(Exception):
    """The log could not be written, so the document must not be shown."""


def note(document: Document, reader: AbstractBaseUser, way: Way, *, now: datetime, page: int = 0) -> Access:
    """The log of the document has one more row, and its head says so.

    Two at once wait for each other at the head of this document alone; a busy database is tried again.
    Raises `Unrecorded` when that does not help: then the document must not be shown.
    """
    until, pause = time.monotonic() + PATIENCE, 0.01
    while True:
        try:
            return _noted(document, reader, way, now, page)
        except OperationalError as error:
            log.warning("the access log of document %s is busy: %s", document.pk, error)
            if time.monotonic() + pause > until:
                raise Unrecorded(document.pk) from error
        time.sleep(pause * random.uniform(1, 2))  # noqa: S311 -- spreads rivals, guards nothing
        pause *= 2


def accesses_of(document: Document) -> list[Access]:
    """Return who read the document, the latest first."""
    return list(document.accesses.select_related("reader").order_by("-seq"))


def faults() -> Iterator[Fault]:
    """Yield every row of the log that is not what was written, and every row that is gone."""
    heads = {head.document_id: head for head in AccessHead.objects.all()}
    rows = Access.objects.order_by("document", "seq").iterator(2000)
    for document, found in groupby(rows, key=lambda row: row.document_id):
        yield from _of_chain(document, found, heads.pop(document, None))
    for head in heads.values():
        if head.count:
            yield _fault(head.document_id, gettext("查阅登记应有 %(n)s 行，一行也没有了。") % {"n": head.count})


def _noted(document: Document, reader: AbstractBaseUser, way: Way, now: datetime, page: int) -> Access:
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute(WAIT)
        AccessHead.objects.get_or_create(document=document)
        head = AccessHead.objects.select_for_update().get(document=document)
        row = Access(
            document=document, seq=head.count + 1, reader_id=reader.pk, at=now, way=way, page=page, previous=head.digest
        )
        row.digest = _digest(row)
        row.save(force_insert=True)
        AccessHead.objects.filter(document=document).update(count=row.seq, digest=row.digest)
    return row


def _digest(row: Access) -> str:
    facts = [str(row.document_id), row.seq, row.reader_id, row.at.astimezone(UTC).isoformat(), str(row.way), row.page]
    text = json.dumps(facts, separators=(",", ":"))
    return hashlib.sha256(f"sha256\n{row.previous}\n{text}".encode()).hexdigest()


def _of_chain(document: UUID, rows: Iterator[Access], head: AccessHead | None) -> Iterator[Fault]:
    expected, previous = 1, ""
    for row in rows:
        if row.seq != expected or row.previous != previous:
            yield _fault(document, gettext("查阅登记第 %(n)s 行之前缺了一行或被换过。") % {"n": row.seq})
        if row.digest != _digest(row):
            yield _fault(document, gettext("查阅登记第 %(n)s 行被改动过。") % {"n": row.seq})
        expected, previous = row.seq + 1, row.digest
    if head is None or (head.count, head.digest) != (expected - 1, previous):
        words = {"told": head.count if head else 0, "found": expected - 1}
        yield _fault(document, gettext("查阅登记应有 %(told)s 行，现在到第 %(found)s 行为止。") % words)


def _fault(document: UUID, message: str) -> Fault:
    return Fault("access", f"storage.Access {document}", message)
