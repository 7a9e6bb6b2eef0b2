"""What the codes on a paper that came back say: whose sheet each page is, of which scores, and which one is lacking."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext

from grants.reviews.signing.models import SignedSheet
from grants.reviews.signing.queries import Signing
from storage.enums import Secrecy
from storage.kinds import PHOTOS
from storage.models import Document
from storage.previews import Undrawn, codes, outline
from workflow.phrases import listed
from workflow.refusals import Refusal

MARK = re.compile(r"#QN1\.(?P<round>\d{1,9})\.(?P<digest>[0-9A-F]{8})\.(?P<sheet>\d{1,3})\.(?P<of>\d{1,3})\Z")
MOST_PAGES = 40
"""A page takes a tenth of a second or two; what comes after so many is left to people."""


@dataclass(frozen=True)
class Page:
    """One sheet as its code names it: the round, the scores by the beginning of their digest, which one of how many."""

    round: int
    digest: str
    sheet: int
    of: int

    @property
    def text(self) -> str:
        """What stands in its code after the address."""
        return f"#QN1.{self.round}.{self.digest[:8].upper()}.{self.sheet}.{self.of}"


def read_pages(document: Document) -> list[Page | None]:
    """The sheet on each page of a photo or PDF, None where no code of ours is recognised."""
    count = 1 if document.media_type in PHOTOS else outline(document, Secrecy.OPEN).pages
    return [_page(document, number) if number <= MOST_PAGES else None for number in range(1, count + 1)]


def _page(document: Document, number: int) -> Page | None:
    try:
        found = [MARK.search(text) for text in codes(document, number)]
    except Undrawn:
        return None
    return next((_told(one) for one in found if one), None)


def _told(one: re.Match[str]) -> Page:
    return Page(int(one["round"]), one["digest"], int(one["sheet"]), int(one["of"]))


def against_pages(pages: Sequence[Page | None], found: Signing, round_: Any) -> Iterator[Refusal]:
    """Why these pages are not the paper for these scores; pages that were not recognised say nothing against it."""
    mine = [page for page in pages if page and page.round == round_.pk and page.digest == found.digest[:8].upper()]
    for number, page in enumerate(pages, 1):
        if page and page not in mine:
            yield Refusal("wrong_page", _whose(number, page, found, round_), at="file")
    if mine and len(mine) == sum(page is not None for page in pages):
        lacking = sorted(set(range(1, mine[0].of + 1)) - {page.sheet for page in mine})
        if len(lacking) > pages.count(None):
            words = gettext("签字评分表共%(all)s张，还缺第%(which)s张。请放在一起再交。")
            told = {"all": mine[0].of, "which": listed([str(one) for one in lacking])}
            if pages.count(None):
                words = gettext("签字评分表共%(all)s张，只交来%(n)s张。请放在一起再交。")
                told = {"all": mine[0].of, "n": len(pages)}
            yield Refusal("page_lacking", words % told, at="file")


def _whose(number: int, page: Page, found: Signing, round_: Any) -> str:
    if page.round != round_.pk:
        return gettext("第%(n)s页是另一轮的评分表，请换成这一轮的。") % {"n": number}
    before = SignedSheet.objects.filter(
        round=round_.pk, reviewer=found.reviewer.pk, digest__startswith=page.digest.lower()
    )
    if before.exists():
        return gettext("第%(n)s页是改分以前的评分表，请重新打印、签字。") % {"n": number}
    words = gettext("第%(n)s页的核对码是%(theirs)s，您现在的评分是%(yours)s：这一页是别人的，或者是改分以前打印的。")
    theirs = f"{page.digest[:4]} {page.digest[4:]}"
    return words % {"n": number, "theirs": theirs, "yours": found.code}


def as_kept(pages: Sequence[Page | None]) -> dict[str, Any]:
    """What was recognised, as it is kept: how many sheets there should be, and which each page is (0 unknown)."""
    known = next((page.of for page in pages if page), 0)
    return {"of": known, "pages": [page.sheet if page else 0 for page in pages]}
