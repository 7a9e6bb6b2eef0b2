"""The people of the demonstration take their places."""

from __future__ import annotations

import datetime as dt

from django.contrib.auth.hashers import make_password

from grants.desk.demo.roster import DEPARTMENT, EXPERTS, NEIGHBOURS, PASSWORD, PEOPLE, Person
from grants.desk.rehearsal.cast import Cast
from grants.desk.rehearsal.play import Play
from grants.people.commands import create_person, create_team, grant_role, seed_organisations
from grants.people.commands.register import register_organisation
from grants.people.enums import Level
from grants.people.models import Organisation, Team, User
from grants.people.queries import TEAM_ROLES
from grants.reviews.assigning.inviting import save_expert
from workflow.lifecycle import Role
from workflow.ports import SYSTEM


def gather(play: Play) -> Cast:
    """Every place of the province, and everybody with a role but the leaders of teams."""
    with play.moment():
        places = seed_organisations(actor=SYSTEM)
    cast = Cast(root=next(place for place in places.values() if place.level == Level.PROVINCE))
    with play.moment():
        since = play.today
        places[DEPARTMENT] = register_organisation(
            DEPARTMENT, "救护处", Level.DEPARTMENT, cast.root, actor=SYSTEM, valid_from=since
        )
    for one in (*PEOPLE, *NEIGHBOURS):
        person = _person(play, one)
        if one.role not in TEAM_ROLES:
            _place(play, cast, one, person, places)
    listed = User.objects.filter(username__in=[one.login for one in PEOPLE])
    listed.update(password=make_password(PASSWORD))  # one hash for all: it takes its time and hides nothing here
    return cast


def _person(play: Play, one: Person) -> User:
    with play.moment():
        return create_person(one.name, actor=SYSTEM, username=one.login, email=f"{one.login}@example.org")


def _place(play: Play, cast: Cast, one: Person, person: User, places: dict[str, Organisation]) -> None:
    """The person holds the role at the place, and the story finds them there."""
    place = places[one.place] if one.place else cast.root
    with play.moment():
        grant_role(person, one.role, actor=SYSTEM, organisation=place)
        if one.login in EXPERTS:
            kind, employer, home, levels = EXPERTS[one.login]
            home_place = places.get(home)
            save_expert(person, actor=SYSTEM, kind=kind, employer=employer, home=home_place, levels=levels)
    if one.place:
        cast.at[one.role, place.pk] = person
    elif one.role == Role.REVIEWER:
        cast.reviewers.append(person)
    else:
        cast.province[one.role.value] = person


def team_of(play: Play, cast: Cast, name: str, division: str, leader: str) -> Team:
    """A team guided by the place, led by the person of that user name; 陈立 has 李婷婷 fill in forms."""
    number = len(cast.teams)
    guide = Organisation.objects.get(division=division, valid_to__isnull=True)
    with play.moment():
        team = create_team(
            name,
            guide,
            actor=SYSTEM,
            founded_on=dt.date(2016 + number % 6, 3, 5),
            members=18 + number,
            core_members=4 + number % 5,
            platform_no=f"ZJ{number + 1:06d}",
        )
        person = _leader(leader, number)
        grant_role(person, Role.TEAM_LEADER, actor=SYSTEM, team=team)
        if leader == "chen":
            grant_role(User.objects.get(username="li"), Role.APPLICANT, actor=SYSTEM, team=team)
    cast.teams.append(team)
    cast.leaders[team.pk] = person
    return team


def _leader(name: str, number: int) -> User:
    found = User.objects.filter(username=name).first()
    return found or create_person(name, actor=SYSTEM, username=f"leader{number + 1:02d}")
