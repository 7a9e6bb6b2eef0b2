"""From a meeting to agreements in force: the table of the decisions, the public notice, every party's signature."""

from __future__ import annotations

from grants.applications.models import Project
from tests.journeys.crew import Crew
from tests.journeys.walker import Walker

LEAD = "送职能处室负责人会签"
TOGETHER = "同一次会议的全部事项，一页会签"
SIGNING = "看协议，办签署"


def holds_money(crew: Crew, round_: object) -> None:
    """Finance enters where the money of the round comes from."""
    finance = crew.window(crew.cast.finance_officer)
    finance.goes_home()
    finance.goes_to("轮次")
    finance.follows(str(round_))
    finance.follows("登记资金来源")
    source = {"kind": "fiscal", "name": "2026年财政预算", "amount_fen": "200000.00"}
    finance.types(source_document=crew.paper("批复"), **source)
    finance.hands_in()


def enters_minutes(page: Walker, crew: Crew) -> None:
    """New minutes are typed beside the table of the decisions."""
    page.press(page.page.locator("summary", has_text="登记新的会议纪要"))
    page.types(number="执委会纪要〔2026〕9号", held_on=crew.today, present="会领导、职能处室负责人")
    page.types(minutes_document=crew.paper("会议纪要"))


def puts_forward(page: Walker, *words: str) -> None:
    """The table is checked once more and put before the business lead."""
    page.hands_in("核对并送会签")
    page.sees("核对审定表", *words)
    page.hands_in(LEAD)
    page.sees("等省级职能处室负责人会签")


def carried_out(crew: Crew, move: str, project: Project, count: int) -> None:
    """The business lead endorses everything on the page of the meeting; the officer carries it out on the same."""
    lead = crew.at(crew.cast.business_lead, f"会签：{move}", project, TOGETHER)
    lead.hands_in(f"会签打勾的{count}项")
    officer = crew.at(crew.cast.officer, f"会签已齐，可以办理：{move}", project)
    officer.hands_in(f"办理打勾的{count}项")
    officer.sees(f"已办理{count}项。")


def announces(crew: Crew, round_: object) -> None:
    """What the meeting decided is announced."""
    officer = crew.at(crew.cast.officer, "登记审定结果并公示", round_, "公布审定结果并公示")
    officer.picks("meeting", "执委会纪要")
    officer.hands_in()
    crew.endorses(crew.cast.business_lead, "公布审定结果并公示", round_)
    crew.carries_out(crew.cast.officer, "公布审定结果并公示", round_)


def publishes(crew: Crew, project: Project) -> None:
    """The notice is published as it was begun for the officer."""
    officer = crew.at(crew.cast.officer, "发布公示", project, "拟立项公示")
    officer.types(contact="电话 0571-0000 0000，工作日9:00到17:00", notice_file=crew.paper("公示"))
    officer.hands_in("发布公示")
    officer.sees("还剩5个工作日")


def approves(crew: Crew, project: Project, count: int) -> None:
    """All without an objection go forward together, on the minutes there are."""
    officer = crew.at(crew.cast.officer, "公示期满后立项", project, "拟立项公示")
    officer.picks("meeting", "执委会纪要")
    officer.hands_in(LEAD)
    carried_out(crew, "立项", project, count)


def agrees(crew: Crew, project: Project) -> None:
    """Every party does its part on the one page of the agreement."""
    cast, task = crew.cast, "定方案，签协议"
    leader = crew.at(cast.team_leader, task, project, SIGNING)
    leader.types(start_date="2026-08-01", end_date="2027-07-31")
    leader.hands_in("确认最终方案与预算")
    crew.at(cast.officer, task, project, SIGNING).hands_in("同意最终方案与预算")
    payee = crew.at(cast.payee_officer, task, project, SIGNING)
    payee.follows("填报收款账户")
    payee.types(account_proof=crew.paper("开户证明"))
    payee.types(bank="工商银行杭州分行", account_no="1202021209000012345", account_again="1202021209000012345")
    payee.hands_in("填报收款账户")
    finance = crew.window(cast.finance_officer)
    finance.goes_home()
    finance.goes_to("项目")
    finance.follows(str(project))
    finance.follows(SIGNING)
    finance.follows("看收款账户")
    finance.hands_in("核实收款账户")
    for person in (cast.team_leader, cast.payee_officer, cast.officer):
        party = crew.at(person, task, project, SIGNING)
        party.types(signed_page=crew.paper("签署页"))
        party.hands_in("签署协议")
        party.sees("“签署协议”已办理。")
    party.hands_in("协议生效")
    party.sees("协议已生效")
    party.follows("打印协议文本")
    party.reads()
