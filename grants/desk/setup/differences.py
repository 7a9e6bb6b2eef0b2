"""What two versions of a configuration say differently, in the words of the set-up pages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext

from grants.desk.setup.form_differences import form_differences
from grants.desk.setup.parts import Part, Questions, Under
from grants.desk.setup.questions import form_in
from grants.desk.setup.rewriting import read
from grants.desk.setup.sections import Section, parts_everywhere
from grants.desk.setup.values import Values
from grants.desk.tables.given import words_of
from workflow.rules import Ask

NOBODY: Any = None
"""Choices of a configuration depend neither on a record nor on who looks."""


@dataclass(frozen=True)
class Change:
    """One thing that is said differently: where, what it was, what it is. Empty where there was or is nothing."""

    section: str
    label: str
    before: str
    after: str


def differences(old: str, new: str) -> list[Change]:
    """Everything that the second text says differently, page by page, then what stands on no page."""
    before, after = read(old), read(new)
    found = [change for section, part in parts_everywhere() for change in _of_part(section, part, before, after)]
    return [*found, *_elsewhere(before, after)]


def _of_part(section: Section, part: Part, before: Values, after: Values) -> Iterator[Change]:
    if isinstance(part, Questions):
        forms = (form_in(data["application_profile"]) for data in (before, after))
        yield from (Change(str(section.label), one.label, one.before, one.after) for one in form_differences(*forms))
        return
    was, now, ask = part.read(before), part.read(after), part.ask(after)
    if was == now:
        return
    if ask.kind != "rows":
        yield Change(str(section.label), str(ask.label), _words(ask, was), _words(ask, now))
        return
    columns = {column.name: column for column in ask.columns}
    rows_were, rows_are = _by_name(part, was), _by_name(part, now)
    for name in [*rows_were, *(name for name in rows_are if name not in rows_were)]:
        old, new = rows_were.get(name, {}), rows_are.get(name, {})
        changed = [key for key in columns if key != "code" and old.get(key) != new.get(key)]
        if not changed:
            continue
        shown = changed if old and new else [key for key in columns if key not in {"code", "label"}]
        said = [_row(columns, shown, row) for row in (old, new)]
        title = _title(columns, new or old)
        yield Change(str(section.label), f"{ask.label}{gettext('：')}{title}", *said)
    if list(rows_were) != list(rows_are) and sorted(rows_were) == sorted(rows_are):
        orders = (gettext("、").join(_title(columns, row) for row in rows.values()) for rows in (rows_were, rows_are))
        yield Change(str(section.label), gettext("%(table)s的顺序") % {"table": ask.label}, *orders)


def _by_name(part: Part, rows: list[Values]) -> dict[str, Values]:
    """Rows by what tells them apart: their code, or what they are called, or their place."""
    found: dict[str, Values] = {}
    for n, row in enumerate(rows):
        name = str(row.get("code") or (f"{row.get('above')}·{row.get('zh', '')}" if isinstance(part, Under) else n))
        found[name if name not in found else f"{name}#{n}"] = row
    return found


def _title(columns: dict[str, Ask], row: Values) -> str:
    first = next(key for key in columns if key != "code")
    return str(row.get(first, ""))


def _row(columns: dict[str, Ask], keys: list[str], row: Values) -> str:
    said = ((str(columns[key].label), _words(columns[key], row.get(key))) for key in keys)
    return gettext("；").join(f"{label} {words}" for label, words in said if words) if row else ""


def _words(ask: Ask, value: Any) -> str:
    if value in (None, "", []):
        return ""
    return words_of(ask, value, dict(ask.choices(NOBODY, NOBODY)) if ask.choices else None)


def _elsewhere(before: Values, after: Values) -> Iterator[Change]:
    """What stands on no page is told by its place in the text."""
    parts = [part for _section, part in parts_everywhere()]
    was, now = dict(_flat(before)), dict(_flat(after))
    for path in [*was, *(path for path in now if path not in was)]:
        if was.get(path) != now.get(path) and not any(part.owns(path) for part in parts):
            yield Change(gettext("其他配置"), path, str(was.get(path, "")), str(now.get(path, "")))


def _flat(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for name, one in value.items():
            yield from _flat(one, f"{path}.{name}" if path else name)
    elif isinstance(value, list):
        for n, one in enumerate(value, 1):
            yield from _flat(one, f"{path}[{n}]")
    else:
        yield path, value
