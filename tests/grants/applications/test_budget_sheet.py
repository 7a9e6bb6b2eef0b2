"""A budget comes from Excel: every row is a line, every fault is named by its cell, and what goes out comes back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grants.applications.budget_sheet import read_budget
from grants.kernel.cells import as_text, cell_name, pasted
from grants.programmes.profile import load_profile

RULES = load_profile("qingnuan")
HEAD = ["科目", "内容", "单位", "单价（元）", "数量", "金额（元）", "来源", "测算依据", "用于哪项活动"]
GAUZE = ["活动物资", "急救包耗材", "套", "25.00", "40", "1,000.00", "本项目资助", "10场 × 4套", "社区救护课"]
PLAN = ["社区救护课", "走访"]


def label(code: str) -> str:
    return next(str(one.label) for one in RULES.budget.categories if one.code == code)


GAUZE[0] = label("ACT_MATERIAL")


def faults(*rows: list[str]) -> dict[str, str]:
    return {one.cell: one.message for one in read_budget(rows, RULES, PLAN).faults}


def test_a_row_under_the_headings_is_a_line():
    table = read_budget([HEAD, GAUZE], RULES, PLAN)
    assert table.faults == []
    assert table.lines == [
        {
            "category": "ACT_MATERIAL",
            "source": "grant",
            "item": "急救包耗材",
            "unit": "套",
            "basis": "10场 × 4套",
            "activity": "社区救护课",
            "unit_price_fen": 2500,
            "quantity": 40,
        }
    ]


def test_titles_empty_rows_and_sums_are_no_lines():
    rows = [["社区救护项目预算表"], [], HEAD, GAUZE, [], ["合 计", "", "", "", "", "1,000.00"]]
    table = read_budget(rows, RULES, PLAN)
    assert (table.faults, table.rows) == ([], [4])


def test_columns_are_known_by_their_headings_in_any_order_and_under_other_names():
    head = ["序号", "支出内容", "费用类别", "数量*", "单价(元)", "计量单位", "说明"]
    table = read_budget([head, ["1", "急救包耗材", GAUZE[0], "40", "25元", "套", "够用"]], RULES, PLAN)
    assert table.faults == []
    assert (table.lines[0]["unit_price_fen"], table.lines[0]["quantity"], table.lines[0]["basis"]) == (2500, 40, "够用")


def test_without_headings_the_columns_come_in_our_order():
    assert read_budget([GAUZE], RULES, PLAN).lines == read_budget([HEAD, GAUZE], RULES, PLAN).lines


def test_in_english_as_well():
    head = ["Category", "Item", "Unit", "Unit price (yuan)", "Quantity", "Amount (yuan)", "Source", "Basis"]
    english = next(one.en for one in RULES.budget.categories if one.code == "ACT_MATERIAL")
    assert read_budget([head, [english, *GAUZE[1:6], "grant", ""]], RULES, PLAN).faults == []


def test_a_table_without_a_needed_column_says_which():
    assert read_budget([["科目", "内容", "单位", "单价"], GAUZE[:4]], RULES, PLAN).faults[0].message == "缺少“数量”一列"


@pytest.mark.parametrize(
    ("at", "words", "told"),
    [
        (0, "办公家具", "可以填：活动"),
        (0, "", "没有填，可以填：活动"),
        (1, "", "没有填"),
        (1, "长" * 81, "有 81 个字，最多 80 个"),
        (2, "十一个字的单位太长了呀呀", "最多 10 个"),
        (3, "二十五", "请填金额"),
        (3, "0", "请填金额"),
        (3, "-5", "请填金额"),
        (3, "25.001", "请填金额"),
        (4, "40.5", "请填从 1 起的整数"),
        (4, "0", "请填从 1 起的整数"),
        (4, "²", "请填从 1 起的整数"),
        (5, "999.00", "单价 × 数量是 1,000.00 元"),
        (6, "朋友", "可以填：本项目资助"),
        (7, "说" * 201, "最多 200 个"),
    ],
)
def test_a_fault_is_named_by_its_cell(at: int, words: str, told: str):
    row = [*GAUZE[:at], words, *GAUZE[at + 1 :]]
    (cell, message), *others = faults(HEAD, GAUZE, row).items()
    assert (cell, others) == (f"{'ABCDEFGH'[at]}3", [])
    assert told in message


def test_every_fault_is_told_at_once():
    bad = ["不知道", "", "套", "x", "y", "", "", ""]
    assert set(faults(HEAD, bad, GAUZE, bad)) == {"A2", "B2", "D2", "E2", "A4", "B4", "D4", "E4"}


def test_a_whole_number_from_excel_may_have_a_point():
    assert read_budget([HEAD, [*GAUZE[:4], "40.0", *GAUZE[5:]]], RULES, PLAN).lines[0]["quantity"] == 40


def test_more_lines_than_a_budget_holds_are_refused_where_they_begin():
    assert faults(HEAD, *[GAUZE] * 61) == {"62": "预算最多 60 行。"}


def test_a_table_of_nothing_says_so():
    assert faults(HEAD) == {"1": "表格里没有预算明细"}


def test_a_cell_of_two_lines_is_one_cell():
    assert pasted('科目\t内容\n甲\t"两\n行 ""字"""\n') == [["科目", "内容"], ["甲", '两 行 "字"']]


def test_any_end_of_a_line_ends_a_row():
    assert pasted("甲\t乙\r\n丙\r丁\n") == [["甲", "乙"], ["丙"], ["丁"]]


def test_a_line_far_down_is_read_as_well():
    assert read_budget([HEAD, *[[]] * 200, GAUZE], RULES, PLAN).rows == [202]


WORDS = st.text(st.characters(exclude_categories=("C", "Z")), max_size=12)


@given(st.lists(st.lists(WORDS, min_size=1, max_size=8), max_size=8))
def test_what_is_laid_open_is_read_as_it_was(rows: list[list[str]]):
    assert pasted(as_text(rows)) == rows


@given(st.lists(st.lists(WORDS, max_size=9), max_size=12))
def test_no_table_makes_it_fall_over_and_each_fault_has_a_place(rows: list[list[str]]):
    table = read_budget(rows, RULES, PLAN)
    assert all(fault.cell and fault.message for fault in table.faults)
    assert len(table.lines) == len(table.rows)


def test_the_third_row_of_the_first_column():
    assert (cell_name(0, 3), cell_name(27, 3)) == ("A3", "AB3")


def test_an_activity_that_is_not_planned_is_named_at_its_cell():
    assert faults(HEAD, [*GAUZE[:8], "联欢会"]) == {"I2": "可以填：社区救护课、走访"}
    assert read_budget([HEAD, [*GAUZE[:8], ""]], RULES, []).faults == []
    (fault,) = read_budget([HEAD, GAUZE], RULES, []).faults
    assert (fault.cell, fault.message) == ("I2", "活动计划里还没有活动，先空着")
