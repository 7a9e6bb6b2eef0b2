"""A few projects are given to reviewers of another group, so that all scores can be compared. Source: REVIEW §6.3."""

from __future__ import annotations

from dataclasses import replace

from grants.reviews.assigning.solver.choosing import AssignmentSolver
from grants.reviews.assigning.solver.explaining import joined
from grants.reviews.assigning.solver.problem import Pair, Problem
from grants.reviews.assigning.solver.solution import Solution, solution

TIMES = 3


def solve_joined(solver: AssignmentSolver, problem: Problem) -> Solution:
    """The best answer in which all reviewers are joined, as far as that can be had; `bridges` join them.

    Group after group, the pair that is worth most between the largest group and another is fixed, and the rest solved
    anew around it. The answer costs what it costs with these pairs; where nobody can be joined it stays as it was.
    """
    found = solver.solve(problem)
    bridges: tuple[Pair, ...] = ()
    for _time in range(TIMES):
        new = _bridges(problem, found, bridges)
        if not new:
            break
        trial = solver.solve(replace(problem, kept=tuple(sorted((*problem.kept, *bridges, *new)))))
        if sum(n for _p, n in trial.empty) > sum(n for _p, n in found.empty):
            break
        bridges = (*bridges, *new)
        found = _as_of(problem, trial, bridges)
    return found


def _bridges(problem: Problem, found: Solution, before: tuple[Pair, ...]) -> tuple[Pair, ...]:
    """For every group but the largest the best pair with a project of the largest that has room to change."""
    groups = joined(found)
    if len(groups) <= 1:
        return ()
    main, new = set(groups[0]), []
    spent = {one.project for one in before}, {one.reviewer for one in before}
    for group in groups[1:]:
        best = max(_between(problem, found, main, set(group), spent), default=None)
        if best is not None:
            _worth, project, reviewer = best
            new.append(Pair(-project, -reviewer))
            spent[0].add(-project)
            spent[1].add(-reviewer)
    return tuple(new)


def _between(
    problem: Problem, found: Solution, main: set[int], group: set[int], spent: tuple[set[int], set[int]]
) -> list[tuple[int, ...]]:
    """(worth, -project, -reviewer) of pairs that would join the group to the largest: one new on a project of two."""
    seated: dict[int, set[int]] = {}
    for project, reviewer in found.pairs:
        seated.setdefault(project, set()).add(reviewer)
    told: list[tuple[int, ...]] = []
    for a, want in enumerate(problem.wants):
        there = seated.get(want.project, set())
        theirs = main if there & group else group if there & main else set()
        if want.project in spent[0] or len(there) < 2 or not problem.open_seats(a):
            continue
        for j, cost in problem.candidates(a):
            reviewer = problem.judges[j].reviewer
            if reviewer in theirs - there - spent[1] and problem.kept_loads[j] < problem.judges[j].most:
                told.append((1000 - cost, -want.project, -reviewer))
    return told


def _as_of(problem: Problem, trial: Solution, bridges: tuple[Pair, ...]) -> Solution:
    """The same answer, priced as an answer to the problem itself, of which it need not be the cheapest."""
    kept = set(problem.kept)
    new = [(problem.project_at[a], problem.judge_at[j]) for a, j in trial.pairs if (a, j) not in kept]
    found = solution(problem, trial.solver, trial.version, new, proven=trial.proven)
    return replace(found, bridges=tuple(sorted(bridges)))
