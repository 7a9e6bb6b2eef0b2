"""查重: which other applications say the same in the same words, and where. It shows, it never refuses.

Texts are compared as letters and digits alone, so that other punctuation, spaces or width hide nothing. A stretch of
GRAM signs that stands in both counts as common; the share is that of this application's words (after Broder, On the
resemblance and containment of documents, 1997: containment).
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

GRAM = 8
STRIDE = 4
"""Every fourth stretch of the others is looked up: what is common over twelve signs is always met."""
SHOWN_FROM = 16
"""Signs from which a common passage is shown."""
ALIKE_PCT, ALIKE_SIGNS = 20, 60
"""From either of these on another application is named."""
TITLE_PCT = 70
"""From how much of two titles in common, in pairs of signs, they are alike."""
COMPARED_FROM = 12
"""Signs from which an answer is a text of its own: shorter ones are names, days and codes."""
NOT_COMPARED = frozenset({"title", "place", "contact_name", "other_funding", "guided_by", "team_name", "past_awards"})
"""Where the same words say nothing: the title is compared by itself, the others are facts."""
CODE = re.compile(r"[A-Za-z0-9_]*")


@dataclass(frozen=True)
class Passage:
    """A passage that stands in both, as this application has it and as the other has it."""

    mine: str
    theirs: str
    length: int


@dataclass(frozen=True)
class Alike:
    """Another application: the percent of this one's words it has too, the passages, whether titles are alike."""

    project: int
    share_pct: int
    passages: tuple[Passage, ...]
    title: bool


@dataclass(frozen=True)
class Text:
    """A text as letters and digits alone, and where each stood."""

    plain: str
    places: tuple[int, ...]
    written: str

    def passage(self, start: int, end: int) -> str:
        """As it was written."""
        return self.written[self.places[start] : self.places[end - 1] + 1]


def words_of(answers: Mapping[str, Any]) -> str:
    """What of an application is compared, whatever form asked it: its texts, its tables, the names in them."""
    texts = [value for name, value in sorted(answers.items()) if name not in NOT_COMPARED and isinstance(value, str)]
    tables = (value for _name, value in sorted(answers.items()) if isinstance(value, list))
    rows = [row for table in tables for row in table if isinstance(row, Mapping)]
    cells = [str(cell) for row in rows for name, cell in row.items() if name == "name" or _is_text(cell)]
    return "\n".join(filter(None, [*filter(_is_text, texts), *cells]))


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and len(value) >= COMPARED_FROM and not CODE.fullmatch(value)


class _Signs(dict[int, str]):
    """What is compared of a sign, by its code point; looked up once a process, for thousands of texts are read."""

    def __missing__(self, code: int) -> str:
        folded = unicodedata.normalize("NFKC", chr(code)).casefold()
        return self.setdefault(code, "".join(one for one in folded if one.isalnum()))


SIGNS = _Signs()


def plain(text: str) -> str:
    """Letters and digits alone."""
    return text.translate(SIGNS)


def placed(text: str) -> Text:
    """The text with the place of every sign that is compared."""
    signs, places = list[str](), list[int]()
    for place, sign in enumerate(text):
        for one in SIGNS[ord(sign)]:
            signs.append(one)
            places.append(place)
    return Text("".join(signs), tuple(places), text)


def alike(answers: Mapping[str, Any], others: Iterable[tuple[int, str]], most: int = 5) -> list[Alike]:
    """Of the others, each with its answers in JSON, those that are alike, the most alike first, at most so many."""
    mine, title = placed(words_of(answers)), _pairs(plain(str(answers.get("title") or "")))
    grams = Counter(mine.plain[at : at + GRAM] for at in range(len(mine.plain) - GRAM + 1))
    found = []
    for project, text in others:
        theirs = json.loads(text)
        words = plain(words_of(theirs))
        met = _may_be_alike(grams, len(mine.plain), words)
        same_title = _titles_alike(title, _pairs(plain(str(theirs.get("title") or ""))))
        if met or same_title:
            one = _compared(mine, placed(words_of(theirs)), project, title=same_title)
            if one.title or one.share_pct >= ALIKE_PCT or any(row.length >= ALIKE_SIGNS for row in one.passages):
                found.append(one)
    return sorted(found, key=lambda one: (-one.share_pct, not one.title, one.project))[:most]


def _may_be_alike(grams: Mapping[str, int], length: int, words: str) -> bool:
    """Whether so many stretches are met that the two are worth comparing sign by sign, at half of what names another.

    A phrase that everybody writes is met everywhere, and would have everything compared.
    """
    met = {gram for at in range(0, len(words) - GRAM + 1, STRIDE) if (gram := words[at : at + GRAM]) in grams}
    if not met:
        return False
    covered = GRAM + STRIDE * sum(grams[gram] for gram in met)
    return len(met) * STRIDE + GRAM > ALIKE_SIGNS - 2 * STRIDE or covered * 2 * 100 >= ALIKE_PCT * length


def _pairs(words: str) -> frozenset[str]:
    return frozenset(words[at : at + 2] for at in range(len(words) - 1))


def _titles_alike(one: frozenset[str], other: frozenset[str]) -> bool:
    return bool(one and other) and len(one & other) * 100 >= TITLE_PCT * len(one | other)


def _compared(mine: Text, theirs: Text, project: int, *, title: bool) -> Alike:
    runs = sorted(_runs(mine.plain, theirs.plain), key=lambda run: -run[2])
    covered = bytearray(len(mine.plain))
    for start, _other, length in runs:
        covered[start : start + length] = b"\1" * length
    shown = [run for run in runs if run[2] >= SHOWN_FROM][:3]
    passages = tuple(Passage(mine.passage(at, at + n), theirs.passage(to, to + n), n) for at, to, n in shown)
    share = sum(covered) * 100 // len(covered) if covered else 0
    return Alike(project, share, passages, title)


def _runs(mine: str, theirs: str) -> Iterator[tuple[int, int, int]]:
    """Every stretch of GRAM signs or more that stands in both: where here, where there, how long; left to right."""
    where: dict[str, int] = {}
    for at in range(len(theirs) - GRAM + 1):
        where.setdefault(theirs[at : at + GRAM], at)
    at = 0
    while at <= len(mine) - GRAM:
        other = where.get(mine[at : at + GRAM])
        if other is None:
            at += 1
            continue
        length = GRAM
        while at + length < len(mine) and other + length < len(theirs) and mine[at + length] == theirs[other + length]:
            length += 1
        yield at, other, length
        at += length
