"""Lists of teams and organisations on their pages: a template, a look at every row, and all or nothing."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import Workbook, load_workbook

from grants.kernel.cells import as_text
from grants.people.commands import create_team
from grants.people.importing import organisations, teams
from grants.people.models import Organisation, RegisterImport, Team, User
from storage.models import Document
from tests.cast import SHANGCHENG, Cast
from tests.grants.desk.budgets import BUDGETS
from tests.grants.desk.visiting import Visitor, asked, text

HEAD = [str(column.label) for column in teams.COLUMNS]
ROW = ["清波救护队", "上城区红十字会", "未登记", "", "", "2020-01-05", "45", "12", "", ""]
PLACES = [str(column.label) for column in organisations.COLUMNS]


def workbook(*rows: list[Any], name: str = "名单.xlsx") -> SimpleUploadedFile:
    book = Workbook()
    sheet: Any = book.active
    for row in rows:
        sheet.append(row)
    made = io.BytesIO()
    book.save(made)
    return SimpleUploadedFile(name, made.getvalue())


def looked(visitor: Visitor, page: str = "import_teams", **typed: Any) -> dict[str, Any]:
    """What the page carries once the list was read, to be imported."""
    answer = visitor.post(page, do="read", status=200, **typed)
    return visitor.carried(answer) | {"table": answer.context["form"].data["table"], "do": "keep"}


def test_a_county_finds_the_way_and_its_template_comes_back_empty(cast: Cast):
    visitor = Visitor(cast.county_officer)
    assert reverse("import_teams") in visitor.open("organisations")
    assert reverse("import_teams_file") in visitor.open("import_teams")
    answer = visitor.client.get(reverse("import_teams_file"))
    sheet: Any = load_workbook(io.BytesIO(answer.content)).active
    assert [cell.value for cell in sheet[1]] == HEAD
    file = SimpleUploadedFile("空表.xlsx", answer.content)
    assert "表里没有要登记的行" in text(visitor.post("import_teams", do="read", file=file, status=422))


def test_a_column_that_stands_for_nothing_is_named_before_anything_comes_in(cast: Cast):
    visitor, cells = Visitor(cast.county_officer), [[*HEAD, "序号", "备注"], [*ROW, "", "刚换了队长"]]
    page = text(visitor.post("import_teams", do="read", table=as_text(cells), status=200))
    assert "这几列没有读" in page
    assert "<span>备注</span>" in page
    assert "<span>序号</span>" not in page


def test_a_file_is_looked_at_and_comes_in_as_it_was_seen(cast: Cast):
    visitor = Visitor(cast.county_officer)
    file = workbook(HEAD, ROW)
    content = file.read()
    file.seek(0)
    typed = looked(visitor, file=file)
    assert not Team.objects.filter(name=ROW[0]).exists()
    visitor.post("import_teams", **(typed | {"table": typed["table"].replace("\n", "\r\n")}))
    team = Team.objects.get(name=ROW[0])
    made = RegisterImport.objects.get()
    assert (made.by, made.file, made.file_digest) == (
        cast.county_officer,
        "名单.xlsx",
        hashlib.sha256(content).hexdigest(),
    )
    page = visitor.open("import_teams")
    assert "已导入：新登记1个。" in page
    assert "名单.xlsx" in page
    assert "名单“名单.xlsx”第2行" in visitor.open("team", team.pk)
    assert not Document.objects.filter(name="名单.xlsx").exists()
    visitor.post("import_teams", **typed)  # a second press
    assert Team.objects.filter(name=ROW[0]).count() == 1


def test_faults_are_told_by_cell_and_what_was_pasted_is_still_there(cast: Cast):
    visitor = Visitor(cast.county_officer)
    table = as_text([HEAD, [*ROW[:6], "四十", *ROW[7:]], [*ROW[:1], "西湖区", *ROW[2:]]])
    answer = text(visitor.post("import_teams", table=table, do="keep", status=422))
    for cell in ("G2", "B3"):
        assert f">{cell}<" in answer
    assert "有2格要改" in answer
    assert "四十" in answer.split("<textarea")[1]
    assert "核对无误，导入" not in answer
    assert not RegisterImport.objects.exists()


def test_a_list_changed_after_the_look_is_looked_at_again(cast: Cast):
    visitor = Visitor(cast.county_officer)
    typed = looked(visitor, file=workbook(HEAD, ROW))
    typed["table"] = typed["table"].replace("45", "50")
    answer = visitor.post("import_teams", status=409, **typed)
    assert "请再看一遍" in text(answer)
    assert not Team.objects.filter(name=ROW[0]).exists()
    visitor.post("import_teams", **(typed | visitor.carried(answer)))
    made = RegisterImport.objects.get()
    assert (made.file, Team.objects.get(name=ROW[0]).members) == ("", 50)  # the file said something else


def test_a_register_that_moved_after_the_look_is_looked_at_again(cast: Cast):
    visitor = Visitor(cast.county_officer)
    typed = looked(visitor, file=workbook(HEAD, ROW, ["南星助老队", *ROW[1:]]))
    facts: dict[str, Any] = {"founded_on": dt.date(2020, 1, 5), "members": 45, "core_members": 12}
    create_team(ROW[0], cast.places[SHANGCHENG], actor=cast.county_officer, **facts)
    answer = text(visitor.post("import_teams", status=409, **typed))
    assert "已登记，不变" in answer
    assert not Team.objects.filter(name="南星助老队").exists()


def test_whoever_lets_leaders_in_has_proved_who_they_are(cast: Cast):
    visitor = Visitor(cast.county_officer)
    typed = looked(visitor, file=workbook(HEAD, [*ROW[:8], "周秀兰", "13800000007"]))
    visitor.has_not_proved_for(60)
    answer = visitor.client.post(reverse("import_teams"), typed)
    assert answer.status_code == 302
    assert not User.objects.filter(name="周秀兰").exists()
    visitor.post("import_teams", **typed)
    assert User.objects.get(name="周秀兰").mobile == "+8613800000007"


def test_a_correction_is_shown_before_it_is_made(cast: Cast):
    known = Team.objects.get(pk=cast.team.pk)
    row = [known.name, SHANGCHENG, "未登记", "", known.platform_no, str(known.founded_on), str(known.members + 5)]
    visitor, file = Visitor(cast.county_officer), workbook(HEAD, [*row, str(known.core_members), "", ""])
    answer = text(visitor.post("import_teams", do="read", file=file, status=422))
    assert "更正原因" in answer
    file.seek(0)
    answer = text(visitor.post("import_teams", do="read", file=file, reason="换届", status=200))
    assert f"成员数：{known.members} → {known.members + 5}" in answer


def test_organisations_come_in_by_the_province(cast: Cast):
    rows = [
        ["某某大学红十字会", "", "高校", "省直与高校", "", "", "", "2021-03-01"],
        ["杭州市上城区清波街道红十字会", "清波街道", "红十字会", "基层组织", "330102", "", "", ""],
    ]
    visitor = Visitor(cast.officer)
    typed = looked(visitor, "import_organisations", file=workbook(PLACES, *rows))
    visitor.post("import_organisations", **typed)
    street = Organisation.objects.get(short_name="清波街道")
    assert street.parent == cast.places[SHANGCHENG]
    assert street.path == f"{cast.places[SHANGCHENG].path}{street.pk}/"
    assert street.lines.get().by == cast.officer
    assert str(Organisation.objects.get(name="某某大学红十字会").valid_from) == "2021-03-01"
    again = visitor.post("import_organisations", do="read", file=workbook(PLACES, *rows), status=200)
    assert "没有要导入的" in text(again)


@pytest.mark.parametrize(
    ("changed", "cell", "words"),
    [
        ({0: ""}, "A2", "请填写"),
        ({2: "公司"}, "C2", "可以填"),
        ({3: "省级"}, "D2", "可以填"),
        ({2: "高校"}, "C2", "不相配"),
        ({4: "浙江省红十字会"}, "E2", "要登记在"),
        ({4: "月亮"}, "E2", "没有这个"),
        ({5: "330102"}, "F2", "只有县"),
        ({6: "123"}, "G2", "18 位"),
        ({7: "昨天"}, "H2", "请写日期"),
        ({7: "2026-03-03"}, "H2", "不能晚于今天"),
    ],
)
def test_faults_of_organisations_are_told_by_cell(cast: Cast, changed: dict[int, str], cell: str, words: str):
    row = ["清波街道红十字会", "清波", "红十字会", "街道", "330102", "", "", ""]
    table = as_text([PLACES, [changed.get(at, value) for at, value in enumerate(row)]])
    answer = visitor_told(cast, table)
    assert list(answer) == [cell]
    assert words in answer[cell]


def visitor_told(cast: Cast, table: str) -> dict[str, str]:
    answer = Visitor(cast.officer).post("import_organisations", table=table, do="read", status=422)
    return {one.cell: one.message for one in answer.context["faults"]}


def test_the_pages_are_for_those_who_register(cast: Cast):
    for person in (cast.team_leader, cast.auditor, cast.finance_officer):
        for page in ("import_teams", "import_teams_file", "import_organisations", "import_organisations_file"):
            Visitor(person).open(page, status=404)
    Visitor(cast.county_officer).open("import_organisations", status=404)
    Visitor(cast.sysadmin).open("import_organisations")


def test_a_file_that_is_no_table_is_refused_in_words(cast: Cast):
    file = SimpleUploadedFile("名单.xlsx", b"no workbook")
    answer = text(Visitor(cast.county_officer).post("import_teams", do="read", file=file, status=422))
    assert "这个文件读不了" in answer


def test_the_look_at_a_list_costs_what_a_form_may_however_long_it_is(cast: Cast):
    visitor = Visitor(cast.county_officer)
    visitor.open("import_teams")  # the first page of a while also counts what is under the bell
    costs = []
    for n in (1, 30):
        table = as_text([HEAD, *([f"{each}队", *ROW[1:]] for each in range(n))])
        with asked() as queries:
            answer = visitor.client.post(reverse("import_teams"), {"table": table, "do": "read"})
        assert answer.status_code == 200
        costs.append(len(queries))
    assert costs[0] == costs[1] <= BUDGETS["form"]
