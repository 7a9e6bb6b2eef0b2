"""A version of a document for readers who must not learn whose it is: its pages as pictures, parts of them black."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import datetime
from tempfile import TemporaryFile
from typing import BinaryIO, Final, cast

from django.contrib.auth.base_user import AbstractBaseUser
from django.core.files import File
from django.utils.translation import gettext

from storage.backends import Missing, store
from storage.commands import keep
from storage.content.covering import WHOLE
from storage.copies import free
from storage.enums import Scan, Secrecy
from storage.kinds import PDF, PHOTOS
from storage.models import Document
from storage.names import shown_name
from storage.previews import outline
from storage.refusal import Later, Refused
from storage.sandbox import Overrun, Unavailable, run

MOST_PAGES: Final = 40
MOST_BOXES: Final = 150
AT_ONCE: Final = 4
"""How many pages a child of the helper draws before the next one goes on."""
COVERABLE: Final = PHOTOS | {PDF}

Box = tuple[int, int, int, int, int]
"""Page from 1, then left, top, right, bottom in thousandths of the page."""


def coverable(document: Document) -> bool:
    """Whether its pages can be drawn and blackened."""
    return document.media_type in COVERABLE and document.scan != Scan.INFECTED and not document.destroyed


def covered(
    document: Document,
    boxes: Sequence[Box],
    *,
    actor: AbstractBaseUser,
    name: str,
    now: datetime,
    ident: uuid.UUID,
) -> Document:
    """A PDF of all its pages as pictures, the boxes black, is a document of the actor's under this name.

    Nothing lies beneath a box, and nothing of the file comes along but what is seen. Under the same id it is made
    once: a second click finds it. Raises `Refused`: no photo or PDF, more than 40 pages, a box outside the pages.
    """
    if not coverable(document):
        raise Refused("not_coverable", gettext("只有照片和 PDF 能直接涂黑；别的文件请另存为 PDF，遮好再上传。"))
    pages = outline(document, Secrecy.OPEN).pages
    if not 1 <= pages <= MOST_PAGES:
        raise Refused("pages", gettext("这个文件画不出来，或者超过 %(n)s 页。请分开，遮好再上传。") % {"n": MOST_PAGES})
    if len(boxes) > MOST_BOXES or not all(_lies(box, pages) for box in boxes):
        raise Refused("boxes", gettext("涂黑的范围不对，请重新点一次。"))
    place = free(ident)
    made = Document.objects.filter(pk=place, uploaded_by=actor.pk).first()
    return made or _made(document, boxes, pages, actor=actor, name=name, now=now, ident=place)


def _lies(box: Box, pages: int) -> bool:
    page, left, top, right, bottom = box
    return 1 <= page <= pages and 0 <= left < right <= WHOLE and 0 <= top < bottom <= WHOLE


def _made(
    document: Document,
    boxes: Sequence[Box],
    pages: int,
    *,
    actor: AbstractBaseUser,
    name: str,
    now: datetime,
    ident: uuid.UUID,
) -> Document:
    facts = {"type": document.media_type, "boxes": [list(box) for box in boxes]}
    with ExitStack() as stack:
        try:
            file = stack.enter_context(store().open(document.key))
            parts = []
            for first in range(1, pages + 1, AT_ONCE):
                part = cast("BinaryIO", stack.enter_context(TemporaryFile()))
                numbers = list(range(first, min(first + AT_ONCE, pages + 1)))
                if "code" in run("cover", facts | {"pages": numbers}, file, part):
                    raise Refused("not_drawn", gettext("这个文件画不出来。请另存为 PDF，遮好再上传。"))
                parts.append(part)
            out = cast("BinaryIO", stack.enter_context(TemporaryFile()))
            run("join", {}, *parts, out)
        except Overrun as error:
            raise Refused("not_drawn", gettext("这个文件太大，画不出来。请分开，遮好再上传。")) from error
        except (Unavailable, Missing) as error:
            raise Later("not_covered", gettext("现在涂不了，请过几分钟再试。点过的还在这一页。")) from error
        return keep(File(out, shown_name(f"{name}.pdf")), actor=actor, now=now, ident=ident)
