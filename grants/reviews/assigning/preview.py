"""What a run comes to with the changes made by hand: who gets what, which seats stay empty."""

from __future__ import annotations

from grants.reviews.assigning.models import AssignmentRun
from grants.reviews.assigning.solver import Problem, Solution


def new_seats(run: AssignmentRun) -> dict[int, list[int]]:
    """The reviewers each project of the run is to get beside those it has, by ids, with the changes on top."""
    if not run.answer:
        return {}
    problem, found = Problem.parse(run.problem), Solution.parse(run.answer)
    kept = set(problem.kept)
    seats: dict[int, list[int]] = {want.project: [] for want in problem.wants}
    for pair in found.pairs:
        if pair not in kept:
            seats[pair.project].append(pair.reviewer)
    for change in run.changes.all():
        row = seats.get(change.project_id, [])
        if change.leaving_id in row:
            row.remove(change.leaving_id)
        if change.coming_id and change.coming_id not in row:
            row.append(change.coming_id)
    return seats
