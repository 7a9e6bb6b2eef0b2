"""Marks in half points, the official mean, divergence, and the ranking with its tie-breaks. All exact: no floats.

Worked example, five reviewers: 80, 82, 84, 86 and 100 points. Highest and lowest go, (82 + 84 + 86) / 3 = 84.00.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from hashlib import sha256
from itertools import pairwise

from grants.kernel.errors import Malformed

_POINTS = re.compile(r"([0-9]{1,3})(?:\.(0|5|00|50))?")
SCORE, LOT, EQUAL = "score", "lot", "equal"


def parse_points(text: str) -> int:
    """The half points in a mark such as '7', '7.5' or '７．５'. Raises Malformed('points') for anything finer."""
    found = _POINTS.fullmatch(unicodedata.normalize("NFKC", text).strip())
    if not found:
        raise Malformed("points")
    return int(found[1]) * 2 + (found[2] or "").startswith("5")


def format_points(halves: int) -> str:
    """Half points as a person writes them: 15 is '7.5', 16 is '8'."""
    return f"{halves // 2}{'.5' if halves % 2 else ''}"


def trimmed_mean(halves: Sequence[int], drop_from: int) -> Fraction:
    """The mean in points; from `drop_from` marks on, one highest and one lowest are left out.

    Raises ValueError when nothing would be left. Source: DOMAIN 2.5.
    """
    kept = sorted(halves)[1:-1] if len(halves) >= drop_from else halves
    if not kept:
        raise ValueError("no marks left to average")
    return Fraction(sum(kept), 2 * len(kept))


def hundredths(points: Fraction) -> int:
    """Points to two decimals, half up, as an integer of hundredths: the official score, which is what is ranked."""
    return int((points * 200 + 1) // 2)


def format_score(score: int) -> str:
    """Hundredths of a point with two decimals: 8633 is '86.33'."""
    return f"{score // 100}.{score % 100:02d}"


def divergence(totals: Sequence[int]) -> int:
    """Half points between the highest and the lowest total."""
    return max(totals) - min(totals)


def diverges(totals: Sequence[int], trigger: int) -> bool:
    """Whether totals lie `trigger` points or more apart, so that the panel must talk."""
    return len(totals) > 1 and divergence(totals) >= 2 * trigger


def straddles(totals: Sequence[int], line: int, apart: int) -> bool:
    """Whether totals lie on both sides of a line (in points) and `apart` points or more from each other."""
    return diverges(totals, apart) and min(totals) < 2 * line <= max(totals)


def needs_comment(halves: int, weight: int, below: int, above: int) -> bool:
    """Whether a mark is so low or so high, in percent of the criterion's points, that it must be explained."""
    return not below * weight <= 50 * halves <= above * weight


@dataclass(frozen=True)
class Entrant:
    """One project to be ranked: official score and the tie-break scores in their order, all in hundredths."""

    key: str
    score: int
    ties: tuple[int, ...] = ()


@dataclass(frozen=True)
class Place:
    """Where a project came, and by what it was told apart from its neighbours: score, a tie-break, or the lot drawn."""

    key: str
    place: int
    decided_by: str
    lot: str = ""


def rank(entrants: Sequence[Entrant], tie_breaks: Sequence[str], seed: str, *, draw: bool = True) -> tuple[Place, ...]:
    """Everybody's place from 1 on: by score, then each tie-break, then a lot that the seed alone decides.

    The lot is SHA-256 of seed and key, lowest first: with the seed announced beforehand anyone can draw it again.
    Without a draw those who are equal in everything share the best of their places and stand by their keys.
    Raises ValueError for a key given twice or for tie-break scores that do not match `tie_breaks`.
    """
    if len({entrant.key for entrant in entrants}) < len(entrants):
        raise ValueError("a project is ranked once")
    if any(len(entrant.ties) != len(tie_breaks) for entrant in entrants):
        raise ValueError("every tie-break needs a score")
    last = (lambda key: _lot(seed, key)) if draw else str
    order = sorted(entrants, key=lambda entrant: (_merits(entrant), last(entrant.key)))
    levels = [0, *(_told_apart_at(one, other) for one, other in pairwise(order)), 0]
    names = (SCORE, *tie_breaks, LOT if draw else EQUAL)
    places: list[Place] = []
    for index, entrant in enumerate(order):
        shared = not draw and levels[index] == len(names) - 1
        place = places[-1].place if shared else index + 1
        places.append(_place(place, entrant.key, names[max(levels[index : index + 2])], seed))
    return tuple(places)


def drawn_order(keys: Sequence[str], seed: str) -> tuple[str, ...]:
    """The keys as the lot puts them: SHA-256 of seed and key, lowest first. Anyone can draw it again."""
    return tuple(sorted(keys, key=lambda key: _lot(seed, key)))


def _place(place: int, key: str, decided_by: str, seed: str) -> Place:
    return Place(key, place, decided_by, _lot(seed, key) if decided_by == LOT else "")


def _told_apart_at(one: Entrant, other: Entrant) -> int:
    merits = _merits(one)
    pairs = enumerate(zip(merits, _merits(other), strict=True))
    return next((level for level, (a, b) in pairs if a != b), len(merits))


def _merits(entrant: Entrant) -> tuple[int, ...]:
    return (-entrant.score, *(-tie for tie in entrant.ties))


def _lot(seed: str, key: str) -> str:
    return sha256(f"{seed}\n{key}".encode()).hexdigest()
