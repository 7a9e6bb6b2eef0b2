"""Why a completion is refused: the report, its vouchers, silent teams, the judgement."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from grants.applications.models import Project
from grants.closeout.queries import (
    ENOUGH_REMINDERS,
    acceptance_items,
    achieved,
    parts_of,
    reminders,
    report_of,
    unreported_goals,
)
from grants.implementation.queries import log_sums
from grants.kernel.given import Given
from grants.programmes.asking import no_text, shown
from grants.programmes.queries import rules_of
from workflow import clock, trail
from workflow.deadlines import deadline
from workflow.lifecycle import ProjectState
from workflow.phrases import listed
from workflow.refusals import Refusal
from workflow.rules import Ask, rule

LONGEST_SUMMARY = 500
WAITING = (ProjectState.CLOSEOUT_DUE, ProjectState.CLOSEOUT_RETURNED)
SERVED = "beneficiary_times"
"""The indicator that the activity log can prove."""
OPINION = Ask("opinion", _("验收意见"), "longtext")


@rule
def report_complete(project: Project, actor: Any) -> Refusal | None:
    """The report sums up what was done, tells a figure for every goal, and claims no more people than the log has."""
    report = report_of(project)
    if report is None or not report.summary.strip():
        return Refusal("no_report", gettext("还没有写结题报告的总结。"))
    if len(report.summary) > LONGEST_SUMMARY:
        return Refusal("summary_long", gettext("总结请不要超过 %(n)s 个字。") % {"n": LONGEST_SUMMARY})
    if missing := unreported_goals(project, report):
        facts = {"n": len(missing), "names": listed(missing[:3])}
        return Refusal("goals_open", gettext("还有 %(n)s 项目标没有填完成情况：%(names)s。") % facts)
    claimed, logged = achieved(report).get(SERVED, 0), log_sums(project).served
    if claimed > logged:
        facts = {"claimed": claimed, "logged": logged}
        return Refusal("served_too_many", gettext("报告的受益人次 %(claimed)s 多于活动记录的合计 %(logged)s。") % facts)
    return None


@rule
def vouchers_filed_or_none_declared(project: Project, actor: Any) -> Refusal | None:
    """Spending is shown by vouchers, or it is declared that there is none."""
    if project.no_vouchers or project.vouchers.filter(withdrawn_at__isnull=True).exists():
        return None
    return Refusal("no_vouchers", gettext("还没有登记支出凭证；确实没有的，请先声明没有票据。"))


@rule
def team_silent_or_unable(project: Project, actor: Any) -> Refusal | None:
    """Others complete for the team only after its own time has run out."""
    name = "rectification" if project.state == ProjectState.CLOSEOUT_RETURNED else "closeout_report"
    row = deadline(project, name)
    if row is None or row.due_at <= clock.now():
        return None
    facts = {"day": shown(row.due_at.astimezone(clock.SHANGHAI).date())}
    return Refusal("team_has_time", gettext("团队在%(day)s以前仍可自己提交。") % facts)


@rule
def reminders_shown(project: Project, actor: Any) -> Refusal | None:
    """The team was reminded at least twice."""
    sent = reminders(project, *WAITING)
    if sent >= ENOUGH_REMINDERS:
        return None
    facts = {"n": ENOUGH_REMINDERS, "sent": sent}
    return Refusal("too_few_reminders", gettext("须先催办 %(n)s 次，现在催办过 %(sent)s 次。") % facts)


def _form(project: Any) -> tuple[Ask, ...]:
    if not isinstance(project, Project):
        return (OPINION,)
    points = [
        Ask(item.code, item.label, "number", gettext("0 到 %(n)s 分") % {"n": item.weight})
        for item in acceptance_items(project)
    ]
    return (*points, OPINION)


@rule(asks=_form)
def acceptance_form(project: Project, actor: Any, given: Given) -> Refusal | None:
    """Every part is judged within its points, and the opinion says why."""
    if parts_of(project, given) is None:
        weights = listed(f"{item.label} 0–{item.weight}" for item in acceptance_items(project))
        message = gettext("请给每一项打分：%(weights)s。") % {"weights": weights}
        return Refusal("parts", message, at=acceptance_items(project)[0].code)
    return no_text(given, OPINION)


@rule
def score_at_least_60(project: Project, actor: Any, given: Given) -> Refusal | None:
    """Only a project at or above the pass line is accepted."""
    parts, line = parts_of(project, given), rules_of(project.round).acceptance.pass_from
    if parts is None or sum(parts.values()) >= line:
        return None
    facts = {"total": sum(parts.values()), "line": line}
    return Refusal("below_pass", gettext("总分 %(total)s 分，不到合格线 %(line)s 分，不能验收通过。") % facts)


@rule
def accounts_not_confirmed(project: Project, actor: Any) -> Refusal | None:
    """A judgement is opened again only while the accounts are open."""
    said = trail.steps_of(project).filter(move__in=("confirm_accounts", "reopen_accounts")).last()
    if said is None or said.move == "reopen_accounts":
        return None
    return Refusal("accounts_confirmed", gettext("决算已经确认，要重新验收须先重开决算。"))
