"""Asking a department and answering for it: both once, both for good."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext

from grants.applications.models import Project
from grants.people.models import Organisation
from grants.people.queries import holds, own_teams
from grants.reviews.models import Assignment
from grants.reviews.opinions.enums import Stance
from grants.reviews.opinions.models import DepartmentOpinion, OpinionRequest
from grants.reviews.opinions.queries import ANSWERABLE, ASKABLE, departments, departments_of, staffed, unanswered
from workflow import clock
from workflow.actions import command, lock
from workflow.lifecycle import Role
from workflow.outbox import post
from workflow.refusals import Refusal, Refused

TOPIC = "opinion"
ASKED, ANSWERED, REMINDED, OVER = "asked", "answered", "reminded", "over"
"""What people are told of a request."""
FUTURE = dt.timedelta(days=60)
"""The longest time to answer."""
LONGEST = 2000
BEFORE = (1, 3)
"""So many days before the day of answering a department is reminded, where it was asked earlier than that."""


@command
def ask_opinion(
    project: Project, department: Organisation, until: dt.date | None, question: str = "", *, actor: Any
) -> OpinionRequest:
    """The department is asked for its opinion on the project until the end of that day, and its people learn of it.

    Asking the same department again answers the first request. Nothing waits for the answer. Raises Refused: not the
    officer's, a project past its review or of one's own team, a department that is none or has nobody, no such day.
    """
    locked, now = lock(project), clock.now()
    before = OpinionRequest.objects.filter(project=locked.pk, department=department.pk).first()
    ends = dt.datetime.combine(until, dt.time(23, 59), tzinfo=clock.SHANGHAI) if until else now
    if reasons := list(_against_asking(locked, department, ends, now, actor)):
        raise Refused(reasons)
    if before is not None:
        return before
    facts: dict[str, Any] = {"question": question.strip()[:400], "asked_by": actor, "at": now, "due_at": ends}
    made = OpinionRequest.objects.create(project=locked, department=department, **facts)
    _tell(made, ASKED)
    return made


def _against_asking(
    project: Project, department: Organisation, ends: dt.datetime, now: dt.datetime, actor: Any
) -> Iterator[Refusal]:
    if not holds(actor, Role.PROGRAMME_OFFICER):
        yield Refusal("not_yours", gettext("这一步由省级项目管理员办理。"))
    if project.team_id in own_teams(actor):
        yield Refusal("own_team", gettext("这是您自己团队的项目，请别的经办人征求意见。"))
    if project.state not in ASKABLE:
        yield Refusal("too_late", gettext("评审已经结束或还没有上报到省里，现在不能征求业务意见。"))
    if not departments().filter(pk=department.pk).exists():
        yield Refusal("department", gettext("请选择一个职能处室。"), at="department")
    elif department.pk not in staffed():
        message = gettext("“%(name)s”还没有业务人员，请系统管理员先授予身份。")
        yield Refusal("nobody", message % {"name": department.short_name}, at="department")
    if not now < ends <= now + FUTURE:
        yield Refusal("until", gettext("答复期限请写今天以后、60天以内的日期。"), at="until")


@command
def give_opinion(request: OpinionRequest, stance: str, text: str, *, actor: Any) -> DepartmentOpinion:
    """The department has answered, and whoever asked learns of it; an answer after its day counts and is shown as late.

    The same answer again is the first one. Raises Refused: not one's department, asked by oneself, one's own team, a
    seat among the project's reviewers, answered otherwise before, decided meanwhile, no words.
    """
    project = lock(request.project)
    before = DepartmentOpinion.objects.filter(request=request.pk).first()
    words = text.strip()[:LONGEST]
    if before is not None and (before.stance, before.text, before.by_id) == (stance, words, actor.pk):
        return before
    if before is not None:
        raise Refused([Refusal("answered", gettext("%(who)s已经代本处室答复过。") % {"who": before.by})])
    if reasons := list(_against_answer(request, project, stance, words, actor)):
        raise Refused(reasons)
    made = DepartmentOpinion.objects.create(request=request, stance=stance, text=words, by=actor, at=clock.now())
    _tell(request, ANSWERED)
    return made


def _against_answer(
    request: OpinionRequest, project: Project, stance: str, words: str, actor: Any
) -> Iterator[Refusal]:
    if request.department_id not in departments_of(actor):
        yield Refusal("not_yours", gettext("这份征求意见不是发给您所在处室的。"))
    if request.asked_by_id == actor.pk:
        yield Refusal("two_people", gettext("征求意见和答复意见不能是同一个人。"))
    if project.team_id in own_teams(actor):
        yield Refusal("own_team", gettext("这是您自己团队的项目，请处室里别的同事答复。"))
    if Assignment.objects.filter(project=project.pk, reviewer=actor.pk, left_at__isnull=True).exists():
        yield Refusal("reviewer", gettext("您是这个项目的评审专家，请处室里别的同事答复。"))
    if project.state not in ANSWERABLE:
        yield Refusal("too_late", gettext("这个项目已经审定，不用再答复。"))
    if stance not in Stance.values:
        yield Refusal("stance", gettext("请选择支持、支持但有建议，或者有保留意见。"), at="stance")
    if not words:
        yield Refusal("text", gettext("请写明业务意见。"), at="text")


@command
def remind_departments(*, actor: Any) -> int:
    """Departments that have not answered are reminded; whoever asked learns that none came. Each once.

    Three days before their day, one day before, and after it. -> how many requests call for it.
    """
    told = 0
    for one, left in unanswered():
        mark = next((mark for mark in BEFORE if left <= mark), None)
        if left < 0:
            _tell(one, OVER)
        elif mark and (one.due_at - one.at).days > mark:
            _tell(one, REMINDED, f"-{mark}")
        else:
            continue
        told += 1
    return told


def _tell(request: OpinionRequest, event: str, mark: str = "") -> None:
    post(TOPIC, {f"{TOPIC}:{request.pk}:{event}{mark}": {"request": request.pk, "event": event, "mark": mark}})
