"""Who reviews what, as integers: one problem, three solvers, one objective, explanations. Plain Python, no Django."""

from __future__ import annotations

from grants.reviews.assigning.solver.choosing import SOLVERS, AssignmentSolver, SolverMissing, available, solver_named
from grants.reviews.assigning.solver.problem import Judge, Problem, Want
from grants.reviews.assigning.solver.solution import Solution

__all__ = [
    "SOLVERS",
    "AssignmentSolver",
    "Judge",
    "Problem",
    "Solution",
    "SolverMissing",
    "Want",
    "available",
    "solver_named",
]
