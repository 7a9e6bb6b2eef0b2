"""A kind refusal: the officer prepares and sends, the team reads, prints, applies again or objects."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from grants.applications.commands import begin_as_last
from grants.applications.models import Project
from grants.awards.letters import appeal, open_appeal, save_letter, send_letter
from grants.desk.forms.asks import AskForm
from grants.desk.forms.letters import APPEAL, LETTER
from grants.desk.queries.letters import Prepared, announced, declined, letter_for, next_round, prepared, unsent
from grants.desk.queries.records import find
from grants.desk.views.attempts import Trouble, at_fields, attempt, incomplete
from grants.desk.views.looking import looked_at
from grants.desk.views.paging import paged
from grants.people.queries import TEAM_ROLES, holds
from grants.programmes.models import Round
from workflow import clock
from workflow.command import new_key
from workflow.lifecycle import Role
from workflow.ports import domain
from workflow.refusals import Refusal

READERS = (Role.PROGRAMME_OFFICER, Role.BUSINESS_LEAD, Role.LEADERSHIP, Role.AUDITOR)


@dataclass(frozen=True)
class Sent:
    """What became of one letter."""

    project: Project
    reasons: list[Refusal]


@require_http_methods(["GET", "HEAD", "POST"])
@looked_at
def refusal_letters(request: HttpRequest, pk: int) -> HttpResponse:
    """Every project of the round that was declined with what its team is told; on POST those ticked are sent."""
    round_ = find("round", pk, request.user)
    if round_ is None or not round_.configuration_id or not holds(request.user, *READERS):
        raise Http404
    found = declined(round_, request.user)
    may = holds(request.user, Role.PROGRAMME_OFFICER)
    results, nothing = [], False
    if may and request.method == "POST":
        results = _together(request, round_, found)
        nothing = not results
    part = paged(request, found)
    context = {
        "round": round_,
        "announced": announced(round_),
        "rows": prepared(round_, list(part["page"])),
        "open": unsent(found),
        "count": part["page"].paginator.count,
        "may": may,
        "results": results,
        "failed": sum(bool(one.reasons) for one in results),
        "nothing": nothing,
        **part,
    }
    return render(request, "grants/desk/letters/round.html", context, status=422 if nothing else 200)


def _together(request: HttpRequest, round_: Round, found: QuerySet[Project]) -> list[Sent]:
    """Each that is ticked, or all that are not sent yet; each stands or falls by itself."""
    if request.POST.get("do") != "all":
        found = found.filter(
            pk__in=[int(one) for one in request.POST.getlist("project") if one.isdecimal() and len(one) < 10]
        )
    rows = prepared(round_, list(found))
    return [_one(request, one) for one in rows if not (one.letter and one.letter.sent_at)]


def _one(request: HttpRequest, row: Prepared) -> Sent:
    seen = request.POST.get(f"version-{row.project.pk}", "")
    version = int(seen) if seen.isdecimal() and len(seen) < 9 else None
    _letter, trouble = attempt(lambda: send_letter(row.project, actor=request.user, version=version))
    return Sent(row.project, trouble.reasons if trouble else [])


@require_http_methods(["GET", "HEAD", "POST"])
@looked_at
def refusal_letter(request: HttpRequest, pk: int) -> HttpResponse:
    """One letter: written and sent by the officer; read by the team, which applies again or objects from here."""
    project, found = _found(request, pk)
    if found.letter is not None and found.letter.sent_at:
        return _read(request, project, found)
    if domain().roles(request.user, project) & TEAM_ROLES:
        return render(request, "grants/desk/letters/read.html", {"project": project, "letter": None})
    return _written(request, project, found)


def _found(request: HttpRequest, pk: int) -> tuple[Project, Prepared]:
    project = find("project", pk, request.user)
    found = letter_for(project, request.user) if project else None
    if project is None or found is None:
        raise Http404
    return project, found


def _written(request: HttpRequest, project: Project, found: Prepared) -> HttpResponse:
    """The officer's page: what the scores suggest or what was saved, to change, save and send."""
    may = Role.PROGRAMME_OFFICER in domain().roles(request.user, project)
    data = request.POST if may and request.method == "POST" else None
    form = AskForm(LETTER, record=None, actor=request.user, data=data, initial=dict(found.words))
    trouble = _saved(request, project, form) if data is not None else None
    if data is not None and trouble is None:
        return (
            redirect("refusal_letters", project.round_id) if "send" in data else redirect("refusal_letter", project.pk)
        )
    context = {
        "project": project,
        "letter": found.letter,
        "words": found.words,
        "form": form if may else None,
        "trouble": trouble,
        "announced": announced(project.round),
        "version": data.get("version", "0") if data is not None else found.letter.version if found.letter else 0,
    }
    return render(request, "grants/desk/letters/write.html", context, status=trouble.status if trouble else 200)


def _saved(request: HttpRequest, project: Project, form: AskForm) -> Trouble | None:
    if not form.is_valid():
        return incomplete()
    given, seen = form.given(), request.POST.get("version", "")
    version = int(seen) if seen.isdecimal() and len(seen) < 9 else None
    saved, trouble = attempt(lambda: save_letter(project, given, actor=request.user, version=version))
    if saved is not None and "send" in request.POST:
        _sent, trouble = attempt(lambda: send_letter(project, actor=request.user, version=saved.version))
    if trouble is None:
        said = gettext("已发给团队。") if "send" in request.POST else gettext("已保存，还没有发出。")
        messages.success(request, said)
    return at_fields(trouble, form) if trouble else None


def _read(request: HttpRequest, project: Project, found: Prepared) -> HttpResponse:
    """The letter as it went, with what the team may do now."""
    roles = domain().roles(request.user, project)
    mine = bool(roles & TEAM_ROLES)
    leads = Role.TEAM_LEADER in roles
    data = request.POST if mine and request.method == "POST" else None
    form = AskForm(APPEAL, record=None, actor=request.user, data=data if data and "object" in data else None)
    trouble = None
    if data is not None and "again" in data:
        made, trouble = _applied_again(request, project)
        if made is not None:
            messages.success(request, gettext("已经照上次的申报书建好草稿，请逐页看过、改好再提交。"))
            return redirect("project_form", made.pk)
    elif data is not None:
        trouble = _objected(request, project, form)
        if trouble is None:
            messages.success(request, gettext("异议已收到，由监督举报受理人核查，结果会告诉你们。"))
            return redirect("refusal_letter", project.pk)
    letter: Any = found.letter
    running = open_appeal(project) if mine else None
    context = {
        "project": project,
        "letter": letter,
        "again": next_round(project, request.user) if mine else None,
        "running": running,
        "over": clock.today() > letter.appeal_until,
        "form": form if leads and running is None and clock.today() <= letter.appeal_until else None,
        "trouble": trouble,
        "key": request.POST.get("key") or new_key(),
    }
    return render(request, "grants/desk/letters/read.html", context, status=trouble.status if trouble else 200)


def _applied_again(request: HttpRequest, project: Project) -> tuple[Project | None, Trouble | None]:
    """The team's application in the open round: the one that is there, or a draft from what it handed in last."""
    found = next_round(project, request.user)
    if found is None:
        return None, Trouble(422, gettext("还不能办理"), [Refusal("no_round", gettext("现在没有开放申报的轮次。"))])
    round_, there = found
    if there is not None:
        return there, None
    key = request.POST.get("key") or None
    actor: Any = request.user
    return attempt(lambda: begin_as_last(round_, project.team, _leader(project, actor), actor=actor, key=key))


def _leader(project: Project, actor: Any) -> Any:
    """Whoever presses, if they lead the team; else who led it last time."""
    return actor if Role.TEAM_LEADER in domain().roles(actor, project) else project.leader


def _objected(request: HttpRequest, project: Project, form: AskForm) -> Trouble | None:
    if not form.is_valid():
        return incomplete()
    text, key = form.given()["text"], request.POST.get("key") or None
    _made, trouble = attempt(lambda: appeal(project, text, actor=request.user, key=key))
    return at_fields(trouble, form) if trouble else None


@require_safe
@looked_at
def refusal_letter_print(request: HttpRequest, pk: int) -> HttpResponse:
    """The letter on one A4."""
    project, found = _found(request, pk)
    if found.letter is None or not found.letter.sent_at:
        raise Http404
    return render(request, "grants/desk/letters/print.html", {"project": project, "letter": found.letter})
