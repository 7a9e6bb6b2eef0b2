"""What an application still lacks before it can be submitted, field by field, as the team's task list shows it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext

from grants.applications.budget_checks import budget_problems
from grants.applications.form_checking import as_asked, lengths
from grants.applications.form_definition import (
    ANSWERED,
    AROUND,
    NEEDED_IN_LINE,
    Definition,
    Input,
    Screen,
    asked,
    needed_columns,
)
from grants.applications.form_kept import answer_to, definition_of, is_asked
from grants.applications.models import Project
from grants.applications.queries import activity_names, begins_with, budget_lines, files_of, sections_to_correct
from grants.kernel.errors import Malformed
from grants.kernel.identifiers import normalise_mobile
from grants.kernel.masking import find_personal
from grants.kernel.periods import SHANGHAI, period_end
from grants.people.enums import LegalForm
from grants.programmes.asking import shown
from grants.programmes.profile import Profile
from grants.programmes.queries import checklist, rules_of
from workflow.lifecycle import Stage
from workflow.looking import read_once

COMMITMENT = "commitment"
QUOTES = '《》“”"「」'


@dataclass(frozen=True)
class Problem:
    """One thing to do: the field (or slot of documents) it is about, its section, and what to do."""

    at: str
    section: str
    message: str


@read_once
def slots_given(project: Project) -> set[str]:
    """The slots in which there is a document."""
    return {one.slot for one in files_of(project)}


def problems(project: Project) -> list[Problem]:
    """Everything that is missing or cannot be right, in the order of the form; empty when it can be submitted."""
    return _problems(project, slots_given(project))


def _problems(project: Project, there: set[str]) -> list[Problem]:
    rules, form = rules_of(project.round), definition_of(project)
    found: list[Problem] = []
    for field in form.inputs:
        found += [Problem(field.name, field.section, words) for words in _of_field(project, field, rules)]
    found += [Problem(slot, "files", words) for slot, words in _of_files(project, form, there)]
    return found


@dataclass(frozen=True)
class Standing:
    """How far one page is: empty, part, fix (answered, but not right), done, closed (not sent back)."""

    screen: Screen
    state: str
    lacking: tuple[Problem, ...] = ()


def standings(project: Project) -> list[Standing]:
    """Every page of the application in order, with what is still to do on it."""
    marked = sections_to_correct(project)
    there = slots_given(project)
    found = [*_problems(project, there), *_of_promise(there), *_of_budget(project)]
    form = definition_of(project)
    by_screen: dict[str, list[Problem]] = {screen.code: [] for screen in form.screens}
    for problem in found:
        by_screen[problem.section if problem.at == "budget" else form.screen_of(problem.at).code].append(problem)
    return [_standing(project, screen, tuple(by_screen[screen.code]), there, marked) for screen in form.screens]


def _standing(
    project: Project, screen: Screen, lacking: tuple[Problem, ...], there: set[str], marked: frozenset[str] | None
) -> Standing:
    if marked is not None and not lacking and not open_to_writing(screen, marked):
        return Standing(screen, "closed")
    if not lacking:
        return Standing(screen, "done")
    begun = _begun(project, screen) or there & set(screen.slots)
    fields = definition_of(project).by_name
    unanswered = any(answer_to(project, fields[one.at]) in (None, []) for one in lacking if one.at in fields)
    missing_file = any(one.at not in fields and one.at != "budget" for one in lacking)
    state = "empty" if not begun else "part" if unanswered or missing_file else "fix"
    return Standing(screen, state, lacking)


def open_to_writing(screen: Screen, marked: frozenset[str]) -> bool:
    """Whether something on the page lies in a section that was sent back; files may come with any section of theirs."""
    return screen.section in marked or (bool(screen.slots) and "files" in marked)


def _begun(project: Project, screen: Screen) -> bool:
    if screen.code == "budget":
        return bool(budget_lines(project))
    known, fields = begins_with(project.leader), definition_of(project).by_name
    return any(
        answer_to(project, fields[name]) not in (None, [], False, known.get(name))
        for name in screen.fields
        if name not in ANSWERED and fields[name].kind != "earlier"
    )


def _of_promise(there: set[str]) -> Iterator[Problem]:
    if COMMITMENT not in there:
        yield Problem(COMMITMENT, "files", gettext("签字盖章的承诺书没有上传"))


def _of_budget(project: Project) -> Iterator[Problem]:
    lines = budget_lines(project)
    plan = activity_names(project)
    for words in budget_problems(lines, rules_of(project.round), hazardous=project.hazardous, activities=plan):
        yield Problem("budget", "budget", words)


def screens_needed(form: Definition) -> int:
    """How many pages a team goes through, from the task list to submitting."""
    return len(form.screens) + AROUND


def required_inputs(rules: Profile, slots: int) -> int:
    """How much a team must type, tick or upload at the least: fields, the fewest rows, one budget line, documents.

    What depends on an answer is not counted, nor what is answered from the beginning.
    """
    form, promise = asked(rules), 1
    must = [one for one in form.written if one.required and not one.when and one.name not in ANSWERED]
    found = sum(_least_rows(one, rules) * len(needed_columns(one)) if one.tabular else 1 for one in must)
    return found + len(NEEDED_IN_LINE) + promise + slots


def _least_rows(field: Input, rules: Profile) -> int:
    indicators = rules.application_profile.size.min_indicators if field.name == "indicators" else 0
    return max(1, field.least, indicators)


def _of_field(project: Project, field: Input, rules: Profile) -> Iterator[str]:
    if not is_asked(project, field):
        return
    value = answer_to(project, field)
    if value is None or value == []:
        if field.required:
            yield gettext("“%(field)s”没有填") % {"field": str(field.label)}
        return
    yield from lengths(field, value)
    yield from as_asked(project, field, value)
    if field.name in SPECIAL:
        yield from SPECIAL[field.name](project, value, rules)


def _of_files(project: Project, form: Definition, there: set[str]) -> Iterator[tuple[str, str]]:
    """Documents that the round's list wants, and those that an answer of the form asks for."""
    wanted = {paper.name for paper in form.papers if paper.required and is_asked(project, paper)}
    for slot in checklist(project.round, Stage.APPLICATION):
        if (slot.required or slot.slot in wanted) and slot.slot not in there and slot.slot != COMMITMENT:
            yield slot.slot, gettext("“%(slot)s”没有上传") % {"slot": slot.label}


def _title(_project: Project, value: str, _rules: Profile) -> Iterator[str]:
    if any(sign in value for sign in QUOTES):
        yield gettext("“项目名称”不要用引号和书名号")


def _field_of_service(_project: Project, value: str, rules: Profile) -> Iterator[str]:
    if value not in {field.code for field in rules.fields_of_service if field.enabled}:
        yield gettext("“服务领域”不在本轮范围内")


def _secondary(project: Project, value: list[str], _rules: Profile) -> Iterator[str]:
    if project.field in value:
        yield gettext("“次要领域”不要再选主要的服务领域")


def _public_text(_project: Project, value: str, _rules: Profile) -> Iterator[str]:
    if find_personal(value):
        yield gettext("“项目简介”会公开，请去掉电话、证件和账号")


def _start(project: Project, value: dt.date, _rules: Profile) -> Iterator[str]:
    closes = project.round.call_closes_at
    if closes and value <= closes.astimezone(SHANGHAI).date():
        yield gettext("“实施开始”须在申报截止日%(day)s之后") % {"day": shown(closes.astimezone(SHANGHAI).date())}


def _end(project: Project, value: dt.date, rules: Profile) -> Iterator[str]:
    months = rules.round.implementation_months
    start = project.start_date
    if start and not period_end(start, months.min) <= value <= period_end(start, months.max):
        yield gettext("实施周期须为 %(min)s 至 %(max)s 个月") % {"min": months.min, "max": months.max}


def _mobile(_project: Project, value: str, _rules: Profile) -> Iterator[str]:
    try:
        normalise_mobile(value)
    except Malformed:
        yield gettext("“联系人手机”请填 11 位手机号")


def _activities(_project: Project, value: list[dict[str, Any]], rules: Profile) -> Iterator[str]:
    most = rules.application_profile.size.max_activities
    if len(value) > most:
        yield gettext("活动最多 %(n)s 项") % {"n": most}


def _indicators(_project: Project, value: list[dict[str, Any]], rules: Profile) -> Iterator[str]:
    least = rules.application_profile.size.min_indicators
    if len({row["indicator"] for row in value if row.get("indicator") and row.get("target")}) < least:
        yield gettext("成效指标至少 %(n)s 个，都要有目标值") % {"n": least}


def _paid_to(project: Project, value: str, rules: Profile) -> Iterator[str]:
    if value not in rules.disbursement.payee.allowed:
        yield gettext("本轮不能这样付款，请改选收款单位")
    if value == "registered_team" and project.team.legal_form != LegalForm.REGISTERED:
        yield gettext("团队没有依法登记，资助款须付给指导红十字会")


SPECIAL: dict[str, Callable[[Project, Any, Profile], Iterator[str]]] = {
    "title": _title,
    "field": _field_of_service,
    "fields_secondary": _secondary,
    "summary": _public_text,
    "start_date": _start,
    "end_date": _end,
    "contact_mobile": _mobile,
    "activities": _activities,
    "indicators": _indicators,
    "paid_to": _paid_to,
}
