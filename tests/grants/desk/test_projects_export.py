"""The list of projects as a file."""

from __future__ import annotations

import csv
import datetime as dt
import io
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from grants.applications.models import Project
from grants.desk.commands import note_export
from grants.desk.models import Export
from grants.desk.tables.sheets import Yuan, as_csv, as_xlsx, safe
from grants.people.models import User
from tests.cast import SHANGCHENG, Cast
from tests.factories import on
from tests.grants.desk.test_projects import more_projects
from tests.grants.desk.visiting import Visitor
from tests.journey_steps import starting
from workflow import clock
from workflow.lifecycle import ProjectState as S


def taken(user: User, kind: str = "csv", query: str = "", *, status: int = 200) -> Any:
    client = Client()
    client.force_login(user)
    answer = client.get(reverse("projects_export", args=[kind]) + query)
    assert answer.status_code == status
    return answer


def lines(user: User, query: str = "") -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(taken(user, "csv", query).content.decode("utf-8-sig"))))


def sheet(content: bytes) -> Any:
    return load_workbook(io.BytesIO(content)).active


@starting(S.SUBMITTED)
def test_it_holds_what_the_list_holds(cast: Cast, project: Project):
    more_projects(cast, 1)
    assert [row["项目编号"] for row in lines(cast.officer, "?q=社区")] == [project.number]
    assert len(lines(cast.officer, "?sort=number")) == 2


@starting(S.SUBMITTED)
def test_amounts_are_numbers_and_days_are_days(cast: Cast, project: Project):
    found = sheet(taken(cast.officer, "xlsx").content)
    row = {head.value: cell for head, cell in zip(found[1], found[2], strict=True)}
    assert (row["申请（元）"].value, row["申请（元）"].number_format) == (25000, "#,##0.00")
    assert row["实施开始"].value.date() == dt.date(2026, 8, 1)
    assert row["项目编号"].value == project.number
    assert row["县（市、区）"].value == "上城区红十字会"
    assert row["服务领域"].value == "应急救护"


@starting(S.SUBMITTED)
def test_the_same_rows_are_the_same_bytes(cast: Cast, project: Project):
    first = taken(cast.officer, "xlsx").content
    with on(2026, 3, 3, 17):
        assert taken(cast.officer, "xlsx").content == first


@pytest.mark.parametrize("role", ["team_leader", "payee_officer", "stranger", "sysadmin"])
@starting(S.SUBMITTED)
def test_it_is_for_those_who_look_after_many_projects(cast: Cast, project: Project, role: str):
    taken(getattr(cast, role), status=404)


@starting(S.SUBMITTED)
def test_there_is_no_other_kind(cast: Cast, project: Project):
    taken(cast.officer, "pdf", status=404)


@pytest.mark.parametrize(
    ("role", "number", "score"),
    [("officer", True, True), ("county_officer", True, False), ("auditor", False, True), ("cashier", False, False)],
)
@starting(S.SUBMITTED)
def test_columns_are_those_one_may_see(cast: Cast, project: Project, role: str, number: bool, score: bool):
    User.objects.filter(pk=cast.team_leader.pk).update(mobile="+8613800000009")
    row = lines(getattr(cast, role))[0]
    assert (row.get("负责人手机") == "13800000009") is number
    assert ("评审得分" in row) is score


@starting(S.SUBMITTED)
def test_headings_are_in_the_language_of_the_person(cast: Cast, project: Project):
    client = Client(headers={"accept-language": "en"})
    client.force_login(cast.officer)
    answer = client.get(reverse("projects_export", args=["csv"]))
    assert "Project leader" in answer.content.decode("utf-8-sig").splitlines()[0]


@starting(S.SUBMITTED)
def test_every_export_is_on_record_for_good(cast: Cast, project: Project):
    taken(cast.officer, "csv", "?state=submitted&sort=number&nonsense=1")
    row = Export.objects.get()
    assert (row.person, row.sheet, row.wanted, row.rows) == (cast.officer, "csv", "state=submitted&sort=number", 1)
    assert row.at == clock.now()
    for change in (lambda rows: rows.update(rows=0), lambda rows: rows.delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            change(Export.objects.all())


@starting(S.SUBMITTED)
def test_what_is_refused_or_only_asked_about_leaves_no_line(cast: Cast, project: Project):
    taken(cast.sysadmin, status=404)
    client = Client()
    client.force_login(cast.officer)
    assert client.head(reverse("projects_export", args=["csv"])).status_code == 405
    assert not Export.objects.exists()


@starting(S.SUBMITTED)
def test_oversight_reads_what_everybody_took_the_others_their_own(cast: Cast, project: Project):
    city = cast.places[SHANGCHENG].parent_id
    taken(cast.county_officer, "csv", f"?state=submitted&q=社区&mine=1&city={city}")
    taken(cast.officer, "xlsx")
    page = Visitor(cast.auditor).open("exports")
    for words in ("陈晓红", "林雅琴", "状态：已提交（待县级审核）", "社区", "只看轮到我的", "设区市：杭州市红十字会"):
        assert words in page
    assert "全部能看到的项目" in page
    own = Visitor(cast.county_officer).open("exports")
    assert "社区" in own
    assert "全部能看到的项目" not in own
    for role in ("team_leader", "sysadmin", "stranger"):
        Visitor(getattr(cast, role)).open("exports", status=404)
    assert reverse("exports") in Visitor(cast.officer).open("projects")


@starting(S.SUBMITTED)
def test_a_choice_that_is_gone_is_said_to_be(cast: Cast, project: Project):
    note_export("csv", "round=999&county=own", 0, actor=cast.officer)
    page = Visitor(cast.auditor).open("exports")
    assert "轮次：（已不在可选之列）" in page
    assert "县（市、区）：市本级" in page


@pytest.mark.parametrize("text", ["=1+1", "+86", "-1", "@SUM(A1)", "\tx", "\rx"])
def test_what_might_be_a_formula_is_text(text: str):
    assert as_csv(["名称"], [[text]]).decode("utf-8-sig").split("\r\n", 1)[1].strip('"\r\n').startswith("'")
    cell = sheet(as_xlsx("表", ["名称"], [[text]]))["A2"]
    assert (cell.data_type, cell.quotePrefix) == ("s", True)


def test_what_cannot_be_printed_is_left_out():
    assert safe("a\x00b\x1f") == "ab"


def test_a_csv_begins_with_the_mark_and_writes_amounts_plainly():
    content = as_csv(["金额", "日期", "无"], [[Yuan(2_583_300), dt.date(2026, 3, 5), None]])
    assert content.startswith(b"\xef\xbb\xbf")
    assert content.decode("utf-8-sig") == "金额,日期,无\r\n25833.00,2026-03-05,\r\n"
