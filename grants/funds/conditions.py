"""Conditions precedent of a tranche: what must be true before it is paid, and which of it two people may waive."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from functools import partial
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from grants.funds.enums import Trigger
from grants.funds.models import Tranche, Waiver
from workflow.lifecycle import CHECK, CheckState, ProjectState
from workflow.looking import once

WAIVABLE = {
    "check_passed": _("中期检查合格"),
    "no_overdue_check": _("没有逾期的检查"),
    "earlier_paid": _("前一期已经拨付"),
}
"""What two people may waive. Agreement and final accounts are the ground of the payment itself and stay."""

Unmet = tuple[str, str]
"""(name of the condition, sentence that states it)."""


def unmet(tranche: Tranche) -> list[Unmet]:
    """Every condition of the tranche that is neither met nor waived, each with its sentence, in a fixed order."""
    known = {row.pk: row for row in once(_key(tranche.project_id), lambda: _known([tranche.project_id]))}
    now = known[tranche.pk]
    return [(name, sentence) for name, sentence in _unmet(now, known.values()) if not getattr(now, f"waived_{name}", 0)]


def foresee(projects: Collection[int]) -> None:
    """While somebody is looking: the conditions of all tranches of these projects are read by one query."""
    rows: dict[int, list[Any]] = {project: [] for project in projects}
    for row in _known(projects):
        rows[row.project_id].append(row)
    for project, mine in rows.items():
        once(_key(project), partial(list, mine))


def _key(project: int) -> tuple[str, int]:
    return ("conditions", project)


def _known(projects: Collection[int]) -> list[Any]:
    """The tranches of projects in their order, each with all that its conditions ask about, by one query."""
    late, over = Q(project__checks__state=CheckState.OVERDUE), Q(project__checks__state__in=CHECK.final)
    waived = {
        f"waived_{name}": Exists(Waiver.objects.filter(tranche=OuterRef("pk"), condition=name)) for name in WAIVABLE
    }
    found = Tranche.objects.filter(project__in=projects).annotate(
        state=F("project__state"),
        effective_at=F("project__agreement__effective_at"),
        checks=Count("project__checks"),
        passed=Count("project__checks", filter=over),
        late=Count("project__checks", filter=late),
        **waived,
    )
    return list(found.order_by("project", "number"))


def _unmet(tranche: Any, all_of_them: Iterable[Any]) -> Iterator[Unmet]:
    if tranche.effective_at is None or tranche.state == ProjectState.REVOKED:
        yield "agreement_effective", gettext("项目协议没有生效")
    if tranche.trigger == Trigger.SETTLING and tranche.state != ProjectState.SETTLING:
        yield "settling", gettext("决算还没有确认")
    if tranche.trigger == Trigger.CHECK_PASSED and not tranche.checks == tranche.passed > 0:
        yield "check_passed", gettext("中期检查还没有合格")
    if tranche.late:
        yield "no_overdue_check", gettext("有 %(n)s 次检查逾期没有填报") % {"n": tranche.late}
    earlier = (one for one in all_of_them if one.number < tranche.number and not one.paid_fen)
    if before := next((one for one in earlier if one.planned_fen > one.released_fen), None):
        yield "earlier_paid", gettext("第 %(n)s 期还没有拨付") % {"n": before.number}
