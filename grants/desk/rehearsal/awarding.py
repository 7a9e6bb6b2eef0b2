"""Scene 4: the meeting decides, the list is public, objections are settled, agreements signed, places refilled."""

from __future__ import annotations

import datetime as dt
from typing import Any

from grants.awards.models import Agreement
from grants.desk.rehearsal.fates import LATE, SHORTLIST
from grants.desk.rehearsal.opening import meeting, official
from grants.desk.rehearsal.reviewing import appeal, complaint, decide
from grants.desk.rehearsal.world import Case, World
from grants.desk.rehearsal.writing import final_budget
from grants.programmes.queries import calendar
from grants.reviews.queries import ranking
from workflow import clock
from workflow.deadlines import deadline
from workflow.lifecycle import ProjectState

S = ProjectState
TYPICAL_FEN = 2_583_300


def deliberate(world: World) -> list[Case]:
    """One meeting decides on the whole list, best first; -> the shortlist in order of rank."""
    by_project = {case.project.pk: case for case in world.cases}
    placed = [by_project[place.project.pk] for place in ranking(world.round)]
    ranked = [case for case in placed if case.state == S.REVIEWED]
    places = min(world.rules.round.planned_projects, max(len(SHORTLIST) + 5, len(world.cases) // 5))
    shortlist, rest = ranked[:places], ranked[places:]
    spare = rest[: len(rest) // 2]
    minutes = meeting(world, "审定会议纪要")
    for case in shortlist:
        world.together(case, "shortlist", meeting=minutes, amount_fen=_amount(world, case))
    for order, case in enumerate(spare, start=1):
        world.together(case, "put_in_reserve", meeting=minutes, reserve_order=order)
    for case in rest[len(spare) :]:
        world.together(case, "decline", meeting=minutes, reason="名额有限，得分靠后")
    _second_thoughts(world, shortlist, rest[len(spare) :])
    minutes = meeting(world, "公示审定会议纪要")
    world.play.together(world.round, "announce", world.officer, world.cast.business_lead, meeting=minutes)
    return shortlist


def _amount(world: World, case: Case) -> int:
    """What was asked for, at most the average grant of the programme."""
    return min(case.project.requested_fen, TYPICAL_FEN)


def _second_thoughts(world: World, shortlist: list[Case], declined: list[Case]) -> None:
    minutes = meeting(world, "更改审定会议纪要")
    for case in shortlist:
        if case is _lots(shortlist)["revised"]:
            world.together(case, "revise_decision", meeting=minutes)
            world.together(case, "shortlist", meeting=minutes, amount_fen=_amount(world, case) - 100_000)
    for case in declined[:1]:
        world.together(case, "revise_refusal", meeting=minutes)
        world.together(case, "decline", meeting=minutes, reason="复议后维持")


def publish(world: World, shortlist: list[Case]) -> None:
    """The list is public for five working days; objections are settled; what stands is approved; some fall away."""
    _publicity(world, shortlist)
    lots = _lots(shortlist)
    _objections(world, lots)
    _wait_out(world, shortlist)
    minutes = meeting(world, "立项会议纪要")
    for case in shortlist:
        if case.state == S.IN_PUBLICITY:
            world.together(case, "approve", meeting=minutes)
    _fall_away(world, lots)


def _lots(shortlist: list[Case]) -> dict[str, Case]:
    """Who of the shortlist gets which lot: the last first."""
    return dict(zip(SHORTLIST, reversed(shortlist), strict=False))


def _publicity(world: World, cases: list[Case], move: str = "publish_notice", **given: Any) -> None:
    ends = calendar().add_working_days(world.play.today, 6)
    notice = official(world, "publicity", "关于拟立项项目的公示", ends_on=ends)
    for case in cases:
        if move == "publish_notice":
            world.do(case, move, world.officer, notice=notice)
        else:
            world.together(case, move, notice=notice, **given)


def _wait_out(world: World, cases: list[Case]) -> None:
    """Past the last day of the notice, by the calendar of working days."""
    ends = [case.project.publicity_ends_on for case in cases if case.project.publicity_ends_on]
    world.play.go_to(max(ends) + dt.timedelta(days=1))


def _objections(world: World, lots: dict[str, Case]) -> None:
    for lot, verdict in (("objection_upheld", "uphold"), ("objection_dismissed", "dismiss")):
        decide(world, complaint(world, lots[lot], "反映团队资料不实。", "陈先生"), verdict)
    world.together(lots["objection_upheld"], "uphold_objection", meeting=meeting(world, "异议处理会议纪要"))
    notice = official(world, "correction", "关于公示名单的更正公告")
    case = lots["withdraw_in_publicity"]
    letter = world.play.document("撤回函", world.officer)
    world.do(case, "withdraw_in_publicity", world.officer, letter=letter, correction=notice)
    refused = next(iter(world.where(S.DECLINED, lot="plain")), None)
    if refused and refused is not lots["objection_upheld"]:
        _trifle(world, refused)


def _trifle(world: World, case: Case) -> None:
    """A team that was refused complains without grounds; discipline does not take it up."""
    objection = complaint(world, case, "认为分数偏低。")
    world.play.do(objection, "refuse_to_take", world.cast.discipline, reason="对分数高低的异议不在受理范围")


def _fall_away(world: World, lots: dict[str, Case]) -> None:
    """One gives up by letter; the one that never signs is left to the deadline."""
    letter = world.play.document("放弃函", world.officer)
    world.together(lots["give_up"], "give_up", letter=letter)
    lots["forfeit"].late.add("forfeit")
    lots["revoked"].late.add("revoked")


def refill(world: World) -> list[Case]:
    """Freed places go to the reserve in its order, with a new publicity period; -> those promoted."""
    target = min(world.rules.round.planned_projects, max(len(SHORTLIST) + 5, len(world.cases) // 5))
    standing = list(world.where(S.APPROVED, S.AGREEMENT_SIGNED, S.IN_PROGRESS))
    revoked = [case for case in world.cases if "revoked" in case.late and case.state == S.REVOKED]
    missing = target - len(standing) - len(revoked)
    reserve = sorted(world.where(S.RESERVE), key=lambda case: case.project.decisions.latest("pk").reserve_order or 0)
    promoted = reserve[:missing]
    if promoted:
        minutes = meeting(world, "递补会议纪要")
        ends = calendar().add_working_days(world.play.today, 6)
        notice = official(world, "publicity", "关于递补项目的公示", ends_on=ends)
        for case in promoted:
            world.together(case, "promote", meeting=minutes, notice=notice, amount_fen=_amount(world, case))
        _wait_out(world, promoted)
        for case in promoted:
            world.together(case, "approve", meeting=minutes)
    return promoted


def settle_list(world: World) -> None:
    """The result is announced; what is left of the reserve is closed."""
    notice = official(world, "result", "关于公布立项项目的通知")
    world.play.together(world.round, "publish_result", world.officer, world.cast.business_lead, notice=notice)
    for case in world.where(S.RESERVE):
        world.do(case, "close_reserve", world.officer)
    appeal_after = next(iter(world.where(S.DECLINED, lot="diverging")), None)
    if appeal_after:
        appeal(world, appeal_after)


def sign(world: World, cases: list[Case]) -> None:
    """Plan and budget are agreed, the account filed and verified, three parties sign."""
    for case in cases:
        if case.state == S.APPROVED and "forfeit" not in case.late:
            start = world.play.today + dt.timedelta(days=20)
            sign_one(world, case, start, start + dt.timedelta(days=270))


def sign_one(world: World, case: Case, start: dt.date, end: dt.date) -> None:
    """Plan, budget, scheme, account, three signatures; the agreement of one project is in force."""
    final_budget(world, case)
    agreed = Agreement.objects.get(project=case.project.pk).scheme
    world.do(case, "set_scheme", world.officer, scheme=agreed, reason="按收款单位的方案")
    world.do(case, "agree_final_plan", case.leader, start_date=start.isoformat(), end_date=end.isoformat())
    world.do(case, "confirm_plan", world.officer)
    account(world, case)
    for person in (case.leader, world.payee(case), world.officer):
        world.do(case, "sign_as_party", person, signed_page=world.play.document("协议签字页", person))
    world.do(case, "sign_agreement", world.officer)


def account(world: World, case: Case) -> None:
    """The payee files an account in its own name; finance verifies it."""
    holder = case.project.payee.name if case.project.payee else case.team.name
    before = case.project.payee_accounts.count()
    number = f"33{case.project.pk:06d}{before:04d}{case.number:04d}"
    payee, bank = world.payee(case), "中国银行浙江省分行"
    given = {"holder": holder, "bank": bank, "account_no": number, "account_again": number}
    given["account_proof"] = world.play.document("开户证明", payee)
    world.do(case, "file_payee_account", payee, **given)
    if before:
        world.play.wait(2)
    world.do(case, "verify_payee_account", world.cast.finance_officer)


def after_signing(world: World) -> None:
    """One that signed is revoked for breach before any money; the one that never signed is struck off."""
    for case in world.cases:
        if "revoked" in case.late and case.state == S.AGREEMENT_SIGNED:
            minutes = meeting(world, "撤销立项会议纪要")
            world.together(case, "revoke", meeting=minutes, breach="团队解散，无法实施")
    for case in world.cases:
        if "forfeit" in case.late and case.state == S.APPROVED:
            world.play.wait(31)
            if due := deadline(case.project, "sign_due"):  # later where holidays lie in between
                world.play.go_to(due.due_at.astimezone(clock.SHANGHAI).date() + dt.timedelta(days=1))
            world.together(case, "forfeit", meeting=meeting(world, "逾期未签会议纪要"))


def deal_late_lots(world: World) -> list[Case]:
    """Those under agreement get their lots, one of each kind; what is left goes the plain way.

    -> all of them, in the order of the lots: what can be left over is dealt to those paid in one sum, and teams paid in
    two come last.
    """
    running = _in_order(list(world.where(S.AGREEMENT_SIGNED, S.IN_PROGRESS)))
    for first, lots in LATE:
        for lot, case in zip(lots, running[first:], strict=False):
            case.late.add(lot)
    running[-1].late.add("check_overdue")
    return running


def _in_order(running: list[Case]) -> list[Case]:
    """Three that are paid in one sum stand where the lots of what is left over fall; registered teams stand last."""
    paid_at_once = [case for case in running if case.project.payee_id]
    first, lots = next((first, lots) for first, lots in LATE if "refunds" in lots)
    place = first + lots.index("refunds")
    left_over = paid_at_once[:3]
    others = [*paid_at_once[3:], *(case for case in running if not case.project.payee_id)]
    return [*others[:place], *left_over, *others[place:]]
