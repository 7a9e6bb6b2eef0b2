"""How two versions of the same differ: the words of a text, the rows of a table, each beside what it was."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from itertools import groupby
from typing import Any, Literal, NamedTuple

Kind = Literal["same", "gone", "new"]
Row = Mapping[str, Any]
CLAUSE = re.compile(r"[^，。；：！？、,.;:!?\n]*[，。；：！？、,.;:!?\n]|[^，。；：！？、,.;:!?\n]+")
SIGN = re.compile(r"[0-9A-Za-z.,:%+-]+|(?s:.)")
SHORTEST = 2
"""Signs in common between two changes that are shown as standing; fewer are noise."""
RELATED = 0.4
"""From this share in common on two stretches are one that was reworded; otherwise one went and another came."""
HALF = 0.5


class Piece(NamedTuple):
    """A stretch of a text: standing in both, gone, or new."""

    kind: Kind
    text: str


def pieces(before: str, after: str) -> list[Piece]:
    """The two texts as one: joined, the standing and gone pieces are the former, the standing and new ones the latter.

    Compared by clauses, then sign by sign within clauses that were reworded.
    """
    old, new = CLAUSE.findall(before), CLAUSE.findall(after)
    found: list[Piece] = []
    for tag, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        gone, come = "".join(old[a:b]), "".join(new[c:d])
        found += [Piece("same", gone)] if tag == "equal" else _reworded(gone, come)
    return _joined(found)


def _reworded(gone: str, come: str) -> Iterator[Piece]:
    """Two stretches sign by sign, a figure or a Latin word being one sign."""
    old, new = SIGN.findall(gone), SIGN.findall(come)
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    if not old or not new or matcher.ratio() < RELATED:
        yield from (Piece("gone", gone), Piece("new", come))
        return
    for tag, a, b, c, d in matcher.get_opcodes():
        if tag == "equal" and (b - a >= SHORTEST or a == 0 or b == len(old)):
            yield Piece("same", "".join(old[a:b]))
        else:
            yield from (Piece("gone", "".join(old[a:b])), Piece("new", "".join(new[c:d])))


def _joined(found: list[Piece]) -> list[Piece]:
    """Between two standing stretches what went stands before what came; neighbours of one kind are one."""
    joined: list[Piece] = []
    for standing, group in groupby(found, key=lambda piece: piece.kind == "same"):
        parts = list(group)
        kinds: tuple[Kind, ...] = ("same",) if standing else ("gone", "new")
        told = [Piece(kind, "".join(piece.text for piece in parts if piece.kind == kind)) for kind in kinds]
        joined += [piece for piece in told if piece.text]
    return joined


class Pair(NamedTuple):
    """A row as it was and as it is; None where there was or is none."""

    before: Row | None
    after: Row | None


def pairs(before: Sequence[Row], after: Sequence[Row], key: str) -> list[Pair]:
    """Every row of both tables once, in the order of the latter, then those that went.

    Rows that say the same belong together, then those of one name in the column `key`, then those that have half of
    their cells in common, the most alike first: a row that was renamed is not one that went and another that came.
    """
    left, right = list(range(len(before))), list(range(len(after)))
    found: dict[int, int] = {}
    tests: tuple[Callable[[Row, Row], float], ...] = (
        lambda was, now: was == now,
        lambda was, now: bool(was.get(key)) and was.get(key) == now.get(key),
        _in_common,
    )
    for alike in tests:
        scores = [(alike(before[a], after[b]), -abs(a - b), a, b) for a in left for b in right]
        for score, _near, a, b in sorted(scores, reverse=True):
            if score >= HALF and a in left and b in right:
                found[b] = a
                left.remove(a)
                right.remove(b)
    there = [Pair(before[found[n]] if n in found else None, row) for n, row in enumerate(after)]
    return [*there, *(Pair(before[n], None) for n in left)]


def reordered(before: Sequence[Row], after: Sequence[Row]) -> bool:
    """Whether the very same rows stand in another order."""
    return before != after and sorted(map(_told, before)) == sorted(map(_told, after))


def _told(row: Row) -> str:
    return repr(sorted(row.items()))


def _in_common(was: Row, now: Row) -> float:
    names = {*was, *now}
    return sum(was.get(name) == now.get(name) for name in names) / len(names) if names else 0
