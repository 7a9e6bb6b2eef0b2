"""Solving a round's assignment, changing what came out with a reason, applying it: each on record and repeatable."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, replace
from typing import Any

from django.utils.translation import gettext

from grants.applications.models import Project
from grants.people.queries import holds
from grants.programmes.models import Round
from grants.reviews.assigning.building import Asked, build
from grants.reviews.assigning.enums import Applied
from grants.reviews.assigning.models import AssignmentChange, AssignmentOrder, AssignmentOutcome, AssignmentRun
from grants.reviews.assigning.preview import new_seats
from grants.reviews.assigning.solver import available
from grants.reviews.conflicts import conflicts
from grants.reviews.models import Assignment
from grants.reviews.queries import available_reviewers
from workflow import clock
from workflow.actions import command, take
from workflow.chain import canonical
from workflow.command import fingerprint, once
from workflow.lifecycle import ProjectState, Role
from workflow.phrases import listed
from workflow.refusals import Refusal, Refused

APPLY_AT_ONCE = 30
MOST_SEATS, MOST_LOAD = 9, 200


@command
def ask_for_run(round_: Round, solver: str, asked: Asked, *, actor: Any, key: str | None = None) -> AssignmentRun:
    """The round as it stands now waits to be solved; nothing else has changed.

    The same key again is the same run. Raises Refused: not the officer's, no such solver here, figures that make no
    sense, nothing to assign.
    """
    if reasons := _against(solver, asked, actor):
        raise Refused(reasons)
    made = fingerprint("assign", round_.pk, solver, asdict(asked), actor.pk)
    pk, _fresh = (
        once(key, made, lambda: _asked(round_, solver, asked, actor))
        if key
        else (
            _asked(round_, solver, asked, actor),
            True,
        )
    )
    return AssignmentRun.objects.get(pk=pk)


def _against(solver: str, asked: Asked, actor: Any) -> list[Refusal]:
    if not holds(actor, Role.PROGRAMME_OFFICER):
        return [_not_yours(Role.PROGRAMME_OFFICER)]
    found = []
    if solver not in available():
        found.append(Refusal("solver", gettext("这台服务器没有安装所选的算法。"), at="solver"))
    if not 1 <= asked.seats <= MOST_SEATS:
        found.append(Refusal("seats", gettext("每个项目请写1到%(n)s位专家。") % {"n": MOST_SEATS}, at="seats"))
    if not 0 <= asked.most <= MOST_LOAD:
        found.append(Refusal("most", gettext("最多评几个请写0到%(n)s。") % {"n": MOST_LOAD}, at="most"))
    if asked.least < 0 or (asked.most and asked.least > asked.most):
        found.append(Refusal("least", gettext("最少评几个不能多于最多评几个。"), at="least"))
    return found


def _not_yours(role: Role) -> Refusal:
    return Refusal("not_yours", gettext("这一步由%(role)s办理。") % {"role": str(role.label)})


def _asked(round_: Round, solver: str, asked: Asked, actor: Any) -> str:
    problem, facts = build(round_, asked)
    if not problem.wants:
        raise Refused([Refusal("nothing", gettext("现在没有可以分配评审专家的项目。"))])
    if not any(judge.most for judge in problem.judges):
        raise Refused([Refusal("nobody", gettext("现在没有能接评审任务的专家，请先在专家库里登记或邀请。"))])
    run = AssignmentRun.objects.create(
        round=round_,
        asked_by=actor,
        at=clock.now(),
        solver=solver,
        asked=canonical(asdict(asked)),
        problem=problem.text(),
        digest=problem.digest,
        facts=canonical(facts),
    )
    return str(run.pk)


# Changing by hand -------------------------------------------------------------------------------------------


@command
def change_run(
    run: AssignmentRun, project: int, leaving: int | None, coming: int | None, reason: str, *, actor: Any
) -> AssignmentChange:
    """On this project somebody else shall have the seat, or nobody, or one more; the reason is on record.

    Raises Refused: not the officer's, being applied already, nobody in that seat, a conflict, no reason.
    """
    if not holds(actor, Role.PROGRAMME_OFFICER):
        raise Refused([_not_yours(Role.PROGRAMME_OFFICER)])
    if reasons := [one for one in _against_change(run, project, leaving, coming, reason.strip()) if one]:
        raise Refused(reasons)
    return AssignmentChange.objects.create(
        run=run,
        project_id=project,
        leaving_id=leaving,
        coming_id=coming,
        reason=reason.strip()[:400],
        by=actor,
        at=clock.now(),
    )


def _against_change(
    run: AssignmentRun, project: int, leaving: int | None, coming: int | None, reason: str
) -> Iterable[Refusal | None]:
    AssignmentRun.objects.select_for_update(no_key=True).get(pk=run.pk)
    seats = new_seats(run)
    yield _not_open(run)
    if not reason:
        yield Refusal("reason", gettext("请写明调整的理由。"), at="reason")
    if project not in seats:
        yield Refusal("project", gettext("这个项目不在这次分配里。"), at="project")
        return
    if leaving is not None and leaving not in seats[project]:
        yield Refusal("leaving", gettext("所选的专家不在这个项目的拟分配席位上，请重新打开这一页。"), at="leaving")
    if leaving is None and coming is None:
        yield Refusal("coming", gettext("请选择换上的专家，或者要换下的专家。"), at="coming")
    if coming is not None:
        yield _unfit(project, coming, seats[project])


def _not_open(run: AssignmentRun) -> Refusal | None:
    if run.rescoring_id:
        return Refusal("third", gettext("这是复评时自动加派的，要改请在项目里分配或更换专家。"))
    if not run.answer:
        return Refusal("not_solved", gettext("这次分配还没有算出结果。"))
    if AssignmentOrder.objects.filter(run=run.pk).exists():
        return Refusal("ordered", gettext("这次分配已经下达，要改请在项目里更换专家，或者重新计算。"))
    return None


def _unfit(project: int, coming: int, seats: Iterable[int]) -> Refusal | None:
    record = Project.objects.select_related("round", "team__guided_by", "payee").get(pk=project)
    person = available_reviewers(record).filter(pk=coming).first()
    if person is None:
        return Refusal("not_a_reviewer", gettext("所选人员不是本轮的评审专家，请重新选择。"), at="coming")
    if coming in seats or Assignment.objects.filter(project=project, reviewer=coming).exists():
        told = {"name": person.name}
        return Refusal(
            "seated_before", gettext("%(name)s已在或曾在本项目的评审席位上，请另选一位。") % told, at="coming"
        )
    if against := conflicts(record, [person]).get(coming):
        told = {"name": person.name, "reasons": listed([one.words for one in against])}
        return Refusal("conflict", gettext("%(name)s须回避：%(reasons)s。请换一位专家。") % told, at="coming")
    return None


# Applying ---------------------------------------------------------------------------------------------------


@command
def order_run(run: AssignmentRun, *, actor: Any) -> AssignmentOrder:
    """The run with its changes is to be applied; pressing twice orders it once. Raises Refused."""
    if not holds(actor, Role.PROGRAMME_OFFICER):
        raise Refused([_not_yours(Role.PROGRAMME_OFFICER)])
    AssignmentRun.objects.select_for_update(no_key=True).get(pk=run.pk)
    if order := AssignmentOrder.objects.filter(run=run.pk).first():
        return order
    if why := _not_open(run):
        raise Refused([why])
    if AssignmentRun.objects.filter(round=run.round_id, rescoring__isnull=True, pk__gt=run.pk).exists():
        raise Refused([Refusal("superseded", gettext("之后又算过一次，请用最新的那一次。"))])
    return AssignmentOrder.objects.create(run=run, by=actor, at=clock.now())


@command
def finish_order(order: AssignmentOrder, *, actor: Any) -> None:
    """An order of which every project has an outcome is finished."""
    wanted = {project for project, people in new_seats(order.run).items() if people}
    if wanted <= set(order.run.outcomes.values_list("project", flat=True)):
        AssignmentOrder.objects.filter(pk=order.pk, finished_at__isnull=True).update(finished_at=clock.now())


@command
def seat_project(run: AssignmentRun, project: int, people: list[int], version: int | None, *, actor: Any) -> None:
    """These people have seats on the project, and the run says so. Raises what take() raises."""
    record = Project.objects.get(pk=project)
    given = {"reviewers": [str(one) for one in people]}
    take(record, "assign_reviewers", actor=actor, version=version, key=f"assign:{run.pk}:{project}", given=given)
    note_outcome(run, project, Applied.DONE, "", actor=actor)


@command
def note_outcome(run: AssignmentRun, project: int, outcome: str, reasons: str, *, actor: Any) -> None:
    """What became of one project is on record, once."""
    more = {"outcome": outcome, "reasons": reasons, "by": actor, "at": clock.now()}
    AssignmentOutcome.objects.get_or_create(run=run, project_id=project, defaults=more)


# Repair -----------------------------------------------------------------------------------------------------


@command
def propose_repair(project: Project, *, actor: Any) -> AssignmentRun | None:
    """After a decline the round is asked for anew as it was last, with every standing seat kept: the least change.

    None where it was never assigned here, the project waits for nobody, or an answer is being looked for already.
    """
    runs = AssignmentRun.objects.filter(round=project.round_id, rescoring__isnull=True)
    last = runs.filter(order__isnull=False).order_by("pk").last()
    if project.state != ProjectState.UNDER_REVIEW or last is None or runs.filter(finished_at__isnull=True).exists():
        return None
    asked = replace(Asked(**json.loads(last.asked)), least=0)
    try:
        return AssignmentRun.objects.get(pk=_asked(project.round, last.solver, asked, last.asked_by))
    except Refused:
        return None
