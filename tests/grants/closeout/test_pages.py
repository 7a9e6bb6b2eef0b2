"""The report that is largely known already, and the acceptance beside it."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from grants.closeout.commands import save_report
from grants.desk.commands import act
from tests.factories import PDF
from tests.grants.desk.visiting import Visitor, text
from tests.grants.running import World, made, world
from workflow.lifecycle import ProjectState as S
from workflow.models import Proposal

__all__ = ["made", "world"]
PROMISED = (("activities", 12), ("trained", 480), ("hours", 288))
GOALS: list[dict[str, Any]] = [{"indicator": code, "target": n, "actual": n} for code, n in PROMISED]


def log(world: World, **changed: Any) -> None:
    """One activity of eight volunteers for three hours is in the log."""
    said = {"name": "社区救护课 1", "held_on": "2026-08-20", "place": "社区礼堂", "volunteers": 8}
    said |= {"minutes_each": 180, "served": 40, "cancelled": False}
    act(world.project, "log_activity", actor=world.team_leader, given=said | changed)


def test_the_report_begins_with_what_the_log_adds_up_to(world: World):
    world.is_in(S.IN_PROGRESS)
    log(world)
    world.is_in(S.CLOSEOUT_DUE)
    page = Visitor(world.team_leader).open("project_report", world.project.pk)
    for words in ('value="24"', "活动记录合计", "提交前要齐的四样", "还差：社区救护课 1"):
        assert words in page, words


def test_a_report_is_saved_and_then_handed_in_with_photos(world: World):
    world.is_in(S.CLOSEOUT_DUE)
    visitor = Visitor(world.team_leader)
    save_report(world.project, actor=world.team_leader, summary="按计划完成。", goals=GOALS)
    act(world.project, "declare_no_vouchers", actor=world.team_leader, given={"reason": "物资由商家赞助，没有花钱。"})
    world.project.refresh_from_db()
    photos = SimpleUploadedFile("活动照片.pdf", PDF + b"% photos\n", "application/pdf")
    form: dict[str, Any] = {"deed": "submit_closeout", "version": str(world.project.version), "key": "k1"}
    assert "请选择要上传的文件" in text(visitor.post("project_report", world.project.pk, status=422, **form))
    visitor.post("project_report", world.project.pk, **form, evidence=photos)
    world.project.refresh_from_db()
    assert world.project.state == S.CLOSEOUT_SUBMITTED


def handed_in(world: World) -> None:
    save_report(world.is_in(S.CLOSEOUT_DUE), actor=world.team_leader, summary="按计划完成。", goals=GOALS)
    world.is_in(S.CLOSEOUT_SUBMITTED)


def test_the_province_scores_beside_the_report_and_the_department_endorses(world: World):
    handed_in(world)
    visitor = Visitor(world.officer)
    page = visitor.open("project_acceptance", world.project.pk)
    for words in ("按计划完成。", "说好的和做到的", "打分，满分100", "退回整改"):
        assert words in page, words
    form: dict[str, Any] = {"deed": "accept", "opinion": ""}
    assert "请填写" in text(visitor.post("project_acceptance", world.project.pk, status=422, **form))
    assert not Proposal.objects.filter(move="accept").exists()


def test_the_county_returns_with_a_list_and_a_day_and_does_not_score(world: World):
    handed_in(world)
    visitor = Visitor(world.county_officer)
    page = visitor.open("project_acceptance", world.project.pk)
    assert "打分，满分" not in page
    world.project.refresh_from_db()
    form: dict[str, Any] = {"deed": "return_closeout", "version": str(world.project.version), "key": "k2"}
    visitor.post("project_acceptance", world.project.pk, **form, items="第三场活动缺照片", due_on="2026-09-20")
    world.project.refresh_from_db()
    assert world.project.state == S.CLOSEOUT_RETURNED


def test_before_anything_is_reported_there_is_nothing_to_accept(world: World):
    world.is_in(S.IN_PROGRESS)
    Visitor(world.officer).open("project_acceptance", world.project.pk, status=404)
