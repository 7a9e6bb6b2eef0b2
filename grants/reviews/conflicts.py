"""回避: may these people review these projects? Every reason against, in words, from data alone. Source: DOMAIN 2.2.

A hard reason always counts. A soft one counts until two people have waived it for this reviewer on this project. The
same answer is given before an invitation, at assignment, at the declaration, at every score and before the ranking.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

from django.db.models import Q
from django.utils.translation import gettext

from grants.applications.models import Collaboration, Project
from grants.people.enums import Level
from grants.people.models import Lending, Organisation, RoleGrant, User
from grants.people.queries import AREA_ROLES
from grants.reviews.assigning.enums import TieKind
from grants.reviews.assigning.models import Expert, RecusalWaiver, Tie
from workflow import clock, trail
from workflow.lifecycle import Role
from workflow.models import Step
from workflow.ports import domain, hands

TEAM, CHAIN, COUNTY, ACTED, EMPLOYER, CITY = "team", "chain", "county", "acted", "employer", "city"
SOFT = frozenset({CITY, TieKind.UNSUITABLE.value})
"""What two people may waive."""
YEARS = 3
"""How long having worked together counts."""


class Reason(NamedTuple):
    """One reason against a person on a project: its code, in words, and whether it can never be waived."""

    code: str
    words: str
    hard: bool


def conflicts(project: Project, people: Iterable[User]) -> dict[int, list[Reason]]:
    """What keeps each of these people from reviewing the project, by id; who is missing has nothing that counts."""
    known = matrix([project], people)
    return {person: reasons for (_project, person), reasons in known.counting().items()}


class Matrix:
    """Every reason between some projects and some people, by (project, person), and which of them are waived."""

    def __init__(
        self, found: dict[tuple[int, int], list[Reason]], waived: dict[tuple[int, int], frozenset[str]]
    ) -> None:
        self.found, self.waived = found, waived

    def reasons(self, project: int, person: int) -> list[Reason]:
        """All of them, also those that are waived."""
        return self.found.get((project, person), [])

    def against(self, project: int, person: int) -> list[Reason]:
        """Those that count."""
        waived = self.waived.get((project, person), frozenset())
        return [one for one in self.reasons(project, person) if one.hard or one.code not in waived]

    def counting(self) -> dict[tuple[int, int], list[Reason]]:
        """All that count, of the pairs that have any."""
        told = {pair: self.against(*pair) for pair in self.found}
        return {pair: reasons for pair, reasons in told.items() if reasons}

    def waivable(self, project: int, person: int) -> list[Reason]:
        """What would have to be waived for this person to review this project; nothing where a hard reason stands."""
        against = self.against(project, person)
        return [] if any(one.hard for one in against) else against


def matrix(projects: Iterable[Project], people: Iterable[User]) -> Matrix:
    """Everything between these projects and these people, in nine queries at most, however many they are.

    A role in the team, also a past or a lent one · having been invited to fill it in · a role in the recommending
    chain · a home in the same county (hard) or city (soft) · a deed done on the project in a role that does not go
    with reviewing · the same employer · what was declared: kin, employer, adviser, worked together within three
    years (hard), asked for by the team (soft).
    """
    projects, asked = list(projects), {person.pk: person for person in people}
    if not projects or not asked:
        return Matrix({}, {})
    known = Known(projects, asked)
    found: dict[tuple[int, int], list[Reason]] = {}
    for project in projects:
        for person, reason in known.of(project):
            row = found.setdefault((project.pk, person), [])
            if reason not in row:
                row.append(reason)
    return Matrix(found, _waived(projects, asked))


def _waived(projects: Collection[Project], asked: Collection[int]) -> dict[tuple[int, int], frozenset[str]]:
    rows = RecusalWaiver.objects.filter(
        project__in=[one.pk for one in projects], reviewer__in=asked, agreed_by__isnull=False
    )
    found: dict[tuple[int, int], frozenset[str]] = defaultdict(frozenset)
    for project, reviewer, codes in rows.values_list("project", "reviewer", "codes"):
        found[project, reviewer] |= frozenset(codes.split(","))
    return found


class Known:
    """What the data say of these people, indexed so that each project only meets whom it concerns."""

    def __init__(self, projects: list[Project], asked: dict[int, User]) -> None:
        self.asked = asked
        self.members: dict[int, set[int]] = defaultdict(set)
        self.helped: dict[int, set[int]] = defaultdict(set)
        self.offices: dict[str, set[int]] = defaultdict(set)
        self.near: dict[str, set[int]] = defaultdict(set)
        self.employers: dict[str, set[int]] = defaultdict(set)
        self._read_roles()
        self._read_experts()
        teams = {project.team_id for project in projects}
        lent = Lending.objects.filter(stand_in__in=asked, grant__team__in=teams)
        for team, person in lent.values_list("grant__team", "stand_in"):
            self.members[team].add(person)
        invited = Collaboration.objects.filter(person__in=asked, project__in=projects)
        for project, person in invited.values_list("project", "person"):
            self.helped[project].add(person)
        self.acted = _have_acted(projects, asked)
        self.ties = _ties(teams, asked)
        self.cities = self._cities(projects)

    def _read_roles(self) -> None:
        """Teams of all times; places of roles in force today."""
        today = clock.today()
        held = RoleGrant.objects.filter(person__in=self.asked, person__is_active=True)
        columns = ("person", "role", "team", "organisation__path", "valid_from", "valid_to")
        for person, role, team, path, since, until in held.values_list(*columns):
            if team:
                self.members[team].add(person)
            elif since <= today and (until is None or until >= today):
                self._lives(person, path)
                if role in AREA_ROLES:
                    self.offices[path].add(person)

    def _read_experts(self) -> None:
        rows = Expert.objects.filter(person__in=self.asked)
        for person, path, employer in rows.values_list("person", "home__path", "employer"):
            if path:
                self._lives(person, path)
            if employer:
                self.employers[_plain(employer)].add(person)

    def _lives(self, person: int, path: str) -> None:
        for above in _above(path):
            self.near[above].add(person)

    def _cities(self, projects: list[Project]) -> dict[str, str]:
        """The names of the cities that a soft reason will have to name."""
        keys = {_city(project.scope) for project in projects}
        wanted = [int(key.strip("/").split("/")[-1]) for key in keys if key and self.near.get(key)]
        rows = Organisation.objects.filter(pk__in=wanted).values_list("path", "short_name") if wanted else ()
        return dict(rows)

    def of(self, project: Project) -> Iterator[tuple[int, Reason]]:
        """Whom something is held against on this project, and what."""
        near = {*self.members.get(project.team_id, ()), *self.helped.get(project.pk, ()), project.leader_id}
        team = near & self.asked.keys()
        yield from ((pk, Reason(TEAM, gettext("曾在或正在申报团队任职"), hard=True)) for pk in sorted(team))
        chain = {pk for path in _above(project.scope) for pk in self.offices.get(path, ())}
        words = gettext("在推荐本项目的红十字会任职")
        yield from ((pk, Reason(CHAIN, words, hard=True)) for pk in sorted(chain))
        yield from self._place(project, chain)
        acted = self.acted.get(trail.name_of(project), set())
        words = gettext("已经以其他身份办理过本项目")
        yield from ((pk, Reason(ACTED, words, hard=True)) for pk in sorted(acted))
        yield from self._employer(project)
        yield from self.ties.get(project.team_id, ())

    def _place(self, project: Project, chain: set[int]) -> Iterator[tuple[int, Reason]]:
        """Those of the same county, or of the same city: the province is nobody's home."""
        guide, key = project.team.guided_by, _city(project.scope)
        if guide.level == Level.PROVINCE:
            return
        county = self.near.get(project.scope, set())
        words = gettext("与申报团队同属%(place)s") % {"place": guide.short_name}
        yield from ((pk, Reason(COUNTY, words, hard=True)) for pk in sorted(county))
        city = self.near.get(key, set()) - county - chain if key in self.cities else set()
        words = gettext("与申报团队同在一市：%(place)s") % {"place": self.cities.get(key, "")}
        yield from ((pk, Reason(CITY, words, hard=False)) for pk in sorted(city))

    def _employer(self, project: Project) -> Iterator[tuple[int, Reason]]:
        places = [project.team.guided_by.name, project.team.name, project.payee.name if project.payee else ""]
        words = gettext("与申报方同一单位")
        for name in places:
            for pk in sorted(self.employers.get(_plain(name), ())):
                yield pk, Reason(EMPLOYER, words, hard=True)


def _above(path: str) -> Iterator[str]:
    """The path and everything above it: /1/, /1/4/, /1/4/37/."""
    parts = path.strip("/").split("/")
    yield from (f"/{'/'.join(parts[: at + 1])}/" for at in range(len(parts)))


def _city(path: str) -> str:
    """The path of the city, or of what stands directly under the province; empty for the province."""
    parts = path.strip("/").split("/")
    return f"/{'/'.join(parts[:2])}/" if len(parts) > 1 else ""


def _plain(name: str) -> str:
    """A name as it is compared: without blanks, in one case."""
    return "".join(name.split()).casefold()


def _have_acted(projects: list[Project], asked: Collection[int]) -> dict[str, set[int]]:
    """Who did something on each project in a role that does not go with reviewing."""
    pairs = [pair for pair in domain().incompatible() if Role.REVIEWER in pair]
    foes = {role for pair in pairs for role in pair} - {Role.REVIEWER}
    names = [trail.name_of(project) for project in projects]
    deeds = Step.objects.filter(Q(actor__in=asked) | Q(behalf__in=asked), subject__in=names, role__in=foes)
    found: dict[str, set[int]] = defaultdict(set)
    for subject, actor, behalf in deeds.values_list("subject", "actor", "behalf"):
        found[subject] |= set(hands(actor, behalf)) & set(asked)
    return found


def _ties(teams: Collection[int], asked: dict[int, User]) -> dict[int, list[tuple[int, Reason]]]:
    """What was declared between these teams and these people, by team; somebody named in words by that very name."""
    called: dict[str, list[int]] = defaultdict(list)
    for pk, person in asked.items():
        called[_plain(person.name)].append(pk)
    found: dict[int, list[tuple[int, Reason]]] = defaultdict(list)
    for tie in Tie.objects.filter(team__in=teams).order_by("pk"):
        if tie.until and tie.until < _years_ago():
            continue
        those = [tie.person_id] if tie.person_id else called.get(_plain(tie.named), [])
        words = gettext("%(side)s声明：%(kind)s") % {"side": tie.get_side_display(), "kind": tie.get_kind_display()}
        reason = Reason(tie.kind, words, tie.kind not in SOFT)
        found[tie.team_id] += [(pk, reason) for pk in those if pk in asked]
    return found


def _years_ago() -> dt.date:
    today = clock.today()
    return today.replace(year=today.year - YEARS, day=min(today.day, 28) if today.month == 2 else today.day)
