"""Who is who in the demonstration: one account for every role, with a user name one can remember."""

from __future__ import annotations

from dataclasses import dataclass

from grants.desk.words import PURPOSES
from grants.reviews.assigning.enums import ExpertKind
from workflow.lifecycle import Role
from workflow.phrases import known_by

PASSWORD = "demo"  # noqa: S105  public on purpose; the demonstration refuses real data
DEPARTMENT = "救护培训处"
"""The department of the province whose opinion is asked."""
HANGZHOU, SHANGCHENG, SHAOXING, YUECHENG = "330100", "330102", "330600", "330602"


@dataclass(frozen=True)
class Person:
    """Who plays a role in the demonstration, and where: the division of the place, none for the province."""

    role: Role
    login: str
    name: str
    place: str = ""


PEOPLE = (
    Person(Role.TEAM_LEADER, "chen", "陈立", SHANGCHENG),
    Person(Role.APPLICANT, "li", "李婷婷", SHANGCHENG),
    Person(Role.COUNTY_OFFICER, "zhou", "周敏", SHANGCHENG),
    Person(Role.COUNTY_LEADER, "zhang", "张志强", SHANGCHENG),
    Person(Role.CITY_OFFICER, "xu", "徐丽华", HANGZHOU),
    Person(Role.CITY_LEADER, "huang", "黄国平", HANGZHOU),
    Person(Role.PROGRAMME_OFFICER, "lin", "林雅琴"),
    Person(Role.REVIEWER, "qian", "钱佳怡"),
    Person(Role.REVIEW_CHAIR, "sun", "孙思远"),
    Person(Role.BUSINESS_LEAD, "he", "何建平"),
    Person(Role.DEPARTMENT_OFFICER, "gu", "顾明华", DEPARTMENT),
    Person(Role.LEADERSHIP, "wang", "王立新"),
    Person(Role.FINANCE_OFFICER, "wu", "吴美芳"),
    Person(Role.FINANCE_APPROVER, "shen", "沈伟民"),
    Person(Role.CASHIER, "jin", "金小敏"),
    Person(Role.PAYEE_OFFICER, "fang", "方秀英", SHANGCHENG),
    Person(Role.AUDITOR, "su", "苏文杰"),
    Person(Role.DISCIPLINE, "ji", "季永康"),
    Person(Role.SYSADMIN, "guan", "管卫东"),
)
NEIGHBOURS = (
    Person(Role.COUNTY_OFFICER, "shao", "邵春梅", YUECHENG),
    Person(Role.COUNTY_LEADER, "lu", "卢永康", YUECHENG),
    Person(Role.CITY_OFFICER, "fu", "傅海燕", SHAOXING),
    Person(Role.CITY_LEADER, "meng", "孟宏伟", SHAOXING),
    Person(Role.PAYEE_OFFICER, "tao", "陶文杰", YUECHENG),
    Person(Role.REVIEWER, "feng", "冯海燕"),
    Person(Role.REVIEWER, "zheng", "郑宏伟"),
    Person(Role.REVIEWER, "chu", "褚建国"),
    Person(Role.REVIEWER, "wei", "魏晓红"),
)
"""Others whom the story needs; they have no password."""


EXPERTS: dict[str, tuple[ExpertKind, str, str, dict[str, int]]] = {
    "qian": (ExpertKind.UNIVERSITY, "宁波大学", "330200", {"FIRST_AID": 3, "COMMUNITY": 2}),
    "feng": (ExpertKind.HEALTH, "温州市卫生健康委员会", "330300", {"FIRST_AID": 2, "BLOOD": 3, "STEM_CELL": 2}),
    "zheng": (ExpertKind.CIVIL_AFFAIRS, "嘉兴市民政局", "330400", {"ELDERLY": 3, "COMMUNITY": 2}),
    "chu": (ExpertKind.CIVILISATION, "浙江省文明办", "", {"COMMUNITY": 3, "CULTURE": 2, "FIRST_AID": 1}),
    "wei": (ExpertKind.EDUCATION, "湖州市教育局", "330500", {"RESCUE": 2, "FIRST_AID": 2, "HUMANITARIAN_RELIEF": 1}),
}
"""What the pool knows of each reviewer: from where, employer, home (none: the province), fields with levels."""


def accounts() -> list[tuple[str, str, str, str]]:
    """(user name, password, role, what the role is for) of every demonstration account."""
    return [(one.login, PASSWORD, known_by(one.role.label, one.name), str(PURPOSES[one.role])) for one in PEOPLE]
