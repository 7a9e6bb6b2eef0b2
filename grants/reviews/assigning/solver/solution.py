"""An answer to a problem, whoever found it, and what it costs: one objective for all solvers."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from grants.reviews.assigning.solver.problem import BEST, EMPTY, TOO_LITTLE, Pair, Problem

VERSION = "1"
"""Rises when the same problem may have another answer."""


@dataclass(frozen=True)
class Solution:
    """Who reviews what; `empty` names seats that nobody can take, `short` reviewers with fewer than their least.

    `objective` is what it costs, `score` what its new pairs are worth, `proven` whether nothing is cheaper.
    """

    solver: str
    version: str
    digest: str
    pairs: tuple[Pair, ...]
    empty: tuple[tuple[int, int], ...]
    short: tuple[tuple[int, int], ...]
    objective: int
    score: int
    proven: bool
    bridges: tuple[Pair, ...] = ()
    """New pairs that were fixed so that all reviewers are joined; the rest is the cheapest around them."""

    def text(self) -> str:
        """As JSON."""
        return json.dumps(asdict(self), sort_keys=True, separators=(",", ":"))

    @classmethod
    def parse(cls, text: str) -> Solution:
        """From its JSON."""
        told: Mapping[str, Any] = json.loads(text)
        pairs = tuple(Pair(*one) for one in told["pairs"])
        lists = {name: tuple((one[0], one[1]) for one in told[name]) for name in ("empty", "short")}
        bridges = tuple(Pair(*one) for one in told["bridges"])
        return cls(**{**told, **lists, "pairs": pairs, "bridges": bridges})


def solution(problem: Problem, solver: str, version: str, new: Iterable[tuple[int, int]], *, proven: bool) -> Solution:
    """The answer from the new pairs as places (project, reviewer), those kept beside them."""
    found = sorted(new)
    pairs = [*problem.kept, *(Pair(problem.wants[a].project, problem.judges[j].reviewer) for a, j in found)]
    loads, taken = list(problem.kept_loads), Counter(a for a, _j in found)
    for _a, j in found:
        loads[j] += 1
    empty = [(want.project, problem.open_seats(a) - taken[a]) for a, want in enumerate(problem.wants)]
    short = [(one.reviewer, one.least - loads[j]) for j, one in enumerate(problem.judges)]
    worth = _worth(problem, found)
    holes, little = sum(n for _project, n in empty), sum(n for _reviewer, n in short if n > 0)
    spread = sum(problem.balance * load * (load - 1) // 2 for load in loads)
    return Solution(
        solver,
        version,
        problem.digest,
        tuple(sorted(pairs)),
        tuple(one for one in empty if one[1]),
        tuple(one for one in short if one[1] > 0),
        len(found) * BEST - worth + EMPTY * holes + TOO_LITTLE * little + spread,
        worth,
        proven,
    )


def _worth(problem: Problem, found: list[tuple[int, int]]) -> int:
    """What these pairs are worth together."""
    total, at = 0, 0
    for a in range(len(problem.wants)):
        chosen = set()
        while at < len(found) and found[at][0] == a:
            chosen.add(found[at][1])
            at += 1
        row = range(problem.first[a], problem.first[a + 1]) if chosen else ()
        total += sum(problem.score[one] for one in row if problem.whom[one] in chosen)
    return total


def next_cost(problem: Problem, j: int, load: int) -> int:
    """What one more project costs a reviewer who has `load`, beside the pair itself: it rises with every one."""
    return problem.balance * load - (TOO_LITTLE if load < problem.judges[j].least else 0)
