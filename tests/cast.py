"""Our people: one for each role, every one another person, on four real places of Zhejiang."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from grants.people.commands import create_person, create_team, grant_role, seed_organisations
from grants.people.models import Organisation, Team, User
from grants.programmes.commands import seed_calendar
from grants.programmes.models import Round
from workflow.lifecycle import Role
from workflow.ports import SYSTEM

HANGZHOU, SHANGCHENG, XIHU = "330100", "330102", "330106"
SHAOXING, YUECHENG = "330600", "330602"
COUNTIES = frozenset({SHANGCHENG, XIHU, YUECHENG})
PROVINCIAL = {
    Role.PROGRAMME_OFFICER: "林雅琴",
    Role.BUSINESS_LEAD: "何国平",
    Role.LEADERSHIP: "王立新",
    Role.FINANCE_OFFICER: "何美芳",
    Role.FINANCE_APPROVER: "沈伟民",
    Role.CASHIER: "金小敏",
    Role.AUDITOR: "苏文杰",
    Role.DISCIPLINE: "季永康",
    Role.SYSADMIN: "管卫东",
    Role.REVIEW_CHAIR: "孙思远",
}
REVIEWERS = ("吴春梅", "郑宏伟", "钱佳怡", "冯海燕", "褚建国")


@dataclass
class Cast:
    """Everybody by role, the places, one team that can apply, and the round once a test has opened it."""

    places: dict[str, Organisation]
    team: Team
    roles: dict[str, User] = field(default_factory=dict)
    reviewers: list[User] = field(default_factory=list)
    round: Round | None = None

    @cached_property
    def team_leader(self) -> User:
        """周明 leads the team."""
        return self.roles[Role.TEAM_LEADER]

    @cached_property
    def applicant(self) -> User:
        """李婷婷 fills in its forms."""
        return self.roles[Role.APPLICANT]

    @cached_property
    def county_officer(self) -> User:
        """陈晓红 works at the county."""
        return self.roles[Role.COUNTY_OFFICER]

    @cached_property
    def county_leader(self) -> User:
        """张志强 leads the county."""
        return self.roles[Role.COUNTY_LEADER]

    @cached_property
    def city_officer(self) -> User:
        """徐丽华 works at the prefecture."""
        return self.roles[Role.CITY_OFFICER]

    @cached_property
    def city_leader(self) -> User:
        """黄国平 leads the prefecture."""
        return self.roles[Role.CITY_LEADER]

    @cached_property
    def payee_officer(self) -> User:
        """方秀英 keeps the county's accounts."""
        return self.roles[Role.PAYEE_OFFICER]

    @cached_property
    def officer(self) -> User:
        """林雅琴 runs the programme at the province."""
        return self.roles[Role.PROGRAMME_OFFICER]

    @cached_property
    def business_lead(self) -> User:
        """何国平 leads the department."""
        return self.roles[Role.BUSINESS_LEAD]

    @cached_property
    def leadership(self) -> User:
        """王立新 leads the Red Cross."""
        return self.roles[Role.LEADERSHIP]

    @cached_property
    def finance_officer(self) -> User:
        """何美芳 makes payments."""
        return self.roles[Role.FINANCE_OFFICER]

    @cached_property
    def finance_approver(self) -> User:
        """沈伟民 approves them."""
        return self.roles[Role.FINANCE_APPROVER]

    @cached_property
    def cashier(self) -> User:
        """金小敏 sends them."""
        return self.roles[Role.CASHIER]

    @cached_property
    def auditor(self) -> User:
        """苏文杰 reads everything."""
        return self.roles[Role.AUDITOR]

    @cached_property
    def discipline(self) -> User:
        """季永康 takes objections."""
        return self.roles[Role.DISCIPLINE]

    @cached_property
    def sysadmin(self) -> User:
        """管卫东 keeps accounts and roles."""
        return self.roles[Role.SYSADMIN]

    @cached_property
    def chair(self) -> User:
        """孙思远 chairs the panel."""
        return self.roles[Role.REVIEW_CHAIR]

    @cached_property
    def stranger(self) -> User:
        """路人 has an account and no role."""
        return a_person("路人甲", "stranger")


def a_person(name: str, login: str) -> User:
    """A person without a role."""
    return create_person(name, actor=SYSTEM, username=login)


def holding(role: str, name: str, *, login: str = "", **scope: Any) -> User:
    """A new person who holds the role since the beginning of 2026."""
    person = a_person(name, login or role)
    grant_role(person, role, actor=SYSTEM, valid_from=dt.date(2026, 1, 1), **scope)
    return person


def a_team(places: dict[str, Organisation], code: str = SHANGCHENG, name: str = "晨光应急救护队") -> Team:
    """A team of 24, eight of them core, founded in 2019 and guided by the Red Cross of the place."""
    return create_team(
        name,
        places[code],
        actor=SYSTEM,
        founded_on=dt.date(2019, 5, 8),
        platform_no=f"ZY{places[code].pk:06d}",
        members=24,
        core_members=8,
    )


def a_cast() -> Cast:
    """The places, the calendar and everybody; the team is guided by 上城区."""
    places = seed_organisations(counties=COUNTIES)
    seed_calendar(actor=SYSTEM)
    cast = Cast(places, a_team(places))
    county, city, province = places[SHANGCHENG], places[HANGZHOU], places["330000"]
    cast.roles = {
        Role.TEAM_LEADER: holding(Role.TEAM_LEADER, "周明", team=cast.team),
        Role.APPLICANT: holding(Role.APPLICANT, "李婷婷", team=cast.team),
        Role.COUNTY_OFFICER: holding(Role.COUNTY_OFFICER, "陈晓红", organisation=county),
        Role.COUNTY_LEADER: holding(Role.COUNTY_LEADER, "张志强", organisation=county),
        Role.PAYEE_OFFICER: holding(Role.PAYEE_OFFICER, "方秀英", organisation=county),
        Role.CITY_OFFICER: holding(Role.CITY_OFFICER, "徐丽华", organisation=city),
        Role.CITY_LEADER: holding(Role.CITY_LEADER, "黄国平", organisation=city),
        **{role: holding(role, name, organisation=province) for role, name in PROVINCIAL.items()},
    }
    cast.reviewers = [
        holding(Role.REVIEWER, name, login=f"reviewer{number}", organisation=province)
        for number, name in enumerate(REVIEWERS, start=1)
    ]
    return cast
