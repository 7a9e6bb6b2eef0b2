"""Solving what was asked for and carrying out what was ordered: at once or behind the page, any number of times."""

from __future__ import annotations

import datetime as dt
import json
import logging

from django.db.models import Q
from django.utils.translation import gettext

from grants.people.models import User
from grants.reviews.assigning.commands import finish_order, note_outcome, seat_project
from grants.reviews.assigning.enums import Applied
from grants.reviews.assigning.models import AssignmentOrder, AssignmentRun
from grants.reviews.assigning.preview import new_seats
from grants.reviews.assigning.solver import Problem, Solution, SolverMissing, solver_named
from grants.reviews.assigning.solver.joining import solve_joined
from workflow import clock
from workflow.refusals import Busy, Refused, Stale

log = logging.getLogger(__name__)

CLAIM = dt.timedelta(minutes=15)
"""How long a worker may be at one run before another takes over."""
AT_ONCE = 5_000
"""Up to so many pairs a run is solved while the officer waits."""


def solve(run: AssignmentRun) -> Solution:
    """What the run's solver makes of its problem, here and now; the same everywhere. Raises SolverMissing."""
    problem, solver = Problem.parse(run.problem), solver_named(run.solver)
    if json.loads(run.asked).get("joined"):
        return solve_joined(solver, problem)
    return solver.solve(problem)


def solve_now(run: AssignmentRun) -> AssignmentRun:
    """The run has its answer, or why there is none; by one worker at a time, any number of times."""
    now = clock.now()
    free = Q(claimed_until__isnull=True) | Q(claimed_until__lt=now)
    rows = AssignmentRun.objects.filter(pk=run.pk, finished_at__isnull=True)
    if rows.filter(free).update(claimed_until=now + CLAIM):
        try:
            _finish(run, solve(run), "")
        except SolverMissing:
            _finish(run, None, gettext("这台服务器没有安装所选的算法。"))
        except Exception:  # whatever it was, the officer who waits is told; the log says why
            log.exception("Assignment run %s was not solved.", run.pk)
            _finish(run, None, gettext("系统出错，没有算完，请再试一次，或告诉系统管理员。"))
    run.refresh_from_db()
    return run


def _finish(run: AssignmentRun, found: Solution | None, failure: str) -> None:
    told = {"answer": found.text(), "objective": found.objective, "version": found.version} if found else {}
    rows = AssignmentRun.objects.filter(pk=run.pk, finished_at__isnull=True)
    rows.update(failure=failure, finished_at=clock.now(), claimed_until=None, **told)


def small(run: AssignmentRun) -> bool:
    """Whether the officer may as well wait for it."""
    pairs = sum(len(row) // 2 for row in json.loads(run.problem)["scores"])
    return pairs <= (AT_ONCE if run.solver != "exact-fair" else 300)


def solve_waiting() -> int:
    """The oldest run that waits and nobody is at is solved. -> how many."""
    free = Q(claimed_until__isnull=True) | Q(claimed_until__lt=clock.now())
    run = AssignmentRun.objects.filter(free, finished_at__isnull=True).order_by("pk").first()
    if run is None:
        return 0
    solve_now(run)
    return 1


def carry_out(order: AssignmentOrder) -> None:
    """Every project of the order that has no outcome yet gets its seats, each in a transaction of its own.

    Any number of times, by any number of workers: each project is done once, one refusal stops no other.
    """
    run, person = order.run, order.by
    versions = json.loads(run.facts)["versions"]
    settled = set(run.outcomes.values_list("project", flat=True))
    for project, people in sorted(new_seats(run).items()):
        if people and project not in settled:
            _seat(run, project, people, versions.get(str(project)), person)
    finish_order(order, actor=person)


def _seat(run: AssignmentRun, project: int, people: list[int], version: int | None, person: User) -> None:
    try:
        seat_project(run, project, people, version, actor=person)
    except Stale:
        words = gettext("算过以后这个项目有了变化，请重新计算一次。")
        note_outcome(run, project, Applied.REFUSED, words, actor=person)
    except Busy:
        return
    except Refused as refusal:
        note_outcome(run, project, Applied.REFUSED, str(refusal), actor=person)
    except Exception:  # a fault in one project must not keep the others waiting; the outcome says so, the log why
        log.exception("Project %s of assignment run %s was not seated.", project, run.pk)
        words = gettext("系统出错，这一个没有办成，请单独办理或联系管理员。")
        note_outcome(run, project, Applied.REFUSED, words, actor=person)


def carry_out_waiting() -> int:
    """Every order that is not finished goes on, as whoever gave it. -> how many."""
    waiting = list(AssignmentOrder.objects.filter(finished_at__isnull=True).select_related("run", "by").order_by("pk"))
    for order in waiting:
        carry_out(order)
    return len(waiting)
