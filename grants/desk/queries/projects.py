"""Lists of projects, and everything that one project page shows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import F, Q, QuerySet

from grants.applications.enums import RecommendLevel
from grants.applications.models import Project
from grants.applications.queries import level_in_turn, recommender_of, recommending_level, who_stands_back
from grants.desk.domain import handling
from grants.desk.queries.finding import due, having, in_place, outside, waiting_for, with_due, words_in
from grants.desk.queries.records import VISIBLE
from grants.desk.queries.work import turn_roles
from grants.funds.queries import payments_of, tranches_of
from grants.people.enums import Level
from grants.people.models import Organisation, RoleGrant
from grants.people.queries import grants_held
from grants.programmes.models import Round
from grants.settlement.models import Voucher
from grants.settlement.queries import vouchers_of
from storage.models import Attachment
from storage.queries import attachments_by_record
from workflow.lifecycle import PROJECT, Role
from workflow.looking import once
from workflow.machine import Stateful
from workflow.models import Item, Step, Work, place_of
from workflow.phrases import listed as listed_words
from workflow.trail import name_of, steps_of

COLUMNS = {
    "number": ("number",),
    "title": ("title", "number"),
    "team": ("team__name", "number"),
    "place": ("scope", "number"),
    "state": ("state", "number"),
    "requested": ("requested_fen", "number"),
    "granted": ("granted_fen", "number"),
    "due": ("due_at", "number"),
}
"""What a list can be sorted by, with what decides between equals."""
SEARCHED = ("title", "number", "team__name", "team__guided_by__name", "leader__name")


def listed(actor: Any, wanted: Mapping[str, str], tree: Sequence[Organisation] = ()) -> QuerySet[Project]:
    """The projects a person may see that fit what is wanted, each with `due_at`, in the order wanted.

    Words are looked for in title, number, team, its Red Cross and its leader. `tree` holds prefectures and counties.
    """
    found = with_due(VISIBLE["project"](actor).select_related("round", "team__guided_by", "leader", "payee"))
    found = found.filter(having(words_in(wanted.get("q", "")), *SEARCHED), _place(wanted, tree))
    if state := wanted.get("state"):
        found = found.filter(state=state)
    if stage := wanted.get("stage"):
        found = found.filter(state__in=PROJECT.stages.get(stage, ()))
    if round_ := wanted.get("round"):
        found = found.filter(round=int(round_))
    if field := wanted.get("field"):
        found = found.filter(field=field)
    if when := wanted.get("due"):
        found = found.filter(due(when))
    if wanted.get("mine"):
        found = found.filter(waiting_for(actor, grants_held(actor)))
    return found.order_by(*order_of(wanted.get("sort", "")))


def order_of(sort: str) -> list[Any]:
    """The columns of an order such as `-due`, rows without a value last; newest round first where nothing is asked."""
    name = sort.removeprefix("-")
    if name not in COLUMNS:
        return ["-round__year", "-number"]
    first, *rest = COLUMNS[name]
    column = F(first).desc(nulls_last=True) if sort.startswith("-") else F(first).asc(nulls_last=True)
    return [column, *rest]


def _place(wanted: Mapping[str, str], tree: Sequence[Organisation]) -> Q:
    """Where the projects lie; what is no place of the tree finds what it would find without."""
    by_id = {str(place.pk): place for place in tree}
    city, county = wanted.get("city", ""), wanted.get("county", "")
    if city == "direct":
        return outside(place for place in tree if place.level == Level.PREFECTURE)
    return in_place(by_id.get(city), by_id.get(county), own=county == "own")


def area_tree() -> list[Organisation]:
    """Prefectures and counties, merged ones too, by division."""
    found = Organisation.objects.filter(level__in=(Level.PREFECTURE, Level.COUNTY))
    return once("area_tree", lambda: list(found.order_by("division", "pk")))


def rounds_to_choose(actor: Any) -> list[Round]:
    """The rounds a person may filter by, newest first."""
    return list(VISIBLE["round"](actor))


def steps_under(record: Stateful) -> list[Step]:
    """The trail of a project with all that hangs on it, or of any other record alone; newest first, with the people."""
    found = Step.objects.select_related("actor", "behalf").order_by("-at", "-content_type", "-seq")
    if isinstance(record, Project):
        return list(found.filter(subject=name_of(record)))
    return list(found.filter(**place_of(record)))


def steps_since(record: Stateful, version: int) -> list[Step]:
    """What has happened to a record after the version a person saw, oldest first."""
    return list(steps_of(record).filter(version__gt=version))


@dataclass(frozen=True)
class Turn:
    """Who has a record now: the roles it waits for, the people who exercise them, and since when."""

    roles: tuple[str, ...]
    people: tuple[RoleGrant, ...]
    since: Any


def turn_of(record: Stateful) -> Turn:
    """In whose hands a record is."""
    items = Item.objects.filter(process__in=Work.objects.filter(**place_of(record)), finished__isnull=True)
    found = list(items.filter(kind="turn").values_list("since", "turns__role"))
    roles = turn_roles(record, (role for _since, role in found if role))
    people = tuple(exercising(record, roles)) if roles else ()
    since = found[0][0] if found else None
    return Turn(tuple(role for role in Role.values if role in roles), people, since)


def exercising(record: Stateful, roles: Iterable[str]) -> list[RoleGrant]:
    """The roles over a record with who exercises each today, every person once."""
    found: dict[int, RoleGrant] = {}
    for row in handling(record, roles):
        found.setdefault(row.hand, row)
    return list(found.values())


@dataclass(frozen=True)
class Recusal:
    """Levels stand back from a project: who of them belongs to the team, and the organisation that has the turn."""

    people: tuple[Any, ...]
    level: str
    instead: Any


def recusal_of(project: Project) -> Recusal | None:
    """Why the turn has moved a level up, if it has."""
    if not project.stood_back:
        return None
    every, first, last = list(RecommendLevel), recommending_level(project), RecommendLevel(project.stood_back)
    levels = every[every.index(first) : every.index(last) + 1]
    people = tuple(person for level in levels for person in who_stands_back(project, level))
    instead = recommender_of(project, level_in_turn(project))
    return Recusal(people, listed_words(level.label for level in levels), instead)


@dataclass(frozen=True)
class Beside:
    """What goes on beside a project's own course."""

    tranches: list[Any]
    payments: list[Any]
    checks: list[Any]
    changes: list[Any]
    objections: list[Any]
    vouchers: list[Voucher]

    @property
    def records(self) -> list[Any]:
        """Those that have a life and documents of their own."""
        return [*self.payments, *self.checks, *self.changes, *self.objections]


def beside(project: Project, actor: Any) -> Beside:
    """Tranches, payments, checks, changes, objections and vouchers of a project the person may see, one query each.

    Who sees a project sees all of them but the objections. Before it is approved there is nothing but objections.
    """
    objections = list(VISIBLE["objection"](actor).filter(project=project.pk).order_by("pk"))
    if not project.granted_fen:
        return Beside([], [], [], [], objections, [])
    return Beside(
        tranches=tranches_of(project),
        payments=payments_of(project),
        checks=list(project.checks.order_by("pk")),
        changes=list(project.changes.order_by("pk")),
        objections=objections,
        vouchers=vouchers_of(project),
    )


def documents_of(*records: Any) -> list[Attachment]:
    """The current documents of records, in one query."""
    by_record = attachments_by_record(records)
    return [found for record in records for found in by_record.get(record, [])]
