"""Two editors of one running project: its report, a change, its acceptance, a voucher, a check."""

from __future__ import annotations

from typing import Any

import pytest

from grants.closeout.commands import save_report
from grants.closeout.models import CompletionReport
from grants.desk.commands import act
from grants.implementation.commands import draft_change
from tests.grants.desk.test_publicity import scan
from tests.grants.desk.visiting import Visitor, choices, text
from tests.grants.running import World, made, world
from tests.grants.settlement.acts import decide, file
from workflow.lifecycle import ProjectState as S

__all__ = ["made", "world"]
Typed = dict[str, Any]


# The closeout report ---------------------------------------------------------------------------------------------


def report(world: World) -> Typed:
    """What the leader has before them, with their own summary; a colleague saves another, and one figure, after it."""
    world.is_in(S.CLOSEOUT_DUE)
    save_report(world.project, actor=world.team_leader, summary="初稿", goals=GOALS, lessons="无")
    seen = Visitor(world.team_leader).hidden("project_report", world.project.pk) | {
        "summary": "我的总结",
        "lessons": "无",
    }
    seen |= {"goals-rows": "2", "deed": ""}
    for n, (code, target, actual) in enumerate((("activities", 12, 10), ("trained", 480, 470))):
        seen |= {f"goals-{n}-indicator": code, f"goals-{n}-target": target, f"goals-{n}-actual": actual}
    theirs = [GOALS[0], GOALS[1] | {"actual": 480}]
    save_report(world.project, actor=world.applicant, summary="同事的总结", goals=theirs, lessons="同事的体会")
    return seen


GOALS: list[Typed] = [
    {"indicator": "activities", "target": 12, "actual": 12},
    {"indicator": "trained", "target": 480, "actual": 470},
]


def test_two_on_a_report_see_both_and_what_only_one_changed_is_joined(world: World):
    visitor, sent = Visitor(world.team_leader), report(world)
    answer = visitor.post("project_report", world.project.pk, **sent, status=409)
    for words in ("我的总结", "同事的总结", "李婷婷于", "只有对方改过、不用选的：", "同事的体会</textarea>"):
        assert words in text(answer), words
    assert set(choices(answer)) == {"keep-summary"}
    saved = CompletionReport.objects.get()
    assert (saved.summary, saved.lessons) == ("同事的总结", "同事的体会")
    assert [goal["actual"] for goal in saved.goals] == [10, 480]


@pytest.mark.parametrize(
    ("whose", "summary"),
    [("mine", "我的总结"), ("theirs", "同事的总结"), ("both", "同事的总结\n\n我的总结")],
    ids=["mine", "theirs", "both"],
)
def test_the_choice_about_a_report_is_what_is_saved(world: World, whose: str, summary: str):
    visitor, sent = Visitor(world.team_leader), report(world)
    answer = visitor.post("project_report", world.project.pk, **sent, status=409)
    again = sent | visitor.carried(answer) | {"deed": "", "lessons": "同事的体会", "goals-1-actual": "480"}
    visitor.post(
        "project_report", world.project.pk, **(again | {"keep-summary": choices(answer)["keep-summary"][whose]})
    )
    saved = CompletionReport.objects.get()
    assert (saved.summary, saved.lessons, saved.goals[1]["actual"]) == (summary, "同事的体会", 480)


def test_saving_a_report_again_without_a_choice_overwrites_nobody(world: World):
    visitor, sent = Visitor(world.team_leader), report(world)
    answer = visitor.post("project_report", world.project.pk, **sent, status=409)
    visitor.post("project_report", world.project.pk, **(sent | visitor.carried(answer) | {"deed": ""}), status=409)
    assert CompletionReport.objects.get().summary == "同事的总结"


# A change request ------------------------------------------------------------------------------------------------


def test_two_on_a_change_request_see_both(world: World):
    change = draft_change(
        world.is_in(S.IN_PROGRESS),
        actor=world.team_leader,
        kind="period",
        after={"end_date": "2027-08-31"},
        reason="汛期。",
    )
    visitor = other_window = Visitor(world.team_leader)
    sent = visitor.hidden("rewrite_change", change.pk) | {"end_date": "2027-09-30", "reason": "汛期。"}
    other_window.send("rewrite_change", change.pk, end_date="2027-10-31", reason="汛期推迟两个月。")
    answer = visitor.post("rewrite_change", change.pk, **sent, status=409)
    for words in ("2027年9月30日", "2027年10月31日", "汛期推迟两个月。</textarea>"):
        assert words in text(answer), words
    again = sent | visitor.carried(answer) | {"reason": "汛期推迟两个月。"}
    visitor.post("rewrite_change", change.pk, **(again | {"keep-end_date": choices(answer)["keep-end_date"]["mine"]}))
    change.refresh_from_db()
    assert (change.after, change.reason) == ({"end_date": "2027-09-30"}, "汛期推迟两个月。")


# Deeds of a running project ------------------------------------------------------------------------------------------


def test_two_who_accept_one_closeout_are_both_told_and_no_word_is_lost(world: World):
    save_report(world.is_in(S.CLOSEOUT_DUE), actor=world.team_leader, summary="按计划完成。", goals=GOALS)
    world.is_in(S.CLOSEOUT_SUBMITTED)
    visitor, page = Visitor(world.county_officer), ("project_acceptance", world.project.pk)
    said: Typed = {"items": "第三场活动缺照片", "due_on": "2026-09-20"}
    sent = visitor.hidden(*page) | {"deed": "return_closeout"} | said
    world.does(world.officer, "return_closeout", items="缺签到表", due_on="2026-09-18")
    late = text(visitor.post(*page, **sent, status=409))
    for words in ("缺签到表", "第三场活动缺照片", "没有办成，可以复制留用"):
        assert words in late, words


def test_handing_in_a_report_that_a_colleague_has_just_changed_asks_first(world: World):
    save_report(world.is_in(S.CLOSEOUT_DUE), actor=world.team_leader, summary="按计划完成。", goals=GOALS)
    visitor = Visitor(world.team_leader)
    sent = visitor.hidden("project_report", world.project.pk) | {"deed": "submit_closeout", "evidence": scan()}
    world.project.refresh_from_db()
    save_report(world.project, actor=world.applicant, summary="同事改过。", goals=GOALS)
    answer = visitor.post("project_report", world.project.pk, **sent, status=409)
    for words in ("改过的内容", "<li>结题报告", "李婷婷", "已上传：公示.pdf"):
        assert words in text(answer), words


def test_two_who_decide_one_voucher_see_both_figures(world: World):
    world.is_paid()
    filed = file(world, 100_000)
    world.is_in(S.FINAL_ACCOUNTS)
    visitor, page = Visitor(world.finance_officer), ("voucher", world.project.pk, filed.number)
    sent = visitor.hidden(*page) | {"accepted_fen": "800.00", "cut_reason": "超出标准"}
    decide(world, filed, 90_000, "票面模糊")
    answer = visitor.post(*page, **sent, status=409)
    assert {"keep-accepted_fen", "keep-cut_reason"} == set(choices(answer))
    assert "900.00 元" in text(answer)
    assert 'value="800.00"' in text(answer)


def test_two_who_file_one_check_are_told(world: World):
    world.is_in(S.IN_PROGRESS)
    world.does(world.city_officer, "call_check", due_on="2026-09-15")
    check = world.project.checks.get()
    filled: Typed = {"progress": "按计划推进。", "activities_done": "0", "spent_fen": "0"}
    visitor = Visitor(world.team_leader)
    sent = visitor.hidden("check_page", check.pk) | {"deed": "file"} | filled | {"progress": "我写的进展"}
    act(
        check, "file", actor=world.team_leader, given={"progress": "同事写的进展", "activities_done": 0, "spent_fen": 0}
    )
    page = text(visitor.post("check_page", check.pk, **sent, status=409))
    for words in ("我写的进展", "同事写的进展", "没有办成，可以复制留用"):
        assert words in page, words
