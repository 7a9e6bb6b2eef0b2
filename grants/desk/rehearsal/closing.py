"""Scenes 6 and 7: reports, acceptance, final accounts, surplus, the last tranche, closing, archive."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Max

from grants.closeout.commands import save_report
from grants.desk.rehearsal.opening import meeting
from grants.desk.rehearsal.paying import close_and_correct, line, open_tranches, pay
from grants.desk.rehearsal.running import change
from grants.desk.rehearsal.world import Case, World
from grants.funds.enums import SourceKind
from grants.funds.models import FundingSource, Payment
from grants.funds.queries import standing
from grants.kernel.given import rows
from grants.programmes.commands import create_round
from grants.settlement.archive import missing_papers
from grants.settlement.keeping import documents_kept, keep_finished
from grants.settlement.models import Voucher
from grants.settlement.queries import accepted_fen, ceiling_fen
from workflow.lifecycle import PROJECT_FINAL, ProjectState, Role
from workflow.ports import SYSTEM

S = ProjectState
GOOD = {"goals": 37, "outcome": 18, "money": 27, "files": 9, "opinion": "目标完成，资料齐全。"}
REACHED = {"volunteer_times": 110, "beneficiary_times": 75}
"""What a report says was reached of an indicator, in parts of a hundred, where it is not all."""
YEAR = 365
POOR = {"goals": 18, "outcome": 8, "money": 15, "files": 5, "opinion": "目标完成不足一半。"}


def close_out(world: World) -> None:
    """Every project reports, is accepted or fails."""
    for case in world.where(S.CLOSEOUT_DUE):
        if "extended" in case.late:
            _extend(world, case)
    world.play.wait(70)
    close_and_correct(world)
    world.refresh()
    for case in world.where(S.CLOSEOUT_DUE):
        _report(world, case)
    for case in world.where(S.CLOSEOUT_SUBMITTED):
        _judge(world, case)


def _extend(world: World, case: Case) -> None:
    request = change(world, case, "period", {"end_date": world.in_days(60)})
    world.play.do(request, "approve_change", world.officer)
    world.do(case, "extend_period", world.officer)


def _report(world: World, case: Case) -> None:
    if "team_silent" in case.late:
        officer = world.county(case, Role.COUNTY_OFFICER) if world.has_county(case) else world.payee(case)
        for _ in range(2):
            world.do(case, "send_reminder", world.officer)
        _write(world, case, officer)
        world.do(case, "submit_closeout_for_team", officer, reason="团队多次联系不上")
        return
    _write(world, case, case.leader)
    if "fails_acceptance" in case.late:
        world.do(case, "declare_no_vouchers", case.leader, reason="活动没有办成，没有支出")
    paper = world.play.document("活动照片", case.leader)
    world.do(case, "submit_closeout", case.leader, evidence=paper)
    if "closeout_returned" in case.late:
        world.do(case, "return_closeout", world.officer, items="补充满意度调查", due_on=world.in_days(10))
        paper = world.play.document("满意度调查", case.leader)
        world.do(case, "submit_closeout", case.leader, evidence=paper)


def _write(world: World, case: Case, actor: Any) -> None:
    promised = [row for row in rows(case.project.form, "indicators") if row.get("indicator")]
    goals = [row | {"actual": row["target"] * REACHED.get(row["indicator"], 100) // 100} for row in promised]
    with world.play.moment():
        save_report(
            case.project,
            actor=actor,
            summary="项目按计划开展志愿服务，服务对象反映良好，志愿者得到锻炼，红十字精神得到传播。",
            goals=goals,
            lessons="应更早联系场地。",
            follow_up="继续按月开展。",
        )


def _judge(world: World, case: Case) -> None:
    if "fails_acceptance" in case.late:
        world.together(case, "fail_acceptance", meeting=meeting(world, "验收会议纪要"), **POOR)
        return
    world.together(case, "accept", **GOOD)
    if "acceptance_reopened" in case.late:
        world.do(case, "reopen_acceptance", world.cast.business_lead, reason="发现漏验一项")
        world.together(case, "accept", **GOOD)


def settle(world: World) -> None:
    """Accounts, decisions on every voucher, the money that is still due one way or the other, closing."""
    for case in world.where(S.ACCEPTED, S.TERMINATED):
        _submit(world, case)
        if "accounts_returned" in case.late:
            world.do(case, "return_accounts", world.cast.finance_officer, items="补充保险名单")
            _submit(world, case)
        if "terminated" in case.late:
            world.do(case, "return_liquidation", world.cast.finance_officer, items="补充终止说明")
            _submit(world, case)
    for case in world.where(S.FINAL_ACCOUNTS):
        _confirm(world, case)
        if "accounts_reopened" in case.late:
            world.do(case, "reopen_accounts", world.cast.finance_approver, reason="发现重复列支")
            _confirm(world, case)
    for case in world.where(S.SETTLING):
        _even_out(world, case)
    for case in world.where(S.SETTLING):
        world.do(case, "close", world.cast.finance_officer)
        lacking = missing_papers(case.project)
        papers = {ask.name: world.play.document(str(ask.label), world.officer) for ask in lacking}
        world.do(case, "archive", world.officer, **papers)


def carry_on(world: World) -> None:
    """A gift that comes when everything is promised goes on to the round of a later year, by two people and minutes."""
    play, cast = world.play, world.cast
    with play.moment():
        text = world.round.configuration.text if world.round.configuration else ""
        year = world.round.year + 4
        later = create_round(world.round.programme, "", year, text, actor=world.officer)
    gift = {
        "kind": SourceKind.DONATION.value,
        "name": "年末定向捐赠",
        "amount_fen": 1_000_00,
        "intent": "可结转以后年度使用",
    }
    play.do(world.round, "add_source", cast.finance_officer, **gift)
    source = FundingSource.objects.get(round=world.round, name=gift["name"])
    given = {"source": str(source.pk), "into": str(later.pk), "amount_fen": source.amount_fen}
    given |= {"meeting": str(meeting(world, "结转会议纪要")), "reason": "年末到账，结转以后年度使用"}
    play.together(world.round, "carry_over", cast.finance_officer, cast.finance_approver, **given)


def years_later(world: World) -> None:
    """A lawsuit holds the papers of one that was not funded; when it and their years are over, two destroy them."""
    finished = [case for case in world.where(*PROJECT_FINAL) if case.state != S.ARCHIVED]
    with world.play.moment():
        while keep_finished(actor=SYSTEM):
            pass
    case = next(case for case in finished if documents_kept(case.project).exists())
    world.do(case, "hold_file", world.officer, reason="涉及诉讼，先冻结")
    world.do(case, "lift_hold", world.cast.business_lead, reason="已经结案")
    last = documents_kept(case.project).aggregate(last=Max("keepings__until"))["last"]
    world.play.go_to(last + dt.timedelta(days=1), stride=YEAR)
    world.together(case, "destroy_papers", reason="保管期满，按规定销毁")


def _submit(world: World, case: Case) -> None:
    move = "liquidate" if case.state == S.TERMINATED else "submit_final_accounts"
    world.do(case, move, world.payee(case))


def _confirm(world: World, case: Case) -> None:
    """Every voucher is decided; of one in ten a little is cut, of a terminated project a good part."""
    finance = world.cast.finance_officer
    for voucher in Voucher.objects.filter(
        project=case.project.pk, withdrawn_at__isnull=True, accepted_fen__isnull=True
    ).order_by("number"):
        room = 0 if voucher.lost else ceiling_fen(case.project) - accepted_fen(case.project)
        accepted = min(voucher.claimed_fen, room)
        given: dict[str, Any] = {"voucher": str(voucher.number), "accepted_fen": accepted}
        if "terminated" in case.late:
            given |= {"accepted_fen": voucher.claimed_fen * 60 // 100, "cut_reason": "与目标无关部分核减"}
        elif accepted < voucher.claimed_fen:
            given["cut_reason"] = "原票遗失，不予认可" if voucher.lost else "超支不补"
        world.do(case, "decide_voucher", finance, **given)
    world.play.together(case.project, "confirm_accounts", world.cast.finance_approver, finance)


def _even_out(world: World, case: Case) -> None:
    """Pay what is still due, keep or ask back what is left, release what was never drawn."""
    story = standing(case.project)
    if story.held < 0 and open_tranches(case):
        pay(world, case, open_tranches(case)[0].number)
    story = standing(case.project)
    if story.held > 0 and "keeps_surplus" in case.late:
        world.do(case, "keep_surplus", world.cast.finance_officer)
    elif story.held > 0:
        _refund(world, case, story.held)
    if open_tranches(case):
        world.do(case, "release_undrawn", world.cast.finance_officer)


def _refund(world: World, case: Case, fen: int) -> None:
    finance = world.cast.finance_officer
    world.do(case, "ask_refund", finance)
    world.play.wait(5)
    case.project.refresh_from_db()
    if "written_off" in case.late:
        for _ in range(2):
            world.do(case, "send_reminder", world.officer)
            world.play.wait(10)
        minutes = meeting(world, "核销会议纪要")
        world.play.together(case.project, "write_off", world.officer, world.cast.finance_approver, meeting=minutes)
        return
    paid = Payment.objects.filter(project=case.project.pk, account__isnull=False).latest("pk")
    world.do(case, "match_refund", world.cast.cashier, line=line(world, "refund", paid, fen))
    world.do(case, "refund_received", finance)
