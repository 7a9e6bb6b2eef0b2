"""The application on pages: its answers, its budget lines, as the same asks that every form is made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from grants.applications.enums import MoneySource
from grants.applications.form_definition import INDICATORS, Input
from grants.applications.form_kept import answer_to, counties_around, definition_of, is_asked, red_crosses
from grants.applications.models import Project
from grants.applications.queries import activity_names
from grants.closeout.queries import goal_of, goals_of, report_of
from grants.kernel.given import rows
from grants.programmes.profile import Profile
from grants.programmes.queries import rules_of
from workflow.rules import Ask, Choices

KINDS = {"person": "rows", "organisation": "choice", "earlier": "text"}
"""Questions of a form that a page asks as another kind."""


def chosen_from(choices: Any) -> Choices:
    """Choices that depend on nobody."""
    return lambda _record, _actor: [(str(code), str(label)) for code, label in choices]  # in the reader's language


def ask_of(field: Input, rules: Profile, *, closed: bool = False) -> Ask:
    """A field of the application as an ask; a draft may leave anything empty. `closed`: without private columns."""
    return Ask(
        field.name,
        field.label,
        KINDS.get(field.kind, field.kind),
        help=field.help or _usual(field, rules),
        required=False,
        choices=_choices(field, rules),
        columns=tuple(ask_of(column, rules) for column in field.columns if not (closed and column.private)),
    )


def _usual(field: Input, rules: Profile) -> str:
    """How long a project of the round usually runs, where the form itself says nothing beside its last day."""
    if field.name != "end_date":
        return ""
    months = rules.round.implementation_months
    told = {"min": months.min, "usual": months.default, "max": months.max}
    return gettext("一般%(usual)s个月，最短%(min)s个月，最长%(max)s个月。") % told


def _choices(field: Input, rules: Profile) -> Choices | None:
    """What there is to choose: the form's own, the round's fields, or what the register knows."""
    if field.source == "fields_of_service":
        return chosen_from([(one.code, one.label) for one in rules.fields_of_service if one.enabled])
    if field.source == "areas":
        return lambda project, _actor: list(counties_around(project).items())  # type: ignore[arg-type]  # its project
    if field.kind == "organisation":
        return lambda _project, _actor: list(red_crosses().items())
    return chosen_from(field.choices) if field.choices else None


def form_asks(project: Project, *, leader: bool) -> tuple[Ask, ...]:
    """Every question of the application; the promise is asked of the leader alone."""
    rules = rules_of(project.round)
    return tuple(ask_of(field, rules) for field in definition_of(project).inputs if leader or field.name != "committed")


def read_asks(project: Project, *, closed: bool) -> tuple[Ask, ...]:
    """Every question as its answer is read; `closed`, without those about persons. What was not asked is not there."""
    rules = rules_of(project.round)
    return tuple(
        ask_of(field, rules, closed=closed)
        for field in definition_of(project).inputs
        if is_asked(project, field) and not (closed and (field.private or field.kind == "person"))
    )


def answers(project: Project) -> dict[str, Any]:
    """What the team has answered so far, and what the register says in its place."""
    return {field.name: answer_to(project, field) for field in definition_of(project).inputs}


def budget_asks(project: Project) -> tuple[Ask, ...]:
    """One table of budget lines, with the round's categories and the activities of the plan."""
    plan = [(name, name) for name in activity_names(project)]
    categories = [(one.code, one.label) for one in rules_of(project.round).budget.categories]
    columns = (
        Ask("category", _("科目"), "choice", choices=chosen_from(categories)),
        Ask("item", _("内容")),
        Ask("unit", _("单位")),
        Ask("unit_price_fen", _("单价"), "money"),
        Ask("quantity", _("数量"), "number"),
        Ask("source", _("来源"), "choice", choices=chosen_from(MoneySource.choices)),
        Ask("basis", _("测算依据"), required=False),
        Ask("activity", _("用于哪项活动"), "choice", required=False, choices=chosen_from(plan)),
    )
    return (Ask("lines", _("预算明细"), "rows", required=False, columns=columns),)


def with_defaults(lines: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Lines as the command wants them: every column there."""
    return [{"basis": "", "activity": "", **line} for line in lines]


def report_asks(project: Project) -> tuple[Ask, ...]:
    """The completion report; its goals are those the project promised."""
    names = dict(INDICATORS)
    promised = [(code, names.get(code, code)) for code in goals_of(project)]
    goals = (
        Ask("indicator", _("目标"), "choice", choices=chosen_from(promised)),
        Ask("target", _("原定"), "number", required=False),
        Ask("actual", _("完成"), "number", required=False),
        Ask("evidence", _("依据"), required=False),
    )
    return (
        Ask("summary", _("总结"), "longtext", required=False),
        Ask("goals", _("目标完成情况"), "rows", required=False, columns=goals),
        Ask("lessons", _("问题与体会"), "longtext", required=False),
        Ask("follow_up", _("后续计划"), "longtext", required=False),
    )


def reported(project: Project) -> dict[str, Any]:
    """What the report says so far; to begin with, the goals with what was promised."""
    report = report_of(project)
    if report is None:
        return {
            "goals": [{"indicator": goal_of(row), "target": row.get("target", "")} for row in promised_rows(project)]
        }
    return {ask.name: getattr(report, ask.name) for ask in report_asks(project)}


def promised_rows(project: Project) -> list[dict[str, Any]]:
    """The lines of the plan that promise something."""
    return [row for row in rows(project.form, "indicators") if goal_of(row)]
