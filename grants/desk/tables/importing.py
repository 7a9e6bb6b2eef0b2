"""What would become of a list, row by row in words; and the lists that came in before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext, ngettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from grants.desk.tables.register import Change, told_changes
from grants.people.importing.plan import Fate, Plan, Row
from grants.people.models import RegisterImport

FATES = {
    Fate.NEW: (_("新登记"), "ok", "plus-lg"),
    Fate.CHANGED: (_("更正"), "doing", "pencil-square"),
    Fate.SAME: (_("已登记，不变"), "rest", "check-circle-fill"),
    Fate.FAULTY: (pgettext_lazy("import", "要改"), "hold", "exclamation-circle-fill"),
}


@dataclass(frozen=True)
class ListRow:
    """One row of the list as the page shows it."""

    row: Row
    label: str
    tone: str
    icon: str
    changes: tuple[Change, ...]


def list_rows(plan: Plan, model: Any) -> list[ListRow]:
    """Every row with its fate."""
    return [_row(row, model) for row in plan.rows]


def _row(row: Row, model: Any) -> ListRow:
    label, tone, icon = FATES[row.fate]
    changes = tuple(told_changes(model, row.changes)) if row.fate == Fate.CHANGED else ()
    return ListRow(row, str(label), tone, icon, changes)


def fates_told(plan: Plan) -> list[str]:
    """How many rows share which fate, in words."""
    counts = {fate: len(plan.of(fate)) for fate in Fate}
    found = []
    if n := counts[Fate.NEW]:
        found.append(ngettext("新登记%(n)s个", "新登记%(n)s个", n) % {"n": n})
    if n := counts[Fate.CHANGED]:
        found.append(ngettext("更正%(n)s个", "更正%(n)s个", n) % {"n": n})
    if n := counts[Fate.SAME]:
        found.append(ngettext("%(n)s个已经登记，不变", "%(n)s个已经登记，不变", n) % {"n": n})
    if n := counts[Fate.FAULTY]:
        found.append(ngettext("%(n)s行要改", "%(n)s行要改", n) % {"n": n})
    if n := len(plan.leaders):
        found.append(ngettext("开通%(n)s个负责人账号", "开通%(n)s个负责人账号", n) % {"n": n})
    return found


def done_told(made: RegisterImport) -> str:
    """What an import did, in one sentence."""
    found = [ngettext("新登记%(n)s个", "新登记%(n)s个", made.entered) % {"n": made.entered}]
    if n := made.corrected:
        found.append(ngettext("更正%(n)s个", "更正%(n)s个", n) % {"n": n})
    if n := made.unchanged:
        found.append(ngettext("%(n)s个已经登记，不变", "%(n)s个已经登记，不变", n) % {"n": n})
    if n := made.leaders:
        found.append(ngettext("开通%(n)s个负责人账号", "开通%(n)s个负责人账号", n) % {"n": n})
    return gettext("，").join(found)
