"""What each kind of change request must say before it can be filed, each fault in the words of who files it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext

from grants.applications.completeness import SPECIAL
from grants.applications.enums import MoneySource
from grants.applications.form_checking import as_asked
from grants.applications.form_kept import definition_of
from grants.applications.models import Project
from grants.funds.models import Allocation
from grants.funds.restricting import rooms
from grants.implementation.enums import ChangeKind
from grants.implementation.models import ChangeRequest
from grants.kernel.differing import pairs
from grants.kernel.given import day, rows, whole, words
from grants.kernel.money import format_fen
from grants.people.models import Organisation, Team, User
from grants.people.rules import excludes_others
from grants.programmes.asking import shown
from grants.programmes.queries import rules_of
from workflow import clock
from workflow.lifecycle import Role

Fault = Callable[[Project, dict[str, Any]], str]


def fault_of(change: ChangeRequest) -> str:
    """What is missing or wrong in the request as it stands; empty when it can be filed."""
    if not change.reason.strip():
        return gettext("请写明变更的理由。")
    if change.kind in {*PLANS, ChangeKind.BUDGET} and change.after == change.before:
        return gettext("和现在的完全一样，没有要变更的。")
    return FAULTS[change.kind](change.project, change.after)


def _budget(project: Project, after: dict[str, Any]) -> str:
    lines = rows(after, "lines")
    if not lines:
        return gettext("请列出变更后的全部预算明细。")
    known = {category.code for category in rules_of(project.round).budget.categories}
    for number, line in enumerate(lines, start=1):
        if words(line, "category") not in known or not (words(line, "item") and words(line, "unit")):
            return gettext("第 %(n)s 行预算没有写全：要有科目、内容和单位。") % {"n": number}
        if min(whole(line, "unit_price_fen") or 0, whole(line, "quantity") or 0) <= 0:
            return gettext("第 %(n)s 行预算的单价和数量都应大于零。") % {"n": number}
        if line.get("source") not in MoneySource.values:
            return gettext("第 %(n)s 行预算没有写明由谁出钱。") % {"n": number}
    return ""


def _period(project: Project, after: dict[str, Any]) -> str:
    ends, agreed = day(after, "end_date"), project.end_date
    if ends is None or agreed is None or ends <= agreed:
        return gettext("新的结束日期应晚于现在约定的%(day)s。") % {"day": shown(agreed) if agreed else "—"}
    return "" if ends > clock.today() else gettext("新的结束日期应在今天之后。")


def _leader(project: Project, after: dict[str, Any]) -> str:
    person = User.objects.filter(pk=whole(after, "leader") or 0, is_active=True).exclude(pk=project.leader_id).first()
    if person is None:
        return gettext("请选一位能够登录的新负责人。")
    clash = excludes_others(person, Role.TEAM_LEADER, clock.today(), None)
    return str(clash.message) if clash else ""


def _organisation(pk: int | None) -> bool:
    return pk is not None and Organisation.objects.filter(pk=pk, valid_to__isnull=True).exists()


def _handover(project: Project, after: dict[str, Any]) -> str:
    guide, payee = whole(after, "guided_by"), whole(after, "payee")
    if guide == project.team.guided_by_id or not _organisation(guide):
        return gettext("请选接手指导这支团队的红十字会。")
    if Team.objects.filter(guided_by=guide, name=project.team.name).exists():
        return gettext("接手的红十字会已有同名的团队，请先区分开名称。")
    return "" if payee is None or _organisation(payee) else gettext("请选接手的收款单位。")


def _payee(project: Project, after: dict[str, Any]) -> str:
    payee = whole(after, "payee")
    return gettext("请选新的收款单位。") if payee == project.payee_id or not _organisation(payee) else ""


def _plan_rows(name: str, key: str) -> Fault:
    """The table as the application's form asks it: every row whole, none twice, as many as the round wants."""

    def fault(project: Project, after: dict[str, Any]) -> str:
        plan = rows(after, name)
        names = [words(row, key) or words(row, "name") for row in plan]
        if not names or not all(names):
            return gettext("请列出变更后的全部内容，每一行都要有名称。")
        if len(set(names)) < len(names):
            return gettext("变更后的内容有重名，请区分开。")
        asked = definition_of(project).by_name.get(name)
        ours = [row for row in plan if words(row, key)]  # a goal with a name of its own is none of the form's
        found = (
            [*as_asked(project, asked, ours), *SPECIAL[name](project, plan, rules_of(project.round))] if asked else []
        )
        return next(iter(found), "")

    return fault


PLANS: Mapping[str, str] = {ChangeKind.ACTIVITIES: "activities", ChangeKind.GOALS: "indicators"}
"""The tables of the application that a change writes anew, by kind."""


def completed(project: Project, kind: str, after: dict[str, Any]) -> dict[str, Any]:
    """What is asked, with every cell that it leaves unsaid as it is in the row that it changes.

    Which row that is, its name tells, or that most of its cells are the same. A cell that is given empty is emptied.
    """
    name = PLANS.get(kind)
    if name is None or name not in after:
        return after
    key = "indicator" if kind == ChangeKind.GOALS else "name"
    found = pairs(rows(project.form, name), rows(after, name), key)
    told = [{**(was or {}), **now} for was, now in found if now is not None]
    return after | {name: [{cell: value for cell, value in row.items() if value not in (None, "")} for row in told]}


def _reduction(project: Project, after: dict[str, Any]) -> str:
    by = whole(after, "reduce_by_fen") or 0
    if not 0 < by <= project.undrawn_fen:
        most = format_fen(project.undrawn_fen)
        return gettext("核减金额应大于零，并且不超过尚未拨付的 %(most)s 元。") % {"most": most}
    return ""


def _re_source(project: Project, after: dict[str, Any]) -> str:
    carried = Allocation.objects.filter(project=project.pk, source=whole(after, "leaving"), amount_fen__gt=0).first()
    if carried is None:
        return gettext("请选一个为本项目安排了资金的来源。")
    free = sum(room.fen for room in rooms(project, without=carried.source_id))
    short = {"short": format_fen(carried.amount_fen - free)}
    return gettext("其他资金来源还差 %(short)s 元，接不住这个项目。") % short if free < carried.amount_fen else ""


def _nothing_more(project: Project, after: dict[str, Any]) -> str:
    return ""


FAULTS: dict[str, Fault] = {
    ChangeKind.BUDGET: _budget,
    ChangeKind.PERIOD: _period,
    ChangeKind.LEADER: _leader,
    ChangeKind.HANDOVER: _handover,
    ChangeKind.PAYEE: _payee,
    ChangeKind.ACTIVITIES: _plan_rows("activities", "name"),
    ChangeKind.GOALS: _plan_rows("indicators", "indicator"),
    ChangeKind.GRANT_REDUCTION: _reduction,
    ChangeKind.RE_SOURCE: _re_source,
    ChangeKind.TERMINATION: _nothing_more,
}
