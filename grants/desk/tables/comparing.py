"""Applications side by side, fact by fact, for those who rank them: figures, budget, what the conditions say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext

from grants.applications.enums import MoneySource
from grants.applications.form_kept import definition_of
from grants.applications.models import Project
from grants.applications.queries import MINUTES
from grants.desk.forms.application import answers, ask_of
from grants.desk.tables.given import said
from grants.desk.tables.recommending import warnings
from grants.kernel.given import rows, whole
from grants.kernel.money import format_fen
from grants.programmes.asking import shown
from grants.programmes.queries import checklist, rules_of
from grants.reviews.findings import Known, findings
from workflow.lifecycle import Stage
from workflow.phrases import listed

HALVES = 2
"""Hours are written in whole or half ones; reckoned in halves they stay whole numbers."""


@dataclass(frozen=True)
class Cell:
    """What one application says to a fact: in lines; a figure stands to the right, what speaks against it is marked."""

    lines: tuple[str, ...]
    figure: bool = False
    against: bool = False


@dataclass(frozen=True)
class Row:
    """One fact, and what each application says to it, in their order."""

    label: str
    cells: tuple[Cell, ...]


def compared(projects: Sequence[Project], known: Mapping[int, Known], actor: Any) -> list[Row]:
    """Every fact that at least one of the applications has; those on whose budgets nothing stands are left out."""
    told = [_facts(project, known[project.pk], actor) for project in projects]
    labels = dict.fromkeys(label for one in told for label in one)
    nothing = Cell(("—",))
    return [Row(label, tuple(one.get(label, nothing) for one in told)) for label in labels]


def _facts(project: Project, known: Known, actor: Any) -> dict[str, Cell]:
    found = dict(_figures(project))
    found |= dict(_words(project, actor))
    found |= dict(_money(project, known))
    found |= dict(_judged(project, known))
    return found


def _figures(project: Project) -> Iterator[tuple[str, Cell]]:
    yield gettext("团队"), Cell((str(project.team), project.team.guided_by.short_name))
    if project.start_date and project.end_date:
        days = {"a": shown(project.start_date), "b": shown(project.end_date)}
        yield gettext("实施时间"), Cell((gettext("%(a)s至%(b)s") % days,))
    served = whole(project.form, "beneficiary_count") or 0
    yield gettext("申请金额（元）"), Cell((format_fen(project.requested_fen),), figure=True)
    if served:
        yield gettext("预计直接受益人数"), Cell((f"{served:,}",), figure=True)
        yield gettext("每人花多少（元）"), Cell((format_fen(project.requested_fen // served),), figure=True)
    plan = rows(project.form, "activities")
    if plan:
        times = sum(whole(row, "times") or 0 for row in plan)
        told = {"n": len(plan), "times": times}
        yield gettext("活动"), Cell((gettext("%(n)s项，共%(times)s场") % told,))
        halves = sum(_each(row) * (whole(row, "times") or 0) * (whole(row, "volunteers") or 0) for row in plan)
        if halves:
            yield gettext("计划服务时长（小时）"), Cell((f"{halves // HALVES:,}",), figure=True)


def _each(row: Mapping[str, Any]) -> int:
    """Hours of one volunteer at one session, in halves; 0 where nobody said."""
    given = row.get("hours_each")
    return int(given * HALVES) if isinstance(given, int | float) else 0


def _words(project: Project, actor: Any) -> Iterator[tuple[str, Cell]]:
    form, known = definition_of(project), answers(project)
    for name in ("field", "beneficiaries", "summary", "indicators"):
        asked = form.by_name.get(name)
        if asked is None or known.get(name) in (None, "", []):
            continue
        one = said(ask_of(asked, rules_of(project.round)), known[name], project, actor)
        lines = tuple("".join(cell.text if hasattr(cell, "text") else str(cell) for cell in row) for row in one.table)
        yield str(asked.label), Cell(lines or (one.text,))


def _money(project: Project, known: Known) -> Iterator[tuple[str, Cell]]:
    granted = [line for line in known.lines if line.source == MoneySource.GRANT]
    total = sum(line.amount_fen for line in granted)
    for category in rules_of(project.round).budget.categories:
        fen = sum(line.amount_fen for line in granted if line.category == category.code)
        if fen:
            share = gettext("占%(n)s%%") % {"n": (fen * 100 + total // 2) // total}
            label = gettext("预算：%(name)s（元）") % {"name": category.label}
            yield label, Cell((format_fen(fen), share), figure=True)
    others = [line for line in known.lines if line.source != MoneySource.GRANT]
    if others:
        yield gettext("其他来源（元）"), Cell((format_fen(sum(line.amount_fen for line in others)),), figure=True)


def _judged(project: Project, known: Known) -> Iterator[tuple[str, Cell]]:
    found = findings(project, rules_of(project.round), known)
    wrong = [gettext("%(rule)s：%(fact)s") % {"rule": one.rule, "fact": one.fact} for one in found if one.ok is False]
    fine = gettext("系统查过，没有不符")
    yield gettext("申报条件"), Cell(tuple(wrong) or (fine,), against=bool(wrong))
    if doubts := warnings(project):
        yield gettext("提示"), Cell(doubts, against=True)
    names = {one.slot: str(one.label) for one in checklist(project.round, Stage.APPLICATION)}
    there = [name for slot, name in names.items() if slot in known.slots and slot != MINUTES]
    yield gettext("材料"), Cell((listed(there) if there else gettext("没有"),))
    minuted = gettext("有") if MINUTES in known.slots else gettext("没有")
    yield gettext("推荐会议纪要"), Cell((minuted,))
    for word in project.recommendations.all():
        told = {"n": word.rank or "—", "opinion": word.opinion}
        label = gettext("%(level)s意见") % {"level": word.get_level_display()}
        yield label, Cell((gettext("第%(n)s位：%(opinion)s") % told,))
