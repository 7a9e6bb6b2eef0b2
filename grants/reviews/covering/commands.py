"""Making papers fit for judges: blackened on the page, uploaded blackened, opened as they are; taken back."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext

from grants.applications.models import Project
from grants.programmes.papers import no_room
from grants.programmes.queries import specs
from grants.reviews.covering.models import Cover, How
from grants.reviews.covering.queries import SLOT, hidden_slots, may_cover, standing_cover
from storage import commands as files
from storage.covering import Box, covered
from storage.models import Attachment, Document
from storage.refusal import Refused as NotTaken
from workflow import clock
from workflow.actions import command, lock
from workflow.ports import domain
from workflow.refusals import Refusal, Refused

MADE = uuid.UUID("0c1f9a52-8a77-4f3e-9d0a-3f8f1c6f5a21")
"""The space of names of versions for judges: the same file with the same boxes is one."""


def blacken(attachment: Attachment, boxes: Sequence[Box], *, actor: Any) -> Cover:
    """Judges get this paper drawn anew with these boxes black. Raises Refused as `bind`, no photo or PDF, no box."""
    if not boxes:
        raise Refused([Refusal("no_boxes", gettext("还没有涂黑任何地方。没有身份信息的，请选“原样给专家看”。"))])
    return bind(attachment, How.BOXES, _drawn(attachment, attachment.document, boxes, actor), actor=actor, boxes=boxes)


def bring(attachment: Attachment, document: Document, *, actor: Any) -> Cover:
    """Judges get this file, which the actor blackened elsewhere, drawn anew: what lay beneath its bars is gone.

    Raises Refused as `bind`, not the actor's own file, no photo or PDF.
    """
    if document.uploaded_by_id != actor.pk:
        raise Refused([Refusal("not_yours", gettext("没有找到这份材料。"), at="file")])
    return bind(attachment, How.UPLOAD, _drawn(attachment, document, (), actor), actor=actor)


def open_as_it_is(attachment: Attachment, *, actor: Any) -> Cover:
    """Judges get the paper as it is: the officer has looked, and it names nobody. Raises Refused as `bind`."""
    return bind(attachment, How.CLEAR, None, actor=actor)


def _drawn(attachment: Attachment, source: Document, boxes: Sequence[Box], actor: Any) -> Document:
    """The version for judges, drawn once; before any lock, as a slow disk must keep no project waiting."""
    project = _project_of(attachment)
    if reasons := _against(attachment, project, actor):
        raise Refused([reasons])
    title = specs(project.round)["project", attachment.slot].title
    name = gettext("%(slot)s（专家版）%(n)s") % {"slot": title, "n": attachment.ordinal}
    written = ";".join(",".join(map(str, box)) for box in sorted(boxes))
    ident = uuid.uuid5(MADE, f"{attachment.pk}:{source.sha256}:{actor.pk}:{written}")
    try:
        return covered(source, sorted(boxes), actor=actor, name=name, now=clock.now(), ident=ident)
    except NotTaken as error:
        raise Refused([Refusal(error.code, error.message, at="file")]) from error


@command
def bind(attachment: Attachment, how: How, copy: Document | None, *, actor: Any, boxes: Sequence[Box] = ()) -> Cover:
    """Judges get this version of the paper from now on, or with no copy the paper as it is; the one before is ended.

    In order: what stood before is taken back · the version lies on the project · the cover names both. The project's
    own version stays: nothing changes for anybody else. The same once more has no second effect. Raises Refused: not
    the officer's, not before or in review, a paper that does not count any more or hides nobody, no room.
    """
    project = _locked(attachment, actor)
    before = standing_cover(attachment)
    there = before.copy.document_id if before and before.copy else None
    if before and before.how == how and there == (copy.pk if copy else None):
        return before
    if copy is not None and (refusal := no_room(project, copy.size)):
        raise Refused([refusal])
    if before:
        _end(before, actor, gettext("换了新的专家版"))
    now = clock.now()
    return Cover.objects.create(
        project=project,
        original=attachment,
        how=how,
        boxes=[list(box) for box in sorted(boxes)],
        copy=files.attach(project, SLOT, copy, actor=actor, now=now) if copy else None,
        made_by=actor,
        at=now,
    )


@command
def uncover(attachment: Attachment, *, actor: Any) -> None:
    """Judges get nothing of this paper any more; what they had stays among the former papers. Raises Refused."""
    _locked(attachment, actor)
    if standing := standing_cover(attachment):
        _end(standing, actor, gettext("撤回专家版"))


def _locked(attachment: Attachment, actor: Any) -> Project:
    project = lock(_project_of(attachment))
    if refusal := _against(attachment, project, actor):
        raise Refused([refusal])
    return project


def _against(attachment: Attachment, project: Project, actor: Any) -> Refusal | None:
    if not may_cover(domain().roles(actor, project), project):
        return Refusal("not_yours", gettext("这一步由省级项目管理员在评审结束以前办理。"))
    fresh = Attachment.objects.get(pk=attachment.pk)
    if fresh.ending or fresh.slot not in hidden_slots(project.round):
        return Refusal("not_hidden", gettext("这份材料已经换过或撤下，或者不需要遮盖。"))
    return None


def _project_of(attachment: Attachment) -> Project:
    record = attachment.record
    if not isinstance(record, Project):
        raise Refused([Refusal("not_yours", gettext("没有找到这份材料。"))])
    return record


def _end(standing: Cover, actor: Any, reason: str) -> None:
    standing.ended_by, standing.ended_at = actor, clock.now()
    standing.save(update_fields=["ended_by", "ended_at"])
    if standing.copy is not None and standing.copy.is_current:
        files.withdraw(standing.copy, actor=actor, now=clock.now(), reason=reason)
