"""Documents under the names of their slots."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext

from grants.applications.models import Project
from grants.desk.papers import look, small
from grants.programmes.queries import checklist, round_of, rules_of
from grants.reviews.covering.queries import SLOT
from grants.reviews.signing.queries import SLOT as SIGNED
from storage.links import address
from storage.models import Attachment
from workflow.lifecycle import PROJECT, Stage
from workflow.models import Step
from workflow.phrases import listed
from workflow.rules import registered


def by_slot(
    documents: Iterable[Attachment],
    record: Any,
    retakes: Mapping[Any, Any] | None = None,
    askable: Collection[Any] = (),
) -> list[dict[str, Any]]:
    """Every document once, with the name of its slot and where it is looked at, in the order of slots.

    `retakes` are asked for now, by attachment, each with its `pk`; beside the `askable` ones stands the button to ask.
    """
    asked = retakes or {}
    names = slot_names(record)
    first: dict[Any, Attachment] = {}
    for found in documents:
        if found.document_id not in first or (found.slot in names and first[found.document_id].slot not in names):
            first[found.document_id] = found
    return [
        paper_row(found, names.get(found.slot, "")) | {"retake": asked.get(found.pk), "askable": found.pk in askable}
        for found in first.values()
    ]


def paper_row(found: Attachment, slot: str) -> dict[str, Any]:
    """A document in a list: the name of its slot, where it is looked at, where it is taken, its small picture."""
    return {
        "slot": slot,
        "name": found.document.name,
        "url": look(found),
        "file": address(found),
        "small": small(found),
        "attachment": found,
    }


@dataclass(frozen=True)
class StageFiles:
    """The documents of one stage, and those still to be handed in before it is left."""

    label: str
    rows: list[dict[str, Any]]
    wanted: str


def by_stage(rows: Sequence[dict[str, Any]], project: Project, steps: Sequence[Step]) -> list[StageFiles]:
    """Documents under the stage to which their slot belongs, or in which they came; stages with nothing left out.

    `steps` are the project's trail, newest first.
    """
    now = PROJECT.stage_of(str(project.state))
    places = places_of(project)
    laid: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        laid.setdefault(places.get(row["attachment"].slot) or stage_at(row["attachment"], steps), []).append(row)
    there = {row["attachment"].slot for row in rows}
    wanted = [] if project.is_final or not project.round.configuration_id else checklist(project.round, Stage(now))
    missing = listed(slot.label for slot in wanted if slot.required and slot.slot not in there)
    found = [StageFiles(str(s.label), laid.get(s, []), missing if s == now else "") for s in Stage]
    return [one for one in found if one.rows or one.wanted]


def places_of(project: Project) -> dict[str, str]:
    """The stage to which each slot of the round's checklist belongs."""
    if project.round.configuration_id is None:
        return {}
    return {slot.slot: stage.value for stage in Stage for slot in checklist(project.round, stage)}


def stage_at(attachment: Attachment, steps: Sequence[Step]) -> str:
    """The stage in which the project was when the document came; `steps` newest first."""
    before = (step for step in steps if step.machine == "project" and step.at <= attachment.attached_at)
    last = next(before, None)
    if last is None:
        return Stage.APPLICATION.value
    with_it = last.at == attachment.attached_at and last.source
    return PROJECT.stage_of(last.source if with_it else last.target)


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
    names |= {SLOT: gettext("给专家看的遮盖版"), SIGNED: gettext("签字评分表")}
    return names | {slot.slot: slot.label for stage in Stage for slot in getattr(checklist, stage.value)}
