"""A budget as a table of cells: what Excel holds or the clipboard brings, read cell by cell, faults at their cells."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from grants.applications.commands import DEAREST, LONGEST, MOST, MOST_LINES
from grants.applications.enums import MoneySource
from grants.kernel.cells import CellFault, Cells, Column, cell_name, headings, plain, whole_of
from grants.kernel.errors import Malformed
from grants.kernel.money import format_fen, parse_yuan
from grants.programmes.profile import Profile
from workflow.phrases import listed

MOST_ROWS = MOST_LINES + 20
"""Lines of the sheet that are read: those of a budget, headings and sums."""
MOST_COLUMNS = 12
COLUMNS = (
    Column("category", _("科目"), ("科目", "类别", "费用类别", "category")),
    Column("item", _("内容"), ("内容", "支出内容", "支出项目", "项目", "名称", "明细", "item", "content", "what")),
    Column("unit", _("单位"), ("单位", "计量单位", "unit")),
    Column("unit_price_fen", _("单价（元）"), ("单价", "unit price", "price")),
    Column("quantity", _("数量"), ("数量", "quantity", "number")),
    Column("amount_fen", _("金额（元）"), ("金额", "小计", "合计", "amount")),
    Column("source", _("来源"), ("来源", "资金来源", "source")),
    Column("basis", _("测算依据"), ("测算依据", "依据", "说明", "备注", "basis")),
    Column("activity", _("用于哪项活动"), ("用于哪项活动", "对应的活动", "活动", "activity")),
)
"""In the order in which they are written out, and read where the table has no headings."""
NEEDED = ("category", "item", "unit", "unit_price_fen", "quantity")
SUMS = frozenset({"合计", "总计", "小计", "total", "sum"})


@dataclass
class BudgetTable:
    """The lines that could be read, each with the row it stands in, and every fault."""

    lines: list[dict[str, Any]] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)
    faults: list[CellFault] = field(default_factory=list)


def written(lines: Sequence[Any], rules: Profile) -> list[dict[str, Any]]:
    """Budget lines as cells by the name of their column: amounts in fen, category and source in words."""
    names = {one.code: str(one.label) for one in rules.budget.categories}
    return [
        {
            "category": names.get(line.category, line.category),
            "item": line.item,
            "unit": line.unit,
            "unit_price_fen": line.unit_price_fen,
            "quantity": line.quantity,
            "amount_fen": line.amount_fen,
            "source": str(MoneySource(line.source).label),
            "basis": line.basis,
            "activity": line.activity,
        }
        for line in lines
    ]


def read_budget(cells: Cells, rules: Profile, activities: Sequence[str]) -> BudgetTable:
    """Every row with something in it is a line; headings, sums and empty rows are none.

    Columns are known by their headings, in whatever order; without headings they come in the order of `COLUMNS`.
    An amount in the table must be price × quantity, an activity one of those of the plan. The round's own rules on
    prices and shares are not asked here.
    """
    found = BudgetTable()
    head, start = headings(cells, COLUMNS, len(NEEDED) - 1)
    if lacking := [str(column.label) for column in COLUMNS if column.name in NEEDED and column.name not in head]:
        for name in lacking:
            found.faults.append(CellFault(f"{start}", gettext("缺少“%(name)s”一列") % {"name": name}))
        return found
    for number, row in enumerate(cells[start:], start=start + 1):
        given = {name: row[at].strip() if at < len(row) else "" for name, at in head.items()}
        if not any(given.values()) or _is_sum(given):
            continue
        line, faults = _line(given, rules, activities)
        found.faults += [CellFault(cell_name(head[name], number), words, given[name]) for name, words in faults]
        if not faults:
            found.lines.append(line)
            found.rows.append(number)
    if not found.lines and not found.faults:
        found.faults.append(CellFault("1", gettext("表格里没有预算明细")))
    if len(found.lines) > MOST_LINES:
        found.faults.append(CellFault(str(found.rows[MOST_LINES]), gettext("预算最多 %(n)s 行。") % {"n": MOST_LINES}))
    return found


def _is_sum(given: Mapping[str, str]) -> bool:
    said = {plain(given[name]).replace(" ", "") for name in ("category", "item", "unit")}
    return not SUMS.isdisjoint(said) and not given["quantity"]


Faults = list[tuple[str, str]]


def _line(given: Mapping[str, str], rules: Profile, activities: Sequence[str]) -> tuple[dict[str, Any], Faults]:
    line: dict[str, Any] = {
        "category": _category(given["category"], rules),
        "source": _source(given.get("source", "")),
        **{name: given.get(name, "") for name in LONGEST},
        "unit_price_fen": _fen(given["unit_price_fen"]),
        "quantity": whole_of(given["quantity"]),
    }
    faults = [*_in_words(line, given, rules), *_in_figures(line, given)]
    if line["activity"] and line["activity"] not in activities:
        faults.append(
            (
                "activity",
                _unknown(line["activity"], activities) if activities else gettext("活动计划里还没有活动，先空着"),
            )
        )
    return line, faults


def _in_words(line: Mapping[str, Any], given: Mapping[str, str], rules: Profile) -> Iterator[tuple[str, str]]:
    if not line["category"]:
        yield "category", _unknown(given["category"], [str(one.label) for one in rules.budget.categories])
    if not line["source"]:
        yield "source", _unknown(given["source"], [str(label) for label in MoneySource.labels])
    for name, most in LONGEST.items():
        if len(line[name]) > most:
            yield name, gettext("有 %(n)s 个字，最多 %(most)s 个") % {"n": len(line[name]), "most": most}
        elif not line[name] and name in NEEDED:
            yield name, gettext("没有填")


def _in_figures(line: Mapping[str, Any], given: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    price, quantity = line["unit_price_fen"], line["quantity"]
    if not (price_ok := price is not None and 0 < price <= DEAREST):
        yield "unit_price_fen", gettext("请填金额，例如 25 或 25.50")
    if not (quantity_ok := quantity is not None and 0 < quantity <= MOST):
        yield "quantity", gettext("请填从 1 起的整数")
    if price_ok and quantity_ok and given.get("amount_fen") and _fen(given["amount_fen"]) != price * quantity:
        yield "amount_fen", gettext("单价 × 数量是 %(product)s 元") % {"product": format_fen(price * quantity)}


def _unknown(words: str, known: Sequence[str]) -> str:
    told = {"some": listed(known)}
    return gettext("可以填：%(some)s") % told if words else gettext("没有填，可以填：%(some)s") % told


def _category(words: str, rules: Profile) -> str:
    known = [({one.zh, one.en, one.code}, one.code) for one in rules.budget.categories]
    known += [({plain(name) for name in names if name}, code) for names, code in known]
    return next((str(code) for names, code in known if words in names or plain(words) in names), "") if words else ""


def _source(words: str) -> str:
    """Nothing said is the grant."""
    wanted = plain(words)
    if not wanted:
        return MoneySource.GRANT.value
    return next((value for value, label in MoneySource.choices if wanted in {value, plain(str(label))}), "")


def _fen(words: str) -> int | None:
    plain = unicodedata.normalize("NFKC", words).strip().removeprefix("¥").removeprefix("￥").removesuffix("元").strip()
    try:
        return parse_yuan(plain)
    except Malformed:
        return None
