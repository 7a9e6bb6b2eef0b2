"""A running project on its pages: a change is drafted, rewritten and filed; the report is written."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

import pytest

from grants.closeout.commands import save_report
from grants.closeout.models import CompletionReport
from grants.desk.commands import act
from grants.implementation.enums import ChangeKind
from grants.implementation.models import ChangeRequest
from tests.grants.desk.visiting import Visitor
from tests.grants.running import World, made, world
from workflow.lifecycle import ChangeState, ProjectState

__all__ = ["made", "world"]


@pytest.mark.parametrize("kind", ChangeKind.values)
def test_every_kind_of_change_has_its_form(world: World, kind: str):
    page = Visitor(world.team_leader).open("new_change", world.project.pk, query=f"?kind={kind}")
    assert 'name="reason"' in page


def test_a_change_is_drafted_rewritten_and_filed(world: World):
    visitor = Visitor(world.team_leader)
    typed = {"end_date": "2027-08-31", "reason": "汛期推迟。"}
    visitor.client.post(f"/projects/{world.project.pk}/change/?kind=period", typed)
    change = ChangeRequest.objects.get()
    visitor.send("rewrite_change", change.pk, end_date="2027-09-30", reason="汛期推迟。")
    visitor.send("move", "change_request", change.pk, "file_change")
    change.refresh_from_db()
    assert (change.state, change.after) == (ChangeState.FILED, {"end_date": "2027-09-30"})


def test_the_page_of_a_change_tells_before_and_after(world: World):
    visitor = Visitor(world.team_leader)
    typed = {"end_date": "2027-08-31", "reason": "汛期推迟。"}
    visitor.client.post(f"/projects/{world.project.pk}/change/?kind=period", typed)
    page = visitor.open("record", "change_request", ChangeRequest.objects.get().pk)
    for words in ("2027年7月31日", "2027年8月31日", "汛期推迟。", "修改变更申请"):
        assert words in page


class Typed(HTMLParser):
    """What the fields of a page hold, as the browser would send them back."""

    def __init__(self) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}
        self.open = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An input, a list to open, one of its choices."""
        known = {name: value or "" for name, value in attrs}
        if tag == "select":
            self.open = known["name"]
        elif tag == "option" and "selected" in known:
            self.fields[self.open] = known["value"]
        elif tag == "input" and "name" in known:
            self.fields[known["name"]] = known.get("value", "")


def rows_on(page: str, name: str) -> dict[str, str]:
    """What the table of a page holds."""
    parser = Typed()
    parser.feed(page)
    return {field: value for field, value in parser.fields.items() if field.startswith(f"{name}-")}


def test_a_plan_is_changed_from_what_it_is_and_nothing_unasked_is_lost(world: World):
    leader, officer = Visitor(world.team_leader), Visitor(world.officer)
    plan = world.project.form["activities"]
    page = leader.open("new_change", world.project.pk, query="?kind=activities")
    typed = rows_on(page, "activities")
    assert typed["activities-0-name"] == plan[0]["name"]
    typed |= {"activities-0-times": "9", "activities-1-place": "", "reason": "场次不够。"}
    leader.client.post(f"/projects/{world.project.pk}/change/?kind=activities", typed)
    change = ChangeRequest.objects.get()
    without = {name: value for name, value in plan[1].items() if name != "place"}
    assert change.after == {"activities": [{**plan[0], "times": 9}, without, plan[2]]}

    act(change, "file_change", actor=world.team_leader)
    for told in (
        officer.open("record", "change_request", change.pk),
        officer.open("move", "change_request", change.pk, "approve_change"),
    ):
        assert "<del>4</del> → <ins>9</ins>" in told
        assert "（空着）" in told
        assert plan[2]["name"] not in told.split("要改成什么样")[1].split("</section></section>")[0]
    act(change, "approve_change", actor=world.officer)
    world.project.refresh_from_db()
    assert world.project.form["activities"] == [{**plan[0], "times": 9}, without, plan[2]]


def test_goals_and_budgets_begin_with_what_stands(world: World):
    leader = Visitor(world.team_leader)
    goals = rows_on(leader.open("new_change", world.project.pk, query="?kind=goals"), "indicators")
    assert (goals["indicators-1-indicator"], goals["indicators-1-target"]) == ("trained", "480")
    lines = rows_on(leader.open("new_change", world.project.pk, query="?kind=budget"), "lines")
    assert lines["lines-0-item"]


def test_a_report_is_saved_and_begins_with_what_was_promised(world: World):
    world.is_in(ProjectState.CLOSEOUT_DUE)
    visitor = Visitor(world.team_leader)
    assert 'value="480"' in visitor.open("project_report", world.project.pk)
    rows: dict[str, Any] = {"goals-rows": "1", "goals-0-indicator": "activities", "goals-0-target": "12"}
    visitor.send("project_report", world.project.pk, summary="按计划完成。", deed="", **rows)
    assert CompletionReport.objects.get().summary == "按计划完成。"


def test_the_running_project_shows_its_money_and_tranches(world: World):
    page = Visitor(world.team_leader).open("project", world.project.pk)
    for words in ("钱到哪了", "25,000.00 元", "实施期", "流程图"):
        assert words in page


def test_whoever_accepts_the_project_reads_its_report(world: World):
    world.is_in(ProjectState.CLOSEOUT_DUE)
    goals = [{"indicator": "activities", "target": 12, "actual": 12}]
    save_report(world.project, actor=world.team_leader, summary="按计划完成。", goals=goals)
    page = Visitor(world.officer).open("project_text", world.project.pk)
    for words in ("结题报告", "按计划完成。", "活动场次"):
        assert words in page
