"""Proof that every document still is what it was: recomputed from the stored bytes, each fault named."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby
from typing import Final

from django.utils.translation import gettext

from storage.backends import Missing, Stored, key_of, store
from storage.models import Document
from storage.queries import unclaimed
from storage.sweeping import GRACE

CHUNK: Final = 256 * 1024


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is not as it must be: a code, the row or file it is about, and a sentence."""

    code: str
    subject: str
    message: str


def verify(*, unclaimed_for: timedelta = GRACE) -> Iterator[Fault]:
    """Yield every fault: a document whose file is missing or differs in digest or size, a file that no row claims.

    A file that came within `unclaimed_for` may still be on its way to its row and is no fault yet.
    """
    documents = Document.objects.order_by("sha256", "pk").iterator()
    for sha256, sharing in groupby(documents, key=lambda document: document.sha256):
        found = _measured(sha256)
        for document in sharing:
            yield from _faults_of(document, found)
    for name in unclaimed(store().names(unsaved_for=unclaimed_for)):
        yield Fault("unclaimed", name, gettext("文件库里有一个没有任何记录的文件。"))


def _measured(sha256: str) -> Stored | None:
    """Return what the bytes under the key really are, None when there are none."""
    digest, size = hashlib.sha256(), 0
    try:
        with store().open(key_of(sha256)) as file:
            while chunk := file.read(CHUNK):
                digest.update(chunk)
                size += len(chunk)
    except Missing:
        return None
    return Stored(sha256=digest.hexdigest(), size=size)


def _faults_of(document: Document, found: Stored | None) -> Iterator[Fault]:
    row = f"storage.Document {document.pk}"
    if found is None:
        yield Fault("missing", row, gettext("材料的文件不见了。"))
        return
    if found.sha256 != document.sha256:
        yield Fault("digest", row, gettext("材料的文件被改动过:SHA-256 与记录不符。"))
    if found.size != document.size:
        message = gettext("材料的大小与记录不符:记录 %(row)s 字节,文件 %(file)s 字节。")
        yield Fault("size", row, message % {"row": document.size, "file": found.size})
