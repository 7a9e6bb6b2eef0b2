"""A reviewer's page: declaring first, seven marks and a comment, a draft that keeps itself, then the next project."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import reverse

from grants.applications.models import Project
from grants.desk.commands import act
from grants.programmes.queries import rules_of
from grants.reviews.commands import save_sheet
from grants.reviews.models import Score, ScoreSheet
from tests.cast import Cast
from tests.factories import on
from tests.grants.desk.visiting import Visitor, choices, text
from tests.journey_steps import COMMENT, marks, starting
from workflow.actions import Refused
from workflow.lifecycle import ProjectState as S


def typed(project: Project, **changed: Any) -> dict[str, Any]:
    """A whole sheet: four fifths of every criterion, as a reviewer types it."""
    criteria = rules_of(project.round).rubric.criteria
    return {item.code: str(item.weight * 4 // 5) for item in criteria} | {"comment": COMMENT} | changed


@pytest.fixture(autouse=True)
def in_review_time(cast: Cast) -> Iterator[None]:
    """Everything here happens on one day of the review."""
    with on(2026, 5, 25):
        yield


@pytest.fixture
def reviewer(cast: Cast, project: Project) -> Visitor:
    """The first reviewer, who has declared."""
    act(project, "declare_no_conflict", actor=cast.reviewers[0])
    return Visitor(cast.reviewers[0])


@starting(S.UNDER_REVIEW)
def test_declaring_comes_first(cast: Cast, project: Project):
    visitor = Visitor(cast.reviewers[0])
    page = visitor.open("scoring", project.pk)
    assert "先声明有没有利益冲突" in page
    assert "data-score" not in page
    visitor.post("scoring", project.pk, declare="1")
    assert page != visitor.open("scoring", project.pk)
    assert "data-score" in visitor.open("scoring", project.pk)


@starting(S.UNDER_REVIEW)
def test_seven_criteria_stand_with_hints_and_bands_beside_the_application(project: Project, reviewer: Visitor):
    page = reviewer.open("scoring", project.pk)
    assert page.count("data-score") == 7
    assert "满分20分" in page
    assert "17–20分" in page
    assert "12–16.5分" in page
    assert f'hx-get="{reverse("project_reader", args=[project.pk])}"' in page
    assert "已评0 / 1个" in page


@starting(S.UNDER_REVIEW)
def test_the_reader_of_a_reviewer_shows_no_telephone(project: Project, reviewer: Visitor):
    assert "13800000001" not in reviewer.open("project_reader", project.pk)


@starting(S.UNDER_REVIEW)
def test_a_sheet_keeps_itself_and_comes_back(cast: Cast, project: Project, reviewer: Visitor):
    url = reverse("scoring", args=[project.pk])
    answer = reviewer.client.post(url, {"need": "16.5", "comment": "需求清楚"}, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert "已自动保存" in text(answer)
    page = reviewer.open("scoring", project.pk)
    assert 'value="16.5"' in page
    assert "需求清楚" in page
    assert "还有6项没打" in page
    assert ">16.5</span>" in page
    bad = reviewer.client.post(url, {"need": "很好"}, headers={"HX-Request": "true"})
    assert bad.status_code == 422
    assert not Score.objects.exists()


@starting(S.UNDER_REVIEW)
def test_a_whole_sheet_is_handed_in_and_the_draft_is_gone(cast: Cast, project: Project, reviewer: Visitor):
    save_sheet(project, {"need": 33}, "写了一半", actor=cast.reviewers[0])
    answer = reviewer.send("scoring", project.pk, **typed(project))
    assert answer["Location"] == reverse("reviews")
    assert Score.objects.get().total_halves == 160
    assert not ScoreSheet.objects.exists()
    assert "您已经提交过评分" in reviewer.open("scoring", project.pk)


@starting(S.UNDER_REVIEW)
def test_a_mark_out_of_bounds_is_said_at_its_criterion_and_the_rest_is_kept(project: Project, reviewer: Visitor):
    answer = text(reviewer.send("scoring", project.pk, status=422, **typed(project, need="25")))
    assert 'aria-invalid="true"' in answer
    assert "请打0到20分" in answer
    assert 'value="25"' in answer
    assert "need" not in ScoreSheet.objects.get().halves


@starting(S.UNDER_REVIEW)
def test_a_draft_without_scripts_is_kept_with_a_button(project: Project, reviewer: Visitor):
    reviewer.send("scoring", project.pk, draft="1", need="7.5")
    assert ScoreSheet.objects.get().halves == {"need": 15}


@starting(S.UNDER_REVIEW)
def test_only_a_declared_seat_keeps_a_sheet(cast: Cast, project: Project):
    for person in (cast.reviewers[0], cast.reviewers[4], cast.officer):
        with pytest.raises(Refused):
            save_sheet(project, {"need": 2}, "", actor=person)


@starting(S.UNDER_REVIEW)
def test_the_page_is_for_those_with_a_seat(cast: Cast, project: Project):
    for person in (cast.officer, cast.team_leader, cast.reviewers[4]):
        Visitor(person).open("scoring", project.pk, status=404)


@starting(S.REVIEWED)
def test_after_the_review_nothing_is_scored(cast: Cast, project: Project):
    assert "不能评分" in Visitor(cast.reviewers[0]).open("scoring", project.pk)
    with pytest.raises(Refused):
        save_sheet(project, marks(cast, 80), "", actor=cast.reviewers[0])


# One sheet on two devices ------------------------------------------------------------------------------------------


@starting(S.UNDER_REVIEW)
def test_a_sheet_that_lies_open_on_phone_and_desk_loses_nothing(cast: Cast, project: Project, reviewer: Visitor):
    phone = reviewer.hidden("scoring", project.pk) | typed(project)
    first, *_rest = (item.code for item in rules_of(project.round).rubric.criteria)
    reviewer.send("scoring", project.pk, draft="1", comment="电脑上写的评语，已经很长。")
    answer = reviewer.post("scoring", project.pk, **phone, status=409)
    for words in ("电脑上写的评语，已经很长。", COMMENT, 'name="keep-comment"'):
        assert words in text(answer), words
    assert not Score.objects.exists()
    sheet = ScoreSheet.objects.get()
    assert (sheet.comment, first in sheet.halves) == ("电脑上写的评语，已经很长。", True)
    again = phone | reviewer.carried(answer) | {"keep-comment": choices(answer)["keep-comment"]["mine"]}
    reviewer.post("scoring", project.pk, **again)
    assert Score.objects.get().comment == COMMENT
