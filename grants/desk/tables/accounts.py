"""The money of one project in words and figures: bars by category, what is cut and why, what is left over."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from grants.applications.models import Project
from grants.desk.queries.accounts import Bound, Event, Shown
from grants.funds.enums import SourceKind
from grants.programmes.queries import rules_of
from grants.settlement.statement import Item, Row, Statement
from workflow.lifecycle import PROJECT

WIDE = 100


def category_names(project: Project) -> dict[str, str]:
    """The round's names of categories by code."""
    return {one.code: one.label for one in rules_of(project.round).budget.categories}


@dataclass(frozen=True)
class Bar:
    """One category: the budget as it stands, what was claimed and accepted of it, drawn in hundredths of the budget."""

    name: str
    row: Row

    @property
    def claimed(self) -> int:
        """How far the claims reach, in percent of the budget, at most 100."""
        return self._share(self.row.claimed_fen)

    @property
    def spent(self) -> int:
        """How far accepted spending reaches."""
        return self._share(self.row.spent_fen)

    @property
    def over(self) -> bool:
        """Whether more is claimed than the budget has."""
        return self.row.claimed_fen > self.row.total_fen

    @property
    def percent(self) -> str:
        """Accepted spending in percent of the budget, 98.75%."""
        return f"{self.row.rate_hundredths // 100}.{self.row.rate_hundredths % 100:02d}%"

    def _share(self, fen: int) -> int:
        if self.row.total_fen <= 0:
            return WIDE if fen else 0
        return min(WIDE, fen * WIDE // self.row.total_fen)


def bars(project: Project, drawn: Statement) -> list[Bar]:
    """A bar for every category that has a budget or spending."""
    names = category_names(project)
    return [Bar(names.get(row.category, row.category), row) for row in drawn.rows]


@dataclass(frozen=True)
class Cut:
    """A voucher that finance did not accept whole."""

    item: Item
    name: str

    @property
    def cut_fen(self) -> int:
        """What was cut, in fen."""
        return self.item.claimed_fen - (self.item.accepted_fen or 0)


def cuts(project: Project, drawn: Statement) -> list[Cut]:
    """What was cut, with the reason."""
    names = category_names(project)
    return [Cut(item, names.get(item.category, item.category)) for item in drawn.cuts]


def neighbours(vouchers: Iterable[Shown], number: int) -> dict[str, Any]:
    """The voucher of that number with the one before and after it, and the next that nobody has decided on."""
    rows = [one for one in vouchers if one.voucher.withdrawn_at is None]
    place = next((n for n, one in enumerate(rows) if one.voucher.number == number), None)
    if place is None:
        return {}
    open_rows = [one.voucher.number for one in rows if one.voucher.accepted_fen is None]
    after = [n for n in open_rows if n > number] or [n for n in open_rows if n < number]
    return {
        "shown": rows[place],
        "place": place + 1,
        "count": len(rows),
        "before": rows[place - 1].voucher.number if place else None,
        "after": rows[place + 1].voucher.number if place + 1 < len(rows) else None,
        "next_open": after[0] if after else None,
        "open_count": len(open_rows),
    }


def totals(vouchers: Iterable[Shown]) -> dict[str, int]:
    """What stands: claimed, accepted, cut, and still to decide, in fen; withdrawn vouchers count nothing."""
    rows = [one.voucher for one in vouchers if one.voucher.withdrawn_at is None]
    decided = [row for row in rows if row.accepted_fen is not None]
    claimed, accepted = sum(row.claimed_fen for row in rows), sum(row.accepted_fen or 0 for row in decided)
    settled = sum(row.claimed_fen for row in decided)
    return {"claimed": claimed, "accepted": accepted, "cut": settled - accepted, "open": claimed - settled}


def told(events: Iterable[Event]) -> list[dict[str, Any]]:
    """The story of what was left over: when, what, who, how much."""
    return [
        {"at": one.step.at, "label": str(PROJECT.deeds[one.step.move].label), "who": one.step.hand, "fen": one.fen}
        for one in events
    ]


RETURNS: dict[str, StrOrPromise] = {
    SourceKind.FISCAL: _("按财政规定上缴国库或统筹使用"),
    SourceKind.DONATION: _("按捐赠人的意愿处理；没有约定的，用于相近的目的，并向社会公告"),
    SourceKind.LOTTERY: _("退回福彩公益金，按规定统筹使用"),
    SourceKind.FEES: _("退回本轮，继续用于红十字会的任务"),
    SourceKind.OWN: _("退回本轮，继续安排"),
}
"""Where returned money goes, by where it came from. Source: DOMAIN.md, budget and charity law."""


def returns(found: Iterable[Bound]) -> list[dict[str, Any]]:
    """The parts of a surplus with where each goes, and what the giver wished."""
    return [
        {"name": one.source.name, "fen": one.fen, "where": RETURNS[one.source.kind], "intent": one.source.intent}
        for one in found
    ]


def left_over(story: Any) -> str:
    """What the accounts leave, in one sentence."""
    if story.held > 0:
        return gettext("收款单位手中还有结余，须退回、按规定留用或核销，才能结项。")
    if story.held < 0:
        return gettext("收款单位垫付了钱，等最后一期拨款补上，才能结项。")
    if story.undrawn > 0:
        return gettext("收款单位不欠也不垫；还有没拨的钱，按决算应拨的拨，不再拨的释放回本轮。")
    return gettext("没有结余，也没有未拨的钱。")
