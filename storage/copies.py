"""Copies for readers: photos without position and maker, upright, of a size to look at; thumbnails; bound photos.

The original stays as it came and is never re-encoded; a copy can always be made again from it.
"""

from __future__ import annotations

import logging
import math
import uuid
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import datetime
from tempfile import TemporaryFile
from typing import BinaryIO, Final, cast

from django.contrib.auth.base_user import AbstractBaseUser
from django.core.files import File
from django.db import transaction
from django.utils.translation import gettext

from storage.backends import Missing, store
from storage.commands import keep
from storage.content.flaws import TOO_COMPLEX
from storage.enums import Purpose, Scan
from storage.kinds import PDF, PHOTOS
from storage.models import Derivative, Document, Sheet, Upload
from storage.names import shown_name
from storage.queries import copies_of, without_copy
from storage.refusal import Later, Refused
from storage.sandbox import Answer, Overrun, Unavailable, run

SIDES: Final = {Purpose.READING: 2560, Purpose.THUMBNAIL: 400}
"""The longer side in points."""
DRAWN: Final = {Purpose.READING: PHOTOS, Purpose.THUMBNAIL: PHOTOS | {PDF}}
"""Of what kinds there is a copy: e-vouchers and documents are read as they are."""
MOST_PHOTOS: Final = 30
AT_ONCE: Final = 4
"""How many a child of the helper draws before the next one goes on: the largest photos fit its time and memory."""

Crop = tuple[float, float, float, float]
"""Left, top, right, bottom, as parts of 1 of the upright and turned photo."""

log = logging.getLogger(__name__)


def reading_copy(document: Document, *, now: datetime) -> Derivative | None:
    """Return what readers of a photo are shown, made now where it is not yet there.

    None for everything that is no photo, for what is infected, and where no copy can be made: then show no picture.
    """
    return _copy(document, Purpose.READING, now)


def thumbnail(document: Document, *, now: datetime) -> Derivative | None:
    """Return a small picture of a photo or of the first page of a PDF, made now where it is not yet there, or None."""
    return _copy(document, Purpose.THUMBNAIL, now)


def derive_missing(*, now: datetime, most: int = 20) -> int:
    """Make the copies that nobody has asked for yet, of the newest documents first; return how many."""
    made = 0
    for purpose, kinds in DRAWN.items():
        for document in without_copy(purpose, kinds)[:most]:
            made += _copy(document, purpose, now) is not None
    return made


def make_anew(copy: Derivative) -> bool:
    """Put the bytes of a copy back into the store from the original; return whether they are what they were."""
    with TemporaryFile() as out:
        said = _drawn(copy.document, Purpose(copy.purpose), cast("BinaryIO", out))
        return said is not None and "code" not in said and _stored(cast("BinaryIO", out)) == (copy.sha256, copy.size)


def bind_photos(
    photos: Sequence[Document],
    turns: Sequence[int],
    crops: Sequence[Crop | None],
    *,
    actor: AbstractBaseUser,
    name: str,
    now: datetime,
    ident: uuid.UUID | None = None,
) -> Document:
    """Bind the actor's photos into one PDF of A4 pages, in this order; the photos stay.

    1. Each is upright, turned clockwise by 0, 90, 180 or 270 degrees, then cut to its part.
    2. The PDF is a document like any other, inspected and scanned; its sheets name the photos.
    3. Under an id that the caller brings it is made once: a second click, or a try after a kill, finds it.
    Raises `Refused`. The same photos, turns and cuts give the same bytes.
    """
    _require_bindable(photos, turns, crops, actor)
    place = free(ident) if ident else uuid.uuid4()
    document = Document.objects.filter(pk=place, uploaded_by=actor.pk).first()
    if document is None:
        document = _bound(photos, turns, crops, actor=actor, name=name, now=now, ident=place)
    sheets = (
        Sheet(document=document, number=number, photo=photo, turn=turn, crop=_written(crop))
        for number, (photo, turn, crop) in enumerate(zip(photos, turns, crops, strict=True), 1)
    )
    with transaction.atomic():
        Sheet.objects.bulk_create(sheets, ignore_conflicts=True)
    return document


def free(ident: uuid.UUID) -> uuid.UUID:
    """The id, or one that follows from it where an earlier try began an upload and died over it."""
    while Upload.objects.filter(pk=ident, document__isnull=True).exists():
        ident = uuid.uuid5(ident, "again")
    return ident


def _bound(
    photos: Sequence[Document],
    turns: Sequence[int],
    crops: Sequence[Crop | None],
    *,
    actor: AbstractBaseUser,
    name: str,
    now: datetime,
    ident: uuid.UUID,
) -> Document:
    pages = [
        {"type": photo.media_type, "turn": turn, "crop": crop}
        for photo, turn, crop in zip(photos, turns, crops, strict=True)
    ]
    title = shown_name(name if name.lower().endswith(".pdf") else f"{name}.pdf")
    with ExitStack() as stack:
        files = [stack.enter_context(store().open(photo.key)) for photo in photos]
        spare = [cast("BinaryIO", stack.enter_context(TemporaryFile())) for _ in range(0, len(files), AT_ONCE)]
        out = cast("BinaryIO", stack.enter_context(TemporaryFile()))
        try:
            for number, part in enumerate(spare):
                some = slice(number * AT_ONCE, (number + 1) * AT_ONCE)
                run("bind", {"pages": pages[some]}, *files[some], part)
            run("join", {}, *spare, out)
        except Overrun as error:
            raise Refused(TOO_COMPLEX.code, gettext("照片太多或太大，合不成一个文件。请分成两次来合。")) from error
        except Unavailable as error:
            raise Later("not_bound", gettext("现在合不了照片，请过几分钟再试。照片都还在。")) from error
        return keep(File(out, title), actor=actor, now=now, ident=ident)


def _copy(document: Document, purpose: Purpose, now: datetime) -> Derivative | None:
    if document.media_type not in DRAWN[purpose] or document.scan == Scan.INFECTED:
        return None
    there = copies_of([document], purpose).get(document.pk) or _made(document, purpose, now)
    return None if there is None or there.problem else there


def _made(document: Document, purpose: Purpose, now: datetime) -> Derivative | None:
    """Make the copy and its row; where it cannot be made for good the row says so, that nobody tries for ever."""
    with TemporaryFile() as out:
        said = _drawn(document, purpose, cast("BinaryIO", out))
        if said is None:
            return None
        facts: dict[str, object] = {"problem": said.get("code", ""), "made_at": now}
        if "code" not in said:
            sha256, size = _stored(cast("BinaryIO", out))
            facts |= {"sha256": sha256, "size": size, "media_type": said["type"], "taken_at": said["taken"]}
            facts |= {"width": said["width"], "height": said["height"]}
    copy, _ = Derivative.objects.get_or_create(document=document, purpose=purpose, defaults=facts)
    return copy


def _drawn(document: Document, purpose: Purpose, out: BinaryIO) -> Answer | None:
    """Draw into the file; return what it is like, or None where nothing is known: no helper, or no bytes."""
    try:
        with store().open(document.key) as file:
            return run("copy", {"type": document.media_type, "side": SIDES[purpose]}, file, out)
    except Overrun:
        return {"code": TOO_COMPLEX.code}
    except Unavailable:
        log.exception("no copy can be made")
    except Missing:
        log.critical("document %s has no file", document.pk)
    return None


def _stored(out: BinaryIO) -> tuple[str, int]:
    size = out.seek(0, 2)
    out.seek(0)
    return store().save(out, size=size).sha256, size


def _require_bindable(
    photos: Sequence[Document], turns: Sequence[int], crops: Sequence[Crop | None], actor: AbstractBaseUser
) -> None:
    if not photos or len(photos) > MOST_PHOTOS:
        raise Refused("photos", gettext("请选 1 到 %(n)s 张照片。") % {"n": MOST_PHOTOS})
    if any(photo.uploaded_by_id != actor.pk for photo in photos):
        raise Refused("not_yours", gettext("这些照片里有别人上传的，请自己再上传一次。"))
    if any(photo.media_type not in PHOTOS or photo.scan == Scan.INFECTED for photo in photos):
        raise Refused("not_photos", gettext("只能把照片合成一个文件（JPG、PNG、WebP、HEIC）。"))
    if len({len(photos), len(turns), len(crops)}) > 1 or set(turns) - {0, 90, 180, 270}:
        raise Refused("turn", gettext("照片只能转 90、180 或 270 度。"))
    if not all(crop is None or _is_part(crop) for crop in crops):
        raise Refused("crop", gettext("裁剪的范围不对，请重新裁剪。"))


def _is_part(crop: Crop) -> bool:
    left, top, right, bottom = crop
    return all(map(math.isfinite, crop)) and 0 <= left < right <= 1 and 0 <= top < bottom <= 1


def _written(crop: Crop | None) -> str:
    return " ".join(f"{part:.4f}" for part in crop) if crop else ""
