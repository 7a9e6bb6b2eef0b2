"""Whose turn it is: items follow moves, they never cause them. The only module that drives viewflow's engine."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.db.models import Q, QuerySet
from viewflow.workflow.models import status

from workflow import clock
from workflow.effects import Done
from workflow.machine import Stateful
from workflow.models import Item, Turn, Work, place_of
from workflow.ports import domain

if TYPE_CHECKING:
    from workflow.models import Proposal

OPEN = (status.STATUS.NEW, status.STATUS.ASSIGNED, status.STATUS.STARTED)


def _flow(record: Stateful) -> Any:
    from workflow.flows import FLOWS  # noqa: PLC0415  flows need loaded models

    return FLOWS[record.machine().name]


def _work(record: Stateful) -> Work:
    return Work.objects.get(**place_of(record))


def _node(record: Stateful) -> Any:
    from workflow.flows import node_of  # noqa: PLC0415

    return _flow(record).instance.node(node_of(record.machine(), str(record.state)))


def _open(work: Work) -> QuerySet[Item]:
    return Item.objects.filter(process=work, finished__isnull=True, status__in=OPEN)


def follow(record: Stateful, source: str) -> None:
    """After a move: close every item of the old state, open the one of the new. A state that stayed keeps its item."""
    if not source:
        _start(record)
        return
    work = _work(record)
    _place(work, record)
    waiting = list(_open(work).select_related("process"))
    mine = [item for item in waiting if item.kind == "turn"]
    sides = [item.pk for item in waiting if item.kind != "turn"]
    _cancel(sides)
    if source == str(record.state):
        return
    if not mine:
        _reopen(work, record)
    for item in mine:
        _advance(item, record)


def _place(work: Work, record: Stateful) -> None:
    """The work lies where the record lies, also after it has come under another organisation."""
    if work.scope != (scope := domain().scope(record)):
        Work.objects.filter(pk=work.pk).update(scope=scope)


def _start(record: Stateful) -> None:
    flow = _flow(record)
    activation = flow.start.activation_class.create(flow.instance.start, None, None)
    work: Work = activation.process
    for name, value in place_of(record).items():
        setattr(work, name, value)
    work.machine = record.machine().name
    work.scope = domain().scope(record)
    activation.execute()


def _advance(item: Item, record: Stateful) -> None:
    """Finish an item through viewflow and let it open the next one, or end the work."""
    activation = item.flow_task.activation_class(item)
    activation.following = _node(record)
    activation.run(None)
    activation.execute()


def _reopen(work: Work, record: Stateful) -> None:
    """A record that had come to an end goes on: viewflow's end is undone, and the new state waits."""
    end = _last(work)
    token = end.task.token
    end.undo()
    _create(_node(record), end, token)


def _last(work: Work) -> Any:
    """What the work has come to: its open turn, or its end."""
    turn = _open(work).filter(kind="turn").select_related("process").first()
    item = turn or Item.objects.select_related("process").get(process=work, flow_task_type="END", status="DONE")
    return item.flow_task.activation_class(item)


def _create(node: Any, after: Any, token: Any, details: dict[str, Any] | None = None) -> Item:
    """Open an item at a node of the flow, after what came before."""
    item: Item = node.activation_class.create(node, after, token, data=details).task
    return item


def _cancel(pks: Iterable[int]) -> None:
    if pks:
        Item.objects.filter(pk__in=list(pks)).update(status=status.STATUS.CANCELED, finished=clock.now())


def _aside(
    record: Stateful, *, kind: str, roles: tuple[str, ...] = (), owner: Any = None, proposal: Any = None
) -> Item:
    """Open a side item beside the record's own turn."""
    last = _last(_work(record))
    details = {"kind": kind, "roles": roles, "owner": owner, "proposal": proposal}
    return _create(_flow(record).instance.side, last, last.task.token, details)


def ask(record: Stateful, proposal: Proposal, roles: tuple[str, ...]) -> None:
    """A proposal waits for these roles."""
    _aside(record, kind="endorse", roles=roles, proposal=proposal)


def answered(proposal: Proposal, role: str, *, complete: bool) -> None:
    """A role has endorsed; when nobody is missing, the proposal goes back to its maker."""
    items = Item.objects.filter(proposal=proposal, finished__isnull=True)
    Turn.objects.filter(item__in=items, role=role).delete()
    if complete:
        record: Any = proposal.record
        _cancel(list(items.values_list("pk", flat=True)))
        _aside(record, kind="endorsed", owner=proposal.maker, proposal=proposal)


def lapse(record: Stateful) -> None:
    """The version has changed: what was put before others no longer stands."""
    work = _work(record)
    _place(work, record)
    stale = _open(work).filter(proposal__isnull=False, proposal__version__lt=record.version)
    _cancel(list(stale.values_list("pk", flat=True)))


def hand_to(record: Stateful, kind: str, people: Iterable[Any], *, done: Done | None = None) -> None:
    """Each of these people has one open item of this kind on the record (a score to give, a page to sign).

    Whoever did not have it before is told so by the act `done`; a move tells everybody whose turn it is by itself.
    """
    work = _work(record)
    has = set(_open(work).filter(kind=kind).values_list("owner_id", flat=True))
    fresh = [person for person in people if person.pk not in has]
    for person in fresh:
        _aside(record, kind=kind, owner=person)
    if done and fresh:
        done.send("handed", ref=done.ref, people=[person.pk for person in fresh])


def done_by(record: Stateful, kind: str, person: Any) -> None:
    """This person's item of this kind is finished or no longer theirs."""
    work = _work(record)
    _cancel(list(_open(work).filter(kind=kind, owner=person).values_list("pk", flat=True)))


def roles_waiting(record: Stateful, since: dt.datetime | None = None) -> set[str]:
    """The roles that an open item of the record waits for; with `since`, of those opened at that moment."""
    found = Turn.objects.filter(item__in=_opened(record, since))
    return set(found.values_list("role", flat=True))


def people_waiting(record: Stateful, since: dt.datetime | None = None) -> set[int]:
    """The people whom an open item of the record waits for by name; with `since`, of those opened at that moment."""
    found = _opened(record, since).filter(owner__isnull=False)
    return set(found.values_list("owner_id", flat=True))


def _opened(record: Stateful, since: dt.datetime | None) -> QuerySet[Item]:
    found = _open(_work(record))
    return found.filter(since=since) if since else found


def items_for(person: Any, hats: Iterable[tuple[str, str, Q]], people: Iterable[int] = ()) -> QuerySet[Item]:
    """Open items for a person: those that are theirs by name, and those of a role in whose area the record lies.

    `hats` are (role, scope path, what else the domain asks of the item), `people` whose proposals may be theirs to
    carry out. Oldest first, no row twice.
    """
    made = Q(owner__in=people) | Q(proposal__behalf__in=people)
    mine = Q(owner=person) | Q(kind="endorsed") & made
    for role, scope, records in hats:
        mine |= Q(owner__isnull=True, turns__role=role, process__scope__startswith=scope) & records
    found = Item.objects.filter(mine, finished__isnull=True, status__in=OPEN)
    return found.select_related("process", "process__content_type", "proposal").order_by("since", "pk").distinct()
