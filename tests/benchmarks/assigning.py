"""Assigning reviewers, timed: `python -m tests.benchmarks.assigning`. Each size in a process of its own.

`python -m tests.benchmarks.assigning alike` solves a thousand rounds of 24×12, and twenty of 500×100, each drawn with a
seed of its own, by both solvers: their optima are the same, and no pair is excluded.

Instances as in REVIEW §3: 11 cities, a fifth of the reviewers from the province, excluded are the same city, the same
organisation and one in a hundred by declaration; 12 fields, at most 60 candidates a project, two thirds of them the
best and one third by lot; 1.3 times the average load; at most one reviewer of a city, balance 20.
"""

from __future__ import annotations

import json
import random
import resource
import subprocess
import sys
import time
from array import array

from grants.reviews.assigning.solver import Judge, Problem, Want, solver_named

SIZES = (
    # solver, projects, reviewers, seats, bar in CPU seconds
    ("builtin", 24, 12, 3, 0.01),
    ("builtin", 500, 100, 5, 0.5),
    ("flow", 24, 12, 3, 0.01),
    ("flow", 500, 100, 5, 0.5),
    ("flow", 5_000, 1_000, 5, 3.0),
    ("flow", 20_000, 4_000, 5, 20.0),
)
ALIKE = ((1000, 24, 12, 3), (20, 500, 100, 5))
"""Rounds, projects, reviewers, seats."""
MOST_MB = 400
CITIES, FIELDS, ORGANISATIONS, CANDIDATES = 11, 12, 90, 60


def instance(projects: int, reviewers: int, seats: int, seed: int = 7) -> Problem:
    """A round of that size; the same one for the same seed."""
    dice = random.Random(seed)
    people = [
        (0 if dice.random() < 0.2 else dice.randint(1, CITIES), dice.randrange(ORGANISATIONS)) for _ in range(reviewers)
    ]
    skills = [{dice.randrange(FIELDS): dice.randint(1, 3) for _ in range(3)} for _ in range(reviewers)]
    most = -(-projects * seats * 13 // (reviewers * 10))
    first, whom, score = array("l", [0]), array("i"), array("i")
    for _project in range(projects):
        row = _row(dice, people, skills)
        best = sorted(row, key=lambda one: (-one[1], one[0]))
        kept = best[: CANDIDATES * 2 // 3]
        rest = best[CANDIDATES * 2 // 3 :]
        kept += dice.sample(rest, min(len(rest), CANDIDATES - len(kept)))
        for reviewer, value in sorted(kept):
            whom.append(reviewer)
            score.append(value)
        first.append(len(whom))
    wants = tuple(Want(project, seats) for project in range(projects))
    judges = tuple(Judge(reviewer, 0, most, city) for reviewer, (city, _organisation) in enumerate(people))
    return Problem(wants, judges, first, whom, score)


def _row(dice: random.Random, people: list[tuple[int, int]], skills: list[dict[int, int]]) -> list[tuple[int, int]]:
    """What every reviewer who may is worth for one project: 600 field, 200 level, 100 past, 100 bid."""
    city, organisation, field = dice.randint(1, CITIES), dice.randrange(ORGANISATIONS), dice.randrange(FIELDS)
    row = []
    for reviewer, (home, employer) in enumerate(people):
        if home == city or employer == organisation or dice.random() < 0.01:
            continue
        level = skills[reviewer].get(field, 0)
        row.append((reviewer, (600 if level else 0) + 200 * level // 3 + dice.randint(0, 199)))
    return row


def measured(solver: str, projects: int, reviewers: int, seats: int) -> dict[str, float]:
    """One size in this process: CPU and wall seconds of the solver alone, the peak of the whole process."""
    problem, chosen = instance(projects, reviewers, seats), solver_named(solver)
    cpu, wall = time.process_time(), time.perf_counter()
    found = chosen.solve(problem)
    return {
        "cpu_s": round(time.process_time() - cpu, 3),
        "wall_s": round(time.perf_counter() - wall, 3),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "pairs": len(problem.whom),
        "objective": found.objective,
        "empty": sum(n for _project, n in found.empty),
    }


def alike() -> None:
    """Both solvers have the same optimum for every one of these rounds; the run fails at the first that differs."""
    ours, theirs = solver_named("builtin"), solver_named("flow")
    for times, projects, reviewers, seats in ALIKE:
        began = time.process_time()
        for seed in range(times):
            problem = instance(projects, reviewers, seats, seed)
            found = [solver.solve(problem) for solver in (ours, theirs)]
            lawful = {(a, j) for a in range(projects) for j, _cost in problem.candidates(a)}
            if found[0].objective != found[1].objective:
                raise SystemExit(f"seed {seed}: {found[0].objective} and {found[1].objective}")
            if any((pair.project, pair.reviewer) not in lawful for one in found for pair in one.pairs):
                raise SystemExit(f"seed {seed}: an excluded pair")
        spent = time.process_time() - began
        print(
            f"alike    {projects:6,}×{reviewers:5,}×{seats}  {times} rounds, CPU {spent:.0f} s: the same optimum in all"
        )


def main() -> None:
    """Every size, printed; each objective is that of the other solver, or the run fails."""
    objectives: dict[tuple[int, int], float] = {}
    for solver, projects, reviewers, seats, bar in SIZES:
        order = [sys.executable, "-m", "tests.benchmarks.assigning", solver, *map(str, (projects, reviewers, seats))]
        told = json.loads(subprocess.run(order, check=True, capture_output=True, text=True).stdout)
        kept = told["cpu_s"] <= bar and told["peak_mb"] < MOST_MB
        print(
            f"{solver:8} {projects:6,}×{reviewers:5,}×{seats}  {json.dumps(told)}",
            f"bar {bar} s, {MOST_MB} MB: {'kept' if kept else 'OVER'}",
        )
        if objectives.setdefault((projects, reviewers), told["objective"]) != told["objective"]:
            raise SystemExit("the solvers do not agree")


if __name__ == "__main__":
    if sys.argv[1:] == ["alike"]:
        alike()
    elif len(sys.argv) > 1:
        name, *size = sys.argv[1:]
        print(json.dumps(measured(name, *map(int, size))))
    else:
        main()
