"""What a completion rests on: the report against the plan, the log in sums, reminders that went out, scores by part."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from grants.applications.form_definition import INDICATORS
from grants.applications.models import Project
from grants.applications.queries import visible_to as visible_projects
from grants.closeout.enums import Grade
from grants.closeout.models import Acceptance, CompletionReport
from grants.kernel.given import Given, rows, whole, words
from grants.people.models import User
from grants.programmes.profile.scoring import AcceptanceItem
from grants.programmes.queries import rules_of
from workflow import trail
from workflow.lifecycle import ProjectState
from workflow.looking import read_once
from workflow.models import Step

ENOUGH_REMINDERS = 2
"""How often a team or payee is reminded before others act without it."""


@read_once
def report_of(project: Project) -> CompletionReport | None:
    """The completion report as far as it is written."""
    return CompletionReport.objects.filter(project=project.pk).first()


def goals_of(project: Project) -> list[str]:
    """The indicators that the project promised, by code, or by the name that a change gave to one of its own."""
    return [code for row in rows(project.form, "indicators") if (code := goal_of(row))]


def goal_of(row: Given) -> str:
    """What a line of the plan or of the report is about."""
    return words(row, "indicator") or words(row, "name")


def achieved(report: CompletionReport) -> dict[str, int]:
    """What the report says was reached, by the code of the indicator."""
    told = {goal_of(row): whole(row, "actual") for row in rows({"goals": report.goals}, "goals")}
    return {code: actual for code, actual in told.items() if code and actual is not None}


def unreported_goals(project: Project, report: CompletionReport) -> list[str]:
    """The names of promised indicators for which the report tells no figure, in the order of the plan."""
    told, names = achieved(report), dict(INDICATORS)
    return [str(names.get(code, code)) for code in goals_of(project) if code not in told]


def acceptance_items(project: Project) -> tuple[AcceptanceItem, ...]:
    """What acceptance scores, by the configuration of the round."""
    return rules_of(project.round).acceptance.items


def grade_of(judged: Acceptance) -> Grade:
    """The word for a judgement, by the lines of the project's round."""
    rule = rules_of(judged.project.round).acceptance
    if judged.total < rule.pass_from:
        return Grade.FAILED
    return Grade.EXCELLENT if judged.total >= rule.excellent_from else Grade.PASSED


def last_judgement(project: Project) -> Acceptance | None:
    """The judgement that stands: the last one."""
    found = Acceptance.objects.filter(project=project.pk).select_related("judged_by", "project__round__configuration")
    return found.order_by("number").last()


def parts_of(project: Project, given: Given) -> dict[str, int] | None:
    """The points of every part, each within its weight; None while any is missing or out of bounds."""
    found = {item.code: whole(given, item.code) for item in acceptance_items(project)}
    limits = {item.code: item.weight for item in acceptance_items(project)}
    within = {code: points for code, points in found.items() if points is not None and 0 <= points <= limits[code]}
    return within if len(within) == len(found) else None


def reminders(project: Project, *states: ProjectState, since: Step | None = None) -> int:
    """How many reminders were sent while the project stood in one of these states, after the step given."""
    sent = trail.steps_of(project).filter(move="send_reminder", source__in=states)
    return sent.filter(Q(seq__gt=since.seq) if since else Q()).count()


def visible_to(actor: User) -> QuerySet[CompletionReport]:
    """Reports of the projects that a person may see."""
    return CompletionReport.objects.filter(project__in=visible_projects(actor)).select_related("project").order_by("pk")
