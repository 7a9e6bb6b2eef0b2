"""The world of a rehearsal: the round, the cases in it, and who is who for each."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from grants.applications.models import Project
from grants.desk.rehearsal.cast import Cast
from grants.desk.rehearsal.play import Play
from grants.people.enums import Level
from grants.people.models import Organisation, Team, User
from grants.programmes.models import Round
from grants.programmes.profile import Profile
from workflow.lifecycle import Role
from workflow.models import Step


@dataclass
class Case:
    """One application and what the seed has in store for it."""

    number: int
    project: Project
    team: Team
    leader: User
    lot: str
    late: set[str] = field(default_factory=set)

    @property
    def state(self) -> str:
        """Where it is now."""
        return str(self.project.state)


@dataclass
class World:
    """Everything that the scenes of a rehearsal share."""

    play: Play
    cast: Cast
    round: Round
    rules: Profile
    cases: list[Case] = field(default_factory=list)
    notices: dict[str, int] = field(default_factory=dict)
    bank_lines: int = 0
    statements: int = 0
    letters: int = 0

    def where(self, *states: str, lot: str = "") -> Iterator[Case]:
        """Cases in one of these states, and with that lot if named; a list, so that they may move meanwhile."""
        found = [case for case in self.cases if case.state in states and (not lot or case.lot == lot)]
        return iter(found)

    def do(self, case: Case, move: str, actor: Any, **given: Any) -> Step:
        """One person makes one move with a case."""
        return self.play.do(case.project, move, actor, **given)

    def together(self, case: Case, move: str, **given: Any) -> Step:
        """The programme officer makes a move that the business lead endorses."""
        return self.play.together(case.project, move, self.officer, self.cast.business_lead, **given)

    def refresh(self) -> None:
        """Every record shows what the clock has done meanwhile."""
        self.round.refresh_from_db()
        for case in self.cases:
            case.project.refresh_from_db()

    @property
    def officer(self) -> User:
        """The province's programme officer."""
        return self.cast.programme_officer

    def county(self, case: Case, role: str) -> User:
        """The officer or leader of the case's county."""
        return self.cast.of(role, case.team.guided_by)

    def city_of(self, case: Case) -> Organisation:
        """The prefecture above the case."""
        place = case.team.guided_by
        return place.parent if place.level == Level.COUNTY and place.parent else place

    def city(self, case: Case, role: str) -> User:
        """The officer or leader of the prefecture above the case."""
        return self.cast.of(role, self.city_of(case))

    def payee(self, case: Case) -> User:
        """Who files accounts and vouchers for the payee."""
        if case.project.payee_id is None:
            return self.cast.at[Role.PAYEE_OFFICER, -case.team.pk]
        return self.cast.at[Role.PAYEE_OFFICER, case.project.payee_id]

    def has_county(self, case: Case) -> bool:
        """Whether a county recommends it first."""
        return case.team.guided_by.level == Level.COUNTY

    def has_city(self, case: Case) -> bool:
        """Whether a prefecture recommends it."""
        return case.team.guided_by.level in (Level.COUNTY, Level.PREFECTURE)

    def in_days(self, days: int) -> str:
        """A date that many days ahead, as it is given to a form."""
        return (self.play.today + dt.timedelta(days=days)).isoformat()
