"""代填: an officer begins to write for a team at its leader's word, hands the application to the leader, or ends it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from grants.applications.dictating import end_dictation, hand_to_leader, may_write_for, write_for
from grants.desk.forms.beginnings import dictation_asks
from grants.desk.queries.beginnings import leaders_of, open_rounds
from grants.desk.queries.people import find_team
from grants.desk.queries.records import find
from grants.desk.views.asking import asking
from grants.desk.views.attempts import attempt
from grants.desk.views.looking import looked_at
from workflow.refusals import Refusal, Refused


@require_http_methods(["GET", "HEAD", "POST"])
@looked_at
def write_for_team(request: HttpRequest, pk: int) -> HttpResponse:
    """In which round, for which leader, and how that leader asked for it; then the application's task list."""
    actor: Any = request.user
    team = find_team(actor, pk)
    if team is None or may_write_for(actor, team):
        raise Http404
    rounds, leaders = open_rounds(actor), leaders_of(team)

    def do(given: Mapping[str, Any]) -> Any:
        round_ = next((one for one in rounds if str(one.pk) == given["round"]), None)
        leader = next((one for one in leaders if str(one.pk) == given["leader"]), None)
        if round_ is None or leader is None:
            raise Refused([Refusal("choice", gettext("请重新选择。"), at="leader")])
        made = write_for(round_, team, leader, given["asked"], actor=actor)
        messages.success(request, gettext("已通知负责人。填好以后，在这一页交负责人核对。"))
        return redirect("project_form", made.project_id)

    lead = gettext("负责人会马上收到通知，随时可以结束代填。您只是代笔：核对、承诺和提交由负责人本人办理。")
    if not rounds:
        lead = gettext("现在没有正在接受申报的轮次，不能代填。")
    elif not leaders:
        lead = gettext("这支团队还没有负责人账号。请先邀请负责人，再代填。")
    return asking(
        request,
        gettext("代填申报书：%(team)s") % {"team": team},
        dictation_asks(rounds, leaders),
        do,
        back=reverse("team", args=[pk]),
        button=gettext("开始代填"),
        said="",
        under=team.name,
        lead=lead,
    )


@require_http_methods(["POST"])
def dictation(request: HttpRequest, pk: int) -> HttpResponse:
    """The writer hands the application to its leader, or one of the two ends the writing."""
    project = find("project", pk, request.user)
    if project is None:
        raise Http404
    actor: Any = request.user
    ends = "end" in request.POST
    _done, trouble = attempt(lambda: (end_dictation if ends else hand_to_leader)(project, actor=actor))
    if trouble:
        messages.error(request, trouble.reasons[0].message if trouble.reasons else trouble.headline)
    elif ends:
        messages.success(request, gettext("代填已结束，填好的都在。"))
    else:
        messages.success(request, gettext("已请%(leader)s核对并提交。") % {"leader": project.leader})
    still = find("project", pk, request.user)
    return redirect("project_form", pk) if still else redirect("team", project.team_id)
