"""Records of reviewers in words: in time, how far from the others, how they were rated; sorted and narrowed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from grants.desk.queries.foretelling import GRADE, REACHED, SPENT, TOTAL, Foreseen
from grants.desk.queries.reviewers import ReviewerRecord, RoundRecord
from grants.desk.tables.rank_charts import hand_line
from grants.programmes.models import Round
from grants.reviews.assigning.enums import Rated, Reply
from grants.reviews.statistics.foretelling import LEAST, Foretold, foretold

PUNCTUAL = 80
"""From which share of scores in time, in percent, a reviewer counts as in time."""
LAST = -(10**6)
SORTS: dict[str, tuple[StrOrPromise, Callable[[ReviewerRecord], Any]]] = {
    "name": (_("按姓名"), lambda row: 0),
    "timely": (_("按时的在前"), lambda row: (-_or(row.timely), -_or(row.mean_days))),
    "apart": (_("偏差小的在前"), lambda row: abs(_or(row.apart))),
    "rated": (_("评价高的在前"), lambda row: -_or(row.rated)),
}
"""How a list of reviewers may be sorted; who has no figure stands last, equals by name."""
FILTERS: dict[str, tuple[StrOrPromise, Callable[[ReviewerRecord], bool]]] = {
    "all": (_("全部"), lambda row: True),
    "punctual": (_("往轮按时"), lambda row: (row.timely or 0) >= PUNCTUAL),
    "tardy": (_("往轮不按时"), lambda row: row.timely is not None and row.timely < PUNCTUAL),
    "praised": (_("评价3分以上"), lambda row: (row.rated or 0) >= Rated.EXPECTED),
    "new": (_("没有往轮记录"), lambda row: not row.seats),
}
"""How it may be narrowed."""


def _or(value: float | None) -> float:
    return LAST if value is None else value


def chosen(wanted: Mapping[str, str]) -> tuple[str, str]:
    """The sort and the filter that the address asks for; by name and everybody where it asks for none."""
    sort, only = wanted.get("sort", ""), wanted.get("only", "")
    return sort if sort in SORTS else "name", only if only in FILTERS else "all"


def arranged(rows: Iterable[ReviewerRecord], sort: str, only: str) -> list[ReviewerRecord]:
    """The records of the filter in the order of the sort."""
    return sorted((row for row in rows if FILTERS[only][1](row)), key=SORTS[sort][1])


def chips(sort: str, only: str) -> dict[str, Any]:
    """Sorts and filters as links."""
    return {
        "sorts": [(code, label, code == sort) for code, (label, _key) in SORTS.items()],
        "filters": [(code, label, code == only) for code, (label, _test) in FILTERS.items()],
        "sort": sort,
        "only": only,
    }


@dataclass(frozen=True)
class Told:
    """One reviewer's figures in words; what there is none of is empty."""

    row: ReviewerRecord
    timely: str
    days: str
    apart: str
    rated: str


def told(row: ReviewerRecord) -> Told:
    """The figures over all rounds."""
    timely = "" if row.timely is None else gettext("按时%(p)s%%") % {"p": row.timely}
    rated = "" if row.rated is None else gettext("评价%(points)s") % {"points": f"{row.rated:.1f}"}
    return Told(row, timely, days_words(row.days), apart_words(row.apart), rated)


def days_words(days: Sequence[int]) -> str:
    """How early or late on average."""
    if not days:
        return ""
    mean = sum(days) / len(days)
    words = {"n": f"{abs(mean):.1f}"}
    return gettext("平均提前%(n)s天") % words if mean >= 0 else gettext("平均晚%(n)s天") % words


def apart_words(points: float | None) -> str:
    """How far from the mean of the others on the same projects."""
    if points is None:
        return ""
    words = {"n": f"{abs(points):.1f}"}
    if abs(points) < 0.05:
        return gettext("和别人一样")
    return gettext("比别人高%(n)s分") % words if points > 0 else gettext("比别人低%(n)s分") % words


@dataclass(frozen=True)
class RoundLine:
    """One round of a reviewer in words."""

    row: RoundRecord
    round: Round
    reply: str
    seats: str
    days: str
    apart: str
    severity: str


def round_lines(row: ReviewerRecord, rounds: Mapping[int, Round]) -> list[RoundLine]:
    """A line a round, the latest first."""
    return [_line(one, rounds[one.round]) for one in row.rounds]


def _line(one: RoundRecord, round_: Round) -> RoundLine:
    reply = str(Reply(one.reply).label) if one.reply else gettext("没有答复") if one.invited else ""
    seats = ngettext("评了%(a)s个，共%(n)s个", "评了%(a)s个，共%(n)s个", one.seats) % {"a": one.scored, "n": one.seats}
    if one.left:
        seats += gettext("，") + ngettext("退出%(n)s个", "退出%(n)s个", one.left) % {"n": one.left}
    mean = sum(one.apart) / len(one.apart) if one.apart else None
    return RoundLine(one, round_, reply, seats, timing(one), apart_words(mean), _severity(one))


def timing(one: RoundRecord) -> str:
    """In time or not, and how much."""
    late = sum(day < 0 for day in one.days)
    parts = [days_words(one.days)] if one.days else []
    if late:
        parts.append(ngettext("%(n)s个晚于期限", "%(n)s个晚于期限", late) % {"n": late})
    if one.silent:
        parts.append(ngettext("%(n)s个到期没有评", "%(n)s个到期没有评", one.silent) % {"n": one.silent})
    return gettext("，").join(parts)


def _severity(one: RoundRecord) -> str:
    if one.severity is None:
        return ""
    words = {"n": f"{abs(one.severity.points):.1f}", "error": f"{one.severity.error:.1f}"}
    if one.severity.points < 0:
        return gettext("严%(n)s分（误差%(error)s）") % words
    return gettext("宽%(n)s分（误差%(error)s）") % words


# Whether scores foretold the outcome -----------------------------------------------------------------------


OUTCOMES: dict[str, StrOrPromise] = {
    GRADE: _("验收得分"),
    REACHED: _("指标完成"),
    SPENT: _("资金用了多少"),
}


@dataclass(frozen=True)
class Cell:
    """One criterion beside one outcome: said, drawn, from how many projects."""

    outcome: str
    said: str
    drawn: Any
    figures: str
    sure: int


@dataclass(frozen=True)
class Criterion:
    """One criterion with all outcomes."""

    label: str
    cells: list[Cell]


def criteria(found: Foreseen) -> list[Criterion]:
    """The whole score, then every criterion, each beside every outcome."""
    named = {TOTAL: gettext("总分"), **found.names}
    return [
        Criterion(label, [_cell(foretold(found.pairs.get((code, name), ())), str(OUTCOMES[name])) for name in OUTCOMES])
        for code, label in named.items()
    ]


def _cell(one: Foretold | None, outcome: str) -> Cell:
    if one is None:
        return Cell(outcome, gettext("数据不够"), "", "", 0)
    words = {"tau": f"{one.tau:.2f}", "low": f"{one.low:.2f}", "high": f"{one.high:.2f}", "n": one.n}
    figures = gettext("τ=%(tau)s（%(low)s到%(high)s），%(n)s个项目") % words
    drawn = hand_line(max(-1, min(1, one.tau)), (one.high - one.low) / 2, figures)
    return Cell(outcome, _verdict(one), drawn, figures, one.sure)


def _verdict(one: Foretold) -> str:
    if one.n < LEAST:
        return gettext("项目太少，不下结论")
    if not one.sure:
        return gettext("看不出关系")
    words = {"p": one.agreeing}
    if one.sure > 0:
        return gettext("有预示：任取两个，%(p)s%%是得分高的成效也好") % words
    return gettext("相反：任取两个，只有%(p)s%%是得分高的成效也好") % words
