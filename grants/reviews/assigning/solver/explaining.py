"""Why this one and not another: what is left over when the answer stands, read as a network of changes.

Taking X onto project A means a round of changes that ends where it began: X gives something up or has room, whoever
is freed goes elsewhere, and so on. The cheapest such round is what "X instead" costs, to the point. The same network
proves the answer: where no round of changes is cheaper than nothing, nothing is better. Source: REVIEW §6.2.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from heapq import heappop, heappush
from typing import NamedTuple

from grants.reviews.assigning.solver.problem import EMPTY, Judge, Problem
from grants.reviews.assigning.solver.solution import Solution, next_cost

FAR = 1 << 60


class NotOptimal(ValueError):
    """A round of changes would make the answer cheaper: it is not the optimum it claims to be."""


class Other(NamedTuple):
    """Somebody else on a project: what that would cost in all, by id; `full` where they have no room left."""

    reviewer: int
    value: int
    more: int | None
    full: bool


class Changes:
    """The changes that are still possible beside an answer, with what each costs. Raises NotOptimal."""

    def __init__(self, problem: Problem, found: Solution) -> None:
        self.problem, self.found = problem, found
        self.n, self.end = len(problem.wants), len(problem.wants) + len(problem.judges)
        self.doors: dict[tuple[int, int], int] = {}
        kept = set(problem.kept)
        at, judge = problem.project_at, problem.judge_at
        self.chosen = {(at[one.project], judge[one.reviewer]) for one in found.pairs if one not in kept}
        self.load = list(problem.kept_loads)
        for _a, j in self.chosen:
            self.load[j] += 1
        self.out: list[list[tuple[int, int]]] = [[] for _ in range(self.end + 1)]
        self.costs = [dict(problem.candidates(a)) for a in range(self.n)]
        for a in range(self.n):
            self._project(a)
        for j in range(len(problem.judges)):
            self._reviewer(j)
        self.into = _turned(self.out)
        self.height = self._heights()

    # The network

    def _project(self, a: int) -> None:
        judges = self.problem.judges
        used = {judges[j].city for b, j in self.chosen_by_project.get(a, ()) if judges[j].city}
        for j, cost in self.costs[a].items():
            door = self._door(a, judges[j].city, used=judges[j].city in used)
            if (a, j) in self.chosen:
                self.out[self.n + j].append((door, -cost))
            else:
                self.out[door].append((self.n + j, cost))
        filled = len(self.chosen_by_project.get(a, ()))
        self.out[a].append((self.end, EMPTY))
        if filled < self.problem.open_seats(a):
            self.out[self.end].append((a, -EMPTY))

    @property
    def chosen_by_project(self) -> dict[int, list[tuple[int, int]]]:
        """The new pairs by the place of their project."""
        if not hasattr(self, "_chosen"):
            self._chosen: dict[int, list[tuple[int, int]]] = {}
            for pair in sorted(self.chosen):
                self._chosen.setdefault(pair[0], []).append(pair)
        return self._chosen

    def _door(self, a: int, city: int, *, used: bool) -> int:
        """By which reviewers of the city come onto the project: its own for those of no city."""
        if not city:
            return a
        if (a, city) not in self.doors:
            door = self.doors[a, city] = len(self.out)
            self.out.append([])
            self.out[door if used else a].append((a if used else door, 0))
        return self.doors[a, city]

    def _reviewer(self, j: int) -> None:
        load, kept = self.load[j], self.problem.kept_loads[j]
        if load < self.problem.judges[j].most:
            self.out[self.n + j].append((self.end, next_cost(self.problem, j, load)))
        if load > kept:
            self.out[self.end].append((self.n + j, -next_cost(self.problem, j, load - 1)))

    def _heights(self) -> list[int]:
        """Potentials that make every change cost nothing or more; there are none where the answer can be better."""
        height, times = [0] * len(self.out), [0] * len(self.out)
        queue, waiting = deque(range(len(self.out))), [True] * len(self.out)
        while queue:
            node = queue.popleft()
            waiting[node] = False
            for to, cost in self.out[node]:
                if height[node] + cost < height[to]:
                    height[to] = height[node] + cost
                    if not waiting[to]:
                        times[to] += 1
                        if times[to] > len(self.out):
                            raise NotOptimal
                        waiting[to] = True
                        queue.append(to)
        return height

    # What changes cost

    def _near(self, start: int, *, towards: bool) -> list[int]:
        """The least cost from every node to `start`, or from `start` to every node."""
        arcs, sign = (self.into, -1) if towards else (self.out, 1)
        far, heap = [FAR] * len(self.out), [(0, start)]
        far[start] = 0
        while heap:
            way, node = heappop(heap)
            if way > far[node]:
                continue
            for to, cost in arcs[node]:
                longer = way + cost + sign * (self.height[node] - self.height[to])
                if longer < far[to]:
                    far[to] = longer
                    heappush(heap, (longer, to))
        base = self.height[start]
        return [one + sign * (self.height[v] - base) if one < FAR else FAR for v, one in enumerate(far)]

    def others(self, project: int) -> list[Other]:
        """Everybody else who may review the project, with what it would cost to have them on it: cheapest first."""
        a = self.problem.project_at[project]
        ways: dict[int, list[int]] = {}
        told = []
        for j, cost in self.costs[a].items():
            if (a, j) in self.chosen:
                continue
            judge = self.problem.judges[j]
            door = self.doors.get((a, judge.city), a)
            if door not in ways:
                ways[door] = self._near(door, towards=True)
            way = ways[door][self.n + j]
            more = cost + way if way < FAR else None
            told.append(Other(judge.reviewer, 1000 - cost, more, self.load[j] >= judge.most))
        return sorted(told, key=lambda one: (one.more is None, one.more, one.reviewer))

    def prices(self) -> dict[int, int]:
        """What one more project of each reviewer's time would gain in all; nobody's time who has room gains."""
        back, gains = self._near(self.end, towards=False), {}
        for j, judge in enumerate(self.problem.judges):
            gain = -(back[self.n + j] + next_cost(self.problem, j, self.load[j]))
            gains[judge.reviewer] = max(0, gain) if back[self.n + j] < FAR else 0
        return gains

    def gain_of(self, city: int, costs: Iterable[tuple[int, int]]) -> int:
        """What a first project of one more reviewer of that city would gain; `costs` by project, as for a pair."""
        back, best = self._back, 0
        for project, cost in costs:
            a = self.problem.project_at[project]
            way = back[self.doors.get((a, city), a)]
            best = max(best, -(way + cost)) if way < FAR else best
        return best

    @property
    def _back(self) -> list[int]:
        if not hasattr(self, "_from_end"):
            self._from_end = self._near(self.end, towards=False)
        return self._from_end


def _turned(out: list[list[tuple[int, int]]]) -> list[list[tuple[int, int]]]:
    into: list[list[tuple[int, int]]] = [[] for _ in out]
    for node, arcs in enumerate(out):
        for to, cost in arcs:
            into[to].append((node, cost))
    return into


def joined(found: Solution) -> list[list[int]]:
    """Groups of reviewers who share projects, however indirectly, the largest first: one group can be compared."""
    groups: dict[int, set[int]] = {}
    last: dict[int, int] = {}
    for project, reviewer in found.pairs:
        mine = groups.setdefault(reviewer, {reviewer})
        other = groups[last.setdefault(project, reviewer)]
        if other is not mine:
            mine |= other
            groups.update(dict.fromkeys(other, mine))
    different = {id(one): one for one in groups.values()}
    return sorted((sorted(one) for one in different.values()), key=lambda one: (-len(one), one))


class Comparable(NamedTuple):
    """Whether scores of different reviewers may be set against each other, and what it rests on."""

    groups: list[list[int]]
    average: float
    """Projects a reviewer."""

    @property
    def connected(self) -> bool:
        """Whether every reviewer shares projects with every other, however indirectly."""
        return len(self.groups) <= 1

    @property
    def enough(self) -> bool:
        """Whether each has four projects or more on average. Source: REVIEW §4."""
        return self.average >= 4


def comparable(found: Solution) -> Comparable:
    """What the answer allows."""
    groups = joined(found)
    people = sum(len(one) for one in groups)
    return Comparable(groups, len(found.pairs) / people if people else 0.0)


__all__ = ["Changes", "Comparable", "Judge", "NotOptimal", "Other", "comparable", "joined"]
