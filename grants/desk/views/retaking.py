"""看不清，请重拍: asking for one file again, and the page behind the link, with this one file and nothing else."""

from __future__ import annotations

from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from grants.desk.forms.asks import AskForm
from grants.desk.retaking.commands import answer_retake, ask_retake, withdraw_retake
from grants.desk.retaking.queries import (
    against_retake,
    attachment_to_check,
    checks,
    find_retake,
    mends,
    open_retakes,
    place_of,
    project_of,
    spec_of,
    wanted_as_photo,
)
from grants.desk.tables.documents import slot_names
from grants.desk.tables.offers import record_url
from grants.desk.views.attempts import Trouble, at_fields, attempt, incomplete
from grants.desk.views.bundles import brought
from grants.desk.views.inline import SCANS
from grants.desk.views.looking import looked_at
from grants.programmes.papers import room_of
from grants.settlement.queries import vouchers_of
from storage.enums import AskEnding, Unclear
from storage.models import Attachment, Retake
from storage.slots import SlotSpec
from workflow.ports import domain
from workflow.rules import Ask

ASKS = (
    Ask("why", _("哪里看不清"), "choice", choices=lambda *_args: list(Unclear.choices)),
    Ask("words", _("再说清楚一点"), required=False, help=_("例如：右下角的合计金额。选“其他原因”时必须写。")),
)


@require_http_methods(["GET", "HEAD", "POST"])
@looked_at
def ask(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Which file, why, one button; on POST the team is asked."""
    found = attachment_to_check(pk, request.user)
    if found is None:
        raise Http404
    if known := open_retakes([found]).get(found.pk):
        return redirect("retake", known.pk)
    data = request.POST if request.method == "POST" else None
    form = AskForm(ASKS, record=None, actor=request.user, data=data, initial={"why": Unclear.BLURRED})
    against, trouble = against_retake(found), None
    if request.method == "POST":
        made, trouble = _asked(form, found, request.user) if form.is_valid() else (None, incomplete())
        if made:
            messages.success(request, gettext("已请团队重拍，对方会收到通知；新的一份到了，系统会告诉您。"))
            return redirect(where(found))
        trouble = at_fields(trouble or incomplete(), form)
    context = {
        "attachment": found,
        "slot": slot_names(found.record).get(found.slot, ""),
        "project": project_of(found),
        "form": form,
        "against": against,
        "trouble": trouble,
        "back": where(found),
    }
    return render(request, "grants/desk/ask_retake.html", context, status=trouble.status if trouble else 200)


def _asked(form: AskForm, found: Attachment, actor: Any) -> tuple[Retake | None, Trouble | None]:
    given = form.given()
    return attempt(lambda: ask_retake(found, actor=actor, why=given["why"], words=given.get("words", "")))


@require_http_methods(["GET", "HEAD", "POST"])
@looked_at
def retake(request: HttpRequest, pk: int) -> HttpResponse:
    """This one file, why it is asked for again, one upload; for who asked how it stands, and taking it back.

    Several photos become one PDF on the page itself, where the slot takes one.
    """
    found = find_retake(pk, request.user)
    if found is None:
        raise Http404
    wish, record, mine = found, place_of(found.attachment), mends(found, request.user)
    asks = checks(domain().roles(request.user, record))
    trouble: Trouble | None = None
    form: AskForm | None = None
    if request.method == "POST" and "withdraw" in request.POST:
        _done, trouble = attempt(lambda: withdraw_retake(wish, actor=request.user))
        if trouble is None:
            messages.success(request, gettext("已取消，团队会收到通知。"))
            return redirect(where(found.attachment))
    elif request.method == "POST":
        form, done, trouble = _answered(request, found)
        if done:
            messages.success(request, gettext("已换上新的一份，已告诉请您重拍的人。"))
            return redirect(request.path)
        found = find_retake(pk, request.user) or found
    project, mine = project_of(found.attachment), mine and not found.ending
    context = {
        "retake": found,
        "attachment": found.attachment,
        "slot": slot_names(record).get(found.attachment.slot, ""),
        "project": project,
        "mine": mine,
        "checks": asks and not found.ending,
        "come": found.ending == AskEnding.COME,
        "against": None if found.ending else against_retake(found.attachment),
        "spec": spec_of(found.attachment),
        "use": room_of(project) if project and mine else None,
        "form": form or (_form(found, request.user) if mine else None),
        "trouble": trouble,
        "back": where(found.attachment),
    }
    return render(request, "grants/desk/retake.html", context, status=trouble.status if trouble else 200)


def _wants(found: Retake) -> tuple[Ask]:
    """The one question of the page, named like the slot, and so is what is bound of several photos."""
    attachment, spec = found.attachment, spec_of(found.attachment)
    label = slot_names(place_of(attachment)).get(attachment.slot) or gettext("重新拍的这一份")
    alone = wanted_as_photo(attachment) or (spec is not None and not spec.photos)
    return (Ask("file", label, "document", help=_hint(spec), alone=alone),)


def _form(found: Retake, actor: Any, **options: Any) -> AskForm:
    """The form with that question; on a phone it offers the camera wherever a photo is of use."""
    form, spec = AskForm(_wants(found), record=None, actor=actor, **options), spec_of(found.attachment)
    widget = form.fields["file"].widget
    widget.attrs["accept"] = SCANS if spec is None else f"image/*,{spec.accept}" if spec.photos else spec.accept
    return form


def _hint(spec: SlotSpec | None) -> str:
    if spec is None:
        return gettext("拍照、PDF或办公文档，不超过20 MB。")
    return gettext("收%(taken)s，不超过%(limit)s。") % {"taken": spec.taken, "limit": filesizeformat(spec.largest)}


def _answered(request: HttpRequest, found: Retake) -> tuple[AskForm, bool, Trouble | None]:
    """Take what was sent. -> the form as it stands, whether the new file is in its place, why it is not."""
    asks, spec = _wants(found), spec_of(found.attachment)
    came = brought(request, asks, lambda _name: spec, place=f"retake:{found.attachment_id}")
    form = _form(found, request.user, data=request.POST, **came.options)
    if came.looking:
        form.only_shown()
        return form, False, None
    if not form.is_valid():
        return form, False, incomplete()
    document = came.documents["file"]
    made, trouble = attempt(partial(answer_retake, found, document, actor=request.user))
    return form, made is not None, at_fields(trouble, form) if trouble else None


def where(attachment: Attachment) -> str:
    """The page on which the file is looked at: its voucher, else the checklist, else the record it lies on."""
    project = project_of(attachment)
    if project is not None and attachment.record == project:
        held = [row for row in vouchers_of(project) if row.document_id == attachment.document_id]
        if held:
            return reverse("voucher", args=[project.pk, held[0].number])
        return reverse("project_papers", args=[project.pk])
    return record_url(attachment.record)
