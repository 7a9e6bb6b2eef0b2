"""Shortest augmenting paths with potentials, in pure Python: a proven optimum with nothing to install.

It begins with prices of the reviewers' time: every project takes whom it likes best at these prices, every reviewer
offers as many projects as the price pays for. Where more was taken than offered, the cheapest chain of changes leads
to somebody who offered more than was taken: this project takes X, whom another gives up for Y, and so on. Potentials
keep every cost along the way at or above zero, so that Dijkstra may stop at the first who has room. When what was
taken is what was offered, no answer is cheaper; good prices only make it quick. Sources: REVIEW §4; Ahuja, Magnanti,
Orlin, Network Flows (1993), 9.7 and 9.8.

A project's reviewers of one city hang on a group of their own that has one place: the group is used or not. Unused it
shares the project's potential; used it has one of its own, and somebody else of that city comes in only by its door.
"""

from __future__ import annotations

from heapq import heappop, heappush
from typing import NamedTuple

from grants.reviews.assigning.solver.problem import EMPTY, Order, Problem
from grants.reviews.assigning.solver.solution import VERSION, Solution, next_cost, solution

NEVER = 1 << 60
ROUNDS, FEW = 24, 60
"""How often prices are mended before the search; with so few seats they need not be good."""


class Edge(NamedTuple):
    """A reviewer (by rank), what the pair costs, the reviewer's city."""

    j: int
    cost: int
    city: int


class BuiltIn:
    """The solver that is always there."""

    name = "builtin"
    version = VERSION

    def solve(self, problem: Problem) -> Solution:
        """The cheapest answer; never an exception: seats that nobody can take are named."""
        found = Search(problem)
        found.run()
        return solution(problem, self.name, self.version, found.pairs(), proven=True)


class Search:
    """The state of the search; reviewers stand in the order of the seed, so that it decides between equals.

    `load` is what a reviewer offers, kept projects included, `over` how many more were taken; `holes` are the seats a
    project leaves empty. Nodes are projects 0…n-1, reviewers n…n+m-1, the end of all, then groups of a city.
    """

    def __init__(self, problem: Problem) -> None:
        order = Order(problem.seed)
        ranked = sorted(range(len(problem.judges)), key=lambda j: order.of(problem.judges[j].reviewer))
        rank = {j: at for at, j in enumerate(ranked)}
        self.problem, self.ranked = problem, ranked
        self.n, self.m = len(problem.wants), len(ranked)
        self.end = self.n + self.m
        self.cities = 1 + max((one.city for one in problem.judges), default=0)
        self.open = [problem.open_seats(a) for a in range(self.n)]
        self.kept = [problem.kept_loads[j] for j in ranked]
        self.most = [max(problem.judges[j].most, kept) for j, kept in zip(ranked, self.kept, strict=True)]
        self.city = [problem.judges[j].city for j in ranked]
        self.steps = [
            [next_cost(problem, j, load) for load in range(most + 1)] for j, most in zip(ranked, self.most, strict=True)
        ]
        self.edges = [self._edges(a, rank) for a in range(self.n)]
        self.of_city = [_by_city(row) for row in self.edges]
        self.load = list(self.kept)
        self.pr = [-steps[kept] for steps, kept in zip(self.steps, self.kept, strict=True)]
        self.pp, self.top = [0] * self.n, 0
        self.pg: dict[int, int] = {}
        self.holds: list[dict[int, int]] = [{} for _ in ranked]
        self.mine: list[set[int]] = [set() for _ in range(self.n)]
        self.used: list[set[int]] = [set() for _ in range(self.n)]
        self.holes = [0] * self.n

    def _edges(self, a: int, rank: dict[int, int]) -> list[Edge]:
        judges = self.problem.judges
        row = [Edge(rank[j], cost, judges[j].city) for j, cost in self.problem.candidates(a)] if self.open[a] else []
        return sorted(row, key=lambda edge: (edge.cost, edge.j))

    def run(self) -> None:
        """Every open seat is filled, or stays empty where nobody can take it."""
        if sum(self.open) > FEW:
            self._mend_prices()
        self._begin()
        for j in range(self.m):
            while self.over[j] > 0:
                self._send(self.n + j)
        while self.over[self.m] > 0:
            self._send(self.end)

    def pairs(self) -> list[tuple[int, int]]:
        """The new pairs, as places in the problem."""
        return [(b, self.ranked[j]) for j, held in enumerate(self.holds) for b in held]

    # Beginning

    def _mend_prices(self) -> None:
        """Who is wanted more than they offer becomes dearer, who is wanted less cheaper, ever more gently."""
        most = max(8, self.problem.balance) / 2
        for turn in range(ROUNDS):
            wanted = list(self.kept)
            for a in range(self.n):
                for _left, edge in self._liked(a, 6 * self.open[a]):
                    wanted[edge.j] += 1
            step = most * (1 - turn / ROUNDS)
            self.pr = [
                price - round(step * max(-8, min(8, wanted[j] - self._offered(j)))) for j, price in enumerate(self.pr)
            ]

    def _offered(self, j: int) -> int:
        """How many projects the price pays for."""
        load, price, steps = self.kept[j], -self.pr[j], self.steps[j]
        while load < self.most[j] and steps[load] < price:
            load += 1
        return load

    def _liked(self, a: int, among: int | None = None) -> list[tuple[int, Edge]]:
        """(what is left of it at these prices, edge) of those whom the project takes, one of a city, best first.

        `among` looks at so many of the cheapest only, which is enough for prices that need not be exact.
        """
        best: dict[int, tuple[int, Edge]] = {}
        row, pr = [], self.pr
        for edge in self.edges[a][:among]:
            j, cost, city = edge
            left = pr[j] - cost
            if not city:
                row.append((left, edge))
            elif city not in best or left > best[city][0]:
                best[city] = left, edge
        row += best.values()
        row.sort(key=lambda one: (-one[0], one[1].j))
        return [one for one in row[: self.open[a]] if one[0] > -EMPTY]

    def _begin(self) -> None:
        """Projects take, reviewers offer; potentials are such that only the two do not agree yet."""
        for a in range(self.n):
            liked = self._liked(a)
            self.holes[a] = self.open[a] - len(liked)
            self.pp[a] = -EMPTY if self.holes[a] or not liked else liked[-1][0]
            for left, (j, cost, city) in liked:
                self.holds[j][a] = cost
                self.mine[a].add(j)
                if city:
                    self.used[a].add(city)
                    self.pg[self._group(a, city)] = left
        self.load = [self._offered(j) for j in range(self.m)]
        taken = [len(held) + kept for held, kept in zip(self.holds, self.kept, strict=True)]
        self.over = [one - load for one, load in zip(taken, self.load, strict=True)]
        self.over.append(-sum(self.over))

    # One chain of changes

    def _send(self, start: int) -> None:
        """From somebody of whom too much was taken to the nearest of whom too little was."""
        self.dist: dict[int, int] = {start: 0}
        self.back: dict[int, int] = {}
        self.heap = [(0, start)]
        self.best, self.last = NEVER, start
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
        self.over[start - self.n] -= 1
        self.over[self.last - self.n] += 1
        self._change(self.last)

    def _look(self, node: int, far: int) -> None:
        if node < self.n:
            self._from_project(node, far)
        elif node < self.end:
            self._from_reviewer(node - self.n, node, far)
        elif node > self.end:
            self._from_group(node, far)
        else:
            self._from_end(far)

    def _from_project(self, a: int, far: int) -> None:
        """To everybody of a city that it does not use yet, or to an empty seat."""
        base, used, mine = far + self.pp[a], self.used[a], self.mine[a]
        self._reach(self.end, base + EMPTY - self.top, a)
        for j, cost, city in self.edges[a]:
            near = base + cost
            if near - self.highest >= self.best:
                break
            near -= self.pr[j]
            if near < self.best and city not in used and j not in mine:
                self._reach(self.n + j, near, a)

    def _from_reviewer(self, j: int, node: int, far: int) -> None:
        """To every project they may be taken from, straight or by the door of its group; or they offer one more."""
        base, city = far + self.pr[j], self.city[j]
        if self.load[j] < self.most[j]:
            self._reach(self.end, base + self.steps[j][self.load[j]] - self.top, node)
        for b, cost in self.holds[j].items():
            to = self._group(b, city) if city else b
            self._step(to, base - cost - (self.pg[to] if city else self.pp[b]), node)

    def _from_group(self, group: int, far: int) -> None:
        """To the project, which may then turn to any other city; or to somebody else of this one."""
        a, city = divmod(group - self.end - 1, self.cities)
        base, mine = far + self.pg[group], self.mine[a]
        self._step(a, base - self.pp[a], group)
        for j, cost, _city in self.of_city[a][city]:
            near = base + cost - self.pr[j]
            if near < self.best and j not in mine:
                self._reach(self.n + j, near, group)

    def _from_end(self, far: int) -> None:
        """Somebody offers one less, or an empty seat is to be filled after all."""
        base = far + self.top
        for j in range(self.m):
            if self.load[j] > self.kept[j]:
                self._reach(self.n + j, base - self.steps[j][self.load[j] - 1] - self.pr[j], self.end)
        for a, empty in enumerate(self.holes):
            if empty:
                self._step(a, base - EMPTY - self.pp[a], self.end)

    def _reach(self, node: int, near: int, before: int) -> None:
        """A reviewer, or the end, is reached: perhaps too little was taken of it, which ends the search."""
        if near < self.best and near < self.dist.get(node, NEVER):
            self.dist[node], self.back[node] = near, before
            heappush(self.heap, (near, node))
            if self.over[node - self.n] < 0:
                self.best, self.last = near, node

    def _step(self, to: int, near: int, before: int) -> None:
        if near < self.best and near < self.dist.get(to, NEVER):
            self.dist[to], self.back[to] = near, before
            heappush(self.heap, (near, to))

    def _group(self, a: int, city: int) -> int:
        return self.end + 1 + a * self.cities + city

    # Changing

    def _lower(self, node: int, by: int) -> None:
        """A node nearer than the last is cheaper by the difference."""
        if node < self.n:
            self.pp[node] -= by
        elif node < self.end:
            self.pr[node - self.n] -= by
        elif node > self.end:
            self.pg[node] -= by
        else:
            self.top -= by

    def _change(self, last: int) -> None:
        """The chain of changes that ends here is made, last one first."""
        node, after = last, -1
        while node in self.back:
            before = self.back[node]
            if self.end in {before, node}:
                self._at_end(before, node)
            elif self.n <= node < self.end:
                self._pair(before, node - self.n)
            elif self.n <= before < self.end:
                self._part(node, before - self.n, stays=node > self.end and after >= self.n)
            node, after = before, node

    def _at_end(self, before: int, node: int) -> None:
        """One more or one less is offered, or left empty."""
        other, by = (before, 1) if node == self.end else (node, -1)
        if other < self.n:
            self.holes[other] += by
        else:
            self.load[other - self.n] += by

    def _pair(self, before: int, j: int) -> None:
        inside = before > self.end
        a = (before - self.end - 1) // self.cities if inside else before
        cost, city = next((cost, city) for one, cost, city in self.edges[a] if one == j)
        self.holds[j][a] = cost
        self.mine[a].add(j)
        if city and not inside:
            self.used[a].add(city)
            self.pg[self._group(a, city)] = self.pp[a]

    def _part(self, node: int, j: int, *, stays: bool) -> None:
        a = (node - self.end - 1) // self.cities if node > self.end else node
        del self.holds[j][a]
        self.mine[a].remove(j)
        if node > self.end and not stays:
            self.used[a].remove(self.city[j])
            del self.pg[node]


def _by_city(row: list[Edge]) -> dict[int, list[Edge]]:
    """The same by the reviewer's city."""
    found: dict[int, list[Edge]] = {}
    for edge in row:
        found.setdefault(edge.city, []).append(edge)
    return found
