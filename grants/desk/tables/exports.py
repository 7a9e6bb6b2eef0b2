"""The columns of the exported list of projects, those that the person may see; and what was exported, in words."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from grants.desk.forms.filters import ProjectFilter, service_fields
from grants.desk.models import Export
from grants.desk.tables.board import ancestor_at
from grants.desk.tables.sheets import Value, Yuan
from grants.people.enums import Level
from grants.people.models import Organisation
from workflow import clock
from workflow.lifecycle import PROJECT, Stage


@dataclass(frozen=True)
class Column:
    """One column: its heading, what stands in it, how wide it is."""

    head: StrOrPromise
    value: Callable[[Any], Value]
    width: int = 14


def columns(tree: Mapping[int, Organisation], *, numbers: Collection[int], scores: bool) -> list[Column]:
    """What is exported. `numbers` are the people whose telephone the reader may have, `scores` whether scores show."""
    fields = service_fields()

    def place(level: Level) -> Callable[[Any], Value]:
        return lambda one: found.short_name if (found := ancestor_at(one.scope, level, tree)) else ""

    made = [
        Column(_("项目编号"), lambda one: one.number, 18),
        Column(_("项目名称"), lambda one: one.title, 30),
        Column(_("轮次"), lambda one: str(one.round), 24),
        Column(_("阶段"), lambda one: str(Stage(PROJECT.stage_of(str(one.state))).label), 8),
        Column(_("状态"), lambda one: one.label, 20),
        Column(_("期限"), lambda one: one.due_at.astimezone(clock.SHANGHAI) if one.due_at else None, 17),
        Column(_("团队名称"), lambda one: one.team.name, 24),
        Column(_("指导红十字会"), lambda one: one.team.guided_by.name, 26),
        Column(_("设区市"), place(Level.PREFECTURE), 16),
        Column(_("县（市、区）"), place(Level.COUNTY), 16),
        Column(_("服务领域"), lambda one: fields.get(one.field, ""), 14),
        Column(_("项目负责人"), lambda one: str(one.leader), 12),
        Column(_("申请（元）"), lambda one: Yuan(one.requested_fen)),
        Column(_("批准（元）"), lambda one: Yuan(one.granted_fen) if one.granted_fen else None),
        Column(_("已拨（元）"), lambda one: Yuan(one.paid_fen) if one.granted_fen else None),
        Column(_("实施开始"), lambda one: one.start_date, 12),
        Column(_("实施结束"), lambda one: one.end_date, 12),
    ]
    if numbers:
        phone = Column(
            _("负责人手机"), lambda one: one.leader.mobile.removeprefix("+86") if one.leader_id in numbers else "", 16
        )
        made.insert(12, phone)
    if scores:
        made.append(Column(_("评审得分"), lambda one: _points(one.score_hundredths)))
    return made


def _points(hundredths: int | None) -> Value:
    return None if hundredths is None else Yuan(hundredths)


def rows(projects: Iterable[Any], found: list[Column]) -> Iterator[list[Value]]:
    """One row a project."""
    for project in projects:
        yield [column.value(project) for column in found]


def export_rows(found: Iterable[Export], rounds: Sequence[Any], tree: Sequence[Organisation]) -> list[dict[str, Any]]:
    """What was taken away, each with its filters in words; `again` is the address of the same list."""
    return [
        {"export": one, "filters": filters_in_words(one.wanted, rounds, tree), "again": one.wanted} for one in found
    ]


def filters_in_words(wanted: str, rounds: Sequence[Any], tree: Sequence[Organisation]) -> list[str]:
    """Every filter of an address as its form names it: 阶段：评审."""
    form = ProjectFilter(dict(parse_qsl(wanted)), rounds, tree)
    named = {name: field for name, field in form.fields.items() if name != "sort"}
    return [_said(named[name], value) for name, value in form.data.items() if name in named]


def _said(field: Any, value: str) -> str:
    if isinstance(field, forms.BooleanField):
        return str(field.label)
    words = {"label": field.label, "value": value}
    if hasattr(field, "choices"):
        words["value"] = dict(_flat(field.choices)).get(value, gettext("（已不在可选之列）"))
    return gettext("%(label)s：%(value)s") % words


def _flat(choices: Iterable[Any]) -> Iterator[tuple[str, str]]:
    """The choices without their groups."""
    for value, label in choices:
        if isinstance(label, list | tuple):
            yield from _flat(label)
        else:
            yield str(value), str(label)
