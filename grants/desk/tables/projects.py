"""The list of projects as a table: its columns, which way it is sorted, what is due in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.utils.translation import gettext_lazy as _

from grants.desk.tables.urgency import urgency
from grants.kernel.workdays import Calendar
from workflow import clock

HEADS = (
    ("title", _("项目"), False),
    ("team", _("团队"), False),
    ("state", _("状态"), False),
    ("due", _("期限"), False),
    ("requested", _("申请（元）"), True),
    ("granted", _("批准（元）"), True),
)


@dataclass(frozen=True)
class Head:
    """One heading: where a press on it leads, and how the rows stand now."""

    label: Any
    query: str
    figure: bool
    sorted: str

    @property
    def icon(self) -> str:
        """An arrow where the table is sorted by it."""
        return {"ascending": "chevron-up", "descending": "chevron-down"}.get(self.sorted, "")


def heads(wanted: Mapping[str, str]) -> list[Head]:
    """The headings; a second press turns the order round."""
    now = wanted.get("sort", "")
    others = {name: value for name, value in wanted.items() if name != "sort"}
    made = []
    for name, label, figure in HEADS:
        way = "ascending" if now == name else "descending" if now == f"-{name}" else ""
        query = urlencode({**others, "sort": f"-{name}" if way == "ascending" else name})
        made.append(Head(label, query, figure, way))
    return made


def rows(projects: Iterable[Any], days: Calendar) -> list[dict[str, Any]]:
    """Projects with what is left of their time."""
    now = clock.now()
    made = []
    for project in projects:
        group, left = urgency(project.due_at, days, now)
        made.append({"project": project, "group": group, "left": left if project.due_at else ""})
    return made
