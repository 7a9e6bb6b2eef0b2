"""Papers made fit for judges: what is still to be done in a round, and one paper, blackened page by page."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_http_methods, require_safe

from grants.applications.models import Project
from grants.desk.domain import may_read
from grants.desk.forms.covering import WIDTHS, Draft, point, read_draft, typed_box
from grants.desk.papers import look
from grants.desk.queries.records import find
from grants.desk.views.attempts import Trouble, attempt
from grants.desk.views.looking import looked_at
from grants.desk.views.paging import paged
from grants.desk.views.uploads import received
from grants.people.queries import holds
from grants.programmes.models import Round
from grants.programmes.queries import specs
from grants.reviews.covering.commands import blacken, bring, open_as_it_is, uncover
from grants.reviews.covering.models import Cover, How
from grants.reviews.covering.queries import COVERERS, coverings, hidden_slots, may_cover, standing_cover, to_cover
from storage.content.covering import WHOLE
from storage.covering import coverable
from storage.enums import Secrecy
from storage.links import page_address
from storage.models import Attachment
from storage.previews import Undrawn, outline, slant
from storage.slots import SlotSpec
from workflow.ports import domain
from workflow.refusals import Refusal

BROUGHT = "file"


@require_safe
@looked_at
def round_covers(request: HttpRequest, pk: int) -> HttpResponse:
    """The projects of a round with the papers judges get only covered: what is left, how many, what is done."""
    round_ = find("round", pk, request.user)
    if not isinstance(round_, Round) or not round_.configuration_id or not holds(request.user, *COVERERS):
        raise Http404
    found = coverings(round_, to_cover(round_))
    left, papers = sum(one.left for one in found), sum(len(one.papers) for one in found)
    open_first = sorted(found, key=lambda one: one.left == 0)
    slots = [specs(round_)["project", slot].title for slot in sorted(hidden_slots(round_))]
    context = {"round": round_, "record": round_, "left": left, "done": papers - left, "papers": papers, "slots": slots}
    return render(request, "grants/desk/round_covers.html", context | paged(request, open_first))


@require_http_methods(["GET", "HEAD", "POST"])
@looked_at
def cover(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One paper: its page to press corners on; on POST it is blackened, brought, opened as it is, or taken back."""
    attachment, project = _paper(request, pk)
    document, standing = attachment.document, standing_cover(attachment)
    pages = outline(document, Secrecy.OPEN).pages if coverable(document) else 0
    said = request.POST if request.method == "POST" else request.GET
    draft = read_draft(said, standing.boxes if standing and standing.how == How.BOXES else (), pages)
    tilt = _tilt(attachment, draft) if pages else 0.0
    trouble = None
    if request.method == "POST":
        done, trouble = _done(request, attachment, draft)
        if done:
            messages.success(request, done)
            return redirect(_next(project, attachment))
    elif pages and (moved := _moved(said, draft, tilt)):
        return redirect(f"{request.path}?{moved.query}")
    context = {
        "attachment": attachment,
        "project": project,
        "slot": specs(project.round)["project", attachment.slot].title,
        "cover": standing,
        "copy": look(standing.copy) if standing and standing.copy else "",
        "draft": draft,
        "pages": pages,
        "high": round(draft.width * tilt),
        "whole": WHOLE,
        "picture": page_address(attachment, draft.page) if tilt else "",
        "boxes": [(n, box, f"{request.path}?{draft.without(box).query}") for n, box in enumerate(draft.here, 1)],
        "earlier": _at(request, draft, page=draft.page - 1) if draft.page > 1 else "",
        "later": _at(request, draft, page=draft.page + 1) if draft.page < pages else "",
        "widths": [(width, _at(request, draft, width=width)) for width in WIDTHS],
        "spec": SlotSpec(BROUGHT, gettext("遮好的文件"), takes=("photo", "pdf")),
        "trouble": trouble,
        "back": reverse("round_covers", args=[project.round_id]),
    }
    return render(request, "grants/desk/cover.html", context, status=trouble.status if trouble else 200)


def _paper(request: HttpRequest, pk: UUID) -> tuple[Attachment, Project]:
    """The paper and its project, for whoever may cover it now; otherwise it is not there."""
    found = Attachment.objects.select_related("document__upload").filter(pk=pk, ending="").first()
    project: Any = find("project", found.object_id, request.user) if found else None
    if found is None or project is None or not isinstance(found.record, Project) or not may_read(request.user, found):
        raise Http404
    if found.slot not in hidden_slots(project.round) or not may_cover(domain().roles(request.user, project), project):
        raise Http404
    return found, project


def _tilt(attachment: Attachment, draft: Draft) -> float:
    try:
        return slant(attachment.document, draft.page)
    except Undrawn:
        return 0.0


def _moved(said: Any, draft: Draft, tilt: float) -> Draft | None:
    """The boxes after what was pressed or typed, if anything was."""
    if "add" in said:
        box = typed_box(said, draft.page)
        return draft.with_box(box) if box else None
    if "all" in said:
        return draft.with_box((draft.page, 0, 0, WHOLE, WHOLE))
    pressed = point(said, draft, tilt)
    return draft.pressed(*pressed) if pressed else None


def _at(request: HttpRequest, draft: Draft, **other: Any) -> str:
    return f"{request.path}?{replace(draft, corner=None, **other).query}"


def _done(request: HttpRequest, attachment: Attachment, draft: Draft) -> tuple[str, Trouble | None]:
    """What was done, in words; or what stands against it."""
    doing, actor = request.POST.get("do", ""), request.user
    made: Cover | None
    if doing == "blacken":
        made, trouble = attempt(lambda: blacken(attachment, draft.boxes, actor=actor))
        n = len(draft.boxes)
        words = ngettext("涂黑了%(n)s处，专家看到的是涂黑的一份。", "涂黑了%(n)s处，专家看到的是涂黑的一份。", n)
        return ("", trouble) if trouble else (words % {"n": n}, None)
    if doing == "clear":
        made, trouble = attempt(lambda: open_as_it_is(attachment, actor=actor))
        return ("", trouble) if trouble else (gettext("这份材料原样给专家看。"), None)
    if doing == "uncover":
        _none, trouble = attempt(lambda: uncover(attachment, actor=actor))
        return ("", trouble) if trouble else (gettext("已撤回，专家现在看不到这份材料。"), None)
    spec = SlotSpec(BROUGHT, gettext("遮好的文件"), takes=("photo", "pdf"))
    documents, problems = received(request, [BROUGHT], {BROUGHT: spec})
    if BROUGHT not in documents:
        why = problems.get(BROUGHT) or gettext("请先选一个遮好的文件。")
        return "", Trouble(422, gettext("还不能办理"), [Refusal("file", why, at=BROUGHT)])
    document = documents[BROUGHT]
    made, trouble = attempt(lambda: bring(attachment, document, actor=actor))
    return ("", trouble) if made is None else (gettext("收下了，专家看到的是您上传的一份。"), None)


def _next(project: Project, attachment: Attachment) -> str:
    """The next paper of the project that nobody has covered, or the list of the round."""
    for one in coverings(project.round, [project]):
        for paper in one.papers:
            if paper.cover is None and paper.attachment.pk != attachment.pk:
                return reverse("cover", args=[paper.attachment.pk])
    return reverse("round_covers", args=[project.round_id])
