"""The completion report as it is written, saved any number of times before it is submitted."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext

from grants.applications.models import Project
from grants.closeout.models import CompletionReport
from grants.closeout.queries import goal_of
from grants.kernel.given import whole, words
from workflow import clock
from workflow.actions import amend, command, lock
from workflow.lifecycle import ProjectState, Role
from workflow.ports import domain
from workflow.refusals import Refusal, Refused

WRITABLE = (ProjectState.IN_PROGRESS, ProjectState.CLOSEOUT_DUE, ProjectState.CLOSEOUT_RETURNED)
WRITERS = frozenset({Role.TEAM_LEADER, Role.APPLICANT, Role.COUNTY_OFFICER, Role.PAYEE_OFFICER})


@command
def save_report(
    project: Project,
    *,
    actor: Any,
    summary: str = "",
    goals: list[dict[str, Any]] | None = None,
    lessons: str = "",
    follow_up: str = "",
    version: int | None = None,
) -> CompletionReport:
    """The report says this now, and the project has a new version; the trail is silent until it is submitted.

    `goals` are rows {indicator: code, target, actual, evidence}, figures whole. Raises Refused outside the time of
    writing or for whoever has no part in it, Stale when the project changed since `version`.
    """
    locked = lock(project, version)
    if str(locked.state) not in WRITABLE:
        message = gettext("项目现在是“%(state)s”，不能修改结题报告。") % {"state": locked.label}
        raise Refused([Refusal("not_now", message)])
    if not domain().roles(actor, locked) & WRITERS:
        raise Refused([Refusal("not_yours", gettext("结题报告由团队、县级红十字会或收款单位填写。"))])
    amend(project, version=locked.version)
    said = {
        "summary": summary,
        "goals": [_goal(row) for row in goals or []],
        "lessons": lessons,
        "follow_up": follow_up,
    }
    found, _made = CompletionReport.objects.update_or_create(
        project=project, defaults=said | {"written_by": actor, "at": clock.now()}
    )
    return found


def _goal(row: dict[str, Any]) -> dict[str, Any]:
    """One line of the table of goals: words and whole numbers, nothing else."""
    figures = {name: whole(row, name) for name in ("target", "actual")}
    return {"indicator": goal_of(row), **figures, "evidence": words(row, "evidence")}
