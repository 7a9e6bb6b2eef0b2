"""Documents under the names of their slots."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from grants.programmes.queries import round_of, rules_of
from storage.links import address
from storage.models import Attachment
from workflow.lifecycle import Stage
from workflow.rules import registered


def by_slot(documents: Iterable[Attachment], record: Any) -> list[dict[str, Any]]:
    """Every document once, with the name of its slot and the address of its download, in the order of slots."""
    names = slot_names(record)
    first: dict[Any, Attachment] = {}
    for found in documents:
        if found.document_id not in first or (found.slot in names and first[found.document_id].slot not in names):
            first[found.document_id] = found
    return [
        {"slot": names.get(found.slot, ""), "name": found.document.name, "url": address(found), "attachment": found}
        for found in first.values()
    ]


def slot_names(record: Any) -> dict[str, str]:
    """Names of slots: those of the round's checklist, and the labels of what moves ask for."""
    round_ = round_of(record)
    names = {
        ask.name: str(ask.label)
        for rule in registered().values()
        if not callable(rule.asks)
        for ask in rule.asks
        if ask.kind == "document"
    }
    if round_.configuration_id is None:
        return names
    checklist = rules_of(round_).checklist
    return names | {slot.slot: slot.zh for stage in Stage for slot in getattr(checklist, stage.value)}
