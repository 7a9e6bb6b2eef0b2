"""Writing and reading the trail: one step a deed, chained per record."""

from __future__ import annotations

import json
from typing import Any

from django.db.models import QuerySet

from workflow import chain
from workflow.effects import Done
from workflow.machine import Stateful
from workflow.models import Endorsement, Proposal, Step, place_of
from workflow.ports import domain


def name_of(record: Stateful) -> str:
    """The record's name in the trail: machine and number, 'project:17'."""
    return f"{record.machine().name}:{record.pk}"


def ref_of(record: Stateful) -> str:
    """The name of the next step of this record: 'project:17:5'."""
    return f"{name_of(record)}:{record.steps + 1}"


def body(step: Step, *, docs: Any, facts: Any, endorsed: Any) -> dict[str, Any]:
    """The facts that the hash covers, from the columns of the row and the digests that came with it.

    Whom the actor stood in for is named where there is somebody: steps without are as they always were.
    """
    stood_for = {"behalf": step.behalf_id} if step.behalf_id is not None else {}
    return stood_for | {
        "actor": step.actor_id,
        "at": step.at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        "docs": docs,
        "endorsed": endorsed,
        "facts": facts,
        "from": step.source,
        "hash": chain.ALGORITHM,
        "move": step.move,
        "record": f"{step.machine}:{step.object_id}",
        "ref": step.ref,
        "role": step.role,
        "seq": step.seq,
        "subject": step.subject,
        "to": step.target,
        "version": step.version,
    }


def write(record: Stateful, done: Done, *, docs: list[tuple[str, str]], endorsed: list[Endorsement]) -> Step:
    """Add the step to the record's chain; `record.steps` and `record.head` are set, not saved."""
    given, salt = chain.canonical(dict(done.given)), chain.salt()
    step = Step(
        ref=done.ref,
        **place_of(record),
        machine=record.machine().name,
        subject=name_of(domain().root(record)),
        seq=record.steps + 1,
        version=record.version,
        move=done.deed,
        source=done.source,
        target=done.target,
        actor_id=done.actor.pk,
        behalf=done.behalf,
        role=done.role,
        at=done.at,
        given=given,
        salt=salt,
        previous=record.head,
    )
    signed = [_signed(row) for row in endorsed]
    facts = body(step, docs=[list(doc) for doc in docs], facts=[list(fact) for fact in done.facts], endorsed=signed)
    step.payload = chain.canonical(facts | {"given": chain.sealed(given, salt)})
    step.digest = chain.link(step.previous, step.payload)
    step.save(force_insert=True)
    record.steps, record.head = step.seq, step.digest
    return step


def _signed(row: Endorsement) -> list[Any]:
    """Role, person and moment; then, where they stood in for somebody, for whom."""
    stood_for = [row.behalf_id] if row.behalf_id is not None else []
    return [row.role, row.person_id, row.at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"), *stood_for]


def steps_of(record: Stateful) -> QuerySet[Step]:
    """The trail of a record, oldest first, with the people."""
    return Step.objects.filter(**place_of(record)).select_related("actor", "behalf").order_by("seq")


def given_of(row: Step | Proposal) -> dict[str, Any]:
    """What the person filled in, or nothing once it has been erased."""
    found: dict[str, Any] = json.loads(row.given) if row.given else {}
    return found
