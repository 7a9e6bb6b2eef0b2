"""The pages that everybody may open: calls, public lists, objections, funded projects."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from grants.applications.models import Project
from grants.awards.commands import object_in_public, public_mailbox
from grants.awards.enums import NoticeKind
from grants.awards.models import OfficialNotice
from grants.closeout.queries import grade_of, last_judgement
from grants.funds.queries import standing
from grants.implementation.queries import public_meanwhile
from grants.kernel.masking import mask_text
from grants.programmes.queries import calendar, rules_of
from grants.publicity import queries, tables
from grants.publicity.enums import OVER, RUNNING
from grants.publicity.forms import FundedFilter, LookupForm, ObjectionForm, kept_before, kept_now, token_of
from grants.publicity.limits import LOOKUPS, OBJECTIONS, within
from grants.publicity.paging import paged
from storage.views import send
from workflow import clock
from workflow.actions import Busy, Refused
from workflow.command import new_key
from workflow.deadlines import deadline
from workflow.lifecycle import RoundState
from workflow.looking import looking
from workflow.ports import SYSTEM

View = Callable[..., HttpResponseBase]
FRESH = 60
"""Seconds for which a public page may be kept by whoever stands between."""


def public(view: View) -> View:
    """The view, open to everybody. `?lang=` chooses the language and comes back without it; pages may be cached."""

    @wraps(view)
    def shown(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if (chosen := request.GET.get("lang", "")) in dict(settings.LANGUAGES):
            return _in_language(request, chosen)
        if request.method not in {"GET", "HEAD"}:
            return view(request, *args, **kwargs)
        with looking():
            answer = view(request, *args, **kwargs)
        if answer.status_code == 200 and not answer.has_header("Cache-Control") and not request.user.is_authenticated:
            patch_cache_control(answer, public=True, max_age=FRESH)
        return answer

    return login_not_required(shown)


def _in_language(request: HttpRequest, chosen: str) -> HttpResponse:
    query = request.GET.copy()
    del query["lang"]
    answer = redirect(request.path + (f"?{query.urlencode()}" if query else ""))
    answer.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        chosen,
        httponly=True,
        samesite="Lax",
        secure=bool(getattr(settings, "LANGUAGE_COOKIE_SECURE", False)),
    )
    patch_cache_control(answer, private=True, no_store=True)
    return answer


@public
@require_safe
def public_home(request: HttpRequest) -> HttpResponse:
    """For visitors: calls that are open, lists that are public now, what has been funded so far."""
    calls = list(queries.calls())
    lists = list(queries.notices()[:6])
    today = clock.today()
    found = queries.funded()
    by_city = queries.by_city(found)
    context = {
        "open": [_call(one) for one in calls if one.state == RoundState.OPEN],
        "past": [one for one in calls if one.state != RoundState.OPEN],
        "running": [one for one in lists if one.ends_on and one.ends_on >= today],
        "ended": [one for one in lists if not (one.ends_on and one.ends_on >= today)],
        "count": sum(projects for _city, projects, _fen in by_city),
        "total_fen": sum(fen for _city, _projects, fen in by_city),
    }
    return render(request, "grants/publicity/home.html", context)


def _call(round_: Any) -> dict[str, Any]:
    """What a call says: the round and its rules."""
    return {"round": round_, "rules": rules_of(round_)}


@public
@require_safe
def public_call(request: HttpRequest, pk: int) -> HttpResponse:
    """One call: until when, who may apply, how much, how, and its documents."""
    found = queries.calls().filter(pk=pk).first()
    if found is None:
        raise Http404
    context = {
        **_call(found),
        "is_open": found.state == RoundState.OPEN,
        "cancelled": found.state == RoundState.CANCELLED,
        "papers": queries.papers_of(found, *queries.CALLED),
        "fields": tables.fields_open(rules_of(found)),
    }
    return render(request, "grants/publicity/call.html", context)


@public
@require_safe
def public_notice(request: HttpRequest, pk: int) -> HttpResponse:
    """A list as it went public: its period in working days, its projects, how to object; or the announced result."""
    notice = _notice(pk)
    entries = queries.entries_of(notice)
    announced = set(
        queries.funded().filter(project__in=[one.project_id for one in entries]).values_list("number", flat=True)
    )
    first = entries[0].at.astimezone(clock.SHANGHAI).date()
    period = tables.clock_of(first, notice.ends_on, clock.today(), calendar()) if notice.ends_on else None
    context = {
        "notice": notice,
        "title": mask_text(notice.title),
        "organiser": notice.round.organiser,
        "first": first,
        "period": period,
        "lines": tables.lines(entries, announced),
        "total_fen": sum(one.amount_fen for one in entries),
        "papers": [notice, *queries.papers_of(notice.round, NoticeKind.CORRECTION)],
        "objections": queries.objections_to(notice),
        "may_object": bool(queries.objectable(notice)),
        "contact": _contact(),
        "answer_days": rules_of(notice.round).deadlines.objection_finding.value,
    }
    return render(request, "grants/publicity/notice.html", context)


def _notice(pk: int) -> OfficialNotice:
    found = OfficialNotice.objects.filter(pk=pk, entries__isnull=False)
    notice = found.select_related("round__organiser", "round__configuration").first()
    if notice is None:
        raise Http404
    return notice


def _contact() -> list[str]:
    return [line.strip() for line in settings.OBJECTION_CONTACT.split("|") if line.strip()]


@public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def public_objection(request: HttpRequest, pk: int) -> HttpResponse:
    """Object to a project of a list: facts, evidence, and name and contact of who wishes. The answer is the receipt."""
    notice = _notice(pk)
    open_lines = queries.objectable(notice)
    if request.method != "POST":
        form = ObjectionForm(None, None, open_lines, request.GET.get("project", ""))
        return _objecting(request, notice, form)
    form = ObjectionForm(request.POST, request.FILES, open_lines)
    if not within(request, OBJECTIONS):
        message = gettext("从您这里来的提交太多了，请过一小时再试，也可以打电话或寄信。")
        return _objecting(request, notice, form, message, status=429)
    return _received(request, notice, form)


def _received(request: HttpRequest, notice: OfficialNotice, form: ObjectionForm) -> HttpResponse:
    """The receipt, or the form again with everything typed and every file that came still there."""
    valid = form.is_valid()
    files = form.cleaned_data.get("evidence") or []
    kept, problem = kept_now(files, public_mailbox(actor=SYSTEM)) if files else ([], "")
    kept = kept or kept_before(request.POST.get("kept", ""))
    if problem:
        form.add_error("evidence", problem)
    if not valid or problem:
        return _objecting(request, notice, form, gettext("还有几处要改"), kept=kept, status=422)
    facts = form.cleaned_data
    line = next(one for one in queries.objectable(notice) if one.number == facts["project"])
    words = {name: facts[name] for name in ("text", "objector", "contact")}
    try:
        ticket = object_in_public(line.project, actor=SYSTEM, key=_key(request), evidence=kept, **words)
    except (Refused, Busy) as refusal:
        for reason in refusal.reasons:
            form.add_error(None, str(reason.message))
        return _objecting(request, notice, form, gettext("没有提交成功"), kept=kept, status=422)
    context = {
        "ticket": ticket,
        "line": line,
        "notice": notice,
        "files": len(kept),
        "reachable": bool(facts["contact"]),
        "held": queries.holding(ticket.number),
    }
    return render(request, "grants/publicity/receipt.html", context)


def _key(request: HttpRequest) -> str:
    """The key of the form; one of its own for a form that lost it."""
    sent = request.POST.get("key", "")
    return sent if sent.isalnum() and len(sent) == 32 else new_key()


def _objecting(
    request: HttpRequest,
    notice: OfficialNotice,
    form: ObjectionForm,
    headline: str = "",
    *,
    kept: Any = (),
    status: int = 200,
) -> HttpResponse:
    sent = request.POST.get("key", "")
    context = {
        "notice": notice,
        "title": mask_text(notice.title),
        "form": form,
        "headline": headline,
        "kept": kept,
        "token": token_of(kept) if kept else "",
        "key": sent if sent.isalnum() and len(sent) == 32 else new_key(),
        "contact": _contact(),
        "answer_days": rules_of(notice.round).deadlines.objection_finding.value,
        "may_object": bool(queries.objectable(notice)),
    }
    return render(request, "grants/publicity/objection.html", context, status=status)


@public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def public_receipt(request: HttpRequest) -> HttpResponse:
    """How an objection stands, for whoever has its number and secret."""
    form, found, headline, status = LookupForm(request.POST or None), None, "", 200
    if request.method == "POST":
        if not within(request, LOOKUPS):
            headline, status = gettext("查得太频繁了，请过一小时再试。"), 429
        elif not form.is_valid():
            headline, status = gettext("还有几处要改"), 422
        elif (found := queries.objection_by(*form.given())) is None:
            headline, status = gettext("没有找到，请核对查询号和查询密码。"), 422
    context: dict[str, Any] = {"form": form, "found": found, "headline": headline}
    if found is not None:
        context |= {
            "due": deadline(found, "objection_finding"),
            "finding": mask_text(found.finding),
            "line": found.project.public_entries.order_by("pk").first(),
        }
    return render(request, "grants/publicity/lookup.html", context, status=status)


@public
@require_safe
def public_projects(request: HttpRequest) -> HttpResponse:
    """The funded projects, filtered by what stands in the address, with bars by city."""
    form = FundedFilter(request.GET, queries.choices())
    wanted = form.wanted()
    found = queries.funded(wanted)
    by_city = queries.by_city(found)
    page = paged(request, found)
    context = {
        **page,
        "form": form,
        "wanted": wanted,
        "lines": tables.lines(page["page"], {one.number for one in page["page"]}),
        "bars": tables.bars(by_city),
        "count": sum(projects for _city, projects, _fen in by_city),
        "total_fen": sum(fen for _city, _projects, fen in by_city),
    }
    return render(request, "grants/publicity/projects.html", context)


@public
@require_safe
def public_project(request: HttpRequest, number: str) -> HttpResponse:
    """One funded project: what was announced, how it stands in words, and what came of it once it is over.

    Of one that runs long, what was done so far.
    """
    entry = queries.funded_project(number)
    if entry is None:
        raise Http404
    project = entry.project
    over = project.state in OVER
    context = {
        "line": tables.lines([entry], {number})[0],
        "project": project,
        "summary": mask_text(str(project.form.get("summary", ""))),
        "over": over,
        "done": queries.work_done(project) if over or _told_meanwhile(project) else None,
        "spent_fen": standing(project).spent if over else None,
        "grade": _grade(project) if over else "",
    }
    return render(request, "grants/publicity/project.html", context)


def _told_meanwhile(project: Project) -> bool:
    return project.state in RUNNING and public_meanwhile(project)


def _grade(project: Project) -> str:
    """The word of the last judgement; nothing for a project that was never judged."""
    judged = last_judgement(project)
    return str(grade_of(judged).label) if judged else ""


@public
@require_safe
def public_file(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The file of an official document that has gone public."""
    found = queries.paper(pk)
    if found is None:
        raise Http404
    return send(found.document)
