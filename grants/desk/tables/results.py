"""The results of a review in words and drawings: ranks with their intervals, the line and its band, trust."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext

from grants.desk.queries.results import Line, Results, counted
from grants.desk.tables.board import ancestor_at
from grants.desk.tables.rank_charts import distribution, hand_line, spark
from grants.kernel.money import format_fen
from grants.kernel.scoring import EQUAL, LOT, SCORE
from grants.people.enums import Level
from grants.people.models import Organisation
from grants.reviews.statistics.kept import Lack, Reliability, Severity, Sureness
from workflow.phrases import listed

GOOD, FAIR = 0.75, 0.5
"""Where a reliability is called good, and where fair. Source: Koo & Li, Journal of Chiropractic Medicine 15 (2016)."""
ENDS = 12
"""So many of the strictest reviewers are drawn, and as many of the most lenient."""


@dataclass(frozen=True)
class Row:
    """One project as the table shows it."""

    line: Line
    place: int
    where: str
    tie: str
    within: bool
    band: bool
    last_within: bool
    cumulative_fen: int
    sure: Sureness | None
    calibrated: str
    spark: SafeString | str

    @property
    def chance(self) -> str:
        """The chance of a place among those within the line, in whole percent; never 0 or 100."""
        return percent(self.sure.chance) if self.sure else ""

    @property
    def expected(self) -> str:
        """The expected rank with one decimal."""
        return f"{self.sure.expected:.1f}" if self.sure else ""

    @property
    def deviation(self) -> str:
        """The standard deviation of the scores in points."""
        return "—" if self.line.spread is None else f"{self.line.spread / 100:.1f}"


def percent(chance: float) -> str:
    """A chance from draws in whole percent: 2,000 draws prove neither never nor always."""
    if chance < 0.01:
        return "<1%"
    return ">99%" if chance > 0.99 else f"{round(100 * chance)}%"


def rows_of(found: Results, tree: Mapping[int, Organisation], shown: slice) -> list[Row]:
    """The rows of one page, each with the sum of everything down to it."""
    names = {one.code: one.label for one in found.rules.rubric.criteria}
    before = sum(line.fen for line in found.lines[: shown.start])
    rows = []
    for line in found.lines[shown]:
        before += line.fen
        rows.append(_row(line, found, tree, names, before))
    return rows


def _row(
    line: Line, found: Results, tree: Mapping[int, Organisation], names: Mapping[str, str], cumulative: int
) -> Row:
    sure, place = found.sure.get(line.pk), line.place.place
    calibrated = found.verdict.calibrated.get(line.pk) if found.verdict else None
    return Row(
        line=line,
        place=place,
        where=place_of(line.scope, tree),
        tie=tie_words(line.place.decided_by, names),
        within=place <= found.places,
        band=bool(sure and sure.band),
        last_within=place == found.places,
        cumulative_fen=cumulative,
        sure=sure,
        calibrated="" if calibrated is None else f"{calibrated:.2f}",
        spark=spark(sure, len(found.lines), within=place <= found.places) if sure else "",
    )


def place_of(scope: str, tree: Mapping[int, Organisation]) -> str:
    """The county of a project, or else its prefecture, or else whoever guides it."""
    known = ancestor_at(scope, Level.COUNTY, tree) or ancestor_at(scope, Level.PREFECTURE, tree)
    own = tree.get(int(scope.strip("/").split("/")[-1] or 0))
    place = known or own
    return place.short_name if place else ""


def city_of(scope: str, tree: Mapping[int, Organisation]) -> str:
    """The prefecture of a project; what the province guides itself counts as one place."""
    place = ancestor_at(scope, Level.PREFECTURE, tree)
    return place.short_name if place else gettext("省直与高校")


def tie_words(decided_by: str, names: Mapping[str, str]) -> str:
    """What told a project apart from its neighbours, where it was not the score."""
    if decided_by == SCORE:
        return ""
    if decided_by == LOT:
        return gettext("同分，抽签定先后")
    if decided_by == EQUAL:
        return gettext("同分并列，由会议定先后")
    return gettext("同分，比“%(name)s”") % {"name": names.get(decided_by, decided_by)}


# What the page says first -----------------------------------------------------------------------------------


def finding(found: Results) -> str:
    """What a chair must know, in a sentence or two."""
    n = len(found.lines)
    if not n:
        return gettext("还没有评审完成的项目。")
    said = ngettext("评审完成%(n)s个", "评审完成%(n)s个", n) % {"n": n}
    if found.waiting:
        said += gettext("，还有%(n)s个没有评完，名次还会变") % {"n": found.waiting}
    said += gettext("。") + gettext("按正式排名，资金够立%(n)s个") % {"n": found.places}
    band = [line.place.place for line in found.lines if (sure := found.sure.get(line.pk)) and sure.band]
    if not found.sure:
        return said + gettext("。")
    if not band:
        return said + gettext("；线上线下分得清。")
    told = {"n": len(band), "places": listed(runs(band))}
    return said + gettext("；其中第%(places)s名共%(n)s个分不出在线上还是线下，请会上重点讨论。") % told


def runs(places: Iterable[int]) -> list[str]:
    """Neighbouring places written together: 11–15, 17."""
    found: list[list[int]] = []
    for place in sorted(set(places)):
        if found and place == found[-1][-1] + 1:
            found[-1].append(place)
        else:
            found.append([place])
    return [str(run[0]) if len(run) == 1 else f"{run[0]}–{run[-1]}" for run in found]


def not_calibrated(found: Results) -> str:
    """Why there is no calibrated score, in a sentence; nothing where there is one."""
    if found.verdict is None or found.verdict.lack is None:
        return ""
    told = {"groups": found.verdict.groups, "each": f"{found.verdict.per_reviewer:.1f}"}
    return {
        Lack.ALONE: gettext("只有一位评审人或一个项目，宽严无从比较。"),
        Lack.SAME: gettext("所有的总分都一样。"),
        Lack.APART: gettext(
            "评审人分成%(groups)s组，组与组之间没有共同评过的项目，分不清是评分宽严不同，还是拿到的项目好坏不同。"
        ),
        Lack.FEW: gettext("每位评审人平均只评了%(each)s个项目，不到4个，宽严和偶然分不开。"),
        Lack.THIN: gettext("评审人共同评过的项目太少，宽严和偶然分不开。"),
    }[found.verdict.lack] % told


def tie_order(found: Results) -> str:
    """What decides between projects with the same score, as the round declared it before the call."""
    names = {one.code: one.label for one in found.rules.rubric.criteria}
    order = [names.get(code, code) for code in found.rules.rubric.method.ties]
    return gettext("、").join(order)


# Trust in the scores ----------------------------------------------------------------------------------------


def word_for(reliability: float) -> str:
    """Good, fair or poor."""
    if reliability >= GOOD:
        return gettext("较好")
    return gettext("一般") if reliability >= FAIR else gettext("较差")


@dataclass(frozen=True)
class Measure:
    """A reliability drawn as a bar from 0 to 1: of one reviewer and of the mean."""

    label: str
    one: str
    mean: str
    width: float
    word: str


def measures(found: Results) -> list[Measure]:
    """The whole score, then every criterion in the order of the rubric."""
    if found.verdict is None or found.verdict.overall is None:
        return []
    each = found.verdict.criteria
    named = [(one.label, each[one.code]) for one in found.rules.rubric.criteria if one.code in each]
    return [_measure(gettext("总分"), found.verdict.overall), *(_measure(*one) for one in named)]


def _measure(label: str, told: Reliability) -> Measure:
    return Measure(label, f"{told.one:.2f}", f"{told.mean:.2f}", round(100 * max(told.mean, 0), 1), word_for(told.mean))


@dataclass(frozen=True)
class Hand:
    """A reviewer's severity, in words and drawn on one scale for all, with two standard errors."""

    name: str
    said: str
    scores: int
    drawn: SafeString


def hands(severity: Mapping[int, Severity], names: Mapping[int, str]) -> list[Hand]:
    """Reviewers from the strictest to the most lenient; of very many only the ends."""
    order = sorted(severity, key=lambda one: (severity[one].points, one))
    shown = order if len(order) <= 2 * ENDS else [*order[:ENDS], *order[-ENDS:]]
    reach = max((abs(told.points) + 2 * told.error for told in severity.values()), default=0) or 1
    return [_hand_of(severity[one], names.get(one, ""), reach) for one in shown]


def _hand_of(told: Severity, name: str, reach: float) -> Hand:
    said = _hand(told.points)
    return Hand(name, said, told.scores, hand_line(told.points / reach, 2 * told.error / reach, said))


def _hand(points: float) -> str:
    told = {"points": f"{abs(points):.1f}"}
    if abs(points) < 0.05:
        return gettext("不偏")
    return gettext("严%(points)s分") % told if points < 0 else gettext("宽%(points)s分") % told


def trust(found: Results) -> list[tuple[str, str]]:
    """What tells whether the scores can be relied on: a name and a value each."""
    if found.verdict is None:
        return []
    told = [(gettext("评审人"), gettext("每个项目%(n)s位") % {"n": f"{found.verdict.per_project:.1f}"})]
    if overall := found.verdict.overall:
        told.append((gettext("平均分的一致程度"), f"{overall.mean:.2f}" + gettext("，") + word_for(overall.mean)))
    if found.verdict.alpha is not None:
        told.append((gettext("克里彭多夫α（等距）"), f"{found.verdict.alpha:.2f}"))
    points = found.rules.rubric.method.divergence_trigger
    label = gettext("高低分相差%(points)s分及以上") % {"points": points}
    told.append((label, ngettext("%(n)s个", "%(n)s个", found.divergent) % {"n": found.divergent}))
    if found.severity:
        each = [one.points for one in found.severity.values()]
        told.append((gettext("最严与最宽"), gettext("相差%(points)s分") % {"points": f"{max(each) - min(each):.1f}"}))
    return told


def cut_score(found: Results) -> int | None:
    """The official score of the last project within the line, in hundredths; None where the line is not among them."""
    return found.lines[found.places - 1].score if 0 < found.places < len(found.lines) else None


def spread_of(found: Results) -> SafeString | str:
    """How the official scores lie, with the line."""
    return distribution(counted(line.score for line in found.lines), cut_score(found))


def sums(found: Results) -> dict[str, Any]:
    """What the line rests on: the envelope, what everything above costs, what is left; in words of yuan."""
    above = sum(line.fen for line in found.lines[: found.places])
    return {
        "above_fen": above,
        "envelope_fen": found.round.envelope_fen,
        "left": format_fen(found.round.envelope_fen - above),
    }
