"""Why a project is not yet found eligible, and why the round cannot go on to its review."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from grants.applications.models import Project
from grants.kernel.given import chosen, ticked
from grants.programmes.asking import shown
from grants.programmes.models import Round
from grants.programmes.queries import rules_of
from grants.reviews.conflicts import matrix
from grants.reviews.models import Assignment
from grants.reviews.queries import BEFORE_DELIBERATION
from workflow import clock
from workflow.deadlines import deadline, is_due
from workflow.lifecycle import ProjectState
from workflow.phrases import listed
from workflow.ports import Given
from workflow.refusals import Refusal
from workflow.rules import Ask, rule

BEING_CHECKED = (ProjectState.CITY_RECOMMENDED, ProjectState.ELIGIBILITY_CHECK, ProjectState.SUPPLEMENT)


@rule
def within_supplement_due(project: Project, _actor: Any) -> Refusal | None:
    """Missing material is supplied before the date the officer set."""
    due = deadline(project, "supplement_due")
    if due is None or due.due_at > clock.received():
        return None
    day = due.due_at.astimezone(clock.SHANGHAI).date()
    return Refusal("supplement_late", gettext("补正期限是%(day)s，已经过了。") % {"day": shown(day)})


@rule
def flag_not_supplied(project: Project, _actor: Any) -> Refusal | None:
    """A project is marked as not supplied only once the supplement's deadline has passed."""
    if is_due(project, "supplement_due"):
        return None
    return Refusal("supplement_open", gettext("补正期限还没有到，不能按逾期未补正处理。"))


def _conditions(project: Any, _actor: Any) -> list[tuple[str, str]]:
    return [(item.key, item.label) for item in rules_of(project.round).eligibility.conditions]


@rule(asks=(Ask("passed", _("符合的条件"), "choices", choices=_conditions),))
def checklist_passed(project: Project, actor: Any, given: Given) -> Refusal | None:
    """Every condition of eligibility in the round's configuration is confirmed by the officer."""
    confirmed = chosen(given, "passed")
    missing = [words for key, words in _conditions(project, actor) if key not in confirmed]
    if not missing:
        return None
    return Refusal("conditions_open", gettext("还没有确认：%(items)s。") % {"items": "；".join(missing)}, at="passed")


@rule(asks=(Ask("budget_checked", _("预算已逐项审核"), "yes"),))
def budget_checked(_project: Project, _actor: Any, given: Given) -> Refusal | None:
    """The officer has gone through the budget line by line."""
    if ticked(given, "budget_checked"):
        return None
    return Refusal("budget_not_checked", gettext("请先逐项审核预算，再勾选“预算已逐项审核”。"), at="budget_checked")


@rule
def before_review_closed(project: Project, _actor: Any) -> Refusal | None:
    """A refused project comes back only while the round's review is still open."""
    if project.round.state in BEFORE_DELIBERATION:
        return None
    facts = {"state": project.round.label}
    return Refusal("review_closed", gettext("本轮现在是“%(state)s”，评审已经结束，不能重新受理。") % facts)


def _still(round_: Round, states: tuple[ProjectState, ...]) -> int:
    return Project.objects.filter(round=round_.pk, state__in=states).count()


@rule
def every_eligibility_decided(round_: Round, _actor: Any) -> Refusal | None:
    """No forwarded project of the round still waits for its eligibility check."""
    if not (count := _still(round_, BEING_CHECKED)):
        return None
    return Refusal("eligibility_open", gettext("还有%(n)s个项目没有完成资格审查。") % {"n": count})


@rule
def every_review_finished(round_: Round, _actor: Any) -> Refusal | None:
    """No project of the round is still being checked or reviewed."""
    if not (count := _still(round_, (*BEING_CHECKED, ProjectState.UNDER_REVIEW))):
        return None
    return Refusal("review_open", gettext("还有%(n)s个项目没有完成评审。") % {"n": count})


@rule(unseen=True)
def no_conflict_in_ranking(round_: Round, _actor: Any) -> Refusal | None:
    """No score that counts comes from somebody against whom something is known by now."""
    seats = Assignment.objects.filter(project__round=round_.pk, project__state=ProjectState.REVIEWED)
    rows = seats.filter(left_at__isnull=True).select_related("reviewer", "project__team__guided_by", "project__payee")
    people, projects = {one.reviewer for one in rows}, {one.project for one in rows}
    known = matrix(projects, people)
    found = next((one for one in rows if known.against(one.project_id, one.reviewer_id)), None)
    if found is None:
        return None
    words = [one.words for one in known.against(found.project_id, found.reviewer_id)]
    facts = {"project": found.project, "name": found.reviewer.name, "reasons": listed(words)}
    text = gettext("“%(project)s”的评审专家%(name)s须回避：%(reasons)s。请重新评审，或按规定免于回避。")
    return Refusal("conflict", text % facts)
