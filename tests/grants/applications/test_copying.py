"""A draft begins with what the register knows, and may take what the team wrote last time."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from grants.applications.commands import copy_last, look_over, save_budget, save_form
from grants.applications.models import Project
from grants.applications.queries import budget_lines
from grants.desk.commands import act
from grants.people.models import User
from tests.cast import Cast
from tests.factories import CALL, a_complete_draft, a_draft, an_open_round, answers, on
from tests.factories import budget_lines as lines
from tests.grants.desk.visiting import Visitor, text
from workflow import clock
from workflow.refusals import Refused

PAGES = ("project", "served", "need", "activities", "indicators", "team", "budget")


def after_a_first(cast: Cast) -> Project:
    """The team handed an application in weeks ago, and begins another one in the next round."""
    with clock.held(CALL - dt.timedelta(days=40)):
        an_open_round(cast, year=2025)
        act(a_complete_draft(cast), "submit", actor=cast.team_leader)
    an_open_round(cast)
    return a_draft(cast)


def first(cast: Cast) -> Project:
    return Project.objects.filter(team=cast.team).earliest("pk")


def copied(project: Project, cast: Cast, *pages: str) -> Project:
    copy_last(project, pages or PAGES, actor=cast.team_leader)
    project.refresh_from_db()
    return project


def test_a_draft_begins_with_what_the_register_knows(cast: Cast):
    User.objects.filter(pk=cast.team_leader.pk).update(mobile="+8613800000001")
    cast.team_leader.refresh_from_db()

    assert a_draft(cast).form == {"contact_name": "周明", "contact_mobile": "13800000001"}


def test_every_answer_of_last_time_may_be_copied_but_those_of_one_round(cast: Cast):
    project = copied(after_a_first(cast), cast)
    told = answers()

    assert (project.title, project.field, project.form["need"]) == (told["title"], told["field"], told["need"])
    assert project.form["activities"] == first(cast).form["activities"]
    assert (project.start_date, project.end_date, project.committed_on) == (None, None, None)
    assert [line.item for line in budget_lines(project)] == [line["item"] for line in lines()]
    assert project.requested_fen == 2_500_000


def test_what_is_typed_is_never_overwritten(cast: Cast):
    project = after_a_first(cast)
    save_form(project, actor=cast.applicant, title="今年的新名字", minors=False)
    own = [{**lines()[0], "item": "今年的折页"}]
    save_budget(project, own, actor=cast.applicant)
    project = copied(project, cast)

    assert (project.title, project.form["contact_name"]) == ("今年的新名字", "周明")
    assert [line.item for line in budget_lines(project)] == ["今年的折页"]
    assert not {"title", "contact_name", "minors", "budget"} & set(project.copied)


def test_only_the_pages_that_were_chosen_are_copied(cast: Cast):
    project = copied(after_a_first(cast), cast, "need")

    assert set(project.copied) == {"need", "feature"}
    assert (project.title, list(budget_lines(project))) == ("", [])


def test_a_second_press_changes_nothing(cast: Cast):
    project = copied(after_a_first(cast), cast)
    version = project.version

    assert copy_last(project, PAGES, actor=cast.team_leader) == 0
    project.refresh_from_db()
    assert project.version == version


def test_what_was_copied_is_marked_until_it_is_changed_or_looked_at(cast: Cast):
    project = copied(after_a_first(cast), cast, "need", "budget")
    assert project.copied == dict.fromkeys(("need", "feature", "budget"), first(cast).number)

    save_form(project, actor=cast.applicant, need="今年重新走访过。", feature=project.form["feature"])
    assert set(project.copied) == {"feature", "budget"}
    look_over(project, ["feature"], actor=cast.applicant)
    assert set(project.copied) == {"budget"}
    save_budget(project, lines()[:1], actor=cast.applicant)
    project.refresh_from_db()
    assert project.copied == {}


@pytest.mark.parametrize("who", ["county_officer", "stranger"])
def test_nobody_else_copies(cast: Cast, who: str):
    with pytest.raises(Refused, match="由申报团队填写"):
        copy_last(after_a_first(cast), PAGES, actor=getattr(cast, who))


def test_there_is_nothing_to_copy_without_a_last_time(cast: Cast):
    with pytest.raises(Refused, match="没有上次的申报书"):
        copy_last(a_draft(cast), PAGES, actor=cast.team_leader)


# On the pages -----------------------------------------------------------------------------------------------


def marks_on(visitor: Visitor, *page: Any) -> bool:
    return "从上次的申报书复制来的" in visitor.open(*page)


def test_a_leader_copies_from_the_list_and_looks_at_every_page(cast: Cast):
    project = after_a_first(cast)
    leader = Visitor(cast.team_leader)
    assert "复制上次的申报书" in leader.open("project_form", project.pk)
    page = leader.open("project_copy", project.pk)
    assert first(cast).number in page
    assert "区卫健局 2025 年数据" in page

    leader.send("project_copy", project.pk, page=["need", "activities", "budget"])
    assert "复制来的，还没有看过" in leader.open("project_form", project.pk)
    assert marks_on(leader, "project_part", project.pk, "need")
    leader.send("project_part", project.pk, "need", need=answers()["need"], feature=answers()["feature"])
    assert not marks_on(leader, "project_part", project.pk, "need")
    for name, *rest in (("project_part", "activities"), ("project_budget",)):
        assert marks_on(leader, name, project.pk, *rest)
        leader.post(name, project.pk, *rest, seen="1")
        assert not marks_on(leader, name, project.pk, *rest)
    assert "还没有看过" not in leader.open("project_form", project.pk)


def test_saving_by_itself_is_not_looking(cast: Cast):
    project = copied(after_a_first(cast), cast, "need")
    leader = Visitor(cast.team_leader)
    typed = leader.hidden("project_part", project.pk, "need") | {"need": "改了", "feature": answers()["feature"]}
    leader.client.post(f"/projects/{project.pk}/form/need/", typed, headers={"HX-Request": "true"})
    project.refresh_from_db()

    assert set(project.copied) == {"feature"}


def test_without_a_choice_the_page_says_what_to_do(cast: Cast):
    project = after_a_first(cast)
    answer = Visitor(cast.team_leader).post("project_copy", project.pk, status=422)

    assert "先勾选要复制哪几页" in text(answer)
    assert Project.objects.get(pk=project.pk).copied == {}


def test_the_page_is_the_teams_alone_and_only_for_a_draft_after_another(cast: Cast):
    project = after_a_first(cast)
    Visitor(cast.applicant).open("project_copy", project.pk)
    for person in (cast.officer, cast.county_officer, cast.stranger):
        Visitor(person).open("project_copy", project.pk, status=404)
    Visitor(cast.team_leader).open("project_copy", first(cast).pk, status=404)
    with on(2026, 3, 3):
        assert "复制上次的申报书" not in Visitor(cast.team_leader).open("project_form", first(cast).pk)
