"""The same network through ortools' SimpleMinCostFlow (extra `optimizer`): for rounds of thousands."""

from __future__ import annotations

from array import array
from importlib.metadata import version as installed
from itertools import count
from typing import Any

import numpy as np
from ortools.graph.python import min_cost_flow

from grants.reviews.assigning.solver.problem import EMPTY, Problem
from grants.reviews.assigning.solver.solution import VERSION, Solution, next_cost, solution


class Network:
    """Arcs in columns: tail, head, capacity, cost; nodes are projects, reviewers, the end, then groups of a city."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.n, self.m = len(problem.wants), len(problem.judges)
        self.end = self.n + self.m
        self.tail, self.head, self.room, self.cost = (array("q") for _ in range(4))
        self.pair_at, self.pair_a, self.pair_j = (array("q") for _ in range(3))
        self.groups = count(self.end + 1)
        self.nodes = self.end + 1
        for a in range(self.n):
            self._project(a)
        for j in range(self.m):
            self._reviewer(j)

    def arc(self, tail: int, head: int, room: int, cost: int) -> None:
        """One arc more."""
        for column, value in zip((self.tail, self.head, self.room, self.cost), (tail, head, room, cost), strict=True):
            column.append(value)

    def _project(self, a: int) -> None:
        """Its candidates, each city behind a door for one, and its empty seats."""
        doors: dict[int, int] = {}
        judges = self.problem.judges
        for j, cost in self.problem.candidates(a):
            city = judges[j].city
            if city and city not in doors:
                doors[city] = self.nodes = next(self.groups)
                self.arc(a, doors[city], 1, 0)
            self.pair_at.append(len(self.tail))
            self.pair_a.append(a)
            self.pair_j.append(j)
            self.arc(doors[city] if city else a, self.n + j, 1, cost)
        self.arc(a, self.end, self.problem.open_seats(a), EMPTY)

    def _reviewer(self, j: int) -> None:
        """One arc a project they may still take, each dearer than the last."""
        kept = self.problem.kept_loads[j]
        for load in range(kept, max(kept, self.problem.judges[j].most)):
            self.arc(self.n + j, self.end, 1, next_cost(self.problem, j, load))


class Flow:
    """Minimum-cost flow by cost scaling, in C++."""

    name = "flow"
    version = f"{VERSION} · ortools {installed('ortools')}"

    def solve(self, problem: Problem) -> Solution:
        """The cheapest answer; it costs the same as the built-in solver's."""
        net = Network(problem)
        flow = min_cost_flow.SimpleMinCostFlow()
        tail, head, room, cost = (
            np.frombuffer(one, dtype=np.int64) for one in (net.tail, net.head, net.room, net.cost)
        )
        arcs = flow.add_arcs_with_capacity_and_unit_cost(tail.astype(np.int32), head.astype(np.int32), room, cost)
        seats = [problem.open_seats(a) for a in range(net.n)]
        nodes, supplies = np.append(np.arange(net.n), net.end), np.append(seats, -sum(seats))
        flow.set_nodes_supplies(nodes.astype(np.int32), supplies.astype(np.int64))
        if (status := flow.solve()) != flow.OPTIMAL:
            raise RuntimeError(f"the network always has a flow, yet: {status}")
        at = np.frombuffer(net.pair_at, dtype=np.int64) if net.pair_at else np.empty(0, dtype=np.int64)
        chosen: Any = np.flatnonzero(flow.flows(arcs[at])) if len(at) else []
        new = [(net.pair_a[one], net.pair_j[one]) for one in chosen]
        return solution(problem, self.name, self.version, new, proven=True)
