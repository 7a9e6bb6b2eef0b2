"""My work: what waits for a person by each hat, what they put before others, what they have just done."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Q, prefetch_related_objects

from grants.applications.models import Project
from grants.applications.queries import RECOMMENDED_NEXT, turn_of_role
from grants.applications.queries import visible_to as projects_visible_to
from grants.desk.domain import covers, keeps_away, root_of
from grants.desk.domain import scope_of as scope_path
from grants.desk.queries.overdue import InPlace, in_place, late_for_hats
from grants.desk.queries.records import MODELS, fetch_records
from grants.desk.words import due_by
from grants.funds.models import PayeeAccount
from grants.funds.queries import unverified_accounts
from grants.people.handing import SPEAKING, answering, open_handovers
from grants.people.models import Handover, Lending, RoleGrant
from grants.people.queries import TEAM_ROLES, as_people, belonging, grants_in_force, read_loans
from workflow import clock
from workflow.endorsing import missing, own_hand
from workflow.inbox import items_for
from workflow.lifecycle import Role
from workflow.models import Deadline, Item, Proposal, Step
from workflow.ports import domain, hands
from workflow.proposed import SIGNED

Running = dict[tuple[int, int], list[Deadline]]
"""What runs for records, by kind and number."""
MOST = 200
RECENT = 8


@dataclass(frozen=True)
class Waiting:
    """One thing that waits for a person: the record, in which of their roles, until when; or for their stand-in."""

    item: Item
    record: Any
    hats: tuple[RoleGrant, ...]
    due: Deadline | None

    @property
    def lent(self) -> bool:
        """Whether it waits for somebody to whom the person has lent the role."""
        return bool(self.hats) and all(hat.lent_away for hat in self.hats)


def _items(actor: Any, hats: list[RoleGrant]) -> list[Item]:
    """Everything open for the person, what is due first in front; at most 200."""
    own = _of_own(hats)
    worn = {(hat.role, scope_of(hat)): _of_level(hat.role) if is_area(hat) else own for hat in hats}
    people = {actor.pk, *(hat.person_id for hat in hats)}
    items = items_for(actor, [(role, scope, records) for (role, scope), records in worn.items()], people)
    return list(items[:MOST])


def work_of(grants: list[RoleGrant]) -> list[Waiting]:
    """What lies open today for these roles of one person, what is due first in front."""
    items = _items(grants[0].person, grants)
    if asked := [item.proposal for item in items if item.proposal]:
        prefetch_related_objects(asked, SIGNED)
    fetch_records([item.process for item in items])
    running = _running(item.process for item in items)
    found = [_waiting(item, grants[0].person, grants, running) for item in items]
    return sorted((one for one in found if one and one.hats), key=_urgency)


def done_for(slip: Lending) -> list[Step]:
    """What the stand-in did in the holder's name while the slip was in force, newest first, with the records."""
    begins = dt.datetime.combine(slip.first_day, dt.time.min, clock.SHANGHAI)
    ends = slip.ended_at or dt.datetime.combine(slip.last_day, dt.time.max, clock.SHANGHAI)
    found = Step.objects.filter(actor=slip.stand_in_id, behalf=slip.holder_id, at__range=(begins, ends))
    steps = list(found.order_by("-at", "-seq")[:MOST])
    fetch_records(steps)
    return [step for step in steps if step.record is not None]


@dataclass(frozen=True)
class Passed:
    """Something that a person moved on: the step, who has it now, since when if it has not gone further, until when."""

    step: Step
    hands: tuple[RoleGrant, ...]
    mine: bool
    due: Deadline | None

    @property
    def since(self) -> Any:
        """When it came to whoever has it, as far as this step tells."""
        record: Any = self.step.record
        return self.step.at if str(record.state) == self.step.target else None


@dataclass(frozen=True)
class TeamWaiting:
    """A team that another Red Cross wants to hand over, and the roles in which the person may take it."""

    handover: Handover
    hats: tuple[RoleGrant, ...]


@dataclass(frozen=True)
class AccountWaiting:
    """An account that was filed for a project, and the roles in which the person may verify it."""

    account: PayeeAccount
    hats: tuple[RoleGrant, ...]


@dataclass(frozen=True)
class Desk:
    """What lies on a person's desk, and what would if they had not lent the role; `in_place` is what others let pass.

    `accounts` wait to be verified, `teams` wait for their answer, `teams_sent` for another Red Cross's.
    """

    waiting: list[Waiting]
    lent: list[Waiting]
    proposals: list[Proposal]
    done: list[Passed]
    accounts: list[AccountWaiting]
    teams: list[TeamWaiting]
    teams_sent: list[Handover]
    in_place: list[InPlace]

    @property
    def beside(self) -> list[AccountWaiting | TeamWaiting | InPlace]:
        """What waits beside the items of the records."""
        return [*self.in_place, *self.accounts, *self.teams]


def desk_of(actor: Any, hats: list[RoleGrant]) -> Desk:
    """What waits for the person, what they have put before others and what they did last, with all the records.

    However much that is, each kind of record is read once.
    """
    items, proposals, steps = _items(actor, hats), put_forward_by(actor, hats), done_lately_by(actor)
    asked = [item.proposal for item in items if item.proposal]
    if rows := [*proposals, *asked]:
        prefetch_related_objects(rows, SIGNED)
    late = late_for_hats(hats, projects_visible_to(actor))
    running = _running([*(item.process for item in items), *steps], late)
    over = [row for rows in running.values() for row in rows if row.due_at <= clock.now()] if late else []
    fetch_records([item.process for item in items], proposals, steps, over)
    waiting = [_waiting(item, actor, hats, running) for item in items]
    moved = [step for step in steps if step.record is not None]
    found = sorted((one for one in waiting if one), key=_urgency)
    mine, lent = [one for one in found if not one.lent], [one for one in found if one.lent]
    teams = list(open_handovers(actor)) if any(hat.role in SPEAKING for hat in hats) else []
    return Desk(
        waiting=mine,
        lent=lent,
        proposals=proposals,
        done=_passed(moved, actor, running),
        accounts=_accounts(actor, hats),
        teams=[TeamWaiting(one, worn) for one in teams if (worn := answering(one, actor, hats))],
        teams_sent=[one for one in teams if one.asked_by_id == actor.pk],
        in_place=in_place([row for row in over if row.record is not None], hats),
    )


def _accounts(actor: Any, hats: list[RoleGrant]) -> list[AccountWaiting]:
    """The accounts that the person may verify by a role of their own or lent to them, the oldest first."""
    worn = [hat for hat in hats if hat.role == Role.FINANCE_OFFICER and not hat.lent_away]
    if not worn:
        return []
    own, found = belonging(hats), []
    for account in unverified_accounts(projects_visible_to(actor), but_of=as_people(actor))[:MOST]:
        near = [hat for hat in worn if covers(hat, account.project)]
        if fit := tuple(hat for hat in near if not keeps_away(hat, account.project, own)):
            found.append(AccountWaiting(account, fit))
    return found


def _passed(steps: list[Step], actor: Any, running: Running) -> list[Passed]:
    """Where each of these has got to, with the people, by one query."""
    turns = {step.pk: turn_now(step.record) for step in steps}
    held = holders_near([step.record for step in steps], {role for roles in turns.values() for role in roles})
    own, found = belonging(held), []
    for step in steps:
        near = [hat for hat in held if hat.role in turns[step.pk] and covers(hat, step.record)]
        having = tuple(hat for hat in near if not keeps_away(hat, step.record, own))
        due = due_among(step.record, running.get((step.content_type_id, step.object_id), []))
        mine = any(hat.hand == actor.pk for hat in having)
        found.append(Passed(step, having, mine, due if having else None))
    return found


def turn_now(record: Any) -> set[str]:
    """The roles whose turn a record is, by its state."""
    return turn_roles(record, record.machine().waits.get(str(record.state), ()))


def holders_near(records: Iterable[Any], roles: set[str]) -> list[RoleGrant]:
    """Whoever holds one of these roles for a place, team or payee that one of the records lies with; one query.

    Those of the teams are there whatever their roles, so that it is known who keeps away from what.
    """
    places, teams = set[int](), set[int]()
    for record in records:
        root: Any = root_of(record)
        places |= {int(part) for part in scope_path(record).strip("/").split("/") if part}
        if isinstance(root, Project):
            teams.add(root.team_id)
            places |= {root.payee_id} if root.payee_id else set()
    if not roles:
        return []
    near = Q(organisation__in=places) | Q(team__in=teams)
    found = grants_in_force().filter(near & Q(role__in=roles) | Q(team__in=teams, role__in=TEAM_ROLES))
    return read_loans(found.select_related("person", "organisation", "team__guided_by").order_by("pk"))


def is_area(hat: RoleGrant) -> bool:
    """Whether the role reaches over an area, not just one team's or payee's projects."""
    return hat.role not in {*TEAM_ROLES, Role.PAYEE_OFFICER}


def scope_of(hat: RoleGrant) -> str:
    """The path under which the records of a hat lie."""
    place = hat.organisation or (hat.team.guided_by if hat.team else None)
    return place.path if place and is_area(hat) else "/"


def _of_level(role: str) -> Q:
    """Of the projects to be recommended only those whose turn it is with the role's level; everything else."""
    mine = turn_of_role(role)
    if not mine:
        return Q()
    others = Project.objects.filter(state__in=RECOMMENDED_NEXT).exclude(mine)
    turn = Q(kind="turn", process__content_type=ContentType.objects.get_for_model(Project))
    return ~(turn & Q(process__object_id__in=others.values("pk")))


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


def _running(rows: Iterable[Any], more: Q | None = None) -> Running:
    """What runs for every record that the rows name, and `more` of it, the next first."""
    places = {(row.content_type_id, row.object_id) for row in rows}
    wanted = Q(pk__in=[])
    for kind in {kind for kind, _pk in places}:
        wanted |= Q(content_type=kind, object_id__in=[pk for other, pk in places if other == kind])
    wanted = wanted | more if more else wanted
    found: dict[tuple[int, int], list[Deadline]] = defaultdict(list)
    for row in Deadline.objects.filter(wanted, settled_at__isnull=True).order_by("due_at"):
        found[row.content_type_id, row.object_id].append(row)
    return found


def turn_roles(record: Any, roles: Iterable[str]) -> set[str]:
    """The roles whose turn it really is: a submitted project waits for one level, by the way it takes."""
    return domain().turn(record, roles)


def _due(item: Item, record: Any, running: list[Deadline]) -> Deadline | None:
    """The deadline that the item is about: that of the state in which it is done; what one signs has none."""
    deed = record.machine().deeds.get(item.kind)
    now = item.kind == "turn" or (deed is not None and str(record.state) in deed.sources)
    return due_among(record, running) if now else None


def due_among(record: Any, running: Sequence[Deadline]) -> Deadline | None:
    """Of what runs for a record, the next first, the deadline that its present turn is about."""
    named = due_by(record)
    return next((row for row in running if row.name in named), None) if named else next(iter(running), None)


def run_out(record: Any, running: Iterable[Deadline]) -> frozenset[str]:
    """The deadlines of a record's present turn that have passed, by name."""
    named, now = due_by(record), clock.now()
    return frozenset(row.name for row in running if row.due_at <= now and (not named or row.name in named))


def _roles_of(item: Item, record: Any) -> set[str]:
    """The roles that an item waits for: of a turn those of the state, of a proposal those who have not signed.

    Of one that everybody signed, the maker's.
    """
    if item.kind == "turn":
        return turn_now(record)
    if item.kind == "endorsed" and item.proposal:
        return {item.proposal.role}
    if item.kind == "endorse" and item.proposal:
        return set(missing(record.machine().deeds[item.proposal.move], item.proposal))
    return set()


def _waiting(item: Item, actor: Any, hats: list[RoleGrant], running: Running) -> Waiting | None:
    record = item.process.record
    if record is None:
        return None
    roles = _roles_of(item, record)
    near = [hat for hat in hats if hat.role in roles and covers(hat, record) and _fits(hat, item, actor)]
    worn = tuple(hat for hat in near if not keeps_away(hat, record, belonging(hats)))
    own = item.owner_id == actor.pk and not (item.proposal and (item.proposal.behalf_id or worn))
    if not (worn or own):
        return None
    worn = tuple(hat for hat in worn if not hat.lent_away) or worn
    rows = running.get((item.process.content_type_id, item.process.object_id), [])
    return Waiting(item, record, worn, _due(item, record, rows))


def _fits(hat: RoleGrant, item: Item, actor: Any) -> bool:
    """Whoever put something forward, or was stood in for, carries it out and does not endorse it."""
    if item.proposal is None:
        return True
    own = own_hand(item.proposal, hands(actor.pk, hat.person_id))
    return own if item.kind == "endorsed" else not own


def _urgency(one: Waiting) -> tuple[bool, Any, Any]:
    return (one.due is None, one.due.due_at if one.due else one.item.since, one.item.pk)


def put_forward_by(actor: Any, hats: Iterable[RoleGrant]) -> list[Proposal]:
    """What the person, or who lent them the role, has put before others and nobody has answered in full yet."""
    open_items = Item.objects.filter(kind="endorse", finished__isnull=True).values("proposal")
    hand = Q(maker=actor.pk) | Q(behalf=actor.pk)
    for hat in hats:
        if hat.borrowed:
            hand |= Q(maker=hat.person_id, role=hat.role)
    found = Proposal.objects.filter(hand, pk__in=open_items).order_by("-at")
    return list(found[:MOST])


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
