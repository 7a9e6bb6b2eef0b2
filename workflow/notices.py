"""Notices: the people whose turn it is after a move, or to whom an act hands an item, are told, once each."""

from __future__ import annotations

from typing import Any

from workflow import inbox
from workflow.models import Notice, Step
from workflow.outbox import delivers
from workflow.ports import domain


@delivers("step")
def tell(key: str, payload: dict[str, Any]) -> None:
    """Everyone for whom this step opened an item that is open still has one notice of it; who acted has none."""
    step = Step.objects.get(pk=payload["ref"])
    record: Any = step.record
    people = {person.pk for person in domain().holders(record, inbox.roles_waiting(record, step.at))}
    _tell(step, people | inbox.people_waiting(record, step.at))


@delivers("handed")
def tell_handed(key: str, payload: dict[str, Any]) -> None:
    """Everyone to whom the act has handed an item has one notice of this step; the person who acted has none."""
    _tell(Step.objects.get(pk=payload["ref"]), set(payload["people"]))


def _tell(step: Step, people: set[int]) -> None:
    Notice.objects.bulk_create(
        [
            Notice(
                key=f"{step.ref}:{person}",
                person_id=person,
                step=step,
                at=step.at,
                content_type_id=step.content_type_id,
                object_id=step.object_id,
            )
            for person in sorted(people - {step.actor_id})
        ],
        ignore_conflicts=True,
    )
