"""The application on pages: its answers, its budget lines, as the same asks that every form is made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from grants.applications.completeness import answer_to
from grants.applications.enums import MoneySource
from grants.applications.form_definition import INDICATORS, SECTIONS, SHORT_FORM, Input, asked
from grants.applications.models import Project
from grants.closeout.queries import goal_of, goals_of, report_of
from grants.kernel.given import rows
from grants.programmes.profile import Profile
from grants.programmes.queries import rules_of
from workflow.rules import Ask, Choices

WRITTEN_SECTIONS = tuple((code, label) for code, label in SECTIONS if any(one.section == code for one in SHORT_FORM))


def chosen_from(choices: Any) -> Choices:
    """Choices that depend on nobody."""
    return lambda _record, _actor: [(str(code), str(label)) for code, label in choices]  # in the reader's language


def ask_of(field: Input, rules: Profile) -> Ask:
    """A field of the application as an ask; a draft may leave anything empty."""
    choices = field.choices
    if field.name == "field":
        choices = tuple((one.code, one.label) for one in rules.fields_of_service if one.enabled)
    return Ask(
        field.name,
        field.label,
        field.kind,
        help=field.help,
        required=False,
        choices=chosen_from(choices) if choices else None,
        columns=tuple(ask_of(column, rules) for column in field.columns),
    )


def form_asks(project: Project, *, leader: bool) -> tuple[Ask, ...]:
    """Every answer of the application; the promise is asked of the leader alone."""
    rules = rules_of(project.round)
    return tuple(ask_of(field, rules) for field in asked(rules) if leader or field.name != "committed")


def answers(project: Project) -> dict[str, Any]:
    """What the team has answered so far."""
    return {field.name: answer_to(project, field) for field in SHORT_FORM}


def section_of(name: str) -> str:
    """The section a field belongs to."""
    return next((field.section for field in SHORT_FORM if field.name == name), "")


def budget_asks(project: Project) -> tuple[Ask, ...]:
    """One table of budget lines, with the round's categories."""
    categories = [(one.code, one.label) for one in rules_of(project.round).budget.categories]
    columns = (
        Ask("category", _("科目"), "choice", choices=chosen_from(categories)),
        Ask("item", _("内容")),
        Ask("unit", _("单位")),
        Ask("unit_price_fen", _("单价"), "money"),
        Ask("quantity", _("数量"), "number"),
        Ask("source", _("来源"), "choice", choices=chosen_from(MoneySource.choices)),
        Ask("basis", _("测算依据"), required=False),
    )
    return (Ask("lines", _("预算明细"), "rows", required=False, columns=columns),)


def with_defaults(lines: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Lines as the command wants them: every column there."""
    return [{"basis": "", **line} for line in lines]


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
