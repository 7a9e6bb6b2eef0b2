"""Granting and ending roles, handing over teams, merging organisations: one form each, refused with the reason."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from grants.desk.commands import answer_team, offer_team
from grants.desk.forms.asks import AskForm
from grants.desk.forms.granting import ANSWER, END, grant_asks, handover_asks, merge_asks
from grants.desk.queries.people import (
    find_grant,
    find_handover,
    find_organisation,
    find_person,
    find_team,
    guides,
    places_within,
    same_level,
    weight_of,
)
from grants.desk.tables.messages import task_message
from grants.desk.views.asking import asking
from grants.desk.views.attempts import Trouble, at_fields, attempt
from grants.desk.views.looking import looked_at
from grants.kernel.given import day, key_of
from grants.people.commands import end_role as end
from grants.people.commands import grant_role as grant
from grants.people.commands import merge_organisation as merge
from grants.people.enums import HandoverAnswer
from grants.people.models import Organisation, Team
from grants.people.queries import holds, teams_visible_to
from grants.people.rules import may_grant, may_move_team, roles_to_admit
from workflow.lifecycle import Role
from workflow.refusals import Refusal, Refused


@require_http_methods(["GET", "HEAD", "POST"])
@looked_at
def grant_role(request: HttpRequest, pk: int) -> HttpResponse:
    """Somebody holds a role, from today or a later day on."""
    actor: Any = request.user
    found, roles = find_person(actor, pk), roles_to_admit(actor)
    if found is None or not roles:
        raise Http404
    places, teams = (
        list(places_within(actor)),
        list(teams_visible_to(actor).filter(same_as__isnull=True).order_by("name")),
    )

    def do(given: Mapping[str, Any]) -> Any:
        first, last = day(given, "valid_from"), day(given, "valid_to")
        place = Organisation.objects.filter(pk=key_of(given.get("organisation"))).first()
        team = Team.objects.select_related("guided_by").filter(pk=key_of(given.get("team"))).first()
        if place is None and team is None:
            raise Refused([Refusal("scope", gettext("请选一个组织或一个团队，只选一个。"), at="organisation")])
        role = given["role"]
        return grant(found, role, actor=actor, organisation=place, team=team, valid_from=first, valid_to=last)

    title = gettext("授予身份：%(person)s") % {"person": found}
    back = reverse("person", args=[pk])
    asks = grant_asks(roles, places, teams)
    return asking(request, title, asks, do, back=back, button=gettext("授予"), said=gettext("已授予。"))


@require_http_methods(["GET", "HEAD", "POST"])
@looked_at
def end_role(request: HttpRequest, pk: int) -> HttpResponse:
    """A role is no longer held from today on."""
    actor: Any = request.user
    found = find_grant(actor, pk)
    if found is None or may_grant(actor, found.person, found.role, found.organisation, found.team):
        raise Http404
    words = {"person": found.person, "role": found.get_role_display()}
    return asking(
        request,
        gettext("结束身份：%(person)s的“%(role)s”") % words,
        END,
        lambda given: end(found, actor=actor, reason=given.get("reason", "")),
        back=reverse("person", args=[found.person_id]),
        button=gettext("从今天起结束"),
        said=gettext("已结束。"),
        lead=gettext("%(place)s。结束后，等这个身份办的事由同身份的其他人接着办。")
        % {"place": found.team or found.organisation},
    )


@require_http_methods(["GET", "HEAD", "POST"])
@looked_at
def handover(request: HttpRequest, pk: int) -> HttpResponse:
    """The guiding Red Cross offers a team to another."""
    actor: Any = request.user
    found = find_team(actor, pk)
    if found is None or may_move_team(actor, found.guided_by):
        raise Http404

    def do(given: Mapping[str, Any]) -> Any:
        receiving = Organisation.objects.get(pk=key_of(given["receiving"]))
        return offer_team(found, receiving, given["reason"], actor=actor)

    return asking(
        request,
        gettext("移交团队：%(team)s") % {"team": found},
        handover_asks(guides(found)),
        do,
        back=reverse("team", args=[pk]),
        button=gettext("送对方确认"),
        said=gettext("已送对方确认。对方接收后，团队才改由对方指导。"),
        lead=gettext("要两个人办：您提出，接收方的经办或负责人确认。"),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@looked_at
def handover_answer(request: HttpRequest, pk: int) -> HttpResponse:
    """The other side takes the team or does not; the asking side may withdraw, and whoever asked may look."""
    actor: Any = request.user
    found = find_handover(actor, pk)
    if found is None:
        raise Http404
    theirs = may_move_team(actor, found.receiving) is None
    ours = may_move_team(actor, found.giving) is None
    answers = [HandoverAnswer.TAKEN, HandoverAnswer.REFUSED] if theirs else [HandoverAnswer.WITHDRAWN] if ours else []
    chosen = request.POST.get("answer", "")
    context = {"handover": found, "theirs": theirs, "answers": [] if found.answer else answers}
    trouble: Trouble | None = None
    if request.method == "POST" and chosen in answers:
        reason = request.POST.get("reason", "")
        _made, trouble = attempt(lambda: (answer_team(found, chosen, actor=actor, reason=reason), True))
        if trouble is None:
            messages.success(request, str(HandoverAnswer(chosen).label))
            return redirect("handover_answer", pk)
    form = AskForm(ANSWER, record=None, actor=actor, data=request.POST if request.method == "POST" else None)
    if trouble:
        form.is_valid()
        at_fields(trouble, form)
    url = request.build_absolute_uri(reverse("handover_answer", args=[pk]))
    words = task_message(gettext("确认团队移交"), found.team, None, url) if ours and not found.answer else ""
    context |= {"form": form, "trouble": trouble, "message": words}
    status = trouble.status if trouble else 200
    return render(request, "grants/desk/handover.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@looked_at
def merge_organisation(request: HttpRequest, pk: int) -> HttpResponse:
    """The administrator merges an organisation into another of its level, by the official document."""
    actor: Any = request.user
    found = find_organisation(actor, pk)
    if found is None or found.valid_to is not None or not holds(actor, Role.SYSADMIN):
        raise Http404

    def do(given: Mapping[str, Any]) -> Any:
        if not given.get("sure"):
            raise Refused([Refusal("sure", gettext("请确认已核对撤并文件。"), at="sure")])
        into = Organisation.objects.get(pk=key_of(given["into"]))
        return merge(found, into, dt.date.fromisoformat(given["on"]), actor=actor, paper=given["paper"])

    weight = gettext("随它一起转过去：%(teams)s支团队、%(roles)s个身份、%(below)s个基层组织。")
    left = gettext(
        "这里还有%(projects)s个在办项目，不会自己跟过去：撤并以后，由省级项目管理员在这个组织的页上一起转隶，逐个留痕。"
    )
    counts = weight_of(found)
    return asking(
        request,
        gettext("撤并：%(place)s") % {"place": found},
        merge_asks(same_level(found)),
        do,
        back=reverse("organisation", args=[pk]),
        button=gettext("撤并"),
        said=gettext("已撤并。"),
        lead=(weight + (left if counts["projects"] else gettext("这里没有在办的项目。"))) % counts,
    )
