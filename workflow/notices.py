"""Notices: after a move, the people whose turn it is are told, once each."""

from __future__ import annotations

from typing import Any

from workflow import inbox
from workflow.models import Notice, Step
from workflow.outbox import delivers
from workflow.ports import domain


@delivers("step")
def tell(key: str, payload: dict[str, Any]) -> None:
    """Everyone for whom an item is open on the record has one notice of this step; the person who acted has none."""
    step = Step.objects.get(pk=payload["ref"])
    record: Any = step.record
    people = {person.pk for person in domain().holders(record, inbox.roles_waiting(record))}
    people |= inbox.people_waiting(record)
    Notice.objects.bulk_create(
        [
            Notice(
                key=f"{key}:{person}",
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
