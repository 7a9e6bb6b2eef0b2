"""How an approved change request takes effect: called by the reaction, inside its move, and nowhere else."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from grants.applications.models import BudgetLine, BudgetVersion
from grants.funds.commands import reallocate, release
from grants.funds.models import FundingSource
from grants.implementation.enums import ChangeKind
from grants.implementation.models import ChangeRequest
from grants.implementation.queries import as_line, budget_now, public_meanwhile
from grants.implementation.terms import heard_of, until
from grants.people.commands import end_role, grant_role, hand_over_team
from grants.people.models import Organisation, User
from grants.people.queries import live_grants
from workflow.actions import amend
from workflow.deadlines import deadline
from workflow.effects import Done
from workflow.lifecycle import Role
from workflow.ports import SYSTEM

Apply = Callable[[ChangeRequest, Done], dict[str, Any]]
"""Makes everything true but the project's own columns, which it returns."""


def apply(change: ChangeRequest, done: Done) -> None:
    """What the request asks for is true, and the project has a new version. Raises Refused when money is lacking."""
    columns = APPLY[change.kind](change, done)
    amend(change.project, **columns)


def _budget(change: ChangeRequest, done: Done) -> dict[str, Any]:
    last = budget_now(change.project)
    budget = BudgetVersion.objects.create(
        project=change.project,
        number=(last.number if last else 0) + 1,
        reason=change.reason[:200],
        made_by=change.drafted_by,
        made_at=done.at,
        locked_at=done.at,
    )
    lines = [as_line(row) for row in change.after["lines"]]
    for line in lines:
        line.budget = budget
    BudgetLine.objects.bulk_create(lines)
    return {}


def _period(change: ChangeRequest, done: Done) -> dict[str, Any]:
    project, ends = change.project, dt.date.fromisoformat(change.after["end_date"])
    ran_long, project.end_date = public_meanwhile(project), ends
    if deadline(project, "end_date"):
        until(project, "end_date", ends)
        if not ran_long:
            heard_of(project)
    return {"end_date": ends}


def _leader(change: ChangeRequest, done: Done) -> dict[str, Any]:
    project, person = change.project, User.objects.get(pk=change.after["leader"])
    for grant in live_grants(project.leader).filter(team=project.team_id, role=Role.TEAM_LEADER):
        end_role(grant, actor=SYSTEM)
    grant_role(person, Role.TEAM_LEADER, actor=SYSTEM, team=project.team)
    return {"leader": person}


def _handover(change: ChangeRequest, done: Done) -> dict[str, Any]:
    project, guide = change.project, Organisation.objects.get(pk=change.after["guided_by"])
    hand_over_team(project.team, guide, actor=SYSTEM)
    return {"scope": guide.path, "payee_id": change.after.get("payee") or project.payee_id}


def _payee(change: ChangeRequest, done: Done) -> dict[str, Any]:
    return {"payee_id": change.after["payee"]}


def _into_form(name: str) -> Apply:
    def fill(change: ChangeRequest, done: Done) -> dict[str, Any]:
        return {"form": {**change.project.form, name: change.after[name]}}

    return fill


def _reduction(change: ChangeRequest, done: Done) -> dict[str, Any]:
    release(change.project, change.after["reduce_by_fen"], memo="经批准核减资助", done=done)
    return {}


def _re_source(change: ChangeRequest, done: Done) -> dict[str, Any]:
    reallocate(change.project, FundingSource.objects.get(pk=change.after["leaving"]), done=done)
    return {}


def _only_the_ground(change: ChangeRequest, done: Done) -> dict[str, Any]:
    """An approved wish to end early is the ground on which the project is terminated; nothing ends by it alone."""
    return {}


APPLY: dict[str, Apply] = {
    ChangeKind.BUDGET: _budget,
    ChangeKind.PERIOD: _period,
    ChangeKind.LEADER: _leader,
    ChangeKind.HANDOVER: _handover,
    ChangeKind.PAYEE: _payee,
    ChangeKind.ACTIVITIES: _into_form("activities"),
    ChangeKind.GOALS: _into_form("indicators"),
    ChangeKind.GRANT_REDUCTION: _reduction,
    ChangeKind.RE_SOURCE: _re_source,
    ChangeKind.TERMINATION: _only_the_ground,
}
