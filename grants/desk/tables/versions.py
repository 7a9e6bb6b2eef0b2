"""What a version of an application says, and what it says otherwise than the one before, whatever form asked each."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext

from grants.applications.form_definition import SECTIONS, Definition, Input
from grants.applications.form_kept import definition_under, met
from grants.applications.models import BudgetLine, Project
from grants.desk.forms.application import ask_of
from grants.desk.queries.versions import HandedIn
from grants.desk.tables.changes import Asked, Cell, Change, RowChange, asked, change_of
from grants.desk.tables.changing import lines_ask
from grants.desk.tables.documents import slot_names
from grants.desk.tables.given import Said, said
from grants.desk.tables.text import Part, budget_table, masked
from grants.programmes.queries import rules_of

ORDER = {code: place for place, (code, _label) in enumerate(SECTIONS)}
LABELS = dict(SECTIONS)


def what_changed(project: Project, old: HandedIn, new: HandedIn, actor: Any, *, closed: bool) -> list[Change]:
    """Every answer, budget line and document that is otherwise in the latter, section by section.

    `closed`: without what is about persons, other numbers masked.
    """
    before, after = (_answers(project, one, actor, closed=closed) for one in (old, new))
    names = [*after, *(name for name in before if name not in after)]
    found = [
        (section, change)
        for name in names
        if (change := change_of(before.get(name, NOT)[1], after.get(name, NOT)[1]))
        for section in [(after.get(name) or before[name])[0]]
    ]
    if budget := change_of(*(_lines(project, one.lines, actor) for one in (old, new))):
        found.append(("budget", budget))
    if files := _files(project, old, new):
        found.append(("files", files))
    ordered = sorted(found, key=lambda one: ORDER[one[0]])
    return [replace(change, section=str(LABELS[section])) for section, change in ordered]


NOT: tuple[str, Asked | None] = ("", None)


def _answers(project: Project, version: HandedIn, actor: Any, *, closed: bool) -> dict[str, tuple[str, Asked]]:
    """Every question that was asked under the form of that version, with its section and its answer."""
    form, rules = definition_under(version.row), rules_of(project.round)
    given: Mapping[str, Any] = json.loads(version.row.answers)
    return {
        one.name: (
            one.section,
            asked(ask_of(one, rules, closed=closed), given.get(one.name), project, actor, closed=closed),
        )
        for one in form.inputs
        if _was_asked(form, one, given) and not (closed and (one.private or one.kind == "person"))
    }


def _was_asked(form: Definition, field: Input, given: Mapping[str, Any]) -> bool:
    """Whether the condition of a question was met by the answers of then; one that hangs on the register counts."""
    other = form.by_name.get(field.when) if field.when else None
    if other is None:
        return not field.when
    return other.kind == "earlier" or (_was_asked(form, other, given) and met(given.get(other.name), field.equals))


def _lines(project: Project, lines: list[BudgetLine], actor: Any) -> Asked:
    ask = lines_ask(project)
    return asked(
        ask, [{column.name: getattr(line, column.name) for column in ask.columns} for line in lines], project, actor
    )


def _files(project: Project, old: HandedIn, new: HandedIn) -> Change | None:
    """The documents that came and went; the same bytes in the same place are the same document."""
    names = slot_names(project)
    were, are = ({(one.slot, one.document.sha256): one.document.name for one in it.files} for it in (old, new))
    gone, come = ([key for key in some if key not in others] for some, others in ((were, are), (are, were)))
    rows = tuple(
        RowChange(kind, names.get(key[0], ""), (Cell(gettext("文件"), there.get(key, ""), here.get(key, "")),))
        for kind, keys, there, here in (("new", come, {}, are), ("gone", gone, were, {}))
        for key in keys
    )
    return Change(gettext("材料"), rows=rows) if rows else None


# The whole of one version ---------------------------------------------------------------------------------------


def whole(project: Project, version: HandedIn, actor: Any, *, closed: bool) -> list[Part]:
    """Everything that a version says, in sections, under the form that asked it."""
    found = _answers(project, version, actor, closed=closed)
    parts = [
        Part(str(label), list(_said(project, section, found, actor, closed=closed))) for section, label in SECTIONS
    ]
    if version.lines:
        parts.append(Part(str(LABELS["budget"]), [budget_table(project, version.lines, actor)]))
    return [part for part in parts if part.said]


def _said(
    project: Project, section: str, found: Mapping[str, tuple[str, Asked]], actor: Any, *, closed: bool
) -> Iterator[Said]:
    for its, one in found.values():
        if its == section and not one.empty and one.value is not False:
            told = said(one.ask, one.value, project, actor)
            yield masked(told) if closed else told
