"""My work: what waits for a person by each hat, what they put before others, what they have just done."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Q

from grants.applications.models import Project
from grants.applications.queries import LEVEL_ROLES, level_in_turn
from grants.desk.domain import covers
from grants.desk.queries.records import MODELS, fetch_records
from grants.desk.words import due_by
from grants.people.models import RoleGrant
from grants.people.queries import TEAM_ROLES
from workflow.inbox import items_for
from workflow.lifecycle import ProjectState, Role
from workflow.models import Deadline, Item, Proposal, Step
from workflow.proposed import SIGNED

MOST = 200
RECENT = 8


@dataclass(frozen=True)
class Waiting:
    """One thing that waits for a person: the record, in which of their roles, until when."""

    item: Item
    record: Any
    hats: tuple[RoleGrant, ...]
    due: Deadline | None


def _items(actor: Any, hats: list[RoleGrant]) -> list[Item]:
    """Everything open for the person, what is due first in front; at most 200."""
    own = _of_own(hats)
    worn = {(hat.role, scope_of(hat)): Q() if is_area(hat) else own for hat in hats}
    items = items_for(actor, [(role, scope, records) for (role, scope), records in worn.items()])
    return list(items.prefetch_related("turns")[:MOST])


@dataclass(frozen=True)
class Desk:
    """What lies on a person's desk."""

    waiting: list[Waiting]
    proposals: list[Proposal]
    done: list[Step]


def desk_of(actor: Any, hats: list[RoleGrant]) -> Desk:
    """What waits for the person, what they have put before others and what they did last, with all the records.

    However much that is, each kind of record is read once.
    """
    items, proposals, steps = _items(actor, hats), put_forward_by(actor), done_lately_by(actor)
    fetch_records([item.process for item in items], proposals, steps)
    running = _running(items)
    waiting = [_waiting(item, actor, hats, running) for item in items]
    return Desk(sorted((one for one in waiting if one), key=_urgency), proposals, steps)


def is_area(hat: RoleGrant) -> bool:
    """Whether the role reaches over an area, not just one team's or payee's projects."""
    return hat.role not in {*TEAM_ROLES, Role.PAYEE_OFFICER}


def scope_of(hat: RoleGrant) -> str:
    """The path under which the records of a hat lie."""
    place = hat.organisation or (hat.team.guided_by if hat.team else None)
    return place.path if place and is_area(hat) else "/"


def _of_own(hats: list[RoleGrant]) -> Q:
    """Items on projects of the person's own teams, or paid to their own organisation."""
    teams = [hat.team_id for hat in hats if not is_area(hat) and hat.team_id]
    payees = [hat.organisation_id for hat in hats if not is_area(hat) and hat.organisation_id]
    own = Q(pk__in=[])
    for machine, model in MODELS.items():
        if machine != "round":
            lead = "" if machine == "project" else "project__"
            mine = Q(**{f"{lead}team__in": teams}) | Q(**{f"{lead}payee__in": payees})
            kind = ContentType.objects.get_for_model(model)
            inner = model._base_manager.filter(mine).values("pk")
            own |= Q(process__content_type=kind, process__object_id__in=inner)
    return own


def _running(items: Iterable[Item]) -> dict[tuple[int, int], list[Deadline]]:
    """What runs for every record that waits, the next first."""
    places = {(item.process.content_type_id, item.process.object_id) for item in items}
    wanted = Q(pk__in=[])
    for kind in {kind for kind, _pk in places}:
        wanted |= Q(content_type=kind, object_id__in=[pk for other, pk in places if other == kind])
    found: dict[tuple[int, int], list[Deadline]] = defaultdict(list)
    for row in Deadline.objects.filter(wanted, settled_at__isnull=True).order_by("due_at"):
        found[row.content_type_id, row.object_id].append(row)
    return found


def turn_roles(record: Any, roles: Iterable[str]) -> set[str]:
    """The roles whose turn it really is: a submitted project waits for one level, by the way it takes."""
    named = set(roles)
    if isinstance(record, Project) and record.state == ProjectState.SUBMITTED:
        return named & LEVEL_ROLES[level_in_turn(record)]
    return named


def _due(item: Item, record: Any, running: list[Deadline]) -> Deadline | None:
    """The deadline that the item is about: of a turn, that of the state it is in; others have none of their own."""
    if item.kind != "turn":
        return None
    named = due_by(record)
    return next((row for row in running if row.name in named), None) if named else next(iter(running), None)


def _waiting(
    item: Item, actor: Any, hats: list[RoleGrant], running: dict[tuple[int, int], list[Deadline]]
) -> Waiting | None:
    record = item.process.record
    if record is None:
        return None
    roles = {turn.role for turn in item.turns.all()}
    roles = turn_roles(record, roles) if item.kind == "turn" else roles
    worn = tuple(hat for hat in hats if hat.role in roles and covers(hat, record))
    if not (worn or item.owner_id == actor.pk):
        return None
    if item.proposal and item.kind == "endorse" and item.proposal.maker_id == actor.pk:
        return None
    rows = running.get((item.process.content_type_id, item.process.object_id), [])
    return Waiting(item, record, worn, _due(item, record, rows))


def _urgency(one: Waiting) -> tuple[bool, Any, Any]:
    return (one.due is None, one.due.due_at if one.due else one.item.since, one.item.pk)


def put_forward_by(actor: Any) -> list[Proposal]:
    """What the person has put before others and nobody has answered in full yet."""
    open_items = Item.objects.filter(kind="endorse", finished__isnull=True).values("proposal")
    found = Proposal.objects.filter(maker=actor.pk, pk__in=open_items).order_by("-at")
    return list(found.prefetch_related(SIGNED)[:MOST])


def asked_already(one: Waiting, proposals: Iterable[Proposal]) -> bool:
    """Whether the turn waits for others now, because the person has put something before them."""
    process = one.item.process
    place = (process.content_type_id, process.object_id, one.record.version)
    return one.item.kind == "turn" and any(
        (row.content_type_id, row.object_id, row.version) == place for row in proposals
    )


def done_lately_by(actor: Any) -> list[Step]:
    """The records a person has moved last, each once, with the step."""
    steps = Step.objects.filter(actor=actor.pk).order_by("-at", "-seq")
    latest: dict[tuple[int, int], Step] = {}
    for step in steps[: RECENT * 4]:
        latest.setdefault((step.content_type_id, step.object_id), step)
    return list(latest.values())[:RECENT]
