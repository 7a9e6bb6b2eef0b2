"""The solvers by name, and which of them can run here."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Protocol

from grants.reviews.assigning.solver.builtin import BuiltIn
from grants.reviews.assigning.solver.problem import Problem
from grants.reviews.assigning.solver.solution import Solution


class AssignmentSolver(Protocol):
    """Finds an answer to a problem; always the same one for the same problem and version."""

    name: str
    version: str

    def solve(self, problem: Problem) -> Solution:
        """The best answer it finds; seats that nobody can take are named, nothing is raised for them."""
        ...


class SolverMissing(LookupError):
    """No such solver, or what it stands on is not installed here."""


BUILTIN, FLOW, FAIR = "builtin", "flow", "exact-fair"
SOLVERS = (BUILTIN, FLOW, FAIR)


def available() -> tuple[str, ...]:
    """The solvers that can run here: two of them need the extra `optimizer`."""
    return SOLVERS if find_spec("ortools") else (BUILTIN,)


def solver_named(name: str) -> AssignmentSolver:
    """The solver of that name. Raises SolverMissing."""
    if name not in available():
        raise SolverMissing(name)
    if name == BUILTIN:
        return BuiltIn()
    # Only here: importing them needs ortools and takes a while
    if name == FLOW:
        from grants.reviews.assigning.solver.flow import Flow  # noqa: PLC0415

        return Flow()
    from grants.reviews.assigning.solver.fair import ExactFair  # noqa: PLC0415

    return ExactFair()
