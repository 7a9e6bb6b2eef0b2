"""Notices: whose turn it is, who learns a result, whom a deadline concerns: each person is told of each once."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from workflow import clock, inbox
from workflow.models import Deadline, Notice, NoticeKind, Proposal, Step, place_of
from workflow.outbox import delivers
from workflow.ports import domain, hands

Carrier = Callable[[list[Notice]], None]
Follower = Callable[[Any, Step, set[int]], None]
ASKED, ANSWERED = "asked", "answered"
"""A proposal was put before others, everybody has signed it: topics of the outbox, events of notices."""
_carriers: list[Carrier] = []
_followers: list[Follower] = []


def carries(carrier: Carrier) -> Carrier:
    """Call the function with every notice newly written, in the same transaction: by mail, by whatever comes later."""
    if carrier not in _carriers:
        _carriers.append(carrier)
    return carrier


def follows(follower: Follower) -> Follower:
    """Call the function with every record and step of which people were told that it is their turn, and with them."""
    if follower not in _followers:
        _followers.append(follower)
    return follower


@delivers("step")
def tell(key: str, payload: dict[str, Any]) -> None:
    """Everyone for whom this step opened an item that is open still has one notice of it; who acted has none."""
    step = Step.objects.get(pk=payload["ref"])
    record: Any = step.record
    roles = domain().turn(record, inbox.roles_waiting(record, step.at))
    people = {person.pk for person in domain().holders(record, roles)}
    people |= inbox.people_waiting(record, step.at)
    tell_step(step, people)
    for follow in _followers:
        follow(record, step, people)


@delivers("handed")
def tell_handed(key: str, payload: dict[str, Any]) -> None:
    """Everyone to whom the act has handed an item has one notice of this step; the person who acted has none."""
    tell_step(Step.objects.get(pk=payload["ref"]), set(payload["people"]))


@delivers(ASKED)
def tell_asked(key: str, payload: dict[str, Any]) -> None:
    """Everyone who may sign a proposal that still waits has one notice of it, but for those who put it forward."""
    if asked := _waiting(payload["proposal"], kind="endorse"):
        roles = set(asked.items.filter(finished__isnull=True).values_list("turns__role", flat=True))
        people = {person.pk for person in domain().holders(asked.record, roles)}
        _tell_of_proposal(asked, ASKED, people - hands(asked.maker_id, asked.behalf_id))


@delivers(ANSWERED)
def tell_answered(key: str, payload: dict[str, Any]) -> None:
    """Whoever put a proposal forward has one notice that everybody has signed it, while it can be carried out."""
    if asked := _waiting(payload["proposal"], kind="endorsed"):
        _tell_of_proposal(asked, ANSWERED, hands(asked.maker_id))


def _waiting(pk: int, *, kind: str) -> Any | None:
    """The proposal, if an item of this kind waits for it."""
    return Proposal.objects.filter(pk=pk, items__kind=kind, items__finished__isnull=True).first()


def _tell_of_proposal(asked: Proposal, event: str, people: Iterable[int]) -> None:
    """One notice each, about the record; its key names the proposal, the event and the deed."""
    _write(
        Notice(
            key=f"{NoticeKind.PROPOSAL}:{asked.pk}:{event}:{asked.move}:{person}",
            kind=NoticeKind.PROPOSAL,
            person_id=person,
            at=clock.now(),
            content_type_id=asked.content_type_id,
            object_id=asked.object_id,
        )
        for person in sorted(people)
    )


def tell_step(step: Step, people: set[int], kind: NoticeKind = NoticeKind.HANDOVER) -> None:
    """Each of these people, but for the one who acted, has one notice of this kind of the step."""
    lead = "" if kind == NoticeKind.HANDOVER else f"{kind}:"
    _write(
        Notice(
            key=f"{lead}{step.ref}:{person}",
            kind=kind,
            person_id=person,
            step=step,
            at=step.at,
            content_type_id=step.content_type_id,
            object_id=step.object_id,
        )
        for person in sorted(people - {step.actor_id})
    )


def remind(row: Deadline, people: Iterable[int], *, mark: int, left: int) -> None:
    """Each of these people has one notice that `left` working days are left; one a deadline, its moment and mark.

    A deadline that was moved is another one: its people are reminded anew.
    """
    moment = row.due_at.strftime("%Y%m%d%H%M")
    _write(
        Notice(
            key=f"{NoticeKind.REMINDER}:{row.pk}:{moment}:{mark}:{person}",
            kind=NoticeKind.REMINDER,
            person_id=person,
            deadline=row,
            due_at=row.due_at,
            days=left,
            at=clock.now(),
            content_type_id=row.content_type_id,
            object_id=row.object_id,
        )
        for person in sorted(people)
    )


def tell_of(record: Any, kind: NoticeKind, event: str, people: Iterable[int]) -> None:
    """Each of these people has one notice that this happened to the record."""
    _write(
        Notice(
            key=f"{kind}:{record.pk}:{event}:{person}", kind=kind, person_id=person, at=clock.now(), **place_of(record)
        )
        for person in sorted(people)
    )


def _write(rows: Iterable[Notice]) -> None:
    wanted = {row.key: row for row in rows}
    for known in Notice.objects.filter(key__in=wanted).values_list("key", flat=True):
        del wanted[known]
    fresh = list(wanted.values())
    Notice.objects.bulk_create(fresh, ignore_conflicts=True)
    for carry in _carriers if fresh else ():
        carry(fresh)
