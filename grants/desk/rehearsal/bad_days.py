"""What goes wrong in real life, and still ends: people leave, districts merge, banks return, donors withdraw."""

from __future__ import annotations

import datetime as dt
from typing import Any

from grants.desk.rehearsal import paying
from grants.desk.rehearsal.awarding import account
from grants.desk.rehearsal.cast import Casting
from grants.desk.rehearsal.fates import MISFORTUNES
from grants.desk.rehearsal.opening import meeting
from grants.desk.rehearsal.reviewing import complaint, decide
from grants.desk.rehearsal.running import change, file_voucher
from grants.desk.rehearsal.world import Case, World
from grants.funds.models import Allocation, FundingSource, Payment
from grants.people.commands import merge_organisation
from grants.people.enums import Level
from grants.people.models import Organisation
from workflow.lifecycle import PaymentState, ProjectState, Role
from workflow.ports import SYSTEM

S = ProjectState
HOLIDAY = dt.date(2025, 5, 29)


def before_notice(world: World) -> None:
    """The notice will run over the Dragon Boat holiday: the calendar counts its working days."""
    world.play.go_to(max(HOLIDAY, world.play.today))


def deal_lots(cases: list[Case]) -> None:
    """The misfortunes are dealt from the last case backwards; a merger befalls a county."""
    for lot, case in zip(MISFORTUNES, reversed(cases), strict=False):
        case.late.add(lot)
    in_county = [case for case in reversed(cases) if case.team.guided_by.level == Level.COUNTY]
    for case in in_county[len(MISFORTUNES) // 2 :][:1]:
        case.late.add("district_merges")


def in_the_first_weeks(world: World) -> None:
    """The bank returns a payment days after it arrived; a donor takes the money back."""
    for payment in Payment.objects.filter(state__in=[PaymentState.PAID]).order_by("pk"):
        case = next(case for case in world.cases if case.project.pk == payment.project_id)
        if "bank_returns" in case.late:
            _bounce(world, case, payment)
    _donor_withdraws(world)


def _bounce(world: World, case: Case, payment: Payment) -> None:
    back = paying.line(world, "returned", payment)
    world.play.do(payment, "bank_returned", world.cast.cashier, line=back)
    account(world, case)
    payment = paying.again(world, payment)
    paying.arrive(world, payment, case)


def half_way(world: World) -> None:
    """Leaders leave, districts merge, receipts are lost or shared, an objection comes after the agreement."""
    for case in world.where(S.IN_PROGRESS):
        if "leader_leaves" in case.late:
            _leader_leaves(world, case)
        elif "district_merges" in case.late:
            _district_merges(world, case)
        elif "lost_receipts" in case.late:
            _lost(world, case)
        elif "shares_receipt" in case.late:
            _shared(world, case)
    _late_objection(world)


def _leader_leaves(world: World, case: Case) -> None:
    casting = Casting(world.play)
    casting.count = 9000 + case.number
    successor = casting.person("successor")
    officer = world.officer
    request = change(world, case, "leader", {"leader": successor.pk}, officer)
    world.play.do(request, "approve_change", officer)
    case.project.refresh_from_db()
    case.leader = successor


def _district_merges(world: World, case: Case) -> None:
    """The county is merged into its neighbour; open projects follow, one step each."""
    old = case.team.guided_by
    neighbours = Organisation.objects.filter(parent=old.parent, level=old.level, valid_to__isnull=True)
    into = neighbours.exclude(pk=old.pk).first()
    if into is None or old.parent is None:
        return
    for role in (Role.COUNTY_OFFICER, Role.COUNTY_LEADER, Role.PAYEE_OFFICER):
        world.cast.at.setdefault((role, into.pk), world.cast.at[role, old.pk])
    with world.play.moment():
        merge_organisation(old, into, world.play.today, actor=SYSTEM)
    for other in world.cases:
        if other.team.guided_by_id == old.pk:
            other.team.refresh_from_db()
            if not other.project.is_final:
                world.do(other, "rehome", world.officer)


def _lost(world: World, case: Case) -> None:
    """A receipt is lost: the expense is told, and finance will not accept it."""
    more: dict[str, Any] = {"photo": "", "lost": True, "explanation": "搬家时遗失，已问过开票方。"}
    file_voucher(world, case, world.payee(case), 12_345, "ACT_MATERIAL", **more)


def _shared(world: World, case: Case) -> None:
    """One invoice for two projects, each with its share."""
    other = next((one for one in world.where(S.IN_PROGRESS) if "lost_receipts" in one.late), None)
    if other is None:
        return
    number = f"26339900000{case.number:09d}"
    for one, fen in ((case, 7_000), (other, 5_001)):
        given: dict[str, Any] = {"voucher_no": number, "gross_fen": 12_001, "shared": True}
        file_voucher(world, one, world.payee(one), fen, "ACT_MATERIAL", **given)


def _donor_withdraws(world: World) -> None:
    """Own money steps in, every project that the donor carried moves to it, then the donor's money goes."""
    source = FundingSource.objects.get(round=world.round, name="爱心企业定向捐赠")
    finance, minutes = world.cast.finance_officer, meeting(world, "资金来源调整会议纪要")
    given: dict[str, Any] = {"kind": "own", "name": "本级自有资金", "amount_fen": source.amount_fen, "intent": ""}
    world.play.do(world.round, "add_source", finance, **given)
    by_project = {case.project.pk: case for case in world.cases}
    for carried in Allocation.objects.filter(source=source, amount_fen__gt=0).order_by("pk"):
        case = by_project[carried.project_id]
        request = change(world, case, "re_source", {"leaving": source.pk}, world.officer)
        world.play.do(request, "approve_change", world.officer, meeting=minutes)
        case.project.refresh_from_db()
    world.play.do(world.round, "withdraw_source", finance, source=str(source.pk), reason="捐赠人来函撤回")


def _late_objection(world: World) -> None:
    """An objection is upheld after the agreement: the project is suspended, then terminated and liquidated."""
    case = next((one for one in world.where(S.IN_PROGRESS) if "late_objection" in one.late), None)
    if case is None:
        return
    objection = complaint(world, case, "反映活动没有真实开展。", "王女士")
    world.do(case, "suspend", world.cast.business_lead, reason="异议核查期间暂停")
    decide(world, objection, "uphold")
    world.together(case, "terminate", meeting=meeting(world, "终止会议纪要"), ground="objection_upheld")
