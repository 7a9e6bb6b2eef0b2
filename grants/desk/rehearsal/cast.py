"""Who takes part in a rehearsal: every role another person, on Zhejiang's real places."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from grants.desk.rehearsal.play import Play
from grants.kernel.identifiers import whole_uscc
from grants.people.commands import create_person, create_team, grant_role, seed_organisations
from grants.people.enums import LegalForm, Level
from grants.people.models import Organisation, Team, User
from workflow.lifecycle import Role
from workflow.ports import SYSTEM

SURNAMES = "陈林王李张黄吴周徐郑叶朱胡何潘金俞章沈钱孙施戴方余杜邵蒋姚毛邱夏程汪傅楼应虞"
GIVEN = [
    "晓红",
    "建国",
    "丽华",
    "志强",
    "雅琴",
    "国平",
    "美芳",
    "海燕",
    "伟民",
    "小敏",
    "文杰",
    "秀英",
    "立新",
    "婷婷",
    "永康",
    "春梅",
    "卫东",
    "思远",
    "佳怡",
    "宏伟",
]
WORK = [
    "应急救护",
    "社区陪伴",
    "无偿献血",
    "造血干细胞宣传",
    "水上救援",
    "敬老",
    "防灾科普",
    "爱心送考",
    "心理援助",
    "救护车随行",
]

PROVINCE = (
    Role.PROGRAMME_OFFICER,
    Role.BUSINESS_LEAD,
    Role.LEADERSHIP,
    Role.FINANCE_OFFICER,
    Role.FINANCE_APPROVER,
    Role.CASHIER,
    Role.DISCIPLINE,
    Role.REVIEW_CHAIR,
    Role.AUDITOR,
    Role.SYSADMIN,
)
REVIEWERS = 15
CROWD = 8
DIRECT = (9, 17, 47, 77)


@dataclass
class Cast:
    """Everybody by role and place."""

    root: Organisation
    province: dict[str, User] = field(default_factory=dict)
    reviewers: list[User] = field(default_factory=list)
    at: dict[tuple[str, int], User] = field(default_factory=dict)
    teams: list[Team] = field(default_factory=list)
    leaders: dict[int, User] = field(default_factory=dict)

    def __getattr__(self, name: str) -> User:
        """cast.cashier: the person who holds that role at the province."""
        province: dict[str, User] = self.__dict__.get("province", {})
        if name not in province:
            raise AttributeError(name)
        return province[name]

    def of(self, role: str, place: Organisation) -> User:
        """The person who holds the role at that place. Raises LookupError where nobody does."""
        if (role, place.pk) not in self.at:
            message = f"Nobody plays {role} at {place} ({place.level}); choose a case of another place."
            raise LookupError(message)
        return self.at[role, place.pk]


class Casting:
    """Makes the people, one after another, with names that repeat but numbers that do not."""

    def __init__(self, play: Play) -> None:
        self.play = play
        self.count = 0

    def person(self, prefix: str = "p") -> User:
        """A new person with a name and a login of their own."""
        self.count += 1
        surname, given = SURNAMES[self.count % len(SURNAMES)], GIVEN[(self.count * 7) % len(GIVEN)]
        with self.play.moment():
            return create_person(f"{surname}{given}", actor=SYSTEM, username=f"{prefix}{self.count:04d}")

    def holding(self, role: str, place: Organisation | None = None, team: Team | None = None) -> User:
        """A new person who holds the role there."""
        person = self.person(role)
        self.give(person, role, place, team)
        return person

    def give(self, person: User, role: str, place: Organisation | None = None, team: Team | None = None) -> None:
        """The person holds the role there from today on."""
        with self.play.moment():
            grant_role(person, role, actor=SYSTEM, organisation=place, team=team)


def gather(play: Play, teams: int) -> Cast:
    """The province's people, reviewers, and as many teams as there are applications, spread over the counties.

    Four in a hundred come from universities and hospitals, a few straight from a prefecture.
    """
    casting = Casting(play)
    with play.moment():
        seed_organisations(actor=SYSTEM)
    cast = Cast(root=Organisation.objects.get(level=Level.PROVINCE))
    cast.province = {role.value: casting.holding(role, cast.root) for role in PROVINCE}
    cast.reviewers = [casting.holding(Role.REVIEWER, cast.root) for _ in range(REVIEWERS)]
    for number, place in enumerate(_places(play, teams)):
        _staff(casting, cast, place)
        _team(casting, cast, place, number)
    return cast


def _places(play: Play, teams: int) -> list[Organisation]:
    """Where the teams are: eight in the smallest prefecture, which has five places; then all over the province.

    Other counties come in a shuffled order, four direct units and a prefecture now and then between them.
    """
    by_level: dict[str, list[Organisation]] = defaultdict(list)
    for place in Organisation.objects.select_related("parent").order_by("path"):
        by_level[place.level].append(place)
    for places in by_level.values():
        play.dice.shuffle(places)
    counties, cities, units = by_level[Level.COUNTY], by_level[Level.PREFECTURE], by_level[Level.DIRECT]
    smallest = min(cities, key=lambda city: (sum(place.parent_id == city.pk for place in counties), city.pk))
    crowded = [place for place in counties if place.parent_id == smallest.pk]
    roomy = [place for place in counties if place.parent_id != smallest.pk]
    cities.remove(smallest)  # its places are all needed for the crowd
    chosen = []
    for number in range(teams):
        if number < CROWD:
            chosen.append(crowded[number % len(crowded)])
        elif number in DIRECT:
            chosen.append(units[number // 30 % len(units)])
        elif number % 30 == 23:
            chosen.append(cities[number // 30 % len(cities)])
        else:
            chosen.append(roomy[number % len(roomy)])
    return chosen


def _staff(casting: Casting, cast: Cast, place: Organisation) -> None:
    """Officer, leader and payee at a place and at the prefecture above it, once each."""
    roles = {
        Level.COUNTY: (Role.COUNTY_OFFICER, Role.COUNTY_LEADER, Role.PAYEE_OFFICER),
        Level.PREFECTURE: (Role.CITY_OFFICER, Role.CITY_LEADER, Role.PAYEE_OFFICER),
        Level.DIRECT: (Role.PAYEE_OFFICER,),
    }
    for role in roles.get(Level(place.level), ()):
        if (role, place.pk) not in cast.at:
            cast.at[role, place.pk] = casting.holding(role, place)
    if place.level == Level.COUNTY and place.parent:
        _staff(casting, cast, place.parent)


def _team(casting: Casting, cast: Cast, place: Organisation, number: int) -> None:
    """A team under the place, one in four registered with an account of its own, and its leader."""
    registered = number % 4 == 1
    facts: dict[str, Any] = {
        "founded_on": dt.date(2015 + number % 7, 3, 5),
        "members": 18 + number % 40,
        "core_members": 4 + number % 5,
        "platform_no": f"ZJ{number:06d}",
    }
    if registered:
        facts |= {"legal_form": LegalForm.REGISTERED, "uscc": _uscc(number)}
    name = f"{place.short_name}{WORK[number % len(WORK)]}志愿服务{'中心' if registered else '队'}{number + 1}"
    with casting.play.moment():
        team = create_team(name, place, actor=SYSTEM, **facts)
    cast.teams.append(team)
    cast.leaders[team.pk] = casting.holding(Role.TEAM_LEADER, team=team)
    if registered:
        cast.at[Role.PAYEE_OFFICER, -team.pk] = casting.holding(Role.PAYEE_OFFICER, team=team)


def _uscc(number: int) -> str:
    """A well-formed unified credit code of a private non-enterprise unit."""
    return whole_uscc(f"52330000MJ{number:06d}")
