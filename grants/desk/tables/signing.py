"""A reviewer's scores in sheets of A4, each with a code of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from grants.kernel.qr import Code, codes_of
from grants.programmes.profile.scoring import Scored
from grants.reviews.models import Score
from grants.reviews.signing.reading import Page

ROOM, ROW, LETTERS = 22, 5, 42
"""So many lines a sheet has for scores; a project takes so many in the table; a line of comment has so many letters."""

Marks = list[tuple[str, int, int | None]]


@dataclass(frozen=True)
class Sheet:
    """One sheet: the projects on it with their marks, and its code."""

    number: int
    rows: list[tuple[Score, Marks]]
    code: Code


def sheets_of(scores: Sequence[Score], items: Sequence[Scored], round_: int, digest: str, link: str) -> list[Sheet]:
    """The scores in their order, as many projects on a sheet as there is room for, at least one.

    Each code says `link`, where the signed sheet is handed in, and which sheet it is.
    """
    parts: list[list[Score]] = []
    left = 0
    for score in scores:
        lines = ROW + 1 + len(score.comment) // LETTERS
        if lines > left:
            parts.append([])
            left = ROOM
        parts[-1].append(score)
        left -= lines
    codes = codes_of(link + Page(round_, digest, number, len(parts)).text for number in range(1, len(parts) + 1))
    return [
        Sheet(
            number,
            [(score, [(one.zh, one.weight, score.halves.get(one.code)) for one in items]) for score in part],
            code,
        )
        for number, (part, code) in enumerate(zip(parts, codes, strict=True), 1)
    ]
