"""The stage of any life: real people on real places, five applications in one round, a clock, and one way to act."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q

from grants.applications.commands import begin_project
from grants.applications.models import Project
from grants.desk.commands import act, put_forward, stand_behind
from grants.models import ChangeRequest, Check, Objection, Payment, Round
from grants.people.enums import Level
from grants.people.models import Team, User
from grants.programmes.profile import profile_text
from tests.acceptance.life.filling import fill
from tests.acceptance.life.holding import Holding, rows_and_heads
from tests.cast import HANGZHOU, XIHU, Cast, a_cast, a_team, holding
from tests.factories import CALL, a_planned_round, fill_in
from tests.snapshots import rolled_back
from workflow import clock
from workflow.actions import Refusal, Refused, blocked
from workflow.deadlines import clock_names
from workflow.lifecycle import Role
from workflow.machine import Stateful
from workflow.models import Deadline
from workflow.ports import domain
from workflow.proposed import open_proposals
from workflow.table import Deed
from workflow.ticking import fire_due

MODELS: dict[str, type[Stateful]] = {
    "round": Round,
    "project": Project,
    "payment": Payment,
    "check": Check,
    "objection": Objection,
    "change_request": ChangeRequest,
}
BETWEEN = dt.timedelta(seconds=20)
FORETOLD_BY_NOBODY = {"document"}
"""Only the reaction that binds a document sees that it is somebody else's."""


class CutShort(Exception):
    """So many steps as were wanted have been made."""


@dataclass
class Life:
    """A round with its projects, by letter; `at` is the clock, `left` how many steps more may be made."""

    cast: Cast
    at: dt.datetime
    keys: dict[str, tuple[str, int]] = field(default_factory=dict)
    people: list[User] = field(default_factory=list)
    holding: Holding = field(default_factory=Holding)
    left: int | None = None
    last: tuple[Stateful, dict[str, Any]] | None = None

    # Records and people ---------------------------------------------------------------------------------------

    def fresh(self, record: Stateful | str = "a") -> Any:
        """The record as it stands: a project by its letter, the round as 'round'."""
        machine, pk = self.keys[record] if isinstance(record, str) else (record.machine().name, record.pk)
        related = {"project": ("round__configuration", "team__guided_by", "payee", "leader")}.get(machine, ())
        return MODELS[machine]._base_manager.select_related(*related).get(pk=pk)

    def latest(self, machine: str, project: str = "a") -> Any:
        """The newest payment, check, objection or change of the project."""
        model: Any = MODELS[machine]
        return model._base_manager.filter(project=self.keys[project][1]).latest("pk")

    def records(self) -> list[Any]:
        """Everything that has a life, the projects first."""
        models = sorted(MODELS.values(), key=lambda model: model is not Project)
        return [record for model in models for record in model._base_manager.order_by("pk")]

    def holders(self, record: Stateful, roles: tuple[str, ...]) -> list[User]:
        """Who holds one of the roles over the record now, in the order of the roles."""
        seated = Q(assignments__project=record.pk, assignments__left_at__isnull=True)
        with clock.held(self.at):
            found: dict[str, list[Any]] = {role: list(domain().holders(record, (role,))) for role in roles}
            if Role.REVIEWER in roles and isinstance(record, Project):
                found[Role.REVIEWER] = list(User.objects.filter(seated).order_by("pk"))
        return list(dict.fromkeys(person for role in roles for person in found.get(role, ())))

    def makers(self, record: Stateful, deed: Deed, *, paper: bool = False) -> list[User]:
        """Who may make the deed by the table; by paper, the clerks who are not the signatory."""
        if paper and deed.paper:
            signatories = self.holders(record, deed.by)
            return [one for one in self.holders(record, deed.paper.by) if one not in signatories]
        return self.holders(record, deed.by)

    # Doing ----------------------------------------------------------------------------------------------------

    def does(
        self, name: str, record: Stateful | str = "a", /, *, by: Any = None, paper: bool = False, **given: Any
    ) -> None:
        """A step that is made as it should be, with everybody who must stand behind it. Raises CutShort in time."""
        self.count()
        found = self.fresh(record)
        deed = found.machine().deeds[name]
        maker = by or next(iter(self.makers(found, deed, paper=paper)), None)
        assert maker, f"nobody can {name}"
        facts = fill(self, found, deed, maker, paper=paper) | given
        found = self.fresh(found)
        self.stand_behind(found, deed, maker, facts, paper=paper)
        refused = self.attempt(found, name, maker, facts)
        assert refused is None, f"{name}: {refused} {facts}"

    def count(self) -> None:
        if self.left is not None:
            if not self.left:
                raise CutShort
            self.left -= 1

    def stand_behind(
        self, record: Stateful, deed: Deed, maker: User, facts: dict[str, Any], *, paper: bool = False
    ) -> None:
        """The maker puts it forward, and whoever the table names stands behind it; what is refused changes nothing."""
        others = deed.paper.confirm[1:] if paper and deed.paper else deed.also
        if not others or self.verb(put_forward, record, deed.name, actor=maker, given=facts):
            return
        with clock.held(self.at):
            proposal = open_proposals(record).filter(move=deed.name, maker=maker).latest("pk")
        for role in others[-1:] if paper else others:
            for person in self.holders(record, (role,))[:1]:
                self.verb(stand_behind, proposal, actor=person)

    def verb(self, verb: Callable[..., Any], *args: Any, **words: Any) -> tuple[str, ...] | None:
        """Do anything that is no move; -> the codes of its refusal, which has changed nothing."""
        before = rows_and_heads()
        with clock.held(self.at):
            refused = refusal(verb, *args, **words)
        self.at += BETWEEN
        if refused is None:
            self.holding.check()
            return None
        assert refused.codes
        assert rows_and_heads() == before
        return tuple(refused.codes)

    def attempt(self, record: Stateful, name: str, actor: Any, facts: dict[str, Any]) -> list[Refusal] | None:
        """Somebody tries; what was foretold happens, and a refusal has changed nothing. -> the reasons, or None."""
        before = rows_and_heads()
        words: dict[str, Any] = {"actor": actor, "given": facts, "version": record.version}
        words["key"] = f"{record.machine().name}:{record.pk}:{record.version}:{name}:{self.at:%m%dT%H%M%S}"
        with clock.held(self.at):
            foretold = blocked(record, name, actor, facts)
            refused = refusal(act, record, name, **words)
        self.at += BETWEEN
        if refused:
            assert list(refused.reasons) == foretold or set(refused.codes) <= FORETOLD_BY_NOBODY, (name, facts)
            assert rows_and_heads() == before
            return list(refused.reasons)
        assert foretold == []
        self.last = (record, {"name": name, **words})
        self.holding.check()
        return None

    # Time -----------------------------------------------------------------------------------------------------

    def goes_to(self, day: dt.date, hour: int = 9) -> None:
        """It is that hour of that day; whatever fell due on the way the clock did when it fell due."""
        target = max(self.at, dt.datetime.combine(day, dt.time(hour), tzinfo=clock.SHANGHAI))
        while due := self._next_due(target):
            self.at = due
            self._tick()
        self.at = target
        self._tick()

    def waits(self, days: int) -> None:
        """So many days go by."""
        self.goes_to(self.today + dt.timedelta(days=days))

    def waits_for(self, name: str, record: Stateful | str = "a") -> None:
        """The time of that name runs out."""
        found = self.fresh(record)
        rows = Deadline.objects.filter(object_id=found.pk, name=name, settled_at__isnull=True)
        row = rows.get(content_type__model=found._meta.model_name)
        self.goes_to(row.due_at.astimezone(clock.SHANGHAI).date() + dt.timedelta(days=1))

    @property
    def today(self) -> dt.date:
        return self.at.astimezone(clock.SHANGHAI).date()

    def in_days(self, days: int) -> str:
        return (self.today + dt.timedelta(days=days)).isoformat()

    def _next_due(self, target: dt.datetime) -> dt.datetime | None:
        waiting = Deadline.objects.filter(settled_at__isnull=True, name__in=clock_names())
        row = waiting.filter(due_at__gt=self.at, due_at__lte=target).order_by("due_at").first()
        return row.due_at if row else None

    def _tick(self) -> None:
        with clock.held(self.at):
            assert fire_due()["failed"] == 0
        self.holding.check()

    # Trying out -----------------------------------------------------------------------------------------------

    @contextmanager
    def tried_out(self) -> Iterator[Life]:
        """Whatever is done inside has not been done afterwards, save that it is remembered as having been reached."""
        at, known = self.at, dict(self.holding.known)
        try:
            with rolled_back():
                yield self
        finally:
            self.at, self.holding.known = at, known
            self.left = self.last = None


def refusal(verb: Callable[..., Any], *args: Any, **words: Any) -> Refused | None:
    """The refusal that the verb meets, or nothing when it goes through."""
    try:
        verb(*args, **words)
    except Refused as refused:
        return refused
    return None


def on_stage() -> Life:
    """A round whose call is open, in planning no more, with five complete drafts by letters:

    a and e of 上城区, b of 西湖区, c of 杭州 itself, d of 浙江大学.
    """
    with clock.held(CALL):
        cast = a_cast()
        life = Life(cast, CALL, people=[*cast.roles.values(), *cast.reviewers])
        _staff(life)
        round_ = _a_round(life)
        teams = [("a", cast.team, cast.team_leader), *_more_teams(life)]
    life.keys["round"] = ("round", round_.pk)
    life.holding.check()
    for name in ("add_source", "configure", "record_rehearsal", "publish_call"):
        life.does(name, "round")
    for letter, team, leader in teams:
        _draft(life, letter, team, leader)
    return life


def _staff(life: Life) -> None:
    """Those whom the cast lacks: 西湖区's, and a payee for the prefecture and the university."""
    places = life.cast.places
    places["zju"] = next(place for place in places["330000"].children.filter(level=Level.DIRECT, name="浙江大学"))
    for login, name, role, place in (
        ("xihu1", "沈丽", Role.COUNTY_OFFICER, XIHU),
        ("xihu2", "潘建国", Role.COUNTY_LEADER, XIHU),
        ("xihu3", "俞秀英", Role.PAYEE_OFFICER, XIHU),
        ("hz3", "韩敏", Role.PAYEE_OFFICER, HANGZHOU),
        ("zju3", "戴伟", Role.PAYEE_OFFICER, "zju"),
    ):
        life.people.append(holding(role, name, login=login, organisation=places[place]))


def _more_teams(life: Life) -> Iterator[tuple[str, Team, User]]:
    for letter, code in (("b", XIHU), ("c", HANGZHOU), ("d", "zju"), ("e", "330102")):
        team = a_team(life.cast.places, code, f"红十字{letter.upper()}志愿服务队")
        leader = holding(Role.TEAM_LEADER, f"周{letter}", login=f"leader_{letter}", team=team)
        life.people.append(leader)
        yield letter, team, leader


def _a_round(life: Life) -> Round:
    """Grants in three tranches (50 %, 40 % after a check, the rest at settling), so that every condition matters."""
    text = profile_text("qingnuan").replace("{recommending_red_cross: C,", "{recommending_red_cross: B,")
    return a_planned_round(life.cast, text=text)


def _draft(life: Life, letter: str, team: Team, leader: User) -> None:
    with clock.held(life.at):
        project = begin_project(life.fresh("round"), team, leader, actor=leader)
        fill_in(project, leader=leader, title=f"救在身边{letter}")
    life.keys[letter] = ("project", project.pk)
    life.at += BETWEEN
    life.holding.check()
