"""One meeting: everything put forward on its minutes is endorsed on one page, then carried out on it, row by row."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from grants.applications.models import Project
from grants.awards.models import Meeting
from grants.awards.rules.deciding import panel_called
from grants.desk.commands import act, stand_behind
from grants.desk.papers import look
from grants.desk.queries.decisions import decisions_of_meeting, proposals_of_meeting
from grants.desk.queries.records import find
from grants.desk.tables.meetings import Line, decided_lines, in_sum, proposal_lines
from grants.desk.tables.messages import task_message
from grants.desk.tables.what_if import paper_line
from grants.desk.views.attempts import attempt
from grants.desk.views.looking import looked_at
from grants.people.queries import holds
from grants.reviews.panel.queries import panel_means
from grants.reviews.queries import OVERSEERS
from storage.queries import attachments_of
from workflow.command import new_key
from workflow.ports import domain
from workflow.refusals import Refusal
from workflow.trail import given_of


@require_http_methods(["GET", "HEAD", "POST"])
@looked_at
def meeting_decisions(request: HttpRequest, pk: int, meeting: int) -> HttpResponse:
    """Show what rests on the minutes of a meeting; on POST endorse, or carry out, every row that was ticked."""
    round_ = find("round", pk, request.user)
    held = Meeting.objects.select_related("paper", "panel__session").filter(pk=meeting, round=pk).first()
    if round_ is None or held is None or not holds(request.user, *OVERSEERS):
        raise Http404
    lines = _lines(request, round_, held)
    if request.method != "POST":
        return _shown(request, round_, held, lines)
    return _answered(request, round_, held, lines)


def _lines(request: HttpRequest, round_: Any, held: Meeting) -> list[Line]:
    proposals = proposals_of_meeting(held)
    projects = Project.objects.select_related("team", "round").in_bulk([one.object_id for one in proposals])
    return proposal_lines(proposals, projects, request.user, domain().roles(request.user, round_))


def _answered(request: HttpRequest, round_: Any, held: Meeting, lines: list[Line]) -> HttpResponse:
    """Each row is a deed and a transaction of its own; what was refused says why in its row."""
    ticked = set(request.POST.getlist("proposal"))
    endorsing = request.POST.get("do") == "endorse"
    chosen = [one for one in lines if one.proposal and str(one.proposal.pk) in ticked]
    doing = partial(_endorse if endorsing else _make, request)
    refused: dict[int, list[Refusal]] = {}
    for line in chosen:
        _done, trouble = attempt(partial(doing, line.proposal, line.project))
        if trouble:
            refused[line.project.pk] = trouble.reasons
    done = len(chosen) - len(refused)
    if done:
        said = gettext("已会签%(n)s项。") if endorsing else gettext("已办理%(n)s项。")
        messages.success(request, said % {"n": done})
    if endorsing and (gone := len(ticked) - len(chosen)):
        messages.warning(request, gettext("另有%(n)s项在送签以后有改动或已经办理，没有会签。") % {"n": gone}, "wait")
    if not refused:
        return redirect("meeting_decisions", round_.pk, held.pk)
    left = _lines(request, round_, held)
    for line in left:
        line.reasons = refused.get(line.project.pk, [])
    return _shown(request, round_, held, left, status=422, done=done, refused=len(refused))


def _endorse(request: HttpRequest, proposal: Any, _project: Any) -> Any:
    return stand_behind(proposal, actor=request.user)


def _make(request: HttpRequest, proposal: Any, project: Any) -> Any:
    key = f"{request.POST.get('key') or new_key()}-{proposal.pk}"
    given = given_of(proposal)
    return act(project, proposal.move, actor=request.user, version=proposal.version, key=key, given=given)


def _message(request: HttpRequest, round_: Any, held: Meeting) -> str:
    """Ready words for whoever has to stand behind what was put forward on these minutes; not what it is."""
    url = request.build_absolute_uri(reverse("meeting_decisions", args=[round_.pk, held.pk]))
    return task_message(gettext("会签会议审定事项"), held.number, None, url)


def _shown(
    request: HttpRequest, round_: Any, held: Meeting, lines: list[Line], *, status: int = 200, **said: Any
) -> HttpResponse:
    paper = next((one for one in attachments_of(round_) if one.document_id == held.document_id), None)
    decided, means = decided_lines(decisions_of_meeting(held)), panel_means(round_)
    for line in [*lines, *decided]:
        line.panel = means.get(line.project.pk)
    waiting = next((one.missing for one in lines if one.missing), "")
    context = {
        "round": round_,
        "meeting": held,
        "paper_line": paper_line(held.paper.text) if held.paper else "",
        "message": _message(request, round_, held) if waiting else "",
        "minutes_url": look(paper) if paper else "",
        "lines": lines,
        "sum": in_sum(lines),
        "total_fen": sum(one.amount_fen or 0 for one in lines if one.move == "shortlist"),
        "to_endorse": [one for one in lines if one.may_endorse],
        "to_make": [one for one in lines if one.may_make],
        "waiting": waiting,
        "decided": decided,
        "panel": panel_called(held.panel) if held.panel else "",
        "key": new_key(),
        **said,
    }
    return render(request, "grants/desk/meeting.html", context, status=status)
