"""The problem: projects that want reviewers, reviewers with room, what each pair is worth. Source: REVIEW §3, §4."""

from __future__ import annotations

import hashlib
import json
from array import array
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

FORMAT = 1
BEST = 1000
"""What a perfect pair scores; a pair costs what it lacks of it."""
EMPTY = 100_000
"""What an empty seat costs: more than any pair, so that a seat stays empty only where nobody can take it."""
TOO_LITTLE = 50_000
"""What each project costs that a reviewer has fewer than their least: less than an empty seat."""


class Want(NamedTuple):
    """A project and how many reviewers it shall have, those it keeps included."""

    project: int
    seats: int


class Judge(NamedTuple):
    """A reviewer, the least and the most they take, those they keep included; reviewers of one city (0: none)."""

    reviewer: int
    least: int
    most: int
    city: int


class Pair(NamedTuple):
    """One reviewer on one project, by their ids."""

    project: int
    reviewer: int


@dataclass(frozen=True)
class Problem:
    """What is to be solved. Candidates of project `a` are `whom[first[a]:first[a + 1]]`, as places in `judges`.

    A pair that is not among the candidates is never assigned. `kept` pairs stand whatever they are worth. Of one city
    a project has at most one reviewer beside those kept. Each further project of a reviewer costs `balance` more than
    the one before. `seed` only decides between answers that are equally good.
    """

    wants: tuple[Want, ...]
    judges: tuple[Judge, ...]
    first: array[int]
    whom: array[int]
    score: array[int]
    kept: tuple[Pair, ...] = ()
    balance: int = 20
    seed: int = 1

    @classmethod
    def of(
        cls, wants: Iterable[Want], judges: Iterable[Judge], scores: Mapping[tuple[int, int], int], **more: Any
    ) -> Problem:
        """From scores (0 to 1000) by (project, reviewer)."""
        wants, judges = tuple(sorted(wants)), tuple(sorted(judges))
        at = {one.reviewer: place for place, one in enumerate(judges)}
        rows: dict[int, list[tuple[int, int]]] = {one.project: [] for one in wants}
        for (project, reviewer), value in scores.items():
            rows[project].append((at[reviewer], value))
        first, whom, score = array("l", [0]), array("i"), array("i")
        for want in wants:
            row = sorted(rows[want.project])
            whom.extend(place for place, _value in row)
            score.extend(value for _place, value in row)
            first.append(len(whom))
        kept = tuple(sorted(Pair(*pair) for pair in more.pop("kept", ())))
        return cls(wants, judges, first, whom, score, kept, **more)

    def __post_init__(self) -> None:
        if any(not 0 <= value <= BEST for value in self.score):
            raise ValueError("a score lies between 0 and 1000")
        if any(not 0 <= one.least <= one.most for one in self.judges):
            raise ValueError("the least lies between 0 and the most")

    @cached_property
    def project_at(self) -> dict[int, int]:
        """The place of each project in `wants`."""
        return {one.project: place for place, one in enumerate(self.wants)}

    @cached_property
    def judge_at(self) -> dict[int, int]:
        """The place of each reviewer in `judges`."""
        return {one.reviewer: place for place, one in enumerate(self.judges)}

    @cached_property
    def kept_by(self) -> dict[int, list[int]]:
        """The places of the reviewers that each project keeps, by the place of the project."""
        found: dict[int, list[int]] = {}
        for pair in self.kept:
            found.setdefault(self.project_at[pair.project], []).append(self.judge_at[pair.reviewer])
        return found

    @cached_property
    def kept_loads(self) -> list[int]:
        """How many projects each reviewer keeps."""
        loads = [0] * len(self.judges)
        for reviewers in self.kept_by.values():
            for place in reviewers:
                loads[place] += 1
        return loads

    def candidates(self, a: int) -> Iterator[tuple[int, int]]:
        """(place of the reviewer, cost) of those who can take a seat on project `a` beside those it keeps.

        Nobody of a city from which it keeps somebody is among them.
        """
        kept = self.kept_by.get(a, [])
        cities = {self.judges[j].city for j in kept} - {0}
        for at in range(self.first[a], self.first[a + 1]):
            j = self.whom[at]
            if j not in kept and self.judges[j].city not in cities:
                yield j, BEST - self.score[at]

    def open_seats(self, a: int) -> int:
        """How many seats of project `a` are to be filled."""
        return max(0, self.wants[a].seats - len(self.kept_by.get(a, [])))

    def value(self, a: int, j: int) -> int | None:
        """What the pair is worth; None where it is excluded."""
        for at in range(self.first[a], self.first[a + 1]):
            if self.whom[at] == j:
                return self.score[at]
        return None

    # As text, so that somebody else can solve it again

    def parts(self) -> Iterator[str]:
        """Its canonical JSON in pieces: keys in order, no blanks, one row of scores a project."""
        head = {"balance": self.balance, "format": FORMAT}
        yield _json(head)[:-1] + ',"judges":' + _json(self.judges) + ',"kept":' + _json(self.kept) + ',"scores":['
        for a in range(len(self.wants)):
            row = slice(self.first[a], self.first[a + 1])
            flat = [one for pair in zip(self.whom[row], self.score[row], strict=True) for one in pair]
            yield ("," if a else "") + _json(flat)
        yield '],"seed":' + _json(self.seed) + ',"wants":' + _json(self.wants) + "}"

    def text(self) -> str:
        """Its canonical JSON."""
        return "".join(self.parts())

    @cached_property
    def digest(self) -> str:
        """SHA-256 of its canonical JSON: two problems with the same digest are the same."""
        found = hashlib.sha256()
        for part in self.parts():
            found.update(part.encode())
        return found.hexdigest()

    @classmethod
    def parse(cls, text: str) -> Problem:
        """From its canonical JSON. Raises ValueError for another format."""
        told = json.loads(text)
        if told.get("format") != FORMAT:
            raise ValueError("not a problem of this format")
        first, whom, score = array("l", [0]), array("i"), array("i")
        for row in told["scores"]:
            whom.extend(row[::2])
            score.extend(row[1::2])
            first.append(len(whom))
        wants = tuple(Want(*one) for one in told["wants"])
        judges = tuple(Judge(*one) for one in told["judges"])
        kept = tuple(Pair(*one) for one in told["kept"])
        return cls(wants, judges, first, whom, score, kept, told["balance"], told["seed"])


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


@dataclass(frozen=True)
class Order:
    """The order in which equals come: by a digest of seed and id, so that it favours nobody and anybody can redo it."""

    seed: int
    known: dict[int, str] = field(default_factory=dict)

    def of(self, identity: int) -> str:
        """Where an id stands among equals."""
        if identity not in self.known:
            self.known[identity] = hashlib.sha256(f"{self.seed}:{identity}".encode()).hexdigest()
        return self.known[identity]
