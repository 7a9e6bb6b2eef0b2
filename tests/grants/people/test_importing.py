"""A list of teams comes into the register wholly or not at all: every fault at its cell, one line a team."""

from __future__ import annotations

import datetime as dt
import io
import json
import time
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override
from openpyxl import Workbook

from grants.kernel.identifiers import whole_uscc
from grants.people.commands.importing import File, import_teams
from grants.people.doubts import told_of
from grants.people.enums import Imported, LegalForm, Line
from grants.people.importing.plan import MOST_COLUMNS, MOST_ROWS, Fate
from grants.people.importing.teams import COLUMNS, plan_teams
from grants.people.models import AccessLink, RegisterImport, RegisterLine, RoleGrant, Team, User
from storage.tables import read_table
from tests.cast import HANGZHOU, SHANGCHENG, XIHU, YUECHENG, Cast
from workflow import clock
from workflow.lifecycle import Role
from workflow.refusals import Refused, Stale

HEAD = [str(column.label) for column in COLUMNS]
ROW = ["清波救护队", "上城区红十字会", "志愿服务队（未登记）", "", "33010200001", "2020-01-05", "45", "12", "", ""]
WHY = "春季换届后核对。"


def code(n: int) -> str:
    """A code whose check characters are right."""
    return whole_uscc(f"52330102MJ{n:06d}")


def row(**changed: str) -> list[str]:
    names = [column.name for column in COLUMNS]
    return [changed.get(name, ROW[at]) for at, name in enumerate(names)]


def faults(cast: Cast, *rows: list[str], actor: Any = None, **more: Any) -> dict[str, str]:
    plan = plan_teams([HEAD, *rows], actor=actor or cast.county_officer, **more)
    return {one.cell: one.message for one in plan.faults}


def fates(cast: Cast, *rows: list[str], **more: Any) -> list[Fate]:
    return [one.fate for one in plan_teams([HEAD, *rows], actor=cast.county_officer, **more).rows]


def test_a_team_of_the_list_is_in_the_register_with_a_line_and_the_import_says_who(cast: Cast):
    cells = [HEAD, row(), row(name="南星助老队", guided_by=SHANGCHENG)]
    made = import_teams(cells, actor=cast.county_officer, file=File("名单.xlsx", "ab" * 32))
    team = Team.objects.get(name="清波救护队")
    assert (team.guided_by, team.members, team.core_members) == (cast.places[SHANGCHENG], 45, 12)
    assert (team.founded_on, team.platform_no, team.legal_form) == (dt.date(2020, 1, 5), "33010200001", LegalForm.TEAM)
    line = team.lines.get()
    assert (line.what, line.by, line.at) == (Line.REGISTERED, cast.county_officer, clock.now())
    assert line.reason == "名单“名单.xlsx”第2行"
    assert (made.what, made.by, made.entered, made.file, made.file_digest) == (
        Imported.TEAMS,
        cast.county_officer,
        2,
        "名单.xlsx",
        "ab" * 32,
    )


@pytest.mark.parametrize(
    ("changed", "cell", "words"),
    [
        ({"name": ""}, "A2", "请填写这一项"),
        ({"name": "队" * 81}, "A2", "最多80个字"),
        ({"name": "=A1"}, "A2", "公式"),
        ({"guided_by": ""}, "B2", "没有填"),
        ({"guided_by": "月亮区红十字会"}, "B2", "没有这个红十字会"),
        ({"guided_by": "西湖区红十字会"}, "B2", "上级红十字会登记"),
        ({"legal_form": ""}, "C2", "没有填，可以填"),
        ({"legal_form": "公司"}, "C2", "可以填"),
        ({"legal_form": "依法登记"}, "D2", "请填写统一社会信用代码"),
        ({"uscc": code(1)}, "D2", "不填统一社会信用代码"),
        ({"legal_form": "已登记", "uscc": "5233010"}, "D2", "18 位"),
        ({"legal_form": "已登记", "uscc": code(1)[:17] + "0"}, "D2", "最后一位"),
        ({"legal_form": "已登记", "uscc": "5.2330102E+17"}, "D2", "文本"),
        ({"platform_no": "3.3010200001E+15"}, "E2", "文本"),
        ({"platform_no": "1" * 41}, "E2", "最多40个字"),
        ({"founded_on": ""}, "F2", "没有填"),
        ({"founded_on": "2021-02-30"}, "F2", "请写日期"),
        ({"founded_on": "去年"}, "F2", "请写日期"),
        ({"founded_on": "2026-03-03"}, "F2", "不能晚于今天"),
        ({"members": ""}, "G2", "没有填"),
        ({"members": "四十"}, "G2", "整数"),
        ({"members": "-5"}, "G2", "不能是负数"),
        ({"members": "4.5"}, "G2", "整数"),
        ({"members": "=SUM(A1:A9)"}, "G2", "公式"),
        ({"core_members": "46"}, "H2", "不能多于成员总数"),
        ({"leader": "周" * 51}, "I2", "最多50个字"),
        ({"mobile": "13800000007"}, "I2", "负责人的姓名"),
        ({"leader": "周秀兰", "mobile": "12345"}, "J2", "11 位"),
    ],
)
def test_a_fault_is_told_at_its_cell_and_nothing_is_imported(
    cast: Cast, changed: dict[str, str], cell: str, words: str
):
    cells = [HEAD, row(**changed), row(name="南星助老队")]
    plan = plan_teams(cells, actor=cast.county_officer)
    assert [one.cell for one in plan.faults] == [cell]
    assert words in plan.faults[0].message
    before = Team.objects.count()
    with pytest.raises(Refused, match=cell):
        import_teams(cells, actor=cast.county_officer)
    assert Team.objects.count() == before
    assert not RegisterImport.objects.exists()


def test_one_row_can_be_at_fault_in_several_cells(cast: Cast):
    told = faults(cast, row(guided_by="月亮", legal_form="公司", founded_on="?", members="x", core_members="-1"))
    assert list(told) == ["B2", "C2", "F2", "G2", "H2"]


def test_what_stands_twice_is_told_at_the_later_row(cast: Cast):
    registered = {"legal_form": "已登记", "uscc": code(1)}
    told = faults(
        cast,
        row(leader="甲", mobile="13800000007"),
        row(members="50", core_members="1"),
        row(name="乙队", **registered),
        row(name="丙队", **registered),
        row(name="丁队", leader="丁", mobile="138 0000 0007"),
    )
    assert told == {"A3": "和第2行重复。", "D5": "和第4行重复。", "J6": "和第2行重复。"}


def test_what_the_register_has_is_told(cast: Cast):
    Team.objects.filter(pk=cast.team.pk).update(legal_form=LegalForm.REGISTERED, uscc=code(7))
    User.objects.filter(pk=cast.applicant.pk).update(mobile="+8613800000007")
    told = faults(
        cast,
        row(legal_form="已登记", uscc=code(7)),
        row(name="甲队", leader="甲", mobile="13800000007"),
    )
    assert "另一支团队" in told["D2"]
    assert "已经有账号" in told["J3"]


def as_it_is(team: Team, **changed: str) -> list[str]:
    told = {name: str(getattr(team, name)) for name in ("name", "uscc", "platform_no", "members", "core_members")}
    return row(**(told | {"guided_by": SHANGCHENG, "founded_on": str(team.founded_on)} | changed))


def test_a_team_that_is_there_stays_and_one_that_differs_is_corrected_for_a_reason(cast: Cast):
    known = Team.objects.get(pk=cast.team.pk)
    assert fates(cast, as_it_is(known)) == [Fate.SAME]
    with pytest.raises(Refused, match="没有要导入的"):
        import_teams([HEAD, as_it_is(known)], actor=cast.county_officer)

    more = str(known.members + 9)
    assert "成员数和登记的不同" in faults(cast, as_it_is(known, members=more))["A2"]
    cells = [HEAD, as_it_is(known, members=more), row()]
    made = import_teams(cells, actor=cast.county_officer, reason=WHY)
    assert (made.entered, made.corrected, made.reason) == (1, 1, WHY)
    line = known.lines.get(what=Line.CORRECTED)
    assert (line.reason, json.loads(line.changes)) == (WHY, {"members": [known.members, known.members + 9]})
    known.refresh_from_db()
    assert str(known.members) == more


def test_an_empty_cell_leaves_what_stands_there(cast: Cast):
    Team.objects.filter(pk=cast.team.pk).update(platform_no="P1")
    assert fates(cast, as_it_is(cast.team, platform_no="")) == [Fate.SAME]


def test_another_legal_form_is_not_corrected_by_a_list(cast: Cast):
    told = faults(cast, as_it_is(cast.team, legal_form="已登记", uscc=code(3)), reason=WHY)
    assert "更正资料" in told["C2"]


def test_a_code_that_was_compared_with_the_certificate_is_taken(cast: Cast):
    doubtful = code(1)[:17] + ("0" if code(1)[17] != "0" else "1")
    cells = [HEAD, row(legal_form="已登记", uscc=doubtful)]
    import_teams(cells, actor=cast.county_officer, checked="逐一照登记证书核对。")
    team = Team.objects.get(name=ROW[0])
    (told,) = told_of(team)
    assert (team.uscc, told.said, told.who) == (doubtful, "逐一照登记证书核对。", cast.county_officer.name)


def test_a_leader_has_an_account_and_leads_the_team_and_is_let_in_later(cast: Cast):
    cells = [HEAD, row(leader="周秀兰", mobile="138 0000 0007"), row(name="甲队", leader="王五")]
    made = import_teams(cells, actor=cast.county_officer)
    grant = RoleGrant.objects.get(team__name=ROW[0])
    assert (grant.person.name, grant.person.mobile, grant.role) == ("周秀兰", "+8613800000007", Role.TEAM_LEADER)
    assert (grant.granted_by, grant.valid_from) == (cast.county_officer, clock.today())
    assert not grant.person.has_usable_password()
    assert made.leaders == 2
    assert not AccessLink.objects.exists()
    assert fates(cast, *cells[1:]) == [Fate.SAME, Fate.SAME]


@pytest.mark.parametrize(
    ("role", "place", "may"),
    [
        ("county_officer", SHANGCHENG, True),
        ("county_officer", XIHU, False),
        ("county_officer", HANGZHOU, False),
        ("city_officer", XIHU, True),
        ("city_officer", YUECHENG, False),
        ("officer", YUECHENG, True),
        ("sysadmin", YUECHENG, True),
        ("team_leader", SHANGCHENG, False),
        ("auditor", SHANGCHENG, False),
    ],
)
def test_a_list_holds_what_the_person_may_register(cast: Cast, role: str, place: str, may: bool):
    told = faults(cast, row(guided_by=place), actor=getattr(cast, role))
    assert list(told) == ([] if may else ["B2"])


def test_headings_are_known_in_any_order_and_examples_are_left_out(cast: Cast):
    heads = ["人数*", "团队", "核心成员", "成立日期", "指导单位", "登记情况"]
    example = ["1", "（示例）某队", "1", "2020-1-1", "上城区", "未登记"]
    cells = [["情暖浙江团队名单"], heads, example, ["30", "甲队", "3", "2020年3月5日", "上城区", "未登记"], []]
    plan = plan_teams(cells, actor=cast.county_officer)
    assert [(one.number, one.name, one.fate) for one in plan.rows] == [(4, "甲队", Fate.NEW)]
    assert plan.rows[0].facts["founded_on"] == dt.date(2020, 3, 5)


def test_a_list_without_a_needed_column_or_without_rows_is_told(cast: Cast):
    heads = [head for head in HEAD if head != "成立时间"]
    told = {one.cell: one.message for one in plan_teams([heads], actor=cast.county_officer).faults}
    assert told == {"1": "缺少“成立时间”一列"}
    assert faults(cast) == {"1": "表里没有要登记的行。"}


def test_what_was_looked_at_is_imported_once_and_nothing_else(cast: Cast):
    cells = [HEAD, row()]
    seen = plan_teams(cells, actor=cast.county_officer).seen
    with pytest.raises(Stale):
        import_teams([HEAD, row(members="46")], actor=cast.county_officer, seen=seen)
    first, again = (import_teams(cells, actor=cast.county_officer, seen=seen, key="k") for _time in range(2))
    assert first == again
    with pytest.raises(Stale):
        import_teams(cells, actor=cast.county_officer, seen=seen)
    assert Team.objects.filter(name=ROW[0]).count() == 1


def test_an_import_is_written_once_and_says_what_it_did(cast: Cast):
    import_teams([HEAD, row()], actor=cast.county_officer)
    for change in (lambda rows: rows.update(entered=9), lambda rows: rows.delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            change(RegisterImport.objects.all())
    facts: dict[str, Any] = {"what": Imported.TEAMS, "at": clock.now(), "digest": "d", "entered": 1}
    for wrong in ({"entered": 0}, {"corrected": 1}, {"digest": ""}, {"file": "a.xlsx"}, {"what": "people"}):
        with pytest.raises(DatabaseError), transaction.atomic():
            RegisterImport.objects.create(**(facts | wrong))


def test_a_longer_list_asks_no_more(cast: Cast):
    counts = []
    for n in (2, 40):
        cells = [HEAD, *(row(name=f"{n}之{k}队", leader="某") for k in range(n))]
        with CaptureQueriesContext(connection) as asked:
            import_teams(cells, actor=cast.city_officer)
        counts.append(len(asked))
    assert counts[1] == counts[0]


# A thousand teams -----------------------------------------------------------------------------------------------

PLANTED: dict[int, tuple[str, Any]] = {
    15: ("A", ""),
    80: ("A", "第60队"),  # the name of row 61
    131: ("A", "队" * 90),
    200: ("B", "月亮区红十字会"),
    201: ("B", "西湖区红十字会"),
    260: ("C", "有限公司"),
    302: ("D", code(298)[:17] + "0"),
    308: ("D", code(304)),  # the code of row 305
    351: ("E", "3.3010200001E+15"),
    400: ("F", "2021-02-30"),
    431: ("F", dt.date(2031, 1, 1)),
    500: ("G", "四十五"),
    555: ("G", -3),
    610: ("G", "=40+5"),
    700: ("H", 46),
    800: ("J", "1380000"),
    998: ("D", "52330102MJ"),
}
"""Row and column of each of the 17, and what stands there."""


def thousand(planted: dict[int, tuple[str, Any]]) -> bytes:
    book = Workbook()
    sheet: Any = book.active
    sheet.append(HEAD)
    for n in range(1, 1001):
        registered = n % 3 == 1
        form, number = ("依法登记", code(n)) if registered else ("未登记", "")
        leader = ["负责人", f"139{n:08d}"] if n % 2 else ["", ""]
        founded = dt.date(2015, 1, 1) + dt.timedelta(days=n)
        sheet.append([f"第{n}队", "330102", form, number, f"P{n:011d}", founded, 45, 12, *leader])
    for at, (column, value) in planted.items():
        sheet[f"{column}{at}"] = value
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def cells_of(content: bytes) -> list[list[str]]:
    return read_table(
        io.BytesIO(content), name="名单.xlsx", size=len(content), rows=MOST_ROWS, columns=MOST_COLUMNS, typed=True
    )


def test_of_a_thousand_teams_17_faults_are_told_by_cell_and_nothing_comes_in(cast: Cast):
    before = (Team.objects.count(), User.objects.count(), RegisterLine.objects.count())
    cells = cells_of(thousand(PLANTED))
    with pytest.raises(Refused) as refused:
        import_teams(cells, actor=cast.county_officer)
    told = [str(reason.message).split(" ")[0] for reason in refused.value.reasons]
    assert sorted(told) == sorted(f"{column}{at}" for at, (column, _value) in PLANTED.items())
    assert (Team.objects.count(), User.objects.count(), RegisterLine.objects.count()) == before
    assert not RegisterImport.objects.exists()


def test_a_thousand_teams_without_a_fault_come_in_within_ten_seconds(cast: Cast):
    content = thousand({})
    start = time.perf_counter()
    cells = cells_of(content)
    seen = plan_teams(cells, actor=cast.county_officer).seen
    made = import_teams(cells, actor=cast.county_officer, seen=seen)
    took = time.perf_counter() - start
    print(f"\n1,000 teams, 500 leaders: {took:.2f} s")
    assert (made.entered, made.leaders) == (1000, 500)
    assert Team.objects.filter(lines__what=Line.REGISTERED, name__startswith="第").count() == 1000
    assert took < 10


def test_a_table_made_in_one_language_is_read_in_the_other(cast: Cast):
    with override("en"):
        heads = [str(column.label) for column in COLUMNS]
        form = str(LegalForm.TEAM.label)
    plan = plan_teams([heads, row(legal_form=form)], actor=cast.county_officer)
    assert (plan.faults, plan.rows[0].fate) == ([], Fate.NEW)
    with override("en"):
        plan = plan_teams([HEAD, row()], actor=cast.county_officer)
    assert (plan.faults, plan.rows[0].fate) == ([], Fate.NEW)


def test_a_team_is_no_younger_than_its_legal_form(cast: Cast):
    Team.objects.filter(pk=cast.team.pk).update(form_since=dt.date(2020, 1, 1))
    told = faults(cast, as_it_is(cast.team, founded_on="2020-01-02"), reason=WHY)
    assert "登记情况变化的日期" in told["F2"]
