"""A reviewer's list, handing in what is ready, the score sheet for Excel and back, and the ledger of scores."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import load_workbook

from grants.applications.models import Project
from grants.desk.commands import act
from grants.desk.tables.scoring import FAIR, about, pace
from grants.people.models import User
from grants.programmes.queries import rules_of
from grants.reviews.commands import save_sheet
from grants.reviews.models import Assignment, Score, ScoreSheet
from tests.cast import Cast
from tests.factories import on
from tests.grants.desk.visiting import Visitor, asked, text
from tests.journey_steps import AGAIN, COMMENT, marks, projects_in, scores, starting
from tests.storage.good import SAMPLES
from workflow.actions import Stale
from workflow.lifecycle import ProjectState as S


def three(cast: Cast) -> None:
    projects_in(cast, S.UNDER_REVIEW, 3)


pytestmark = starting(three)


@pytest.fixture(autouse=True)
def in_review_time(cast: Cast) -> Iterator[None]:
    """Everything here happens on one day of the review."""
    with on(2026, 5, 25):
        yield


@pytest.fixture
def me(cast: Cast) -> User:
    """The first reviewer, who has declared on every project."""
    for project in Project.objects.order_by("number"):
        act(project, "declare_no_conflict", actor=cast.reviewers[0])
    return cast.reviewers[0]


def fills_in(cast: Cast, project: Project, person: User, percent: int = 80, **changed: Any) -> ScoreSheet:
    whole = marks(cast, percent) | changed
    comment = str(whole.pop("comment"))
    return save_sheet(project, whole, comment, actor=person)


# The list -----------------------------------------------------------------------------------------------------------


def test_the_list_says_of_each_project_how_far_it_is_and_what_comes_next(cast: Cast, projects: list[Project]):
    person = cast.reviewers[0]
    for project in projects[:2]:
        act(project, "declare_no_conflict", actor=person)
    fills_in(cast, projects[0], person, budget=None)
    page = Visitor(person).open("reviews")
    for words in ("已评0 / 3个", "大约还需1小时", "未声明", "草稿", "未开始", "还有1项没打", "下载评分表"):
        assert words in page, words
    scores(cast, projects[0], person)
    page = Visitor(person).open("reviews")
    assert "已评1 / 3个" in page
    assert "大约还需40分钟" in page
    assert "已交" in page


def test_the_list_is_for_reviewers_and_shows_only_their_own(cast: Cast, projects: list[Project]):
    for person in (cast.officer, cast.team_leader, cast.county_leader):
        Visitor(person).open("reviews", status=404)
    assert "没有分给您评审的项目" in Visitor(cast.reviewers[4]).open("reviews")


def test_it_is_sorted_as_one_likes(cast: Cast, me: User, projects: list[Project]):
    fills_in(cast, projects[2], me)
    page = Visitor(me).open("reviews")
    assert page.index(f">{projects[2]}</a>") < page.index(f">{projects[0]}</a>")
    page = Visitor(me).open("reviews", query="?sort=number")
    assert page.index(f">{projects[0]}</a>") < page.index(f">{projects[2]}</a>")
    for sort in ("due", "field", "nonsense"):
        assert f">{projects[1]}</a>" in Visitor(me).open("reviews", query=f"?sort={sort}")


def test_home_leads_to_it(cast: Cast):
    assert reverse("reviews") in Visitor(cast.reviewers[0]).open("home")
    assert reverse("reviews") not in Visitor(cast.officer).open("home")


def test_the_pace_is_the_reviewers_own_once_it_is_known(cast: Cast, projects: list[Project]):
    seats = list(Assignment.objects.filter(reviewer=cast.reviewers[0]).prefetch_related("scores"))
    assert pace(seats) == FAIR
    assert [about(n) for n in (3, 44, 60, 100, 150)] == [
        "大约还需5分钟",
        "大约还需45分钟",
        "大约还需1小时",
        "大约还需1.5小时",
        "大约还需2.5小时",
    ]


# Handing in what is ready -------------------------------------------------------------------------------------------


def test_drafts_that_are_ready_go_together_each_by_itself(cast: Cast, me: User, projects: list[Project]):
    fills_in(cast, projects[0], me)
    fills_in(cast, projects[1], me, comment=COMMENT + "手机13800000001。")
    fills_in(cast, projects[2], me, comment="短")
    visitor = Visitor(me)
    page = visitor.open("reviews")
    assert "填好了的草稿：2份" in page
    picked = [f"{project.pk}:1" for project in projects[:2]]
    answer = text(visitor.send("reviews", status=200, pick=picked))
    assert "提交2份，其中1份没有提交成" in answer
    assert "手机号“138****0001”" in answer
    assert [score.assignment.project for score in Score.objects.all()] == [projects[0]]
    assert ScoreSheet.objects.count() == 2


def test_the_same_press_twice_hands_in_once_and_a_draft_that_changed_meanwhile_is_shown_first(
    cast: Cast, me: User, projects: list[Project]
):
    for project in projects[:2]:
        fills_in(cast, project, me)
    visitor = Visitor(me)
    sent = visitor.hidden("reviews") | {"pick": [f"{project.pk}:1" for project in projects[:2]]}
    fills_in(cast, projects[1], me, 60)
    for _press in range(2):
        answer = text(visitor.post("reviews", status=200, **sent))
        assert "看过以后草稿又改了" in answer
    assert Score.objects.count() == 1


def test_nothing_ticked_is_said(cast: Cast, me: User):
    assert "还没有勾选草稿" in text(Visitor(me).post("reviews", status=422))


# One sheet, two windows ---------------------------------------------------------------------------------------------


def test_of_two_windows_that_write_at_once_the_second_is_told(cast: Cast, me: User, projects: list[Project]):
    first = save_sheet(projects[0], {"need": 20}, "", actor=me, version=0)
    save_sheet(projects[0], {"need": 24}, "", actor=me, version=first.version)
    with pytest.raises(Stale):
        save_sheet(projects[0], {"need": 30}, "", actor=me, version=first.version)
    assert ScoreSheet.objects.get().halves == {"need": 24}


def test_what_was_saved_is_said_back_with_its_time(cast: Cast, me: User, projects: list[Project]):
    url = reverse("scoring", args=[projects[0].pk])
    answer = text(Visitor(me).client.post(url, {"need": "16.5"}, headers={"HX-Request": "true"}))
    assert 'id="kept-need" hx-swap-oob="true"' in answer
    assert "已存16.5分，09:00" in answer


def test_a_comment_with_a_name_may_be_handed_in_after_a_tick(cast: Cast, me: User, projects: list[Project]):
    visitor = Visitor(me)
    criteria = rules_of(projects[0].round).rubric.criteria
    typed: dict[str, Any] = {item.code: str(item.weight * 4 // 5) for item in criteria} | {
        "comment": COMMENT + "周明很可靠。"
    }
    answer = text(visitor.send("scoring", projects[0].pk, status=422, **typed))
    assert "人名“周明”" in answer
    assert 'name="comment_meant"' in answer
    visitor.send("scoring", projects[0].pk, **typed, comment_meant="on")
    assert "周明" in Score.objects.get().comment


def test_a_change_is_explained_on_the_page(cast: Cast, me: User, projects: list[Project]):
    scores(cast, projects[0], me, 70)
    visitor = Visitor(me)
    assert "您已经提交过评分（第1版" in visitor.open("scoring", projects[0].pk)
    visitor.send("scoring", projects[0].pk, draft="1", change_reason="看漏了附件")
    assert ScoreSheet.objects.get().reason == "看漏了附件"
    kept: dict[str, Any] = {item.code: str(item.weight / 2) for item in rules_of(projects[0].round).rubric.criteria}
    visitor.send("scoring", projects[0].pk, **kept, comment=COMMENT, change_reason="看漏了附件")
    assert Score.objects.latest("pk").reason == "看漏了附件"


# The sheet for Excel ------------------------------------------------------------------------------------------------


def taken_away(person: User, project: Project) -> Any:
    answer = Visitor(person).client.get(reverse("score_file", args=[project.round_id]))
    return load_workbook(io.BytesIO(answer.content))


def filled(book: Any, line: int, percent: int, comment: str = COMMENT) -> bytes:
    sheet = book.worksheets[0]
    heads = [cell.value for cell in sheet[1]]
    for n, head in enumerate(heads, start=1):
        if "满分" in head:
            weight = int(head.partition("满分")[2].rstrip("）"))
            sheet.cell(line, n).value = weight * percent // 100
    sheet.cell(line, heads.index("评语") + 1).value = comment
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def brings_back(visitor: Visitor, project: Project, content: bytes, status: int = 200) -> Any:
    file = SimpleUploadedFile("评分表.xlsx", content)
    return visitor.post("score_sheet", project.round_id, status=status, file=file, do="read")


def laid(answer: Any) -> str:
    page = text(answer)
    start = page.index(">", page.index('<textarea name="table"')) + 1
    return page[start : page.index("</textarea>", start)].replace("&quot;", '"').lstrip("\r\n")


def test_the_sheet_holds_every_project_guards_its_headings_and_knows_the_steps(
    cast: Cast, me: User, projects: list[Project]
):
    Project.objects.filter(pk=projects[0].pk).update(title="=HYPERLINK(1)")
    fills_in(cast, projects[0], me, need=33)
    book = taken_away(me, projects[0])
    sheet, guide = book.worksheets
    assert [row[0].value for row in sheet.iter_rows(min_row=2)] == [project.number for project in projects]
    title = sheet["B2"]
    assert (title.value, title.data_type, title.quotePrefix) == ("=HYPERLINK(1)", "s", True)
    assert sheet.protection.sheet
    assert (sheet["A1"].protection.locked, sheet["D2"].protection.locked) == (True, False)
    assert (sheet["D2"].value, sheet["D3"].value) == (16.5, None)
    rules = {str(rule.sqref): rule.formula1 for rule in sheet.data_validations.dataValidation}
    assert rules["D2:D4"] == "AND(ISNUMBER(D2),D2>=0,D2<=20,MOD(D2*2,1)=0)"
    assert "依据" in str(guide["C2"].value)


def test_a_sheet_that_comes_back_is_looked_at_cell_by_cell_and_then_kept(cast: Cast, me: User, projects: list[Project]):
    scores(cast, projects[0], me, 70)
    visitor = Visitor(me)
    answer = brings_back(visitor, projects[0], filled(taken_away(me, projects[0]), 3, 80))
    page = text(answer)
    assert "会改1个项目" in page
    assert "16分" in page
    assert not ScoreSheet.objects.exists()
    sent = visitor.carried(answer) | {"table": laid(answer)}
    assert "存成了草稿" in text(visitor.post("score_sheet", projects[0].round_id, status=200, **sent, do="keep"))
    sheet = ScoreSheet.objects.get()
    assert (sheet.assignment.project, sum(sheet.halves.values()), sheet.comment) == (projects[1], 160, COMMENT)


def test_a_sheet_is_handed_in_at_once_and_once(cast: Cast, me: User, projects: list[Project]):
    visitor = Visitor(me)
    answer = brings_back(visitor, projects[0], filled(taken_away(me, projects[0]), 2, 80))
    sent = visitor.carried(answer) | {"table": laid(answer), "do": "hand_in"}
    assert "1份都已提交" in text(visitor.post("score_sheet", projects[0].round_id, status=200, **sent))
    visitor.post("score_sheet", projects[0].round_id, status=409, **sent)
    assert Score.objects.get().total_halves == 160


def test_what_was_scored_meanwhile_is_looked_at_again(cast: Cast, me: User, projects: list[Project]):
    visitor = Visitor(me)
    answer = brings_back(visitor, projects[0], filled(taken_away(me, projects[0]), 2, 80))
    fills_in(cast, projects[0], me, 60)
    sent = visitor.carried(answer) | {"table": laid(answer), "do": "keep"}
    page = text(visitor.post("score_sheet", projects[0].round_id, status=409, **sent))
    assert "12分" in page
    assert "16分" in page
    assert sum(ScoreSheet.objects.get().halves.values()) == 120


@pytest.mark.parametrize(
    ("cell", "value", "words"),
    [
        ("D2", "20.5", "请填0到20"),
        ("D2", 7.3, "请填0到20"),
        ("D2", "=1+1", "这里是公式"),
        ("A2", "QNZJ-2026-9999", "不在您的评审项目里"),
        ("D4", 10, "请先在评分页声明"),
    ],
)
def test_faults_are_told_by_their_cell(cast: Cast, projects: list[Project], cell: str, value: Any, words: str):
    person = cast.reviewers[0]
    for project in projects[:2]:
        act(project, "declare_no_conflict", actor=person)
    book = taken_away(person, projects[0])
    book.worksheets[0][cell] = value
    out = io.BytesIO()
    book.save(out)
    page = text(brings_back(Visitor(person), projects[0], out.getvalue(), status=422))
    assert words in page
    assert ("A4" if cell == "D4" else cell) in page
    assert not ScoreSheet.objects.exists()


def test_the_sheet_is_for_the_rounds_reviewers(cast: Cast, projects: list[Project]):
    for person in (cast.reviewers[4], cast.officer, cast.team_leader):
        for name in ("score_sheet", "score_file"):
            Visitor(person).open(name, projects[0].round_id, status=404)


# The ledger ---------------------------------------------------------------------------------------------------------


def test_the_ledger_shows_each_version_with_what_changed_why_and_what_could_be_seen(
    cast: Cast, me: User, projects: list[Project]
):
    scores(cast, projects[0], me, 70)
    scores(cast, projects[0], me, 80)
    for person in (cast.officer, cast.auditor, cast.chair):
        page = Visitor(person).open("score_history", projects[0].pk)
        for words in (me.name, "第2版", "→ 80.00分", AGAIN, "独立评分", "当时看不到别人的任何意见", "14 → <b>16</b>"):
            assert words in page, words
    for person in (me, cast.reviewers[1], cast.team_leader, cast.county_leader, cast.city_officer):
        Visitor(person).open("score_history", projects[0].pk, status=404)


# What a page costs --------------------------------------------------------------------------------------------------


def test_the_form_the_list_and_the_sheet_cost_twelve_questions_at_most(cast: Cast, me: User, projects: list[Project]):
    fills_in(cast, projects[0], me)
    scores(cast, projects[1], me)
    visitor = Visitor(me)
    places = (
        ("scoring", projects[0].pk),
        ("scoring", projects[1].pk),
        ("reviews",),
        ("score_sheet", projects[0].round_id),
    )
    for name, *args in places:
        visitor.open(name, *args)
        with asked() as questions:
            visitor.open(name, *args)
        assert len(questions) <= 12, (name, questions)


# The sheet for Word -------------------------------------------------------------------------------------------------


def word_of(visitor: Visitor, project: Project) -> bytes:
    return bytes(visitor.client.get(reverse("score_word", args=[project.round_id])).content)


def typed(content: bytes, number: int, text_: str) -> bytes:
    """The file with that text typed into the n-th empty field."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            part = old.read(name).decode()
            if name == "word/document.xml":
                pieces = part.split(">［请填］<")
                part = ">［请填］<".join(pieces[:number]) + f">{text_}<" + ">［请填］<".join(pieces[number:])
            new.writestr(name, part)
    return out.getvalue()


def brings_word(visitor: Visitor, project: Project, content: bytes, status: int = 200) -> Any:
    file = SimpleUploadedFile("评分表.docx", content)
    return visitor.post("score_sheet", project.round_id, status=status, file=file, do="read")


def test_the_word_sheet_has_a_form_a_project_and_comes_back_unchanged_when_nothing_was_filled_in(
    cast: Cast, me: User, projects: list[Project]
):
    Project.objects.filter(pk=projects[0].pk).update(title="<b>=1+1 & DDE</b>")
    fills_in(cast, projects[0], me, need=33)
    visitor = Visitor(me)
    content = word_of(visitor, projects[0])
    assert content == word_of(visitor, projects[0])
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        document = package.read("word/document.xml").decode()
    assert document.count("<w:tbl>") == len(projects)
    assert "&lt;b&gt;=1+1 &amp; DDE&lt;/b&gt;" in document
    assert "instrText" not in document
    assert "16.5" in document
    assert "没有要改的" in text(brings_word(visitor, projects[0], content))


def test_what_was_typed_in_word_is_looked_at_and_then_kept(cast: Cast, me: User, projects: list[Project]):
    visitor = Visitor(me)
    content = typed(typed(word_of(visitor, projects[0]), 1, "15.5"), 1, "18")
    answer = brings_word(visitor, projects[0], content)
    assert "会改1个项目" in text(answer)
    sent = visitor.carried(answer) | {"table": laid(answer)}
    assert "存成了草稿" in text(visitor.post("score_sheet", projects[0].round_id, status=200, **sent, do="keep"))
    sheet = ScoreSheet.objects.get()
    assert (sheet.assignment.project, sorted(sheet.halves.values())) == (projects[0], [31, 36])


def test_every_fault_in_word_is_named_by_project_and_criterion(cast: Cast, me: User, projects: list[Project]):
    visitor = Visitor(me)
    content = typed(typed(word_of(visitor, projects[0]), 1, "=2+2"), 1, "99")
    page = text(brings_word(visitor, projects[0], content, status=422))
    first, second = rules_of(projects[0].round).rubric.criteria[:2]
    assert f"{projects[0].number}，{first.label}（满分{first.weight}）：这里是公式" in page
    assert f"{projects[0].number}，{second.label}（满分{second.weight}）：请填0到" in page
    assert not ScoreSheet.objects.exists()


def test_a_word_file_of_something_else_is_no_sheet(me: User, projects: list[Project]):
    visitor = Visitor(me)
    other = (SAMPLES / "python-docx.docx").read_bytes()
    assert "errsum" in text(brings_word(visitor, projects[0], other, status=422))
    assert "读不了" in text(brings_word(visitor, projects[0], b"nothing", status=422))
