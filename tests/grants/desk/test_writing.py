"""Where teams write: the application, its budget, its files."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from grants.applications.commands import save_form
from grants.applications.models import Project
from tests.cast import Cast
from tests.factories import PDF, a_draft, budget_lines
from tests.grants.desk.visiting import Visitor, text
from tests.journey_steps import starting
from workflow.lifecycle import ProjectState as S


@pytest.fixture
def draft(cast: Cast) -> Project:
    return a_draft(cast)


def test_a_half_finished_draft_survives(cast: Cast, draft: Project):
    visitor = Visitor(cast.team_leader)
    visitor.send("project_form", draft.pk, title="救在身边", need="辖区老人多。", minors="on")
    page = visitor.open("project_form", draft.pk)
    assert 'value="救在身边"' in page
    assert "辖区老人多。" in page


def test_the_page_says_what_is_still_missing(cast: Cast, draft: Project):
    assert "提交前还有" in Visitor(cast.team_leader).open("project_form", draft.pk)


def test_a_figure_that_cannot_be_read_is_named_and_nothing_typed_is_lost(cast: Cast, draft: Project):
    typed: dict[str, Any] = {"title": "救在身边", "beneficiary_count": "很多"}
    answer = Visitor(cast.team_leader).send("project_form", draft.pk, **typed, status=422)
    assert "请写一个整数" in text(answer)
    assert 'value="救在身边"' in text(answer)


def test_two_people_writing_at_once_lose_nothing(cast: Cast, draft: Project):
    visitor = Visitor(cast.team_leader)
    typed = visitor.hidden("project_form", draft.pk) | {"title": "我写的题目"}
    save_form(draft, actor=cast.applicant, title="别人写的题目")
    answer = visitor.post("project_form", draft.pk, **typed, status=409)
    assert "有人在您之后保存过" in text(answer)
    assert 'value="我写的题目"' in text(answer)


def test_rows_of_the_plan_are_saved_and_more_can_be_asked_for(cast: Cast, draft: Project):
    visitor = Visitor(cast.team_leader)
    rows: dict[str, Any] = {"activities-rows": "1", "activities-0-name": "社区救护课", "activities-0-times": "4"}
    more = visitor.send("project_form", draft.pk, **rows, more="activities", status=200)
    assert "社区救护课" in text(more)
    assert "activities-3-name" in text(more)
    visitor.send("project_form", draft.pk, **rows)
    draft.refresh_from_db()
    assert draft.form["activities"] == [{"name": "社区救护课", "times": 4}]


def test_only_the_leader_is_asked_for_the_promise(cast: Cast, draft: Project):
    assert 'name="committed"' in Visitor(cast.team_leader).open("project_form", draft.pk)
    applicant = Visitor(cast.applicant)
    assert 'name="committed"' not in applicant.open("project_form", draft.pk)
    applicant.send("project_form", draft.pk, title="救在身边进社区")


def test_a_budget_is_typed_in_yuan_and_kept_in_fen(cast: Cast, draft: Project):
    typed: dict[str, Any] = {"lines-rows": str(len(budget_lines()))}
    for n, line in enumerate(budget_lines()):
        price = f"{line['unit_price_fen'] / 100:.2f}"
        for column, value in (line | {"unit_price_fen": price}).items():
            typed[f"lines-{n}-{column}"] = str(value)
    Visitor(cast.team_leader).send("project_budget", draft.pk, **typed)
    draft.refresh_from_db()
    assert draft.requested_fen == 2_500_000


def test_what_is_wrong_with_a_budget_is_said_on_its_page(cast: Cast, draft: Project):
    line = {"category": "PUBLICITY", "item": "折页", "unit": "批", "unit_price_fen": "20,000", "quantity": "1"}
    typed: dict[str, Any] = {"lines-rows": "1"}
    typed |= {f"lines-0-{name}": value for name, value in (line | {"source": "grant"}).items()}
    visitor = Visitor(cast.team_leader)
    visitor.send("project_budget", draft.pk, **typed)
    assert "预算里要改的" in visitor.open("project_budget", draft.pk)


def test_a_file_goes_into_its_slot(cast: Cast, draft: Project):
    visitor = Visitor(cast.team_leader)
    visitor.send("project_files", draft.pk, slot="team_proof", file=SimpleUploadedFile("批复.pdf", PDF))
    page = visitor.open("project_files", draft.pk)
    assert "批复.pdf" in page
    assert "团队登记或批复证明" in page


def test_no_file_and_a_bad_file_are_said(cast: Cast, draft: Project):
    visitor = Visitor(cast.team_leader)
    assert "请先选择文件" in text(visitor.send("project_files", draft.pk, slot="team_proof", status=422))
    bad = SimpleUploadedFile("程序.exe", b"MZ")
    answer = visitor.send("project_files", draft.pk, slot="team_proof", file=bad, status=422)
    assert "errsum" in text(answer)


@pytest.mark.parametrize("name", ["project_form", "project_budget", "project_files", "project_report"])
def test_pages_to_write_on_are_for_the_team(cast: Cast, draft: Project, name: str):
    Visitor(cast.officer).open(name, draft.pk, status=404)
    Visitor(cast.stranger).open(name, draft.pk, status=404)


@starting(S.SUBMITTED)
def test_after_submitting_nothing_can_be_written(cast: Cast, project: Project):
    answer = Visitor(cast.team_leader).send("project_form", project.pk, title="改个题目", status=422)
    assert "不能修改" in text(answer)


@pytest.mark.parametrize("name", ["project_form", "project_budget", "project_files"])
@starting(S.DRAFT)
def test_forms_keep_within_their_queries(cast: Cast, project: Project, name: str, django_assert_max_num_queries):
    visitor = Visitor(cast.team_leader)
    visitor.open(name, project.pk)
    with django_assert_max_num_queries(12):
        visitor.open(name, project.pk)
