"""Proof that every document still is what it was: recomputed from the stored bytes, each fault named."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from django.utils.translation import gettext

from storage.backends import Missing, Store, Stored, Unavailable, former, home, key_of, spool
from storage.backends.measuring import CHUNK
from storage.models import Derivative, Document
from storage.queries import by_digest, unclaimed
from storage.sweeping import GRACE

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is not as it must be: a code, the row or file it is about, and a sentence."""

    code: str
    subject: str
    message: str


def verify(
    *, unclaimed_for: timedelta = GRACE, after: str = "", checked: Callable[[str, int], None] | None = None
) -> Iterator[Fault]:
    """Yield every fault: a document or copy whose file is missing or differs, a file that no row claims.

    Files are looked for at home. One that waits in the spool, whole, is no fault; one that a move left behind is.
    A file that came within `unclaimed_for` may still be on its way to its row and is no fault yet.

    Only digests after that one are looked at; `checked` hears of each that is done, and of the bytes that were read.
    A store that does not answer is a fault of its own and the last one: what follows was not looked at.
    """
    try:
        for sha256, sharing in by_digest(after):
            found, where = _found(sha256)
            for document in sharing:
                yield from _faults_of(document, found, where)
            if checked:
                checked(sha256, found.size if found else 0)
        for name in unclaimed(home().names(unsaved_for=unclaimed_for)):
            yield Fault("unclaimed", name, gettext("文件库里有一个没有任何记录的文件。"))
    except Unavailable as error:
        log.warning("the store did not answer: %s", error)
        yield Fault("unavailable", str(home()), gettext("文件库连不上，后面的材料没有核对。"))


def _found(sha256: str) -> tuple[Stored | None, str]:
    """Return what the bytes under the key really are and in which place, None when there are none anywhere."""
    left = former()
    places = [("home", home()), ("spool", spool()), *([("former", left)] if left else [])]
    for name, place in places:
        with suppress(Missing):
            return _measured(place, key_of(sha256)), name
    return None, ""


def _measured(place: Store, key: str) -> Stored:
    digest, size = hashlib.sha256(), 0
    with place.open(key) as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
            size += len(chunk)
    return Stored(sha256=digest.hexdigest(), size=size)


def _faults_of(document: Document | Derivative, found: Stored | None, where: str) -> Iterator[Fault]:
    row = f"{document._meta.label} {document.pk}"
    if found is None:
        yield Fault("missing", row, gettext("材料的文件不见了。"))
        return
    if where == "former":
        yield Fault("left", row, gettext("材料的文件还只在搬家前的文件库里，请再运行一次 documents move。"))
    if where == "spool" and not document.waits:
        yield Fault("stranded", row, gettext("材料的文件不在文件库里，只在本机的待传文件夹里。"))
    if found.sha256 != document.sha256:
        yield Fault("digest", row, gettext("材料的文件被改动过：SHA-256 与记录不符。"))
    if found.size != document.size:
        message = gettext("材料的大小与记录不符：记录 %(row)s 字节，文件 %(file)s 字节。")
        yield Fault("size", row, message % {"row": document.size, "file": found.size})
