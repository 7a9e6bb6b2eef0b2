"""People, organisations and teams one may see: found by words, each with who holds what, and what belongs to it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Max, OuterRef, Q, QuerySet, Subquery

from grants.applications.models import Project
from grants.desk.queries.board import CALLERS
from grants.desk.queries.finding import having, words_in
from grants.desk.queries.records import VISIBLE
from grants.people.duplicates import family
from grants.people.enums import UNGUIDING, Imported, Level
from grants.people.handing import handovers_visible_to
from grants.people.models import Handover, Organisation, RegisterImport, RegisterLine, RoleGrant, Team, User
from grants.people.queries import (
    REGISTRAR_ROLES,
    grants_in_force,
    hats,
    holds,
    organisations_visible_to,
    people_visible_to,
    teams_visible_to,
)
from workflow import clock
from workflow.lifecycle import PROJECT, PROJECT_FINAL, Role

MOST_FOUND = 8
MOST_IMPORTS = 10
ORGANISATION_COLUMNS = ("name", "short_name", "division", "uscc")
TEAM_COLUMNS = ("name", "guided_by__name", "platform_no", "uscc")
PEOPLE_COLUMNS = ("name", "username")


@dataclass
class Branch:
    """One organisation of the tree with what hangs below it."""

    place: Organisation
    teams: int
    people: int
    below: list[Branch] = field(default_factory=list)


def tree(actor: Any, text: str = "") -> list[Branch]:
    """The organisations in force as a tree, or, with words, only those that fit and what stands above them.

    Grass-roots organisations are shown on the page of the one they hang under. Three queries.
    """
    standing = organisations_visible_to(actor).filter(valid_to__isnull=True).exclude(level=Level.GRASSROOTS)
    rows = sorted(standing, key=lambda one: (not one.division, one.division, one.pk))
    if words := words_in(text):
        kept = set(standing.filter(having(words, *ORGANISATION_COLUMNS)).values_list("path", flat=True))
        rows = [one for one in rows if any(path.startswith(one.path) for path in kept)]
    teams = Counter(teams_visible_to(actor).filter(same_as__isnull=True).order_by().values_list("guided_by", flat=True))
    people = Counter(place for place, _person in set(_seats(actor)))
    branches = {one.pk: Branch(one, teams[one.pk], people[one.pk]) for one in rows}
    for one in rows:
        if one.parent_id in branches:
            branches[one.parent_id].below.append(branches[one.pk])
    return [branches[one.pk] for one in rows if one.parent_id not in branches]


def _seats(actor: Any) -> Iterable[tuple[int | None, int]]:
    """(organisation, person) of every role held at an organisation by somebody the person may see."""
    seen = grants_in_force().filter(organisation__isnull=False, person__in=people_visible_to(actor).order_by())
    return seen.values_list("organisation", "person")


def imports_seen(actor: Any, what: Imported) -> list[RegisterImport]:
    """The lists of a kind that came in last: for the province everybody's, for the others their own."""
    found = RegisterImport.objects.filter(what=what).select_related("by")
    if not any(hat.role in REGISTRAR_ROLES for hat in hats(actor)):
        found = found.filter(by=actor.pk)
    return list(found[:MOST_IMPORTS])


def grants_at(place: Organisation, actor: Any) -> list[RoleGrant]:
    """Who holds which role at the organisation today, as far as the person may see them."""
    found = grants_in_force().filter(organisation=place.pk, person__in=people_visible_to(actor).order_by())
    return list(found.select_related("person", "organisation", "granted_by").order_by("role", "valid_from", "pk"))


def teams_of(place: Organisation, actor: Any) -> QuerySet[Team]:
    """The teams that the organisation guides."""
    return teams_visible_to(actor).filter(guided_by=place.pk, same_as__isnull=True).order_by("name")


def awards_of(team: Team, actor: Any) -> list[Project]:
    """The projects for which the team has been granted money, newest first, as far as the person may see them."""
    found = VISIBLE["project"](actor).filter(team__in=family(team.pk), granted_fen__gt=0)
    return list(found.select_related("round").order_by("-round__year", "-number"))


def stage_counts(found: QuerySet[Project]) -> dict[str, int]:
    """How many of these projects are in which stage."""
    rows = found.order_by().values_list("state").annotate(n=Count("pk"))
    counts: Counter[str] = Counter()
    for state, n in rows:
        counts[PROJECT.stage_of(str(state))] += n
    return dict(counts)


def projects_in(place: Organisation, actor: Any) -> QuerySet[Project]:
    """The projects in the area of the organisation."""
    found: QuerySet[Project] = VISIBLE["project"](actor).filter(scope__startswith=place.path)
    return found


def lines_of(record: Team | Organisation | User) -> list[RegisterLine]:
    """What the register says of a team, an organisation or an account, newest first."""
    return list(RegisterLine.objects.filter(**{_kind(record): record.pk}).select_related("by").order_by("-pk"))


def last_line(record: Team | Organisation) -> int:
    """The last line of the register about it; 0 where there is none."""
    return RegisterLine.objects.filter(**{_kind(record): record.pk}).aggregate(last=Max("pk"))["last"] or 0


def _kind(record: Team | Organisation | User) -> str:
    return "person" if isinstance(record, User) else record._meta.model_name or ""


def going_of(person: User) -> int:
    """How many projects the person leads that have not come to an end."""
    return Project.objects.filter(leader=person.pk).exclude(state__in=PROJECT_FINAL).count()


def kin(place: Organisation) -> dict[str, list[Organisation]]:
    """What stands above the organisation, what hangs below it, what was merged into it, and what it went into."""
    above = Q(pk__in=[part for part in place.path.strip("/").split("/") if part])
    near = above | Q(parent=place.pk) | Q(succeeded_by=place.pk) | Q(pk=place.succeeded_by_id)
    found = list(Organisation.objects.filter(near).exclude(pk=place.pk).order_by("level", "division", "pk"))
    return {
        "above": sorted((one for one in found if place.path.startswith(one.path)), key=lambda one: len(one.path)),
        "below": [one for one in found if one.parent_id == place.pk and one.valid_to is None],
        "merged": [one for one in found if one.succeeded_by_id == place.pk],
        "into": [one for one in found if one.pk == place.succeeded_by_id],
    }


def find_person(actor: Any, pk: int) -> User | None:
    """Somebody the person may see."""
    return people_visible_to(actor).filter(pk=pk).first()


def find_team(actor: Any, pk: int) -> Team | None:
    """A team the person may see, with the one it was merged into."""
    return teams_visible_to(actor).select_related("same_as").filter(pk=pk).first()


def find_organisation(actor: Any, pk: int) -> Organisation | None:
    """An organisation, merged ones too."""
    return organisations_visible_to(actor).select_related("parent", "succeeded_by").filter(pk=pk).first()


def grants_of(person: User, actor: Any) -> list[RoleGrant]:
    """Every role the person has ever held that the reader may know of, those that go on first."""
    found = RoleGrant.objects.filter(person=person.pk).select_related(
        "person", "organisation", "team__guided_by", "round", "granted_by"
    )
    if person.pk != actor.pk and not any(hat.role in REGISTRAR_ROLES for hat in hats(actor)):
        teams = teams_visible_to(actor).order_by().values("pk")
        near = Q(team__in=teams)
        for hat in hats(actor):
            near |= Q(organisation__path__startswith=hat.scope) if hat.scope and not hat.team else Q(team=hat.team)
        found = found.filter(near)
    today = clock.today()
    return sorted(
        found, key=lambda one: (one.valid_to is not None and one.valid_to < today, one.role, one.valid_from, one.pk)
    )


def members_of(team: Team) -> list[RoleGrant]:
    """Who holds a role in the team today, and who did before."""
    rows = RoleGrant.objects.filter(team=team.pk).select_related("person", "granted_by", "team")
    today = clock.today()
    return sorted(rows, key=lambda one: (one.valid_to is not None and one.valid_to < today, one.role, one.pk))


def people_found(actor: Any, wanted: Mapping[str, str]) -> QuerySet[User]:
    """People one may see by words, by a role they hold today, and, for who keeps accounts, those without any."""
    found = people_visible_to(actor).filter(having(words_in(wanted.get("q", "")), *_people_columns(actor)))
    if role := wanted.get("role"):
        found = found.filter(pk__in=grants_in_force().filter(role=role).values("person"))
    if wanted.get("idle"):
        found = found.exclude(pk__in=grants_in_force().values("person"))
    return found.order_by("name", "pk")


def _people_columns(actor: Any) -> tuple[str, ...]:
    """Numbers are looked for by those who may read them."""
    return (*PEOPLE_COLUMNS, "mobile") if holds(actor, *CALLERS) else PEOPLE_COLUMNS


def hats_of(people: Iterable[User]) -> dict[int, list[RoleGrant]]:
    """The roles these people hold today, in one query."""
    pks = [one.pk for one in people]
    found: dict[int, list[RoleGrant]] = {pk: [] for pk in pks}
    rows = grants_in_force().filter(person__in=pks).select_related("organisation", "team")
    for grant in rows.order_by("role", "pk"):
        found[grant.person_id].append(grant)
    return found


@dataclass(frozen=True)
class Found:
    """What a word finds: a few of each, and whether there are more."""

    projects: list[Project]
    teams: list[Team]
    people: list[User]
    organisations: list[Organisation]

    @property
    def any(self) -> bool:
        """Whether anything was found."""
        return bool(self.projects or self.teams or self.people or self.organisations)


def everything(actor: Any, text: str, projects: QuerySet[Project]) -> Found:
    """Projects, teams, people and organisations with all the words, as far as one may see them; one query each."""
    words = words_in(text)
    if not words:
        return Found([], [], [], [])
    most = MOST_FOUND + 1
    return Found(
        projects=list(projects[:most]),
        teams=list(teams_visible_to(actor).filter(having(words, *TEAM_COLUMNS)).order_by("name")[:most]),
        people=list(people_visible_to(actor).filter(having(words, *_people_columns(actor))).order_by("name")[:most]),
        organisations=list(
            organisations_visible_to(actor)
            .filter(having(words, *ORGANISATION_COLUMNS))
            .filter(valid_to__isnull=True)
            .order_by("level", "division", "pk")[:most]
        ),
    )


# For those who grant, hand over and merge -----------------------------------------------------------------------


def places_within(actor: Any) -> QuerySet[Organisation]:
    """The organisations for which the person may let somebody in: their own area; all for the province."""
    found = organisations_visible_to(actor).filter(valid_to__isnull=True).exclude(level=Level.GRASSROOTS)
    if not any(hat.role in REGISTRAR_ROLES for hat in hats(actor)):
        area = Q(pk__in=[])
        for hat in hats(actor):
            area |= Q(path__startswith=hat.scope) if not hat.team else Q(pk__in=[])
        found = found.filter(area)
    return found.order_by("path")


def parents() -> QuerySet[Organisation]:
    """What a new grass-roots organisation or county can hang under."""
    found = Organisation.objects.filter(valid_to__isnull=True, level__in=(Level.PREFECTURE, Level.COUNTY))
    return found.order_by("path")


def find_grant(actor: Any, pk: int) -> RoleGrant | None:
    """A role held by somebody the person may see."""
    found = RoleGrant.objects.filter(person__in=people_visible_to(actor).order_by())
    return found.select_related("person", "organisation", "team__guided_by").filter(pk=pk).first()


def guides(team: Team) -> QuerySet[Organisation]:
    """Every organisation that could guide the team instead."""
    found = Organisation.objects.filter(valid_to__isnull=True).exclude(level__in=UNGUIDING)
    return found.exclude(pk=team.guided_by_id).order_by("path")


def find_handover(actor: Any, pk: int) -> Handover | None:
    """A handover that the person may see, with both sides and who asked."""
    return handovers_visible_to(actor).filter(pk=pk).first()


def same_level(place: Organisation) -> QuerySet[Organisation]:
    """The organisations into which this one can be merged."""
    found = Organisation.objects.filter(level=place.level, valid_to__isnull=True).exclude(pk=place.pk)
    return found.order_by("path")


def weight_of(place: Organisation) -> dict[str, int]:
    """What goes along when the organisation is merged."""
    return {
        "teams": place.teams.count(),
        "roles": grants_in_force().filter(organisation=place.pk).count(),
        "below": place.children.filter(level=Level.GRASSROOTS).count(),
        "projects": going_at(place).count(),
    }


def going_at(place: Organisation) -> QuerySet[Project]:
    """The projects that lie with the organisation itself and have not come to an end, whoever asks."""
    return Project.objects.filter(scope=place.path).exclude(state__in=PROJECT_FINAL)


def left_behind(actor: Any) -> list[tuple[Organisation, int]]:
    """Merged organisations with projects that still wait to follow, with how many, for whoever moves them."""
    if not holds(actor, Role.PROGRAMME_OFFICER):
        return []
    merged = Organisation.objects.filter(succeeded_by__isnull=False)
    here = Project.objects.filter(scope=OuterRef("path")).exclude(state__in=PROJECT_FINAL).order_by()
    count = Subquery(here.values("scope").annotate(n=Count("pk")).values("n"))
    return [(one, one.waiting) for one in merged.annotate(waiting=count).filter(waiting__gt=0).order_by("pk")]
