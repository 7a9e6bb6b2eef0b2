"""The people, the team and the project of the examples: made in memory, named as in the demonstration."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from grants.applications.models import Project
from grants.desk.demo.plans import FUNDED
from grants.desk.demo.roster import PEOPLE
from grants.funds.models import Payment, Tranche
from grants.people.models import Organisation, Team, User
from grants.programmes.models import Round
from storage.models import Attachment, Document
from workflow import clock
from workflow.lifecycle import PaymentState, ProjectState, Role, RoundState
from workflow.models import Step

PLAN = FUNDED[0]
PLACE = "上城区红十字会"
GRANTED = 2_583_300
"""What the project of the examples was granted, in fen."""


def day(month: int, number: int, hour: int = 9, year: int = 2027) -> dt.datetime:
    """An hour of a day of the examples."""
    return dt.datetime(year, month, number, hour, tzinfo=clock.SHANGHAI)


def person(role: Role) -> User:
    """Who plays the role in the demonstration."""
    pk, found = next((n, one) for n, one in enumerate(PEOPLE, 1) if one.role == role)
    return User(pk=pk, username=found.login, name=found.name)


def organisation(pk: int = 1) -> Organisation:
    """The Red Cross of a county."""
    return Organisation(pk=pk, name=PLACE, short_name=PLACE)


def team(pk: int = 1, name: str = PLAN.team) -> Team:
    """A volunteer team."""
    return Team(pk=pk, name=name, guided_by=organisation())


def round_() -> Round:
    """A round with projects under way."""
    return Round(pk=1, code="2027", title="情暖浙江2027", year=2027, state=RoundState.PUBLISHED)


def project(state: str = ProjectState.IN_PROGRESS, n: int = 0) -> Project:
    """One project of the demonstration in the state."""
    plan = FUNDED[n]
    found = Project(pk=n + 1, number=f"2027-{n + 1:04d}", title=plan.title, state=state, round=round_())
    found.team, found.leader = team(n + 1, plan.team), person(Role.TEAM_LEADER)
    found.requested_fen, found.granted_fen = GRANTED + n * 120_000, GRANTED
    return found


def payment(state: str = PaymentState.REQUESTED, n: int = 0) -> Payment:
    """The first tranche of a project, on its way."""
    about = project(n=n)
    tranche = Tranche(pk=n + 1, project=about, number=1, planned_fen=GRANTED // 2)
    number, requester = f"{about.number}-1", person(Role.PROGRAMME_OFFICER)
    return Payment(
        pk=n + 1,
        project=about,
        tranche=tranche,
        number=number,
        amount_fen=GRANTED // 2,
        state=state,
        requester=requester,
    )


def step(move: str, source: str, target: str, *, at: dt.datetime, role: Role) -> Step:
    """One line of a trail."""
    return Step(
        ref=move, machine="project", object_id=1, move=move, source=source, target=target, at=at, actor=person(role)
    )


def steps() -> list[Step]:
    """The trail of a project under way, the newest first."""
    s = ProjectState
    return [
        step("start", s.AGREEMENT_SIGNED, s.IN_PROGRESS, at=day(3, 1), role=Role.PROGRAMME_OFFICER),
        step("sign_agreement", s.APPROVED, s.AGREEMENT_SIGNED, at=day(2, 24), role=Role.PROGRAMME_OFFICER),
        step("shortlist", s.REVIEWED, s.SHORTLISTED, at=day(2, 3), role=Role.PROGRAMME_OFFICER),
        step("receive", s.CITY_RECOMMENDED, s.ELIGIBILITY_CHECK, at=day(1, 11), role=Role.PROGRAMME_OFFICER),
        step("county_recommend", s.SUBMITTED, s.COUNTY_RECOMMENDED, at=day(1, 4), role=Role.COUNTY_LEADER),
    ]


def attachment(name: str, size: int, at: dt.datetime, slot: str = "") -> Attachment:
    """A document that somebody handed in."""
    document = Document(name=name, size=size, media_type="application/pdf")
    return Attachment(document=document, slot=slot, attached_by=person(Role.TEAM_LEADER), attached_at=at)


def lasting(made: Callable[[], Any], name: str) -> Callable[[], dict[str, Any]]:
    """What is made, under the one name that a component knows."""
    return lambda: {name: made()}
