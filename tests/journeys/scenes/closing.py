"""The end of a project: its report and acceptance, its final accounts, its file."""

from __future__ import annotations

from grants.applications.models import Project
from tests.journeys.crew import Crew
from tests.journeys.scenes.carrying_out import SPENT

SAID = "项目按计划开展，服务对象反映良好，志愿者得到锻炼，红十字精神得到传播。"
GOOD = {"goals": 37, "outcome": 18, "money": 27, "files": 9, "opinion": "目标完成，资料齐全，同意通过验收。"}


def reports(crew: Crew, project: Project) -> None:
    """The report, largely known already, is finished and handed in."""
    page = crew.at(crew.cast.team_leader, "写结题报告并提交", project, "写结题报告")
    page.types(summary=SAID, lessons=SAID, follow_up=SAID)
    for number in range(3):
        promised = page.page.locator(f'main [name="goals-{number}-target"]').input_value()
        page.types(**{f"goals-{number}-actual": promised})
    page.hands_in("保存")
    page.types(evidence=crew.photo("成果"))
    page.hands_in("提交结题")


def is_accepted(crew: Crew, project: Project) -> None:
    """The officer judges beside the report, the department stands behind it."""
    officer = crew.at(crew.cast.officer, "验收", project, "看报告，验收")
    officer.types(**GOOD)
    officer.hands_in("送出会签：验收通过")
    crew.endorses(crew.cast.business_lead, "验收通过", project)
    crew.carries_out(crew.cast.officer, "验收通过", project)


def settles(crew: Crew, project: Project) -> None:
    """The payee hands the accounts in; finance looks at each voucher, two confirm, nothing is left over."""
    cast, task = crew.cast, "审核凭证和决算"
    crew.at(cast.payee_officer, "核对凭证，提交决算", project, "决算").hands_in("提交决算")
    finance = crew.at(cast.finance_officer, task, project, "审核凭证")
    finance.follows("1 · 活动用品")
    for _voucher in SPENT:
        finance.hands_in("审核凭证")
    crew.at(cast.finance_approver, task, project, "决算").hands_in("送出会签：确认决算")
    crew.endorses(cast.finance_officer, "确认决算", project)
    crew.carries_out(cast.finance_approver, "确认决算", project)
    crew.at(cast.finance_officer, "结清余款", project, "决算").hands_in("结项")


def is_filed(crew: Crew, project: Project) -> None:
    """The file is complete and sealed."""
    crew.at(crew.cast.officer, "归档", project, "项目档案").hands_in("归档")
