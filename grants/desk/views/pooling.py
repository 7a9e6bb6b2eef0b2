"""The pool of reviewers before a round: who is in it, who is asked, who may review what; answers and ties."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from grants.desk.forms.asks import AskForm
from grants.desk.forms.filters import service_fields
from grants.desk.forms.pooling import FIELD, answer_asks, expert_asks, invite_asks, no_such_team, tie_asks
from grants.desk.queries.pooling import own_invitations, projects_to_ask_about, ties_of
from grants.desk.queries.reviewers import may_read_records, records, rounds_of, timing_of
from grants.desk.tables.messages import task_message
from grants.desk.tables.reviewers import arranged, chips, chosen, round_lines, told
from grants.desk.views.asking import asking
from grants.desk.views.assigning import fields_of, round_for
from grants.desk.views.attempts import Trouble, at_fields, attempt, incomplete
from grants.desk.views.looking import looked_at
from grants.kernel.given import day, whole
from grants.people.models import Organisation, RoleGrant, Team, User
from grants.people.queries import holds, people_visible_to
from grants.programmes.models import Round
from grants.reviews.assigning.enums import Declarer
from grants.reviews.assigning.inviting import (
    answer_invitation,
    declare_tie,
    invite_reviewers,
    save_expert,
    side_of,
)
from grants.reviews.assigning.models import Expert
from grants.reviews.assigning.pool import Member, members, reviewers_of
from grants.reviews.conflicts import matrix
from workflow.lifecycle import Role
from workflow.refusals import Refusal, Refused


@require_http_methods(["GET", "HEAD", "POST"])
@looked_at
def reviewer_pool(request: HttpRequest, pk: int) -> HttpResponse:
    """Everybody who may review in the round, with state, load and record; on POST those ticked are invited."""
    round_ = round_for(request, pk)
    data = request.POST if request.method == "POST" else None
    form = AskForm(invite_asks(), record=None, actor=request.user, data=data, initial={"load": 12})
    trouble = None
    if data is not None:
        asked, trouble = _invited(request, round_, form)
        if asked is not None:
            messages.success(request, gettext("已邀请%(n)s位。请把下面的微信消息发给他们。") % {"n": asked})
            return redirect("reviewer_pool", pk)
    rows = members(round_)
    fields = fields_of(round_)
    open_ = may_read_records(request.user)
    sort, only = chosen(request.GET.dict()) if open_ else ("name", "all")
    past = (
        {one.person.pk: one for one in records([one.person for one in rows], whole=False, before=pk)} if open_ else {}
    )
    if open_:
        order = [one.person.pk for one in arranged(past.values(), sort, only)]
        rows = sorted((one for one in rows if one.person.pk in order), key=lambda one: order.index(one.person.pk))
    context = {
        "round": round_,
        "record": round_,
        "rows": [(one, _skills(one, fields), told(past[one.person.pk]) if open_ else None) for one in rows],
        "open": open_,
        **chips(sort, only),
        "form": form,
        "trouble": trouble,
        "picked": request.POST.getlist("reviewers"),
        "may": holds(request.user, Role.PROGRAMME_OFFICER),
        "waiting": any(one.state == "waiting" for one in rows),
        "message": task_message(
            gettext("答复评审邀请"), round_, None, request.build_absolute_uri(reverse("invitations"))
        ),
    }
    return render(request, "grants/desk/assigning/pool.html", context, status=trouble.status if trouble else 200)


def _skills(member: Member, fields: Mapping[str, str]) -> list[tuple[str, int]]:
    return [(fields[code], level) for code, level in member.levels.items() if code in fields]


def _invited(request: HttpRequest, round_: Round, form: AskForm) -> tuple[int | None, Trouble | None]:
    if not form.is_valid():
        return None, incomplete()
    given = form.given()
    people = [int(one) for one in request.POST.getlist("reviewers") if one.isdecimal()]
    until = day(given, "until")
    made, trouble = attempt(
        lambda: invite_reviewers(round_, people, given["load"], until, given.get("note") or "", actor=request.user)
    )
    return made, at_fields(trouble, form) if trouble else None


@require_http_methods(["GET", "HEAD", "POST"])
@looked_at
def expert(request: HttpRequest, pk: int) -> HttpResponse:
    """What the pool knows of one reviewer, for the officer to keep."""
    person = get_object_or_404(people_visible_to(request.user), pk=pk)
    reviewing = RoleGrant.objects.filter(person=person.pk, role=Role.REVIEWER).exists()
    if not reviewing or not holds(request.user, Role.PROGRAMME_OFFICER):
        raise Http404
    known = Expert.objects.filter(person=person.pk).prefetch_related("fields").first()
    fields = service_fields()

    def do(given: Mapping[str, Any]) -> Any:
        levels = {code: int(given[FIELD + code]) for code in fields if given.get(FIELD + code)}
        home = Organisation.objects.filter(pk=whole(given, "home") or 0).first()
        facts: dict[str, Any] = {name: given.get(name) or "" for name in ("kind", "employer", "note")}
        away = day(given, "away_from"), day(given, "away_to")
        return save_expert(person, actor=request.user, home=home, most=given["most"], levels=levels, away=away, **facts)

    title = gettext("专家库：%(person)s") % {"person": person}
    said = gettext("已保存。")
    back = reverse("person", args=[pk])
    initial = _known(known) if known else {"most": 12}
    return asking(
        request, title, expert_asks(fields), do, back=back, button=gettext("保存"), said=said, initial=initial
    )


def _known(found: Expert) -> dict[str, Any]:
    levels = {FIELD + one.field: str(one.level) for one in found.fields.all()}
    facts = {name: getattr(found, name) for name in ("kind", "employer", "most", "away_from", "away_to", "note")}
    return {**facts, "home": str(found.home_id or ""), **levels}


@require_safe
@looked_at
def may_review(request: HttpRequest, pk: int) -> HttpResponse:
    """May this reviewer review this project? Every reason against, asked before anybody is invited."""
    round_ = round_for(request, pk)
    people, projects = list(reviewers_of(round_.pk)), projects_to_ask_about(round_)
    person = next((one for one in people if str(one.pk) == request.GET.get("reviewer")), None)
    project = next((one for one in projects if str(one.pk) == request.GET.get("project")), None)
    asked = [person] if person else people
    about = [project] if project else projects
    known = matrix(about, asked) if person or project else None
    rows = [
        (one, who, known.against(one.pk, who.pk), not known.waivable(one.pk, who.pk))
        for one in about
        for who in asked
        if known
    ]
    context = {
        "round": round_,
        "record": round_,
        "people": people,
        "projects": projects,
        "person": person,
        "project": project,
        "free": [row for row in rows if not row[2]],
        "barred": [row for row in rows if row[2]],
    }
    return render(request, "grants/desk/assigning/may_review.html", context)


@require_safe
@looked_at
def invitations(request: HttpRequest) -> HttpResponse:
    """What I was asked to review, and what I answered."""
    if not holds(request.user, Role.REVIEWER):
        raise Http404
    rows = list(own_invitations(request.user)[:20])
    mine = timing_of(request.user)
    timing = round_lines(mine, rounds_of([mine]))
    return render(request, "grants/desk/assigning/invitations.html", {"rows": rows, "timing": timing})


@require_http_methods(["GET", "HEAD", "POST"])
@looked_at
def invitation(request: HttpRequest, pk: int) -> HttpResponse:
    """One invitation, to be answered once: accept, take fewer, or decline with the reason."""
    found = get_object_or_404(own_invitations(request.user), pk=pk)
    answer = getattr(found, "answer", None)
    if answer is not None and request.method != "POST":
        return redirect("invitations")

    def do(given: Mapping[str, Any]) -> Any:
        facts: dict[str, Any] = {
            "load": whole(given, "load"),
            "reason": given.get("reason") or "",
            "pledged": bool(given.get("pledged")),
        }
        return answer_invitation(found, given["reply"], actor=request.user, wishes=given.get("wishes") or (), **facts)

    title = gettext("评审邀请：%(round)s") % {"round": found.round}
    lead = gettext("请您评%(n)s个项目左右。") % {"n": found.load} + found.note
    more: dict[str, Any] = {
        "back": reverse("invitations"),
        "button": gettext("答复"),
        "said": gettext("已答复，谢谢。"),
        "lead": lead,
    }
    return asking(request, title, answer_asks(fields_of(found.round)), do, **more)


@require_http_methods(["GET", "HEAD", "POST"])
@looked_at
def team_ties(request: HttpRequest, pk: int) -> HttpResponse:
    """A tie between a team and somebody, declared by the team itself or the officer; and what was declared before."""
    team = get_object_or_404(Team.objects.select_related("guided_by"), pk=pk)
    side = side_of(team, request.user)
    if side not in {Declarer.TEAM, Declarer.OFFICER}:
        raise Http404
    people = []
    if side == Declarer.OFFICER:
        held = RoleGrant.objects.filter(role=Role.REVIEWER).values("person")
        people = [(str(one.pk), one.name) for one in User.objects.filter(pk__in=held).order_by("name", "pk")]

    def do(given: Mapping[str, Any]) -> Any:
        person = User.objects.filter(pk=whole(given, "person") or 0).first()
        facts: dict[str, Any] = {"named": given.get("named") or "", "until": day(given, "until")}
        return declare_tie(team, given["kind"], given["reason"], actor=request.user, person=person, **facts)

    title = gettext("利害关系：%(team)s") % {"team": team}
    points = [_tie_words(one) for one in ties_of(team, side, request.user)]
    more: dict[str, Any] = {
        "back": reverse("team", args=[pk]),
        "button": gettext("声明"),
        "said": gettext("已登记，不能撤回。"),
    }
    return asking(request, title, tie_asks(side, people), do, points=points, **more)


def _tie_words(one: Any) -> str:
    told = {"who": one.person or one.named, "kind": one.get_kind_display(), "side": one.get_side_display()}
    return gettext("%(who)s：%(kind)s（%(side)s声明）") % told


@require_http_methods(["GET", "HEAD", "POST"])
@looked_at
def own_tie(request: HttpRequest) -> HttpResponse:
    """A reviewer declares a tie with a team, by its name."""
    if not holds(request.user, Role.REVIEWER):
        raise Http404

    def do(given: Mapping[str, Any]) -> Any:
        team = Team.objects.filter(name=given["team_name"].strip()).first()
        if team is None:
            raise Refused([Refusal("team", no_such_team(), at="team_name")])
        until = day(given, "until")
        return declare_tie(team, given["kind"], given["reason"], actor=request.user, until=until)

    title = gettext("声明利害关系")
    more: dict[str, Any] = {
        "back": reverse("invitations"),
        "button": gettext("声明"),
        "said": gettext("已登记，不能撤回。"),
    }
    return asking(request, title, tie_asks(Declarer.REVIEWER, []), do, **more)
