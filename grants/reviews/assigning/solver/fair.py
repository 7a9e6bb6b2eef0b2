"""The worst project first: CP-SAT (extra `optimizer`) for small rounds, exact and slower. Source: REVIEW §3.

First as few empty seats as can be, then the project whose reviewers are worth least gets the most it can, then, with
that held, everything together is cheapest.
"""

from __future__ import annotations

from importlib.metadata import version as installed
from typing import Any

from ortools.sat.python import cp_model

from grants.reviews.assigning.solver.problem import BEST, EMPTY, Problem
from grants.reviews.assigning.solver.solution import VERSION, Solution, next_cost, solution

LONGEST = 10.0
"""Deterministic seconds of each step: the same on every machine; beyond, the answer is not proven."""


class Model:
    """The problem as CP-SAT knows it."""

    def __init__(self, problem: Problem) -> None:
        self.problem, self.model = problem, cp_model.CpModel()
        self.pairs: dict[tuple[int, int], Any] = {}
        self.costs: dict[tuple[int, int], int] = {}
        self.of_judge: list[list[Any]] = [[] for _ in problem.judges]
        self.empty: list[Any] = []
        self.worth: list[Any] = []
        for a in range(len(problem.wants)):
            self._project(a)
        self.spread = sum(self._reviewer(j) for j in range(len(problem.judges)))

    def _project(self, a: int) -> None:
        """So many seats, some perhaps empty, and of one city one reviewer at most."""
        problem, seats = self.problem, self.problem.open_seats(a)
        cities: dict[int, list[Any]] = {}
        mine = []
        for j, cost in problem.candidates(a) if seats else ():
            pair = self.pairs[a, j] = self.model.new_bool_var(f"{a}-{j}")
            self.costs[a, j] = cost
            self.of_judge[j].append(pair)
            mine.append((pair, cost))
            if problem.judges[j].city:
                cities.setdefault(problem.judges[j].city, []).append(pair)
        empty = self.model.new_int_var(0, seats, f"empty {a}")
        self.empty.append(empty)
        self.model.add(sum(pair for pair, _cost in mine) + empty == seats)
        for those in cities.values():
            self.model.add_at_most_one(those)
        if seats:
            self.worth.append(sum((BEST - cost) * pair for pair, cost in mine))

    def _reviewer(self, j: int) -> Any:
        """What a reviewer's load costs: each further project more than the one before, as long as there is room."""
        problem, kept = self.problem, self.problem.kept_loads[j]
        steps = [self.model.new_bool_var(f"{j}+{load}") for load in range(kept, max(kept, problem.judges[j].most))]
        self.model.add(sum(self.of_judge[j]) == sum(steps))
        return sum(next_cost(problem, j, load) * step for load, step in enumerate(steps, start=kept))

    def cost(self) -> Any:
        """The objective of every solver, but for what is always the same."""
        pairs = sum(self.costs[key] * pair for key, pair in self.pairs.items())
        return pairs + EMPTY * sum(self.empty) + self.spread


class ExactFair:
    """Max-min, exactly."""

    name = "exact-fair"
    version = f"{VERSION} · ortools {installed('ortools')}"

    def solve(self, problem: Problem) -> Solution:
        """The fairest answer; it may cost more than the cheapest. `proven` where every step came to their end."""
        told = Model(problem)
        proven: list[bool] = []
        if told.worth:
            self._worst_first(told, proven)
        told.model.minimize(told.cost())
        solver = self._solved(told, proven)
        new = [key for key, pair in told.pairs.items() if solver.value(pair)]
        return solution(problem, self.name, self.version, new, proven=all(proven))

    def _worst_first(self, told: Model, proven: list[bool]) -> None:
        """Hold the fewest empty seats, then the best worst project."""
        holes = sum(told.empty)
        told.model.minimize(holes)
        fewest = sum(self._solved(told, proven).value(one) for one in told.empty)
        told.model.add(holes == fewest)
        worst = told.model.new_int_var(0, BEST * max(one.seats for one in told.problem.wants), "worst")
        for worth in told.worth:
            told.model.add(worst <= worth)
        told.model.maximize(worst)
        told.model.add(worst >= self._solved(told, proven).value(worst))

    def _solved(self, told: Model, proven: list[bool]) -> Any:
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.random_seed = told.problem.seed
        solver.parameters.max_deterministic_time = LONGEST
        status = solver.solve(told.model)
        if status not in {cp_model.OPTIMAL, cp_model.FEASIBLE}:
            raise RuntimeError(f"there is always an answer, yet: {solver.status_name(status)}")
        proven.append(status == cp_model.OPTIMAL)
        return solver
