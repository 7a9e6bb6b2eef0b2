"""Conditions precedent of a tranche: what must be true before it is paid, and which of it two people may waive."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import F
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from grants.awards.queries import agreement_of
from grants.funds.enums import Trigger
from grants.funds.models import Tranche
from workflow.lifecycle import CHECK, CheckState, ProjectState

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
    waived = set(tranche.waivers.values_list("condition", flat=True))
    return [(name, sentence) for name, sentence in _unmet(tranche) if name not in waived]


def _unmet(tranche: Tranche) -> Iterator[Unmet]:
    agreement = agreement_of(tranche.project)
    if agreement is None or agreement.effective_at is None or tranche.project.state == ProjectState.REVOKED:
        yield "agreement_effective", gettext("项目协议没有生效")
    if tranche.trigger == Trigger.SETTLING and tranche.project.state != ProjectState.SETTLING:
        yield "settling", gettext("决算还没有确认")
    yield from _checks(tranche)
    if earlier := _open_before(tranche):
        yield "earlier_paid", gettext("第 %(n)s 期还没有拨付") % {"n": earlier.number}


def _checks(tranche: Tranche) -> Iterator[Unmet]:
    checks = tranche.project.checks
    open_checks = checks.exclude(state__in=CHECK.final)
    if tranche.trigger == Trigger.CHECK_PASSED and (open_checks.exists() or not checks.exists()):
        yield "check_passed", gettext("中期检查还没有合格")
    if late := checks.filter(state=CheckState.OVERDUE).count():
        yield "no_overdue_check", gettext("有 %(n)s 次检查逾期没有填报") % {"n": late}


def _open_before(tranche: Tranche) -> Tranche | None:
    """The first earlier tranche of which something is open and nothing has been paid."""
    before = Tranche.objects.filter(project=tranche.project_id, number__lt=tranche.number, paid_fen=0)
    return before.filter(planned_fen__gt=F("released_fen")).order_by("number").first()
