"""Scene 5: projects run; activities, vouchers, interest, checks, changes, a suspension, a termination half way."""

from __future__ import annotations

import datetime as dt
from typing import Any

from grants.desk.rehearsal.opening import meeting
from grants.desk.rehearsal.world import Case, World
from grants.implementation.commands import draft_change
from grants.implementation.models import ChangeRequest, Check
from grants.implementation.queries import budget_now, lines_of
from grants.implementation.visits import to_visit
from workflow.lifecycle import CheckState, ProjectState, Role

S = ProjectState


def begin(world: World) -> None:
    """The start date comes; the clock starts every project."""
    world.play.wait(25)
    world.refresh()


def run(world: World) -> None:
    """Half the period: activities, a check, changes; then the other half with the money spent."""
    for case in world.where(S.IN_PROGRESS):
        _activities(world, case, 3)
    for case in world.where(S.IN_PROGRESS):
        _changes(world, case)
    world.play.wait(100)
    for case in world.where(S.IN_PROGRESS):
        _interrupt(world, case)
    world.play.wait(50)
    _checks(world)
    for case in world.where(S.IN_PROGRESS):
        _activities(world, case, 3)
        vouchers(world, case)
        if "finishes_early" in case.late:
            world.do(case, "finish_early", case.leader)


def _activities(world: World, case: Case, count: int) -> None:
    for _ in range(count):
        world.do(
            case,
            "log_activity",
            case.leader,
            name="社区服务日",
            held_on=world.play.today.isoformat(),
            place="社区文化礼堂",
            volunteers=8 + world.play.dice.randint(0, 10),
            minutes_each=120,
            served=30 + world.play.dice.randint(0, 60),
            cancelled=False,
        )


def _changes(world: World, case: Case) -> None:
    if "goals_changed" in case.late:
        request = change(world, case, "goals", {"indicators": _goals(case, 7)})
        world.play.do(request, "return_change", world.officer, reason="请写明依据")
        world.play.do(request, "file_change", case.leader)
        world.play.do(request, "approve_change", world.officer)
    elif "change_refused" in case.late:
        request = change(world, case, "activities", {"activities": [{"name": "社区服务日", "times": 4}]})
        world.play.do(request, "refuse_change", world.officer, reason="影响目标完成")
        dropped = drafted(world, case, "goals", {"indicators": _goals(case, 5)}, reason="想法未定")
        world.play.do(dropped, "drop_change", case.leader)
        adjusted = drafted(world, case, "budget", {"lines": _bought_otherwise(case)}, reason="换一种耗材")
        world.play.do(adjusted, "adjust_freely", case.leader)


def _bought_otherwise(case: Case) -> list[dict[str, Any]]:
    """The budget with another thing for the same money in its first line: within its category the team decides."""
    first, *others = lines_of(budget_now(case.project))
    return [{**first, "item": f"{first['item']}（改）"}, *others]


def _goals(case: Case, target: int) -> list[dict[str, Any]]:
    """What the project promised, the first figure another."""
    first, *others = case.project.form["indicators"]
    return [{**first, "target": target}, *others]


def change(world: World, case: Case, kind: str, after: dict[str, Any], actor: Any = None) -> ChangeRequest:
    """A change is drafted and filed."""
    person = actor or case.leader
    request = drafted(world, case, kind, after, reason="因实际情况需要调整", actor=person)
    world.play.do(request, "file_change", person)
    return request


def drafted(
    world: World, case: Case, kind: str, after: dict[str, Any], *, reason: str, actor: Any = None
) -> ChangeRequest:
    """A change is drafted."""
    with world.play.moment():
        return draft_change(case.project, actor=actor or case.leader, kind=kind, after=after, reason=reason)


def _interrupt(world: World, case: Case) -> None:
    lead = world.cast.business_lead
    if "suspended" in case.late:
        world.do(case, "suspend", lead, reason="接到投诉，先行核查")
        world.do(case, "resume", world.cast.leadership, reason="核查无问题")
        world.do(case, "hold_payments", world.cast.finance_officer, reason="账户名称待核对")
        world.do(case, "lift_payment_hold", world.cast.finance_approver, reason="已核对无误")
    elif "terminated" in case.late:
        vouchers(world, case, share=30)
        world.together(case, "terminate", meeting=meeting(world, "终止会议纪要"), ground="silent")


def _checks(world: World) -> None:
    by_project = {case.project.pk: case for case in world.cases}
    for check in Check.objects.filter(state__in=[CheckState.DUE, CheckState.OVERDUE]).order_by("pk"):
        case = by_project[check.project_id]
        if case.state != S.IN_PROGRESS:
            continue
        if "check_waived" in case.late:
            world.play.together(check, "waive", world.officer, world.cast.business_lead, reason="金额小，资料已足")
        elif "check_overdue" not in case.late:
            _check(world, case, check)
    for case in world.where(S.IN_PROGRESS):
        if "suspended" in case.late:
            _on_site(world, case)


def _check(world: World, case: Case, check: Check) -> None:
    page = {"progress": "按计划推进，已完成过半。", "spent_fen": 500_000, "activities_done": 3, "problems": ""}
    world.play.do(check, "file", case.leader, **page)
    if "closeout_returned" in case.late:
        world.play.do(check, "rectify", world.officer, items="补齐签到表", due_on=world.in_days(20))
        world.play.do(check, "rectified", case.leader, evidence=world.play.document("整改材料", case.leader))
    visited = {"visited_on": world.play.today.isoformat()} if to_visit(check) else {}
    world.play.do(check, "pass_check", world.officer, opinion="进度正常，资金使用规范。", **visited)


def _on_site(world: World, case: Case) -> None:
    checker = world.city(case, Role.CITY_OFFICER) if world.has_city(case) else world.officer
    world.do(case, "call_check", checker, due_on=world.in_days(10))
    _check(world, case, Check.objects.filter(project=case.project.pk).latest("pk"))


def overdue_check(world: World) -> None:
    """The one that let the date pass files late and is passed after all; the next tranche need not wait for it."""
    by_project = {case.project.pk: case for case in world.cases}
    for check in Check.objects.filter(state=CheckState.OVERDUE).order_by("pk"):
        case = by_project[check.project_id]
        if case.state in {S.IN_PROGRESS, S.CLOSEOUT_DUE}:
            for tranche in case.project.tranches.filter(paid_fen=0):
                given = {"tranche": str(tranche.number), "condition": "no_overdue_check", "reason": "团队已说明原因"}
                world.together(case, "waive_condition", **given)
            _check(world, case, check)


def vouchers(world: World, case: Case, share: int | None = None) -> None:
    """Expenses are filed with photo, amount and category; together they are the lot's share of the grant (percent)."""
    plan = {"refunds": 88, "written_off": 94, "accounts_reopened": 92}
    percent = share or next((plan[lot] for lot in sorted(case.late) if lot in plan), 100)
    total = case.project.granted_fen * percent // 100
    if "keeps_surplus" in case.late:
        total -= min(case.project.granted_fen // 200, 8_000)
    payee = world.payee(case)
    if "fails_acceptance" in case.late:
        return
    if "goals_changed" in case.late:
        file_voucher(world, case, payee, 5_000, "ACT_MATERIAL")
        given = {"voucher": str(case.project.vouchers.latest("number").number), "reason": "票据开错，重开"}
        world.do(case, "withdraw_voucher", payee, **given)
    parts = [total * 45 // 100, total * 30 // 100]
    parts.append(total - sum(parts))
    for part, category in zip(parts, ("ACT_MATERIAL", "VOL_TRANSPORT", "VOL_INSURANCE"), strict=True):
        file_voucher(world, case, payee, part, category)
    if (not case.late or "suspended" in case.late) and share is None:
        world.do(
            case, "record_interest", payee, amount_fen=1_234, on=world.play.today.isoformat(), bank_ref=_interest(world)
        )


def _interest(world: World) -> str:
    world.bank_lines += 1
    return f"INT{world.bank_lines:06d}"


def file_voucher(world: World, case: Case, payee: Any, fen: int, category: str, **more: Any) -> None:
    """One voucher with its photo."""
    world.bank_lines += 1
    given: dict[str, Any] = {
        "kind": "digital",
        "voucher_no": f"26332000000{world.bank_lines:09d}",
        "gross_fen": fen,
        "claimed_fen": fen,
        "category": category,
        "seller": "杭州某某文化用品有限公司",
        "content": "活动物资",
        "issued_on": world.play.today.isoformat(),
        "photo": world.play.document("发票", payee),
    }
    world.do(case, "file_voucher", payee, **(given | more))


def period_ends(world: World) -> None:
    """The last day of the last project passes; the clock sends all to closeout."""
    ends = [case.project.end_date for case in world.where(S.IN_PROGRESS) if case.project.end_date]
    if ends:
        world.play.go_to(max(ends) + dt.timedelta(days=2))
    world.refresh()
