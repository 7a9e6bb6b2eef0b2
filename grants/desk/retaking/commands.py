"""Asking for one file again, handing it in, taking the wish back: no state moves, and nobody's turn changes."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext

from grants.desk.domain import may_read
from grants.desk.retaking.queries import against_retake, checks, mends, place_of, project_of
from grants.implementation.commands import show_better_photo
from grants.programmes.papers import require_fitting
from grants.settlement.commands import show_better_voucher
from storage import commands as files
from storage.enums import AskEnding, Unclear
from storage.models import Attachment, Document, Retake
from storage.refusal import Refused as NotTaken
from workflow import clock
from workflow.actions import amend, command, lock
from workflow.ports import domain
from workflow.refusals import Refusal, Refused


@command
def ask_retake(attachment: Attachment, *, actor: Any, why: str, words: str = "") -> Retake:
    """The team is asked for a better picture of this one file: at home, by bell and by mail. Asked twice, it is one.

    Raises Refused: not who checks this project, not who may read the file, nothing that can be mended, no reason.
    """
    _locked(attachment)
    if not _checks(actor, attachment):
        raise Refused([Refusal("not_yours", gettext("没有找到这份材料。"))])
    if refusal := against_retake(_fresh(attachment)):
        raise Refused([refusal])
    if why not in Unclear.values:
        raise Refused([Refusal("why", gettext("请选择哪里看不清。"), at="why")])
    try:
        return files.ask_retake(attachment, Unclear(why), words, actor=actor, now=clock.now())
    except NotTaken as error:
        raise Refused([Refusal(error.code, error.message, at="words")]) from error


@command
def answer_retake(retake: Retake, document: Document, *, actor: Any) -> Attachment:
    """The document is the next version of the file that was asked for, wherever it counts; who asked is told.

    1. The old one stays, with who and why; a voucher or an activity shows the new picture.
    2. The version of the record rises, so that nobody decides on what they have not seen; its state stays.
    A second click has no second effect. Raises Refused: not of the team, not asked for any more, the very same file,
    a voucher that was judged meanwhile, a kind or size the slot does not take.
    """
    current, attachment = _current(retake), retake.attachment
    if not mends(current, actor) or document.uploaded_by_id != actor.pk:
        raise Refused([Refusal("not_yours", gettext("没有找到这份材料。"), at="file")])
    if current.answer is not None and current.answer.document.sha256 == document.sha256:
        return current.answer
    if current.ending:
        raise Refused([Refusal("over", _over(current), at="file")])
    old = _fresh(attachment)
    if refusal := against_retake(old):
        raise Refused([refusal])
    if old.document.sha256 == document.sha256:
        raise Refused([Refusal("same", gettext("这和原来的是同一个文件。请重新拍一张，再上传。"), at="file")])
    _fits(attachment, document)
    reason = gettext("看不清，重拍：%(why)s") % {"why": current.reason}
    fresh = files.replace(attachment, document, actor=actor, now=clock.now(), reason=reason)
    record, project = place_of(attachment), project_of(attachment)
    if project is not None and record == project:
        show_better_voucher(project, old.document, document, actor=actor)
        show_better_photo(project, old.document, document, actor=actor)
    amend(record)
    return fresh


@command
def withdraw_retake(retake: Retake, *, actor: Any) -> Retake:
    """The wish is taken back, by who asked or by another who checks this project; the team is told. Raises Refused."""
    current = _current(retake)
    if not _checks(actor, current.attachment):
        raise Refused([Refusal("not_yours", gettext("没有找到这份材料。"))])
    if current.ending == AskEnding.COME:
        raise Refused([Refusal("over", _over(current))])
    return files.withdraw_retake(current, actor=actor, now=clock.now())


def _checks(actor: Any, attachment: Attachment) -> bool:
    return checks(domain().roles(actor, place_of(attachment))) and may_read(actor, attachment)


def _current(retake: Retake) -> Retake:
    """As it stands now, with the project locked: a voucher is judged before or after, never meanwhile."""
    _locked(retake.attachment)
    return Retake.objects.select_related("attachment__document", "answer__document").get(pk=retake.pk)


def _locked(attachment: Attachment) -> None:
    project = project_of(attachment)
    if project is None:
        raise Refused([Refusal("not_yours", gettext("没有找到这份材料。"))])
    lock(project)


def _fresh(attachment: Attachment) -> Attachment:
    return Attachment.objects.select_related("document").get(pk=attachment.pk)


def _over(retake: Retake) -> str:
    if retake.ending == AskEnding.COME:
        return gettext("这份材料已经重新上传过了。")
    return gettext("已经不用重拍这份材料了。")


def _fits(attachment: Attachment, document: Document) -> None:
    try:
        require_fitting(place_of(attachment), attachment.slot, document)
    except Refused as refused:
        raise Refused([Refusal(one.code, one.message, at="file") for one in refused.reasons]) from refused
