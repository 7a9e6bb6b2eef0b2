"""Shortest augmenting paths with potentials, in pure Python: a proven optimum with nothing to install.

Seat after seat, the cheapest chain of changes is found from the project to a reviewer with room: the project takes X,
which another project gives up for Y, and so on. Potentials keep every cost along the way at or above zero, so that
Dijkstra may stop at the first reviewer with room that is no dearer than what is left to look at. Sources: REVIEW §4;
Ahuja, Magnanti, Orlin, Network Flows (1993), 9.7.

A project's reviewers of one city hang on a group of their own that has one place: the group is used or not. Unused it
shares the project's potential; used it has one of its own, and somebody else of that city comes in only by its door.
"""

from __future__ import annotations

from heapq import heappop, heappush
from typing import NamedTuple

from grants.reviews.assigning.solver.problem import EMPTY, Order, Problem
from grants.reviews.assigning.solver.solution import VERSION, Solution, next_cost, solution

NEVER = 1 << 60


class Edge(NamedTuple):
    """A reviewer (by rank), what the pair costs, the reviewer's city."""

    j: int
    cost: int
    city: int


class BuiltIn:
    """The solver that is always there."""

    name = "builtin"
    version = VERSION
    label = "builtin"

    def solve(self, problem: Problem) -> Solution:
        """The cheapest answer; never an exception: seats that nobody can take are named."""
        found = Search(problem)
        found.run()
        return solution(problem, self.name, self.version, found.pairs(), proven=True)


class Search:
    """The state of the search; reviewers stand in the order of the seed, so that it decides between equals."""

    def __init__(self, problem: Problem) -> None:
        order = Order(problem.seed)
        ranked = sorted(range(len(problem.judges)), key=lambda j: order.of(problem.judges[j].reviewer))
        rank = {j: at for at, j in enumerate(ranked)}
        self.problem, self.ranked = problem, ranked
        self.n, self.m = len(problem.wants), len(ranked)
        self.cities = 1 + max((one.city for one in problem.judges), default=0)
        self.load = [problem.kept_loads[j] for j in ranked]
        self.most = [problem.judges[j].most for j in ranked]
        self.edges = [self._edges(a, rank) for a in range(self.n)]
        self.holds: list[dict[int, int]] = [{} for _ in ranked]
        self.mine: list[set[int]] = [set() for _ in range(self.n)]
        self.used: list[set[int]] = [set() for _ in range(self.n)]
        self.into = [next_cost(problem, j, load) for j, load in zip(ranked, self.load, strict=True)]
        self.pr = [-one for one in self.into]
        self.of_city = [self._by_city(row) for row in self.edges]
        self.pp = [self._tight(a) for a in range(self.n)]
        self.pg: dict[int, int] = {}

    def _edges(self, a: int, rank: dict[int, int]) -> list[Edge]:
        judges = self.problem.judges
        row = [Edge(rank[j], cost, judges[j].city) for j, cost in self.problem.candidates(a)]
        return sorted(row, key=lambda edge: (edge.cost, edge.j))

    @staticmethod
    def _by_city(row: list[Edge]) -> dict[int, list[Edge]]:
        """The same by the reviewer's city."""
        found: dict[int, list[Edge]] = {}
        for edge in row:
            found.setdefault(edge.city, []).append(edge)
        return found

    def _tight(self, a: int) -> int:
        """The least potential that keeps every cost out of the project at or above zero."""
        return max((self.pr[j] - cost for j, cost, _city in self.edges[a]), default=-EMPTY)

    def run(self) -> None:
        """Every open seat is filled, or stays empty where nobody can take it."""
        for a in range(self.n):
            for _seat in range(self.problem.open_seats(a)):
                self._fill(a)

    def pairs(self) -> list[tuple[int, int]]:
        """The new pairs, as places in the problem."""
        return [(b, self.ranked[j]) for j, held in enumerate(self.holds) for b in held]

    def _fill(self, a: int) -> None:
        self.dist: dict[int, int] = {a: 0}
        self.back: dict[int, int] = {}
        self.heap = [(0, a)]
        self.best, self.end = NEVER, a
        self.highest = max(self.pr, default=0)
        settled = []
        while self.heap:
            far, node = heappop(self.heap)
            if far >= self.best:
                break
            if far == self.dist[node]:
                settled.append((node, far))
                self._look(node, far)
        for node, far in settled:
            self._lower(node, self.best - far)
        self._take(self.end)

    # Looking: nodes are projects 0…n-1, reviewers n…n+m-1, used groups after them

    def _look(self, node: int, far: int) -> None:
        if node < self.n:
            self._from_project(node, far)
        elif node < self.n + self.m:
            self._from_reviewer(node - self.n, node, far)
        else:
            self._from_group(node, far)

    def _from_project(self, a: int, far: int) -> None:
        """To everybody of a city that it does not use yet, or to an empty seat."""
        base, used, mine = far + self.pp[a], self.used[a], self.mine[a]
        if base + EMPTY < self.best:
            self.best, self.end = base + EMPTY, a
        for j, cost, city in self.edges[a]:
            near = base + cost
            if near - self.highest >= self.best:
                break
            near -= self.pr[j]
            if near < self.best and city not in used and j not in mine:
                self._reach(j, near, a)

    def _reach(self, j: int, near: int, before: int) -> None:
        """A reviewer is reached: perhaps there is room, which ends the search."""
        node = self.n + j
        if near >= self.dist.get(node, NEVER):
            return
        self.dist[node], self.back[node] = near, before
        heappush(self.heap, (near, node))
        if self.load[j] < self.most[j] and (whole := near + self.pr[j] + self.into[j]) < self.best:
            self.best, self.end = whole, node

    def _from_reviewer(self, j: int, node: int, far: int) -> None:
        """To every project they may be taken from: straight, or by the door of its group."""
        base, city = far + self.pr[j], self.problem.judges[self.ranked[j]].city
        for b, cost in self.holds[j].items():
            to = self._group(b, city) if city else b
            near = base - cost - (self.pg[to] if city else self.pp[b])
            self._step(to, near, node)

    def _step(self, to: int, near: int, before: int) -> None:
        if near < self.best and near < self.dist.get(to, NEVER):
            self.dist[to], self.back[to] = near, before
            heappush(self.heap, (near, to))

    def _from_group(self, group: int, far: int) -> None:
        """To the project, which may then turn to any other city; or to somebody else of this one."""
        a, city = divmod(group - self.n - self.m, self.cities)
        base, mine = far + self.pg[group], self.mine[a]
        self._step(a, base - self.pp[a], group)
        for j, cost, _city in self.of_city[a][city]:
            near = base + cost - self.pr[j]
            if near < self.best and j not in mine:
                self._reach(j, near, group)

    def _group(self, a: int, city: int) -> int:
        return self.n + self.m + a * self.cities + city

    # Changing

    def _lower(self, node: int, by: int) -> None:
        """A node nearer than the end is cheaper by the difference."""
        if node < self.n:
            self.pp[node] -= by
        elif node < self.n + self.m:
            self.pr[node - self.n] -= by
        else:
            self.pg[node] -= by

    def _take(self, end: int) -> None:
        """The chain of changes that ends here is made, last one first."""
        if end >= self.n:
            j = end - self.n
            self.load[j] += 1
            self.into[j] = next_cost(self.problem, self.ranked[j], self.load[j])
        node = end
        while node in self.back:
            before = self.back[node]
            if self.n <= node < self.n + self.m:
                self._pair(before, node - self.n)
            elif self.n <= before < self.n + self.m:
                self._part(node, before - self.n, stays=node >= self.n and self._goes_on_inside(node, end))
            node = before

    def _goes_on_inside(self, group: int, end: int) -> bool:
        """Whether somebody else of the same city comes in by this group's door, so that it stays used."""
        node = end
        while node in self.back and self.back[node] != group:
            node = self.back[node]
        return node in self.back and node != (group - self.n - self.m) // self.cities

    def _pair(self, before: int, j: int) -> None:
        inside = before >= self.n
        a = (before - self.n - self.m) // self.cities if inside else before
        cost, city = next((cost, city) for one, cost, city in self.edges[a] if one == j)
        self.holds[j][a] = cost
        self.mine[a].add(j)
        if city and not inside:
            self.used[a].add(city)
            self.pg[self._group(a, city)] = self.pp[a]

    def _part(self, node: int, j: int, *, stays: bool) -> None:
        a = (node - self.n - self.m) // self.cities if node >= self.n else node
        del self.holds[j][a]
        self.mine[a].remove(j)
        if node >= self.n and not stays:
            self.used[a].remove(self.problem.judges[self.ranked[j]].city)
            del self.pg[node]
