"""A panel: run by chair and secretary, marked on phones, shown to the room, written down, opened by two people."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from grants.applications.queries import budget_lines
from grants.desk.forms.asks import AskForm
from grants.desk.forms.panels import OPENING, add_asks, mark_asks
from grants.desk.papers import look
from grants.desk.queries.results import Results, results
from grants.desk.tables.panels import halves_as_points, next_step, seats, timer
from grants.desk.tables.scoring import criteria
from grants.desk.tables.text import application_parts, budget_table
from grants.desk.views.attempts import Trouble, at_fields, attempt, incomplete
from grants.desk.views.looking import looked_at
from grants.desk.views.uploads import received
from grants.people.queries import as_people
from grants.programmes.models import Round
from grants.programmes.queries import rules_of
from grants.reviews.panel import commands
from grants.reviews.panel.disclosing import agree_disclosure, ask_disclosure, look_behind
from grants.reviews.panel.enums import Stage
from grants.reviews.panel.models import PanelMark, PanelMember, PanelSession
from grants.reviews.panel.queries import (
    ASKERS,
    CONSENTERS,
    Panel,
    Point,
    against,
    looking,
    oversees,
    own_marks,
    panel,
    plan_of,
    readable,
    sessions_of,
    signers,
    wears,
)
from storage.queries import attachments_of
from workflow.command import new_key
from workflow.lifecycle import Role
from workflow.rules import Ask

SCAN = (Ask("signed", _("签字的纪要（扫描件）"), "document"),)


def _round(request: HttpRequest, pk: int, *roles: str) -> Round:
    """A round in which panels are on, for whoever sees them there."""
    round_ = Round.objects.filter(pk=pk, configuration__isnull=False).select_related("configuration").first()
    if round_ is None or not plan_of(round_).enabled or not _may(request, pk, *roles):
        raise Http404
    return round_


def _may(request: HttpRequest, round_: int, *roles: str) -> bool:
    return oversees(request.user, round_) or (bool(roles) and wears(request.user, round_, *roles))


def _session(request: HttpRequest, pk: int, number: int, *roles: str, members: bool = False) -> Panel:
    """A panel, for those who see it: who oversees the round, one of these roles, and its members where they may."""
    session = PanelSession.objects.filter(round=pk, number=number).first()
    if session is None:
        raise Http404
    sits = members and PanelMember.objects.filter(session=session.pk, person=request.user.pk).exists()
    if not sits and not _may(request, pk, *roles):
        raise Http404
    return panel(session)


def _number(text: Any) -> int:
    return int(text) if str(text or "").isdecimal() else 0


# The panels of a round ------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@looked_at
def round_panels(request: HttpRequest, pk: int) -> HttpResponse:
    """The panels of a round and the band that the next one would go through; on POST open one."""
    round_ = _round(request, pk, Role.DISCIPLINE)
    writes = wears(request.user, pk, Role.PROGRAMME_OFFICER)
    form = AskForm(OPENING, record=round_, actor=request.user, data=request.POST or None)
    trouble = None
    if request.method == "POST":
        if not writes:
            raise Http404
        session, trouble = _opened(request, round_, form)
        if session:
            return redirect("panel", pk, session.number)
    held = list(sessions_of(pk))
    open_ = writes and all(hasattr(one, "minutes") for one in held)
    context = {
        "round": round_,
        "plan": plan_of(round_),
        "held": held,
        "desk": oversees(request.user, pk),
        "form": form if open_ else None,
        "band": band_of(results(round_)) if open_ else [],
        "trouble": trouble,
        "key": new_key(),
    }
    return render(request, "grants/desk/panel/round.html", context, status=trouble.status if trouble else 200)


def _opened(request: HttpRequest, round_: Round, form: AskForm) -> tuple[PanelSession | None, Trouble | None]:
    if not form.is_valid():
        return None, incomplete()
    given, found = form.given(), results(round_)
    session, trouble = attempt(
        lambda: commands.open_panel(
            round_,
            actor=request.user,
            held_on=dt.date.fromisoformat(given["held_on"]),
            place=given["place"],
            chair=int(given["chair"]),
            members=[int(one) for one in given["members"]],
            band=[one.pk for one in band_of(found)],
            basis=found.digest,
            key=request.POST.get("key") or new_key(),
        )
    )
    return session, at_fields(trouble, form) if trouble else None


def band_of(found: Results) -> list[Any]:
    """The projects that the scores cannot tell apart across the line, by rank."""
    return [one for one in found.lines if one.pk in found.sure and found.sure[one.pk].band]


# Running it -----------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@looked_at
def panel_(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """The meeting as chair and secretary see it; on POST one deed of theirs."""
    if not _may(request, pk):
        found = _session(request, pk, number, members=True)
        return redirect("panel_mine", pk, found.session.number)
    found = _session(request, pk, number)
    trouble = None
    if request.method == "POST":
        _done, trouble = attempt(_deed(request, found.session))
        if not trouble:
            return redirect("panel", pk, number)
    return _desk(request, panel(found.session) if trouble else found, trouble)


def _deed(request: HttpRequest, session: PanelSession) -> Callable[[], Any]:
    """The deed that was asked for. Raises Http404 for one that there is not."""
    post, actor = request.POST, request.user
    item, reason = _number(post.get("item")), post.get("reason", "")
    member = _number(post.get("member"))
    deeds: Mapping[str, Callable[[], Any]] = {
        "add": partial(
            commands.put_on_agenda, session, _number(post.get("project")), post.get("add_reason", ""), actor=actor
        ),
        "drop": partial(commands.take_off_agenda, session, item, reason, actor=actor),
        "draw": partial(commands.draw_order, session, post.get("words", ""), actor=actor),
        "came": partial(commands.note_presence, session, member, arrived=True, actor=actor),
        "went": partial(commands.note_presence, session, member, arrived=False, actor=actor),
        "go": partial(commands.go_on, session, item, post.get("stage", ""), actor=actor),
        "close": partial(commands.ask_to_close, session, item, post.get("close_reason", ""), actor=actor),
        "finish": partial(commands.finish, session, actor=actor),
    }
    found = deeds.get(post.get("do", ""))
    if found is None:
        raise Http404
    return found


def _desk(request: HttpRequest, found: Panel, trouble: Trouble | None) -> HttpResponse:
    own, round_ = found.member(request.user.pk), found.session.round
    runs = request.user.pk == found.session.chair_id or wears(request.user, round_.pk, Role.PROGRAMME_OFFICER)
    writes = wears(request.user, round_.pk, Role.PROGRAMME_OFFICER) and not found.minutes
    agenda = [one.project.pk for one in found.live]
    data = request.POST if trouble else None
    context = {
        **_shown_of(found, request.user),
        "own": own,
        "runs": runs and not found.minutes,
        "chairs": request.user.pk == found.session.chair_id and not found.minutes,
        "writes": writes,
        "next": next_step(found),
        "seats": seats(found),
        "add": AskForm(add_asks(agenda), record=round_, actor=request.user, data=data)
        if writes and not found.seed
        else None,
        "written": not (own and own.votes),
        "typed": request.POST if trouble else {},
        "trouble": trouble,
    }
    return render(request, "grants/desk/panel/desk.html", context, status=trouble.status if trouble else 200)


def _shown_of(found: Panel, person: Any) -> dict[str, Any]:
    """What every page of a panel shows: nothing of a project from which the person keeps away."""
    at = found.now
    return {
        "round": found.session.round,
        "session": found.session,
        "found": found,
        "at": at,
        "timer": timer(found, at) if at else None,
        "away": bool(at and at.away(person.pk)),
        "hidden": {one.item.pk for one in found.points if one.away(person.pk)},
    }


# On the phone and on the wall -----------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@looked_at
def panel_mine(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """What a member of the panel does: come, mark, lock, keep away, go."""
    found = _session(request, pk, number, members=True)
    member = found.member(request.user.pk)
    if member is None:
        raise Http404
    if request.method == "POST":
        return _answered(request, found, member)
    return _mine(request, found, member, None, None)


def _answered(request: HttpRequest, found: Panel, member: PanelMember) -> HttpResponse:
    do, session, item = request.POST.get("do", ""), found.session, _number(request.POST.get("item"))
    if do in {"came", "went"}:
        call = partial(commands.note_presence, session, member.pk, arrived=do == "came", actor=request.user)
        _done, trouble = attempt(call)
        return _again(request, session, member, trouble)
    if do == "away":
        reason = request.POST.get("away_reason", "")
        _done, trouble = attempt(lambda: commands.keep_away(session, item, reason, actor=request.user))
        return _again(request, session, member, trouble)
    if do not in {"save", "lock"}:
        raise Http404
    form = _marks_form(request, session, request.POST)
    kept, trouble = None, None
    if not form.is_valid():
        trouble = incomplete()
    else:
        halves = {name: value for name, value in form.given().items() if isinstance(value, int)}
        kept, trouble = attempt(lambda: commands.mark(session, item, halves, lock=do == "lock", actor=request.user))
    if do == "save" and request.headers.get("HX-Request"):
        return _autosaved(request, kept, form, trouble)
    if trouble:
        return _mine(request, panel(session), member, form, at_fields(trouble, form))
    words = gettext("已锁定，等其他成员。") if do == "lock" else gettext("已存，还没有锁定。")
    messages.success(request, words)
    return redirect("panel_mine", session.round_id, session.number)


def _autosaved(request: HttpRequest, kept: PanelMark | None, form: AskForm, trouble: Trouble | None) -> HttpResponse:
    """The line that says when the marks were kept, or why not."""
    faults = [f"{form.fields[name].label}：{found[0]}" for name, found in form.errors.items()]
    faults += [str(reason.message) for reason in trouble.reasons] if trouble else []
    context = {"kept": kept, "faults": faults}
    return render(request, "grants/desk/panel/_saved.html", context, status=422 if faults else 200)


def _again(request: HttpRequest, session: PanelSession, member: PanelMember, trouble: Trouble | None) -> HttpResponse:
    if trouble:
        return _mine(request, panel(session), member, None, trouble)
    return redirect("panel_mine", session.round_id, session.number)


def _marks_form(request: HttpRequest, session: PanelSession, data: Any = None, **initial: Any) -> AskForm:
    asks = mark_asks(rules_of(session.round).rubric)
    return AskForm(asks, record=session.round, actor=request.user, data=data, initial=initial)


def _mine(
    request: HttpRequest, found: Panel, member: PanelMember, form: AskForm | None, trouble: Trouble | None
) -> HttpResponse:
    at, person = found.now, member.person_id
    roll = at.roll_of(person) if at else None
    votes = bool(at and roll in at.voters)
    kept = own_marks(at, person) if at and votes else None
    open_ = bool(at and votes and at.stage == Stage.SCORING and not (kept and kept.locked))
    if open_ and form is None:
        form = _marks_form(request, found.session, **(kept.halves if kept else {}))
    rubric = rules_of(found.session.round).rubric
    given = {name: value for name, value in _readable(form).items() if isinstance(value, int)} if form else {}
    last = found.last_shown
    context = {
        **_shown_of(found, request.user),
        "member": member,
        "present": found.present(member),
        "roll": roll,
        "votes": votes,
        "kept": kept,
        "form": form,
        "crits": criteria(rubric, form, given) if form else [],
        "total": sum(given.values()) * 50,
        "last": last if last and not last.away(person) else None,
        "last_totals": halves_as_points(last.result.totals) if last and last.result else [],
        "polls": not open_ and not found.minutes and form is None,
        "trouble": trouble,
        "typed": request.POST if trouble else {},
    }
    return render(request, "grants/desk/panel/mine.html", context, status=trouble.status if trouble else 200)


def _readable(form: AskForm) -> dict[str, Any]:
    if not form.is_bound:
        return dict(form.initial)
    form.is_valid()
    return form.cleaned_data


@require_safe
@looked_at
def panel_screen(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """What the room sees, in large type; it looks again by itself, with and without JavaScript."""
    found = _session(request, pk, number, members=True)
    last = found.last_shown
    hidden = bool(last and last.away(request.user.pk or 0))
    context = {
        **_shown_of(found, request.user),
        "last": None if hidden else last,
        "last_totals": halves_as_points(last.result.totals) if last and last.result and not hidden else [],
        "seats": seats(found),
    }
    return render(request, "grants/desk/panel/screen.html", context)


@require_safe
@looked_at
def panel_item(request: HttpRequest, pk: int, number: int, item: int) -> HttpResponse:
    """A project of the agenda to read, for members who do not keep away: its application and its budget."""
    session = PanelSession.objects.filter(round=pk, number=number).select_related("round__configuration").first()
    found = readable(item, session, request.user) if session else None
    if session is None or found is None:
        raise Http404
    project = found.project
    lines = budget_lines(project)
    context = {
        "round": session.round,
        "session": session,
        "project": project,
        "parts": application_parts(project, request.user, closed=True),
        "budget": budget_table(project, lines, request.user) if lines else None,
        "total_fen": sum(line.amount_fen for line in lines),
    }
    return render(request, "grants/desk/panel/item.html", context)


# Minutes and names ----------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@looked_at
def panel_minutes(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """The minutes on A4; on POST confirm them, or bind the signed paper."""
    found = _session(request, pk, number, Role.DISCIPLINE, members=True)
    if found.minutes is None:
        raise Http404
    writes = wears(request.user, pk, Role.PROGRAMME_OFFICER)
    trouble, scan = None, AskForm(SCAN, record=found.session.round, actor=request.user)
    if request.method == "POST":
        trouble, scan = _signed(request, found, scan, writes=writes)
        if trouble is None:
            return redirect("panel_minutes", pk, number)
    rows = list(found.minutes.signatures.select_related("person", "document", "by"))
    papers = {one.document_id: look(one) for one in attachments_of(found.session.round)} if writes else {}
    told = json.loads(found.minutes.text)
    context = {
        "round": found.session.round,
        "session": found.session,
        "minutes": found.minutes,
        "told": told,
        "held_on": found.session.held_on,
        "agenda": [_row(found, one, request.user) for one in told["agenda"]],
        "official": oversees(request.user, pk),
        "signed": [one for one in rows if one.person],
        "scans": [(one, papers.get(one.document.pk, "")) for one in rows if one.document],
        "may_sign": request.user.pk in signers(found) and not any(o.person_id == request.user.pk for o in rows),
        "writes": writes,
        "desk": oversees(request.user, pk) or found.member(request.user.pk) is not None,
        "scan": scan,
        "names": _may(request, pk, Role.DISCIPLINE),
        "trouble": trouble,
    }
    return render(request, "grants/desk/panel/minutes.html", context, status=trouble.status if trouble else 200)


def _row(found: Panel, told: dict[str, Any], person: Any) -> dict[str, Any]:
    """A project of the minutes as the page shows it; no marks to whoever kept away from it."""
    point = next((one for one in found.points if one.project.pk == told["project"]), None)
    return told | {
        "points": halves_as_points(told["totals"]),
        "item": point.item.pk if point else 0,
        "hide": bool(point and point.away(person.pk)),
    }


def _signed(request: HttpRequest, found: Panel, scan: AskForm, *, writes: bool) -> tuple[Trouble | None, AskForm]:
    do = request.POST.get("do")
    if do == "sign":
        _row, trouble = attempt(lambda: commands.sign_minutes(found.session, actor=request.user))
        return trouble, scan
    if do != "scan" or not writes:
        raise Http404
    documents, problems = received(request, ["signed"])
    scan = AskForm(
        SCAN,
        record=found.session.round,
        actor=request.user,
        documents=documents,
        problems=problems,
        data=request.POST,
        files=request.FILES,
    )
    if not documents:
        scan.is_valid()
        return incomplete(), scan
    _row, trouble = attempt(lambda: commands.bind_signed(found.session, documents["signed"], actor=request.user))
    return trouble, scan


@require_http_methods(["GET", "HEAD", "POST"])
@looked_at
def panel_names(request: HttpRequest, pk: int, number: int, item: int) -> HttpResponse:
    """Who gave a project which marks: asked for by one, agreed to by another, each look on record."""
    found = _session(request, pk, number, Role.DISCIPLINE)
    point = found.point(item)
    if point is None or not point.shown or found.member(request.user.pk) or against(found, point, request.user):
        raise Http404
    trouble, told = None, None
    if request.method == "POST":
        told, trouble = attempt(_opening(request, point))
        if trouble is None and request.POST.get("do") != "look":
            return redirect("panel_names", pk, number, item)
    rows = point.item.disclosures.select_related("by", "consent__by").prefetch_related("looks__by").order_by("pk")
    people = as_people(request.user)
    context = {
        "round": found.session.round,
        "session": found.session,
        "point": point,
        "over": found.minutes,
        "rows": [
            {
                "row": one,
                "open": looking(one),
                "agrees": one.by_id not in people
                and not hasattr(one, "consent")
                and wears(request.user, pk, *CONSENTERS),
                "looks": one.by_id == request.user.pk and looking(one),
            }
            for one in rows
        ],
        "asks": wears(request.user, pk, *ASKERS),
        "told": told if request.POST.get("do") == "look" else None,
        "typed": request.POST if trouble else {},
        "trouble": trouble,
    }
    return render(request, "grants/desk/panel/names.html", context, status=trouble.status if trouble else 200)


def _opening(request: HttpRequest, point: Point) -> Callable[[], Any]:
    do, actor = request.POST.get("do"), request.user
    if do == "ask":
        return lambda: ask_disclosure(point.item, request.POST.get("reason", ""), actor=actor)
    row = point.item.disclosures.filter(pk=_number(request.POST.get("row"))).first()
    if row is None or do not in {"agree", "look"}:
        raise Http404
    if do == "agree":
        return lambda: agree_disclosure(row, actor=actor)
    return lambda: look_behind(row, actor=actor)
