"""A project runs: its money goes from desk to desk, what is done is logged, vouchers are filed, a check is passed."""

from __future__ import annotations

from typing import Any

from grants.applications.models import Project
from grants.people.models import User
from tests.journeys.crew import PASSWORD, Crew
from tests.journeys.walker import Walker

ACTIVITY = {"name": "社区救护课", "place": "清波街道社区礼堂", "volunteers": "8", "hours": "3", "served": "40"}
BANK_LINE = {"reference": "BOC20260626001", "kind": "paid", "booked_on": "2026-06-26", "amount_fen": "25000.00"}
SPENT = (("ACT_MATERIAL", "22500.00"), ("PUBLICITY", "2500.00"))
RUNNING = "记录活动，登记凭证"


def pays(crew: Crew, who: User, task: str, project: Project, verb: str, **typed: Any) -> Walker:
    """Found at home, done on the payments of the round: chosen, looked at once more, done, told."""
    page = crew.at(who, task, project)
    page.goes_to("拨款")
    page.follows("去办理")
    page.hands_in(verb)
    page.sees("再看一遍")
    page.types(**typed)
    page.hands_in(verb)
    page.sees("1笔都办好了")
    return page


def is_paid(crew: Crew, project: Project) -> None:
    """Requested, checked, approved by two, batched, sent, seen at the bank, receipted."""
    cast = crew.cast
    request = crew.at(cast.officer, "申请首期拨款，准备开始", project, "申请拨款")
    request.picks("tranche", "第 1 期")
    request.hands_in()
    pays(crew, cast.finance_officer, "审核拨款", project, "审核通过")
    pays(crew, cast.finance_approver, "审批拨款", project, "同意并送会签")
    pays(crew, cast.business_lead, "会签：审批", project, "会签")
    pays(crew, cast.finance_approver, "会签已齐，可以办理：审批", project, "批准")
    batch = pays(crew, cast.finance_officer, "编入批次", project, "编入批次")
    batch.follows("看这一批，打印审批单")
    batch.follows("打印拨款审批单")
    batch.reads()
    pays(crew, cast.cashier, "发送银行", project, "发送银行", password=PASSWORD)
    crew.on(6, 26)
    enters_the_bank_line(crew, project)
    pays(crew, cast.cashier, "确认到账", project, "确认到账")
    receipt = crew.at(cast.payee_officer, "登记收据", project, "登记收据")
    receipt.types(receipt=crew.paper("收据"))
    receipt.hands_in()


def enters_the_bank_line(crew: Crew, project: Project) -> None:
    """The cashier copies what the bank says."""
    cashier = crew.at(crew.cast.cashier, "确认到账", project)
    cashier.goes_to("轮次")
    cashier.follows(str(project.round))
    cashier.follows("登记银行流水")
    cashier.types(counterparty=str(project.payee), account_tail="2345", **BANK_LINE)
    cashier.hands_in()


def logs(crew: Crew, project: Project) -> None:
    """The leader logs an activity with its photos; a week later place and people are still there."""
    leader = crew.at(crew.cast.team_leader, RUNNING, project, "记录活动")
    leader.types(text="居民学会了海姆立克急救法。", photos=crew.photo(), **ACTIVITY)
    leader.hands_in("记下")
    leader.sees("1次活动")
    crew.on(8, 10)
    leader = crew.at(crew.cast.team_leader, RUNNING, project, "记录活动")
    leader.hands_in("记下")
    leader.sees("2次活动")


def files_vouchers(crew: Crew, project: Project) -> None:
    """One voucher after another, as they come to hand."""
    page = crew.at(crew.cast.team_leader, RUNNING, project, "拍票据，登记凭证")
    for number, (category, yuan) in enumerate(SPENT, 1):
        facts = {"kind": "digital", "voucher_no": f"26332000000{number:09d}", "claimed_fen": yuan, "category": category}
        more = {"seller": "杭州某某文化用品有限公司", "content": "活动用品", "issued_on": "2027-01-20"}
        page.types(photo=crew.photo("发票"), **facts, **more)
        page.hands_in("保存，再拍一张" if number < len(SPENT) else "保存")


def is_checked(crew: Crew, project: Project) -> None:
    """The team's page begins with its log; the prefecture concludes beside the facts."""
    team = crew.at(crew.cast.team_leader, "填报检查表", project, "填检查表")
    team.types(outlook="九月再办三场。")
    team.hands_in("填报")
    checker = crew.at(crew.cast.city_officer, "给出检查结论", project, "看检查表，给结论")
    checker.types(opinion="记录齐全，进度正常。")
    checker.hands_in("合格")
