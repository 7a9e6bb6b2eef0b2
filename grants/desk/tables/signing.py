"""A reviewer's scores in sheets of A4, each with a code of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from grants.programmes.profile.scoring import Scored
from grants.reviews.models import Score
from grants.reviews.signing.reading import Page

ROOM, ROW, LETTERS = 22, 5, 42
"""So many lines a sheet has for scores; a project takes so many in the table; a line of comment has so many letters."""

Marks = list[tuple[str, int, int | None]]


@dataclass(frozen=True)
class Sheet:
    """One sheet: the projects on it with their marks, and what its code says."""

    number: int
    rows: list[tuple[Score, Marks]]
    code: str


def sheets_of(scores: Sequence[Score], items: Sequence[Scored], round_: int, digest: str) -> list[Sheet]:
    """The scores in their order, as many projects on a sheet as there is room for, at least one."""
    parts: list[list[Score]] = []
    left = 0
    for score in scores:
        lines = ROW + 1 + len(score.comment) // LETTERS
        if lines > left:
            parts.append([])
            left = ROOM
        parts[-1].append(score)
        left -= lines
    return [
        Sheet(
            number,
            [(score, [(one.zh, one.weight, score.halves.get(one.code)) for one in items]) for score in part],
            Page(round_, digest, number, len(parts)).text,
        )
        for number, part in enumerate(parts, 1)
    ]
