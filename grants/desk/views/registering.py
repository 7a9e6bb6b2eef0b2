"""Entering and correcting teams, entering, renaming and dissolving organisations: one form each."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from grants.applications.proving import confirm_proof, paper_of
from grants.desk.commands import dissolve_place
from grants.desk.forms.registering import (
    DISSOLVE,
    RENAME,
    SORTS,
    corrections_of,
    facts_of,
    known_of,
    new_organisation_asks,
    new_team_asks,
    team_asks,
    township_asks,
)
from grants.desk.papers import look
from grants.desk.queries.people import find_organisation, find_team, last_line, parents, places_within
from grants.desk.views.asking import asking
from grants.desk.views.letting_in import handed_over
from grants.desk.views.looking import looked_at
from grants.kernel.given import day, key_of
from grants.people.commands.register import correct_team as correct
from grants.people.commands.register import register_organisation as enter_organisation
from grants.people.commands.register import register_team as enter_team
from grants.people.commands.register import rename_organisation as rename
from grants.people.commands.townships import add_townships as add
from grants.people.enums import Level
from grants.people.models import Organisation
from grants.people.queries import names_under, province
from grants.people.registering import (
    may_add_townships,
    may_dissolve,
    may_register_team,
    registers_organisations,
    registers_teams,
)
from grants.people.seeding import lacking_townships
from workflow.command import new_key
from workflow.refusals import Refusal, Refused
from workflow.rules import Ask


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@looked_at
def register_team(request: HttpRequest) -> HttpResponse:
    """A team comes into the register, and its leader may be let in with it; `?at=` is the Red Cross that guides it."""
    actor: Any = request.user
    if not registers_teams(actor):
        raise Http404
    places = list(places_within(actor))
    at = request.GET.get("at", "") or (str(places[0].pk) if len(places) == 1 else "")

    def do(given: Mapping[str, Any]) -> HttpResponse:
        guide = Organisation.objects.get(pk=key_of(given["guided_by"]))
        let_in = {"leader": given.get("leader", ""), "mobile": given.get("mobile", "")}
        made = enter_team(facts_of(given), guide, actor=actor, key=request.POST.get("key") or None, **let_in)
        messages.success(request, gettext("已登记“%(team)s”。") % {"team": made.team})
        return handed_over(request, made.handed) if made.handed else redirect("team", made.team.pk)

    return asking(
        request,
        gettext("登记团队"),
        new_team_asks(places),
        do,
        back=reverse("organisations"),
        button=gettext("登记这支团队"),
        said="",
        initial={"guided_by": at},
        hidden={"key": new_key()},
        lead=gettext("志愿服务队先登记，再由负责人申报项目。有没有依法登记都可以。"),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@looked_at
def correct_team(request: HttpRequest, pk: int) -> HttpResponse:
    """What the register says of a team is put right; what stood there before is kept."""
    actor: Any = request.user
    found = find_team(actor, pk)
    if found is None or may_register_team(actor, found.guided_by):
        raise Http404

    def do(given: Mapping[str, Any]) -> None:
        seen = key_of(request.POST.get("seen")) or None
        correct(found, corrections_of(given), actor=actor, reason=given["reason"], seen=seen)

    return asking(
        request,
        gettext("更正团队资料：%(team)s") % {"team": found},
        team_asks(),
        do,
        back=reverse("team", args=[pk]),
        button=gettext("更正"),
        said=gettext("已更正。"),
        initial=known_of(found),
        hidden={"seen": last_line(found)},
        lead=gettext("改了什么、谁改的、为什么，都留在团队的页上。指导单位要换，用“移交”。"),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@looked_at
def confirm_team_proof(request: HttpRequest, pk: int) -> HttpResponse:
    """The Red Cross that guides a team says once a year that it has compared its paper of registration."""
    actor: Any = request.user
    found = find_team(actor, pk)
    paper = paper_of(found) if found else None
    if found is None or paper is None or may_register_team(actor, found.guided_by):
        raise Http404
    return asking(
        request,
        gettext("核对登记证明：%(team)s") % {"team": found},
        (Ask("compared", _("我已经对照原件看过这份证明，名称、编号、印章都对。"), "yes"),),
        lambda given: confirm_proof(found, request.POST.get("paper"), actor=actor, compared=bool(given["compared"])),
        back=reverse("team", args=[pk]),
        button=gettext("确认，一年有效"),
        said=gettext("已确认。一年里新的申报书会自动带上这份证明。"),
        hidden={"paper": str(paper.pk)},
        lead=gettext("要核对的是“%(name)s”，在项目的材料里看。确认以后一年里，团队新建的申报书自动带上它，不用再传。")
        % {"name": paper.document.name},
        links=[(gettext("看这份证明"), look(paper))],
    )


@require_http_methods(["GET", "HEAD", "POST"])
@looked_at
def register_organisation(request: HttpRequest) -> HttpResponse:
    """A university, hospital, unit, grass-roots body or new county comes into the tree; `?under=` is above it."""
    actor: Any = request.user
    if not registers_organisations(actor):
        raise Http404

    def do(given: Mapping[str, Any]) -> HttpResponse:
        level, kind = SORTS[given["sort"]]
        chosen = Organisation.objects.filter(pk=key_of(given.get("parent"))).first()
        parent = province() if level in {Level.DIRECT, Level.DEPARTMENT} else chosen
        if parent is None:
            raise Refused([Refusal("parent", gettext("请选上级红十字会。"), at="parent")])
        since = day(given, "valid_from")
        codes = {name: given.get(name, "") for name in ("division", "uscc", "checked")}
        name, short = given["name"], given.get("short_name", "")
        made = enter_organisation(name, short, level, parent, actor=actor, kind=kind, valid_from=since, **codes)
        messages.success(request, gettext("已登记“%(place)s”。") % {"place": made})
        return redirect("organisation", made.pk)

    return asking(
        request,
        gettext("登记组织"),
        new_organisation_asks(parents()),
        do,
        back=reverse("organisations"),
        button=gettext("登记这个组织"),
        said="",
        initial={"parent": request.GET.get("under", "")},
    )


@require_http_methods(["GET", "HEAD", "POST"])
@looked_at
def add_townships(request: HttpRequest, pk: int) -> HttpResponse:
    """The townships of a county come into the tree from the shipped list."""
    actor: Any = request.user
    county = find_organisation(actor, pk)
    if county is None or may_add_townships(actor, county):
        raise Http404
    known = names_under(county)
    lacking = lacking_townships(county, known)
    zones = lacking_townships(county, known | {one.name for one in lacking}, zones=True)

    def do(given: Mapping[str, Any]) -> HttpResponse:
        made = add(county, actor=actor, zones=bool(given.get("zones")))
        n = made.entered if made else 0
        said = ngettext("已加入%(n)s个乡镇、街道。", "已加入%(n)s个乡镇、街道。", n) if n else gettext("没有要加入的。")
        messages.success(request, said % {"n": n} if n else said)
        return redirect("organisation", pk)

    n = len(lacking)
    return asking(
        request,
        gettext("加入乡镇、街道：%(place)s") % {"place": county},
        township_asks(zones),
        do,
        back=reverse("organisation", args=[pk]),
        button=ngettext("加入这%(n)s个", "加入这%(n)s个", n) % {"n": n} if n else gettext("加入"),
        said="",
        lead=gettext("作为基层组织挂在下面，以后可以改名、撤销。名单截至 2023 年 6 月 30 日；已经登记过的不重复加入。"),
        under=county.short_name,
        points=[one.short_name for one in lacking],
        against=[] if lacking or zones else [Refusal("none", gettext("名单里的乡镇、街道都已经在这里了。"))],
    )


def _standing(request: HttpRequest, pk: int) -> Organisation:
    """An organisation that stands, before somebody who may rename and dissolve. Raises Http404."""
    found = find_organisation(request.user, pk) if registers_organisations(request.user) else None
    if found is None or found.valid_to is not None:
        raise Http404
    return found


@require_http_methods(["GET", "HEAD", "POST"])
@looked_at
def rename_organisation(request: HttpRequest, pk: int) -> HttpResponse:
    """An organisation bears another name, short name or code."""
    actor: Any = request.user
    found = _standing(request, pk)

    def do(given: Mapping[str, Any]) -> None:
        seen = key_of(request.POST.get("seen")) or None
        more = {name: given.get(name, "") for name in ("short_name", "uscc", "checked")}
        rename(found, given["name"], actor=actor, reason=given["reason"], seen=seen, **more)

    return asking(
        request,
        gettext("改名：%(place)s") % {"place": found},
        RENAME,
        do,
        back=reverse("organisation", args=[pk]),
        button=gettext("改名"),
        said=gettext("已改名。"),
        initial={"name": found.name, "short_name": found.short_name, "uscc": found.uscc},
        hidden={"seen": last_line(found)},
        lead=gettext("以前印出的文件不变，以后都用新名称。改了什么、谁改的、为什么，留在组织的页上。"),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@looked_at
def dissolve_organisation(request: HttpRequest, pk: int) -> HttpResponse:
    """An organisation ceases, with nobody in its place."""
    actor: Any = request.user
    found = _standing(request, pk)

    def do(given: Mapping[str, Any]) -> None:
        if not given.get("sure"):
            raise Refused([Refusal("sure", gettext("请确认已核对撤销文件。"), at="sure")])
        dissolve_place(found, dt.date.fromisoformat(given["last_day"]), actor=actor, reason=given["reason"])

    against = may_dissolve(found)
    return asking(
        request,
        gettext("撤销：%(place)s") % {"place": found},
        DISSOLVE,
        do,
        back=reverse("organisation", args=[pk]),
        button=gettext("撤销这个组织"),
        said=gettext("已撤销。"),
        against=[against] if against else [],
        look="warn",
        lead=gettext("没有谁承接它时才用这一页；有承接的用“撤并”，团队、身份和项目会有去处。"),
    )
