"""Ranks drawn as SVG: the line and its band in one picture, an interval in a row, a reviewer's severity."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import starmap

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from grants.desk.queries.results import BIN, Line, Results
from grants.reviews.statistics.kept import Sureness
from workflow.phrases import listed

WIDE, NARROW, TALL, FOOT = 1040, 344, 300, 264
MANY, FEW = 60, 12
DRAWN = (
    '<line class="{0}iv thin" x1="{1}" x2="{1}" y1="{2}" y2="{3}"/><line class="{0}iv thick" x1="{1}" x2="{1}" y1="{4}"'
    ' y2="{5}"/><circle class="{0}pt" cx="{1}" cy="{6}" r="5"/>'
)
SPARK = (
    '<svg class="chart spark" role="img" aria-label="{0}"><line class="axis" x1="0" x2="100%" y1="10" y2="10"/>'
    '<line class="{1}iv thin" x1="{2}%" x2="{3}%" y1="10" y2="10"/><line class="{1}iv thick" x1="{4}%" x2="{5}%"'
    ' y1="10" y2="10"/><circle class="{1}pt" cx="{6}%" cy="10" r="4.5"/></svg>'
)
HAND = (
    '<svg class="chart spark across" role="img" aria-label="{0}"><line class="zero" x1="50%" x2="50%" y1="2" y2="18"/>'
    '<line class="iv thin" x1="{1}%" x2="{2}%" y1="10" y2="10"/><circle class="pt" cx="{3}%" cy="10" r="4.5"/></svg>'
)

AXIS = '<line class="axis" x1="40" x2="{0}" y1="{1}" y2="{1}"/><text class="end" x="32" y="{1}" dy="4">{2}</text>'
COLUMN = '<rect class="{0}col" x="{1}" y="{2}" width="{3}" height="{4}"/><text class="mid" x="{5}" y="{6}">{7}</text>'
EDGE = '<text class="mid" x="{0}" y="136">{1}</text>'


def spark(sure: Sureness, n: int, *, within: bool) -> SafeString:
    """An interval on the scale of all `n` ranks: nine tenths thin, half thick, the expected rank a dot."""

    def at(rank: float) -> str:
        return f"{2 + 96 * (rank - 0.5) / n:.1f}"

    most, half = sure.most, sure.half
    said = gettext("九成把握在第%(a)s到%(b)s名") % {"a": most[0], "b": most[1]}
    ends = (at(most[0] - 0.4), at(most[1] + 0.4), at(half[0] - 0.2), at(half[1] + 0.2))
    return format_html(SPARK, said, _look(within=within), *ends, at(sure.expected))


def hand_line(at: float, reach: float, said: str) -> SafeString:
    """Severity from -1 to 1 around a middle line, and how far it may be otherwise."""
    return format_html(HAND, said, *(f"{50 + 48 * one:.1f}" for one in (at - reach, at + reach, at)))


def _look(*, within: bool) -> str:
    return "" if within else "out-"


@dataclass(frozen=True)
class Room:
    """How wide a picture is, how many places it shows at most, and on which screens."""

    width: int
    most: int
    look: str


ROOMS = (Room(WIDE, MANY, "d-none d-md-block"), Room(NARROW, FEW, "d-md-none"))


def pictures(found: Results) -> list[SafeString]:
    """The line and its band for a desk, fewer places around the line for a phone; none without a verdict.

    Official places stand from left to right, ranks downwards with the best on top; what the half interval carries
    across the line is on yellow ground.
    """
    if not found.sure or len(found.lines) < 2:
        return []
    return [_picture(found, room) for room in ROOMS]


def near(found: Results, most: int) -> Sequence[Line]:
    """As many places as fit, with the line in the middle."""
    first = max(0, min(found.places - most // 2, len(found.lines) - most))
    return found.lines[first : first + most]


@dataclass(frozen=True)
class Scale:
    """Where ranks and places stand in a picture."""

    low: int
    high: int
    gap: float

    def y(self, rank: float) -> int:
        """The height of a rank."""
        return round(28 + (FOOT - 28) * (rank - self.low) / max(self.high - self.low, 1))

    def x(self, n: int) -> int:
        """The middle of the n-th column."""
        return round(44 + self.gap * (n + 0.5))


def _picture(found: Results, room: Room) -> SafeString:
    lines = near(found, room.most)
    sure = [found.sure[line.pk] for line in lines]
    low, high = min(one.most[0] for one in sure), max(one.most[1] for one in sure)
    scale = Scale(low, high, (room.width - 56) / len(lines))
    words = {"a": lines[0].place.place, "b": lines[-1].place.place, "n": found.places}
    said = gettext("第%(a)s到%(b)s名的预期名次和区间；资金够立前%(n)s个。") % words
    parts = (*_ground(sure, scale), *_axes(found, scale, room), *_dots(found, lines, scale))
    return format_html(
        '<svg class="chart {}" viewBox="0 0 {} {}" role="img" focusable="false"><title>{}</title>{}</svg>',
        room.look,
        room.width,
        TALL,
        said,
        format_html_join("", "{}", ((part,) for part in parts)),
    )


def _ground(sure: Sequence[Sureness], scale: Scale) -> Iterator[SafeString]:
    width = max(4, round(scale.gap))
    for n, one in enumerate(sure):
        if one.band:
            box = '<rect class="bandbox" x="{}" y="8" width="{}" height="{}"/>'
            yield format_html(box, scale.x(n) - width // 2, width, FOOT + 10)


def _axes(found: Results, scale: Scale, room: Room) -> Iterator[SafeString]:
    step = max(1, round((scale.high - scale.low) / 6))
    for rank in range(scale.low, scale.high + 1, step):
        yield format_html(AXIS, room.width, scale.y(rank), rank)
    if scale.low <= found.places < scale.high:
        cut = '<line class="cut" x1="40" x2="{0}" y1="{1}" y2="{1}"/>'
        yield format_html(cut, room.width, scale.y(found.places + 0.5))


def _dots(found: Results, lines: Sequence[Line], scale: Scale) -> Iterator[SafeString]:
    for n, line in enumerate(lines):
        place, one, x = line.place.place, found.sure[line.pk], scale.x(n)
        ends = (scale.y(one.most[0]), scale.y(one.most[1]), scale.y(one.half[0]), scale.y(one.half[1]))
        yield format_html(DRAWN, _look(within=place <= found.places), x, *ends, scale.y(one.expected))
        if scale.gap >= 20 or place % 5 == 0:
            yield format_html('<text class="mid" x="{}" y="294">{}</text>', x, place)


# How the scores lie -----------------------------------------------------------------------------------------


def distribution(columns: Sequence[tuple[int, int]], line: int | None) -> SafeString | str:
    """The columns drawn, with a dashed line at the last score (hundredths) that the money reaches; nothing for none."""
    if not columns:
        return ""
    most, wide = max(count for _first, count in columns), 344
    gap = wide / len(columns)
    parts = [*starmap(partial(_column, most=most, gap=gap, line=line), enumerate(columns))]
    if line is not None:
        x = round(gap * (line / 100 - columns[0][0]) / BIN)
        parts.append(format_html('<line class="cut" x1="{0}" x2="{0}" y1="4" y2="120"/>', min(max(x, 0), wide)))
    said = gettext("总分分布：") + listed(
        [gettext("%(a)s–%(b)s分%(n)s个") % {"a": one, "b": one + BIN, "n": count} for one, count in columns if count]
    )
    return format_html(
        '<svg class="chart" viewBox="0 0 {} 140" role="img" focusable="false"><title>{}</title>{}</svg>',
        wide,
        said,
        format_html_join("", "{}", ((part,) for part in parts)),
    )


def _column(n: int, column: tuple[int, int], *, most: int, gap: float, line: int | None) -> SafeString:
    """One column with its count on top and its first point below; hollow where all of it lies below the line."""
    first, count = column
    tall = round(92 * count / most)
    look = _look(within=line is None or 100 * (first + BIN) > line)
    x, middle = round(gap * n) + 1, round(gap * (n + 0.5))
    drawn = format_html(COLUMN, look, x, 120 - tall, max(2, round(gap) - 2), tall, middle, 114 - tall, count or "")
    return drawn + format_html(EDGE, middle, first)


def hands_said(points: Sequence[int]) -> str:
    """How far reviewers' hands lie apart, in words; points are tenths, lowest first."""
    if not points:
        return ""
    told = {"n": len(points), "low": f"{abs(points[0]) / 10:.1f}", "high": f"{abs(points[-1]) / 10:.1f}"}
    return gettext("%(n)s位评审人，最严的严%(low)s分，最宽的宽%(high)s分") % told


def strip(points: Sequence[int]) -> SafeString | str:
    """Every reviewer's hand as a dot between strict and mild, in tenths of a point, unnamed; nothing for none."""
    if not points:
        return ""
    reach = max(abs(one) for one in points) or 1
    dots = format_html_join(
        "", '<circle class="pt" cx="{}%" cy="10" r="4"/>', ((f"{50 + 48 * one / reach:.1f}",) for one in points)
    )
    axis = '<line class="axis" x1="0" x2="100%" y1="10" y2="10"/><line class="zero" x1="50%" x2="50%" y1="2" y2="18"/>'
    around = '<svg class="chart spark across" role="img" aria-label="{}">' + axis + "{}</svg>"
    return format_html(around, hands_said(points), dots)
