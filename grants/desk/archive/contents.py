"""Everything that goes into the package of one project: papers by stage, steps, entries, the sealed list."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from grants.applications.models import Project
from grants.awards.models import Decision
from grants.desk.queries.archive import File
from grants.desk.tables.documents import places_of, slot_names, stage_at
from grants.funds.ledger import facts_of
from grants.settlement.archive import entries_of
from storage.models import Attachment, Destruction, Document
from storage.queries import attachments_of
from workflow import chain, clock
from workflow.lifecycle import Stage
from workflow.models import Step

OLD_EDITIONS = {"replaced": "旧版", "withdrawn": "撤下"}


@dataclass(frozen=True)
class Paper:
    """One document that somebody handed in: the stage it belongs to, what it is, who answers for it and since when.

    `number` is that of an official document or of minutes, as the office gave it; most papers have none.
    """

    stage: str
    title: str
    author: str
    day: str
    document: Document
    number: str = ""


def papers_of(file: File) -> list[Paper]:
    """Every document of the project and of the records beside it, earlier editions too, each once, none destroyed.

    In the order of stages, slots and arrival, so that two packages list them alike.
    """
    project = file.project
    newest_first = sorted(file.steps, key=lambda step: (step.at, step.pk), reverse=True)
    names, places = slot_names(project), places_of(project)
    found: dict[Any, Paper] = {}
    for record in file.records:
        for attachment in attachments_of(record, current=False).order_by("attached_at", "slot", "ordinal", "version"):
            stage = places.get(attachment.slot) or stage_at(attachment, newest_first)
            found.setdefault(attachment.document_id, _of_attachment(attachment, stage, names, record, project))
    for paper in (*_photos(project), *_minutes(project), *_vouched(project)):
        found.setdefault(paper.document.pk, paper)
    order = [stage.value for stage in Stage]
    gone = set(Destruction.objects.filter(document__in=list(found)).values_list("document", flat=True))
    numbers = _numbers(project)
    there = (replace(paper, number=numbers.get(key, "")) for key, paper in found.items() if key not in gone)
    return sorted(there, key=lambda paper: order.index(paper.stage))


def _numbers(project: Project) -> dict[Any, str]:
    """文号 by document: of the minutes of the round's meetings, and of what was issued officially."""
    meetings = project.round.meetings.values_list("document", "number")
    notices = project.round.official_notices.values_list("document", "number")
    return dict([*meetings.order_by("pk"), *notices.order_by("pk")])


def _of_attachment(one: Attachment, stage: str, names: dict[str, str], record: Any, project: Project) -> Paper:
    what = names.get(one.slot) or "办理过程中的材料"
    beside = "" if record == project else f"（{record.machine().label} {record}）"
    edition = f"（{OLD_EDITIONS[one.ending]}）" if one.ending else ""
    day = one.attached_at.astimezone(clock.SHANGHAI).date().isoformat()
    return Paper(stage, f"{what}{beside}{edition}", str(one.attached_by), day, one.document)


def _photos(project: Project) -> Iterator[Paper]:
    for activity in project.activities.order_by("number").prefetch_related("photos").select_related("logged_by"):
        day = (activity.held_on or activity.at.astimezone(clock.SHANGHAI).date()).isoformat()
        for photo in sorted(activity.photos.all(), key=lambda photo: (photo.uploaded_at, str(photo.pk))):
            yield Paper(Stage.IMPLEMENTATION, f"活动照片：{activity.name}", str(activity.logged_by), day, photo)


def _minutes(project: Project) -> Iterator[Paper]:
    made = Decision.objects.filter(project=project.pk).select_related("meeting__document", "meeting__recorded_by")
    for one in made.order_by("pk"):
        held = one.meeting.held_on.isoformat()
        author = str(one.meeting.recorded_by)
        yield Paper(Stage.AWARD, f"会议纪要 {one.meeting.number}", author, held, one.meeting.document)


def _vouched(project: Project) -> Iterator[Paper]:
    for entry in entries_of(project):
        if entry.document:
            title, day = f"入账依据：{entry.memo}", entry.date.isoformat()
            yield Paper(Stage.SETTLEMENT, title, str(entry.document.uploaded_by), day, entry.document)


def trail_of(file: File) -> dict[str, Any]:
    """The steps of every record with what their digests cover, and the heads to which they lead."""
    chains = [(f"{record.machine().name}:{record.pk}", record.head) for record in file.records]
    of: dict[str, list[Step]] = {}
    for step in sorted(file.steps, key=lambda step: step.seq):
        of.setdefault(f"{step.machine}:{step.object_id}", []).append(step)
    return {
        "records": [
            {"head": head, "record": name, "steps": [_chained(step) for step in of.get(name, [])]}
            for name, head in sorted(chains)
        ]
    }


def _chained(step: Step) -> dict[str, str]:
    return {"digest": step.digest, "payload": step.payload, "previous": step.previous, "ref": step.ref}


def books_of(project: Project) -> list[dict[str, Any]]:
    """Every entry that touches the project: its facts, and the digest over them."""
    return [{"digest": entry.digest, "facts": facts_of(entry, entry.postings.all())} for entry in entries_of(project)]


def written(value: Any) -> bytes:
    """Canonical JSON, as it lies in the package."""
    return chain.canonical(value).encode()


def sealed(file: File) -> bytes:
    """The list that was sealed, byte for byte. Raises LookupError for a file that is not sealed."""
    if file.package is None:
        raise LookupError(file.project.number)
    return file.package.manifest.encode()
