"""A budget keeps the round's bounds, shares and prices; every breach is told with its figures."""

from __future__ import annotations

from typing import Any

import pytest

from grants.applications.budget_checks import budget_problems
from grants.applications.models import BudgetLine
from grants.programmes.profile import Profile, load_profile, profile_text

RULES = load_profile("qingnuan")
PLAN = ("社区救护课", "走访")


def line(category: str, price: int, quantity: int = 1, item: str = "训练耗材", **more: Any) -> BudgetLine:
    facts = {"unit": "项", "source": "grant"} | more
    amount = price * quantity
    return BudgetLine(category=category, item=item, unit_price_fen=price, quantity=quantity, amount_fen=amount, **facts)


def materials(yuan: int) -> BudgetLine:
    return line("ACT_MATERIAL", 10_000, yuan // 100)


def told(*lines: BudgetLine, hazardous: bool = False, rules: Profile = RULES) -> list[str]:
    return budget_problems(lines, rules, hazardous=hazardous, activities=PLAN)


def test_a_sound_budget_has_no_problem():
    assert told(materials(18_000), line("PUBLICITY", 200_000), line("VOL_MEAL", 3_000, 100, "午餐")) == []


def test_a_budget_needs_something_the_grant_pays():
    assert told() == ["预算还没有由本项目资助的支出"]
    assert told(line("ACT_MATERIAL", 10_000, 100, source="own")) == ["预算还没有由本项目资助的支出"]


@pytest.mark.parametrize(("yuan", "fine"), [(9_900, False), (10_000, True), (50_000, True), (50_100, False)])
def test_the_request_lies_between_floor_and_ceiling(yuan: int, fine: bool):
    assert (told(materials(yuan)) == []) is fine


def test_a_request_out_of_bounds_is_told_with_all_three_figures():
    assert told(materials(60_000)) == ["申请 60,000.00 元，须在 10,000.00 元至 50,000.00 元之间"]


@pytest.mark.parametrize(
    ("category", "pct"), [("PUBLICITY", 15), ("VENUE", 15), ("TRAINING", 20), ("EVALUATION", 5), ("MANAGEMENT", 5)]
)
def test_a_category_keeps_its_share_to_the_fen(category: str, pct: int):
    cap = 2_000_000 * pct // 100

    assert told(line("ACT_MATERIAL", 1, 2_000_000 - cap), line(category, cap)) == []
    assert told(line("ACT_MATERIAL", 1, 2_000_000 - cap - 1), line(category, cap + 1)) != []


def test_a_share_that_is_too_large_is_told_with_its_cap():
    assert told(materials(8_000), line("PUBLICITY", 200_000)) == ["宣传制作 2,000.00 元，超过资助的 15%（1,500.00 元）"]


def test_volunteer_subsidies_share_one_cap():
    lines = [materials(6_000), line("VOL_MEAL", 2_000, 100, "午餐"), line("VOL_TRANSPORT", 2_000, 100, "公交")]

    assert told(*lines) == ["志愿者补贴 4,000.00 元，超过资助的 35%（3,500.00 元）"]


def test_what_others_pay_is_not_capped():
    own = line("PUBLICITY", 5_000_000, source="own")

    assert told(materials(10_000), own) == []


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (line("VOL_MEAL", 3_001, 1, "午餐"), "“午餐”单价 30.01 元，每人每次用餐最多 30.00 元"),
        (line("VOL_TRANSPORT", 5_001, 1, "公交"), "“公交”单价 50.01 元，每人每天交通最多 50.00 元"),
        (
            line("TRAINING", 50_001, 1, "讲师", unit="人·半天"),
            "“讲师”单价 500.01 元，专家每半天最多 500.00 元",
        ),
        (
            line("ACT_MATERIAL", 100_000, 1, "除颤仪"),
            "“除颤仪”单价达到 1,000.00 元，属于固定资产，不能列支",
        ),
        (line("ACT_MATERIAL", 10_000, 1, "春节慰问品"), "“春节慰问品”含“慰问品”，属于不得列支的内容"),
        (line("OTHER", 10_000, 1, "队员奖金"), "“队员奖金”含“奖金”，属于不得列支的内容"),
        (line("ENTERTAINMENT", 10_000, 1, "茶歇"), "本轮没有科目 ENTERTAINMENT"),
    ],
)
def test_a_line_that_may_not_be_is_named(bad: BudgetLine, message: str):
    assert told(materials(20_000), bad) == [message]


def test_what_is_not_prohibited_in_the_configuration_is_not_looked_for():
    text = profile_text("qingnuan").replace("现金或慰问品直接发放给服务对象, ", "")

    assert told(materials(20_000), line("OTHER", 10_000, 1, "慰问品"), rules=Profile.parse(text)) == []


def test_a_hazardous_project_insures_its_volunteers_whoever_pays():
    assert told(materials(20_000), hazardous=True) == ["活动可能发生人身危险，预算须有志愿者保险"]
    assert told(materials(20_000), line("VOL_INSURANCE", 500, 24, "保险", source="own"), hazardous=True) == []


def test_every_problem_is_told():
    assert len(told(line("PUBLICITY", 900_000, 1, "招待礼品"), hazardous=True)) == 4


def test_an_activity_is_one_of_the_plan_whoever_pays():
    assert told(materials(20_000), line("VOL_MEAL", 2_000, 100, "午餐", activity="社区救护课")) == []
    wrong = line("VENUE", 20_000, item="礼堂", source="own", activity="联欢会")
    assert told(materials(20_000), wrong) == ["“礼堂”对应的活动“联欢会”不在活动计划里"]


def test_where_the_round_asks_for_it_a_line_of_the_category_names_its_activity():
    meals = "code: VOL_MEAL, zh: 志愿者用餐补贴, en: Volunteers’ meals, cap_pct: null"
    rules = Profile.parse(profile_text("qingnuan").replace(meals, f"{meals}, by_activity: true"))
    lunch: dict[str, Any] = {"category": "VOL_MEAL", "price": 2_000, "quantity": 100, "item": "午餐"}
    assert told(materials(20_000), line(**lunch), rules=rules) == ["“午餐”请写明是哪项活动用的"]
    assert told(materials(20_000), line(**lunch, activity="走访"), rules=rules) == []
    assert told(materials(20_000), line(**lunch, source="donation"), rules=rules) == []


def test_what_an_officer_adds_to_the_list_is_refused_by_its_own_words():
    rules = Profile.parse(profile_text("qingnuan").replace("prohibited: [", "prohibited: [无人机, "))
    assert told(materials(20_000), line("PUBLICITY", 90_000, item="无人机航拍"), rules=rules) == [
        "“无人机航拍”含“无人机”，属于不得列支的内容"
    ]
