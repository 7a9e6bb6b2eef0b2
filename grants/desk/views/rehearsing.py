"""A round's configuration rehearsed from its page, what it came to, and the notice by which the call goes out."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from grants.awards.enums import NoticeKind
from grants.desk.forms.asks import AskForm
from grants.desk.rehearsal.fates import SMALLEST
from grants.desk.setup import queries
from grants.desk.setup.commands import ask_for_rehearsal
from grants.desk.tables.setup import came_to
from grants.desk.views.attempts import Trouble, at_fields, attempt, incomplete
from grants.desk.views.deeds import Doing
from grants.desk.views.looking import looked_at
from grants.desk.views.setup import round_to_set_up, told_and_back
from grants.programmes.models import Round
from workflow import clock
from workflow.actions import Standing
from workflow.lifecycle import Role, RoundState
from workflow.ports import domain
from workflow.rules import Ask

HOW_MANY = Ask(
    "projects",
    _("用多少个申报项目演练"),
    "number",
    help=_("最少48个，每一种结局才都演得到；越多越久，48个大约要几分钟。"),
)
NOTICE_TEXT = Ask(
    "text",
    _("通知正文"),
    "longtext",
    help=_("和印发的通知一字不差；发布后对外公布。表格和附件放在扫描件里。"),
    required=False,
)


@require_http_methods(["GET", "HEAD", "POST"])
@looked_at
def round_rehearsal(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for a rehearsal of the version in force, see how far it is and what it came to, and put that on record."""
    found = round_to_set_up(request, pk)
    standing = Standing(found, request.user)
    may = Role.PROGRAMME_OFFICER in domain().roles(request.user, found) and found.state == RoundState.PLANNING
    digest = found.configuration.digest if found.configuration else ""
    doing = Doing(request, found, "record_rehearsal", known=standing, fixed={"digest": digest})
    if answer := doing.answer(lambda: reverse("round_setup", args=[pk])):
        return answer
    asked = may and request.method == "POST" and "ask" in request.POST
    form = AskForm(
        (HOW_MANY,),
        record=found,
        actor=request.user,
        data=request.POST if asked else None,
        initial={"projects": SMALLEST},
    )
    trouble = doing.trouble
    if asked:
        made, trouble = _asked(found, form, request.user)
        if made:
            return told_and_back(request, gettext("演练已经开始，可以离开这一页。"), "round_rehearsal", pk)
    run = queries.rehearsal_of(found.configuration)
    context = {
        "round": found,
        "record": found,
        "form": form,
        "doing": doing,
        "run": run,
        "told": came_to(run) if run else None,
        "registered": found.rehearsed_digest == digest,
        "may": may,
        "rows": queries.rehearsals(found),
        "trouble": trouble,
    }
    return render(request, "grants/desk/setup/rehearsal.html", context, status=trouble.status if trouble else 200)


def _asked(round_: Round, form: AskForm, actor: Any) -> tuple[Any, Trouble | None]:
    if not form.is_valid():
        return None, incomplete()
    made, trouble = attempt(lambda: ask_for_rehearsal(round_, actor=actor, projects=form.given()["projects"]))
    return made, at_fields(trouble, form) if trouble else None


@require_http_methods(["GET", "HEAD", "POST"])
@looked_at
def round_call(request: HttpRequest, pk: int) -> HttpResponse:
    """The notice by which the call goes out, written and put on record; then the way to publishing it."""
    found = round_to_set_up(request, pk)
    doing = Doing(
        request,
        found,
        "issue_notice",
        initial={
            "issued_on": clock.today().isoformat(),
            "title": gettext("关于组织申报%(round)s的通知") % {"round": found},
        },
        fixed={"kind": NoticeKind.CALL.value},
        shape=_of_call,
    )
    if answer := doing.answer(lambda: reverse("round_call", args=[pk])):
        return answer
    trouble = doing.trouble
    context = {
        "round": found,
        "record": found,
        "doing": doing,
        "form": doing.form,
        "calls": queries.calls(found),
        "open": found.state == RoundState.PLANNING,
        "published": queries.published(found),
        "trouble": trouble,
    }
    return render(request, "grants/desk/setup/call.html", context, status=trouble.status if trouble else 200)


def _of_call(asks: tuple[Ask, ...]) -> tuple[Ask, ...]:
    """A call has a text to publish and no day on which a publicity ends."""
    found = []
    for ask in asks:
        if ask.name == "notice_file":
            found += [NOTICE_TEXT, replace(ask, help=_("印发的通知连同附件，扫成一个文件。"))]
        elif ask.name != "ends_on":
            found.append(ask)
    return tuple(found)
