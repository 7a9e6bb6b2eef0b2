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
from workflow.refusals import Refusal, Refused, Stale

LONGEST = 5000


@command
def save_sheet(
    project: Project,
    halves: Mapping[str, Any],
    comment: str,
    *,
    actor: Any,
    reason: str = "",
    version: int | None = None,
) -> ScoreSheet:
    """The reviewer's sheet holds these half points and this comment, finished or not; the project is untouched.

    `reason` is why a score that was handed in is to change; `version` is the sheet that was looked at, 0 for none.
    Marks of other criteria, and those out of bounds, are left out. Raises Refused: no seat, not declared, not now;
    Stale where the sheet was written meanwhile.
    """
    locked = lock(project)
    seat = Assignment.objects.filter(project=locked.pk, reviewer=actor.pk, left_at__isnull=True).first()
    if seat is None:
        raise Refused([Refusal("no_seat", gettext("这个项目没有分配给您评审。"))])
    if seat.declared_at is None:
        raise Refused([Refusal("not_declared", gettext("请先声明与本项目没有利益冲突，再评分；有冲突的请选择回避。"))])
    if locked.state != ProjectState.UNDER_REVIEW:
        raise Refused([Refusal("wrong_state", gettext("现在是“%(state)s”，不能评分。") % {"state": locked.label})])
    found = ScoreSheet.objects.filter(assignment=seat).first()
    now = found.version if found else 0
    if version is not None and version != now:
        raise Stale([Refusal("sheet_stale", gettext("另一个窗口刚保存过这份评分，请先看一看。"))])
    most = {one.code: 2 * one.weight for one in rubric_of(locked).scored}
    kept = {
        code: mark for code, mark in halves.items() if code in most and type(mark) is int and 0 <= mark <= most[code]
    }
    sheet = found or ScoreSheet(assignment=seat)
    sheet.halves, sheet.comment, sheet.reason = kept, comment[:LONGEST], reason[:LONGEST]
    sheet.version, sheet.saved_at = now + 1, clock.now()
    sheet.save()
    return sheet
