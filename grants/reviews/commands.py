"""Keeping what a reviewer has filled in so far; handing it in is a move, through workflow.actions.take."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext

from grants.applications.models import Project
from grants.reviews.models import Assignment, ScoreSheet
from grants.reviews.queries import rubric_of
from workflow import clock
from workflow.actions import command, lock
from workflow.lifecycle import ProjectState
from workflow.refusals import Refusal, Refused

LONGEST = 5000


@command
def save_sheet(project: Project, halves: Mapping[str, Any], comment: str, *, actor: Any) -> ScoreSheet:
    """The reviewer's sheet holds these half points and this comment, finished or not; the project is untouched.

    Marks of other criteria, and those out of bounds, are left out. Raises Refused: no seat, not declared, not now.
    """
    locked = lock(project)
    seat = Assignment.objects.filter(project=locked.pk, reviewer=actor.pk, left_at__isnull=True).first()
    if seat is None:
        raise Refused([Refusal("no_seat", gettext("这个项目没有分配给您评审。"))])
    if seat.declared_at is None:
        raise Refused([Refusal("not_declared", gettext("请先声明与本项目没有利益冲突，再评分；有冲突的请选择回避。"))])
    if locked.state != ProjectState.UNDER_REVIEW:
        raise Refused([Refusal("wrong_state", gettext("现在是“%(state)s”，不能评分。") % {"state": locked.label})])
    most = {one.code: 2 * one.weight for one in rubric_of(locked).criteria}
    kept = {
        code: mark for code, mark in halves.items() if code in most and type(mark) is int and 0 <= mark <= most[code]
    }
    values = {"halves": kept, "comment": comment[:LONGEST], "saved_at": clock.now()}
    sheet, _new = ScoreSheet.objects.update_or_create(assignment=seat, defaults=values)
    return sheet
