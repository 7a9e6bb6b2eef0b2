"""Whether a budget keeps the round's rules: bounds, shares, prices, what no grant may pay. Amounts in fen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext

from grants.applications.enums import MoneySource
from grants.applications.models import BudgetLine
from grants.kernel.money import format_fen, percent_of
from grants.programmes.profile import Profile

INSURANCE = "VOL_INSURANCE"
DURABLE = ("ACT_MATERIAL", "OTHER")
TELLTALE = {
    "固定资产": ("固定资产", "基建", "装修", "车辆购置"),
    "现金": ("慰问品", "慰问金", "红包", "现金"),
    "工资": ("工资", "奖金", "福利费", "年终奖"),
    "招待": ("招待", "礼品", "烟酒", "香烟", "白酒", "宴请"),
    "偿债": ("偿债", "还贷", "罚款", "滞纳金", "投资"),
    "白条": ("白条",),
}
"""Words in a line that give away what the configuration prohibits; they count while a prohibition names their key."""


def budget_problems(
    lines: Sequence[BudgetLine], rules: Profile, *, hazardous: bool, activities: Collection[str]
) -> list[str]:
    """Everything against the budget, each with its figures; empty when it keeps the rules.

    Caps and prices bind what the grant pays; `activities` is what the plan calls its activities. Source: DOMAIN 2.6,
    every figure from the round's configuration.
    """
    granted = [line for line in lines if line.source == MoneySource.GRANT]
    found = [*_bounds(granted, rules), *_shares(granted, rules), *_prices(granted, rules), *_prohibited(granted, rules)]
    found += _activities(lines, rules, activities)
    if hazardous and not any(line.category == INSURANCE for line in lines):
        found.append(gettext("活动可能发生人身危险，预算须有志愿者保险"))
    return found


@dataclass(frozen=True)
class Share:
    """What a category, or a group, takes of the grant: spent and at most (fen), and the cap in whole percent."""

    name: str
    spent_fen: int
    most_fen: int
    cap_pct: int

    @property
    def over(self) -> bool:
        """Whether it takes more than it may."""
        return self.spent_fen > self.most_fen


def shares(lines: Sequence[BudgetLine], rules: Profile) -> list[Share]:
    """Every capped category and group, in the order of the configuration, used or not."""
    granted = [line for line in lines if line.source == MoneySource.GRANT]
    total, spent = sum(line.amount_fen for line in granted), Counter[str]()
    for line in granted:
        spent[line.category] += line.amount_fen
    capped = [(one.label, spent[one.code], one.cap_pct) for one in rules.budget.categories if one.cap_pct is not None]
    capped += [(one.label, sum(spent[code] for code in one.members), one.cap_pct) for one in rules.budget.groups]
    return [Share(name, used, percent_of(total, pct), pct) for name, used, pct in capped]


def line_problems(line: BudgetLine, rules: Profile, activities: Collection[str]) -> list[str]:
    """What is wrong with this line by itself: its activity; its price or what it would buy, if the grant is to pay."""
    found = list(_activities([line], rules, activities))
    if line.source != MoneySource.GRANT:
        return found
    return [*_prices([line], rules), *_prohibited([line], rules), *found]


def _bounds(granted: Sequence[BudgetLine], rules: Profile) -> Iterator[str]:
    total, plan = sum(line.amount_fen for line in granted), rules.round
    told = {"sum": format_fen(total), "min": format_fen(plan.grant_min_fen), "max": format_fen(plan.grant_max_fen)}
    if not granted:
        yield gettext("预算还没有由本项目资助的支出")
    elif not plan.grant_min_fen <= total <= plan.grant_max_fen:
        yield gettext("申请 %(sum)s 元，须在 %(min)s 元至 %(max)s 元之间") % told


def _shares(granted: Sequence[BudgetLine], rules: Profile) -> Iterator[str]:
    for share in shares(granted, rules):
        yield from _over(share)
    if strange := {line.category for line in granted} - {category.code for category in rules.budget.categories}:
        yield gettext("本轮没有科目 %(code)s") % {"code": min(strange)}


def _over(share: Share) -> Iterator[str]:
    if share.over:
        told: dict[str, object] = {"name": share.name, "spent": format_fen(share.spent_fen), "pct": share.cap_pct}
        told["most"] = format_fen(share.most_fen)
        yield gettext("%(name)s %(spent)s 元，超过资助的 %(pct)s%%（%(most)s 元）") % told


def _prices(granted: Sequence[BudgetLine], rules: Profile) -> Iterator[str]:
    caps = rules.budget.unit_caps
    limits = {
        "VOL_MEAL": (caps.meal_per_person_per_activity_fen, gettext("每人每次用餐")),
        "VOL_TRANSPORT": (caps.transport_per_person_per_day_fen, gettext("每人每天交通")),
    }
    for line in granted:
        most, what = limits.get(line.category, (0, ""))
        if line.category == "TRAINING" and "半天" in line.unit:
            most, what = caps.local_expert_per_half_day_fen, gettext("专家每半天")
        if most and line.unit_price_fen > most:
            told = {"item": line.item, "what": what, "price": format_fen(line.unit_price_fen), "most": format_fen(most)}
            yield gettext("“%(item)s”单价 %(price)s 元，%(what)s最多 %(most)s 元") % told
        if line.category in DURABLE and line.unit_price_fen >= caps.fixed_asset_from_fen:
            told = {"item": line.item, "from": format_fen(caps.fixed_asset_from_fen)}
            yield gettext("“%(item)s”单价达到 %(from)s 元，属于固定资产，不能列支") % told


def _prohibited(granted: Sequence[BudgetLine], rules: Profile) -> Iterator[str]:
    active = [words for key, words in TELLTALE.items() if any(key in phrase for phrase in rules.budget.prohibited)]
    telltale = [*(word for words in active for word in words), *rules.budget.prohibited]
    for line in granted:
        if word := next((word for word in telltale if word in line.item), ""):
            yield gettext("“%(item)s”含“%(word)s”，属于不得列支的内容") % {"item": line.item, "word": word}


def _activities(lines: Sequence[BudgetLine], rules: Profile, known: Collection[str]) -> Iterator[str]:
    asked = {category.code for category in rules.budget.categories if category.by_activity}
    for line in lines:
        told = {"item": line.item, "activity": line.activity}
        if line.activity and line.activity not in known:
            yield gettext("“%(item)s”对应的活动“%(activity)s”不在活动计划里") % told
        elif not line.activity and line.category in asked and line.source == MoneySource.GRANT:
            yield gettext("“%(item)s”请写明是哪项活动用的") % told
