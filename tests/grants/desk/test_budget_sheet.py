"""The budget to Excel and back: downloaded, pasted or handed over, looked at, kept; nothing is lost on the way."""

from __future__ import annotations

import io
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import Workbook, load_workbook

from grants.applications.models import Project
from grants.applications.queries import budget_lines
from grants.kernel.cells import as_text
from grants.programmes.queries import rules_of
from storage.models import Document
from tests.cast import Cast
from tests.grants.desk.visiting import Visitor, text
from tests.journey_steps import starting
from workflow.lifecycle import ProjectState as S

HEAD = ["科目", "内容", "单位", "单价（元）", "数量"]


def workbook(*rows: list[Any]) -> SimpleUploadedFile:
    book = Workbook()
    sheet: Any = book.active
    for row in rows:
        sheet.append(row)
    made = io.BytesIO()
    book.save(made)
    return SimpleUploadedFile("预算.xlsx", made.getvalue())


def row_of(project: Project, price: Any = 25, quantity: Any = 40) -> list[Any]:
    """One line in the words of a category that the project already uses."""
    categories = {one.code: str(one.label) for one in rules_of(project.round).budget.categories}
    return [categories["ACT_MATERIAL"], "急救包耗材", "套", price, quantity]


def looked(visitor: Visitor, project: Project, table: str) -> dict[str, Any]:
    """What the page carries once the table was read, to be added."""
    return visitor.carried(visitor.post("budget_sheet", project.pk, table=table, how="add", do="read", status=200))


def items(project: Project) -> list[str]:
    return [line.item for line in budget_lines(Project.objects.get(pk=project.pk))]


@starting(S.DRAFT)
def test_what_is_downloaded_comes_back_as_it_was(cast: Cast, project: Project):
    visitor = Visitor(cast.team_leader)
    before = [(line.category, line.item, line.amount_fen, line.source) for line in budget_lines(project)]
    answer = visitor.client.get(f"/projects/{project.pk}/budget.xlsx")
    sheet: Any = load_workbook(io.BytesIO(answer.content)).active
    assert [cell.value for cell in sheet[1]][:5] == ["科目", "内容", "单位", "单价（元）", "数量"]
    assert "attachment" in answer["Content-Disposition"]

    file = SimpleUploadedFile("预算.xlsx", answer.content)
    read = visitor.post("budget_sheet", project.pk, how="replace", do="read", file=file, status=200)
    assert f"保存后的预算：{len(before)}行" in text(read)
    seen = visitor.carried(read)
    cells = read.context["form"].data["table"].replace("\n", "\r\n")  # as a browser sends it
    visitor.post("budget_sheet", project.pk, **(seen | {"table": cells, "how": "replace", "do": "keep"}))
    after = [
        (line.category, line.item, line.amount_fen, line.source)
        for line in budget_lines(Project.objects.get(pk=project.pk))
    ]
    assert after == before


@starting(S.DRAFT)
def test_looking_changes_nothing_and_keeping_takes_exactly_what_was_seen(cast: Cast, project: Project):
    visitor, before = Visitor(cast.team_leader), items(project)
    answer = visitor.post(
        "budget_sheet", project.pk, how="add", do="read", file=workbook(HEAD, row_of(project)), status=200
    )
    assert "急救包耗材" in text(answer)
    assert items(project) == before
    assert not Document.objects.filter(name="预算.xlsx").exists()

    typed = visitor.carried(answer) | {"table": answer.context["form"].data["table"], "how": "add", "do": "keep"}
    visitor.post("budget_sheet", project.pk, **typed)
    assert items(project) == [*before, "急救包耗材"]
    assert visitor.open("project_budget", project.pk).count("预算已保存") == 1


@starting(S.DRAFT)
def test_faults_are_told_by_cell_and_what_was_pasted_is_still_there(cast: Cast, project: Project):
    visitor, before = Visitor(cast.team_leader), items(project)
    cells = as_text([HEAD, [*map(str, row_of(project, "二十五", 40))]])
    answer = text(visitor.post("budget_sheet", project.pk, table=cells, how="replace", do="keep", status=422))
    assert ">D2<" in answer
    assert "二十五" in answer.split("<textarea")[1]
    assert items(project) == before


@starting(S.DRAFT)
def test_whoever_looked_before_somebody_saved_looks_again(cast: Cast, project: Project):
    visitor = Visitor(cast.team_leader)
    cells = as_text([HEAD, [*map(str, row_of(project))]])
    other = cells.replace("急救包耗材", "绷带")
    first, seen = (looked(visitor, project, table) for table in (cells, other))
    visitor.post("budget_sheet", project.pk, **(first | {"table": cells, "how": "add", "do": "keep"}))
    answer = visitor.post(
        "budget_sheet", project.pk, **(seen | {"table": other, "how": "add", "do": "keep"}), status=409
    )
    assert "绷带" in text(answer)
    assert "绷带" not in items(project)
    again = visitor.carried(answer) | {"table": other, "how": "add", "do": "keep"}
    visitor.post("budget_sheet", project.pk, **again)
    assert items(project)[-2:] == ["急救包耗材", "绷带"]


@starting(S.DRAFT)
def test_a_table_changed_after_the_look_is_looked_at_again(cast: Cast, project: Project):
    visitor, before = Visitor(cast.team_leader), items(project)
    cells = as_text([HEAD, [*map(str, row_of(project))]])
    changed = looked(visitor, project, cells) | {"table": cells.replace("40", "400"), "how": "add", "do": "keep"}
    answer = visitor.post("budget_sheet", project.pk, **changed, status=422)
    assert "请再看一遍" in text(answer)
    assert items(project) == before
    visitor.post("budget_sheet", project.pk, **(changed | visitor.carried(answer)))
    assert budget_lines(Project.objects.get(pk=project.pk))[-1].quantity == 400


@starting(S.DRAFT)
def test_a_file_that_is_no_table_is_refused_in_words(cast: Cast, project: Project):
    visitor = Visitor(cast.team_leader)
    for name, content, why in (
        ("预算.xlsx", b"no workbook", "这个文件读不了"),
        ("预算.pdf", b"%PDF-1.4", "这个文件读不了"),
        ("预算.xls", b"old", ".xlsx"),
    ):
        file = SimpleUploadedFile(name, content)
        assert why in text(visitor.post("budget_sheet", project.pk, how="add", do="read", file=file, status=422))
    assert "请填写" in text(visitor.post("budget_sheet", project.pk, how="add", do="read", status=422))


@starting(S.DRAFT)
def test_rules_of_the_round_are_told_and_do_not_keep_it_from_being_saved(cast: Cast, project: Project):
    cells = as_text([HEAD, [*map(str, row_of(project, "60000", 1))]])
    answer = text(
        Visitor(cast.team_leader).post("budget_sheet", project.pk, table=cells, how="replace", do="read", status=200)
    )
    assert "须在 10,000.00 元至 50,000.00 元之间" in answer
    assert "这几处可以先保存" in answer


@starting(S.SUBMITTED)
def test_once_submitted_it_is_read_only_and_for_nobody_else(cast: Cast, project: Project):
    visitor = Visitor(cast.team_leader)
    assert "<textarea" not in visitor.open("budget_sheet", project.pk)
    cells = as_text([HEAD, [*map(str, row_of(project))]])
    answer = text(visitor.post("budget_sheet", project.pk, table=cells, how="add", do="keep", status=422))
    assert "急救包耗材" not in items(project)
    assert "不能" in answer
    Visitor(cast.county_officer).open("budget_sheet", project.pk, status=404)
    Visitor(cast.sysadmin).open("budget_file", project.pk, status=404)
