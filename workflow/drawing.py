"""A machine as a plain SVG: a column a stage, the course that goes well, what else may happen, and where one is.

Presentation attributes and classes only, so that it passes a strict content security policy and a theme may repaint it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from html import escape

from django.utils.translation import gettext

from workflow.lifecycle import Stage
from workflow.phrases import listed
from workflow.table import Machine

NARROW, WIDE, BOX_HEIGHT, ROW, GUTTER, MARGIN, HEADING, LEGEND = 112, 180, 46, 66, 28, 16, 44, 44
LETTER, SMALL_LETTER, ROOM = 15, 12, 20
INK, SOFT_INK, PAPER, PANEL, LINE, STRONG = "#1b2027", "#454e5b", "#ffffff", "#f4f5f3", "#c6cbc9", "#737b80"
RIVER, RIVER_SOFT, REST = "#1c7293", "#e3eff3", "#e9ebec"
ARROWS = {"course": (RIVER, 2), "other": (LINE, 1), "next": (STRONG, 2)}
FONT = "PingFang SC, Microsoft YaHei, Noto Sans CJK SC, Source Han Sans SC, sans-serif"


@dataclass(frozen=True)
class Place:
    """Where the box of a state stands; x and y are its upper left corner."""

    x: int
    y: int
    width: int

    @property
    def middle(self) -> int:
        """The height at which arrows leave and arrive at the sides."""
        return self.y + BOX_HEIGHT // 2

    @property
    def right(self) -> int:
        """The right edge."""
        return self.x + self.width

    @property
    def centre(self) -> int:
        """Half way between left and right."""
        return self.x + self.width // 2


def columns_svg(machine: Machine, here: str | None = None) -> str:
    """The drawing in the reader's language; with `here`, that state is marked and what may come next stands out."""
    return Drawing(machine, here).svg()


@dataclass(frozen=True)
class Drawing:
    """One machine on paper."""

    machine: Machine
    here: str | None

    @cached_property
    def columns(self) -> list[tuple[str, list[str]]]:
        """(heading, states) from left to right: the stages, or else one column for each state of the course."""
        if self.machine.stages:
            return [(str(Stage(stage).label), self._sorted(states)) for stage, states in self.machine.stages.items()]
        beside = self._beside()
        below = {state: self._sorted(found for found in beside if beside[found] == state) for state in self.course}
        return [("", [state, *below[state]]) for state in self.course]

    @property
    def course(self) -> tuple[str, ...]:
        """The way that goes well."""
        return tuple(str(state) for state in self.machine.course)

    def _beside(self) -> dict[str, str]:
        """Every state off the course, with the state of the course from which it is first reached."""
        found = {state: state for state in self.course}
        while more := [edge for edge in self.machine.edges() if edge[0] in found and edge[1] not in found]:
            source, target = min(more, key=lambda edge: self.course.index(found[edge[0]]))
            found[str(target)] = found[source]
        return {state: origin for state, origin in found.items() if state not in self.course}

    def _sorted(self, states: Iterable[str]) -> list[str]:
        """The course first, then what lies beside it, then the ends."""
        return sorted((str(state) for state in states), key=lambda state: (state not in self.course, self._ends(state)))

    def _ends(self, state: str) -> bool:
        return state in self.machine.final

    @cached_property
    def step(self) -> int:
        """From one column to the next: as wide as the longest label asks, within reason."""
        longest = max(_units(_parts(self.label(state))[0]) for state in self.machine.states.values)
        return (WIDE if self.machine.stages else max(NARROW, min(WIDE, round(longest * LETTER) + ROOM))) + GUTTER

    @cached_property
    def places(self) -> dict[str, Place]:
        """Where each state stands."""
        top = MARGIN + (HEADING if self.machine.stages else 0) + (ROW - BOX_HEIGHT) // 2
        return {
            state: Place(MARGIN + number * self.step, top + row * ROW, self.step - GUTTER)
            for number, (_heading, states) in enumerate(self.columns)
            for row, state in enumerate(states)
        }

    @property
    def width(self) -> int:
        """In units of the view box."""
        return max(2 * MARGIN + len(self.columns) * self.step, 600)

    @property
    def floor(self) -> int:
        """Where the columns end and the legend begins."""
        return max(place.y for place in self.places.values()) + BOX_HEIGHT + MARGIN

    def svg(self) -> str:
        """The whole drawing as one element."""
        size = f'viewBox="0 0 {self.width} {self.floor + LEGEND}" width="{self.width}" height="{self.floor + LEGEND}"'
        parts = [
            f'<svg xmlns="http://www.w3.org/2000/svg" class="lc" role="img" {size} font-family="{FONT}">',
            f"<title>{escape(self.title)}</title>",
            *self._arrowheads(),
            *self._panels(),
            *self._others(),
            *self._course(),
            *self._next(),
            *(self._box(state) for state in self.places),
            *self._legend(),
            "</svg>",
        ]
        return "\n".join(part for part in parts if part) + "\n"

    @property
    def title(self) -> str:
        """What the drawing shows, for those who do not see it."""
        words = {"machine": str(self.machine.label)}
        if self.here is None:
            return gettext("%(machine)s的全部状态和走向") % words
        following = listed(self.label(state) for state in self.following) or gettext("没有")
        words |= {"state": self.label(self.here), "next": following}
        return gettext("%(machine)s现在是“%(state)s”，接下来可能是：%(next)s") % words

    @property
    def following(self) -> list[str]:
        """The states that may come next."""
        found = dict.fromkeys(str(target) for source, target in self.machine.edges() if source == self.here != target)
        return [state for state in self.places if state in found]

    def label(self, state: str) -> str:
        """The state in words."""
        return str(self.machine.states(state).label)

    def _arrowheads(self) -> Iterator[str]:
        for kind, (colour, _width) in ARROWS.items():
            shape = f'<path class="lc-head-{kind}" d="M0 0 8 4 0 8z" fill="{colour}"/>'
            box = 'viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto"'
            yield f'<marker id="lc-{self.machine.name}-{kind}" {box} markerUnits="userSpaceOnUse">{shape}</marker>'

    def _panels(self) -> Iterator[str]:
        if not self.machine.stages:
            return
        for number, (heading, _states) in enumerate(self.columns):
            x = MARGIN - 8 + number * self.step
            box = f'x="{x}" y="8" width="{WIDE + 16}" height="{self.floor - 8}" rx="12"'
            yield f'<rect class="lc-stage" {box} fill="{PANEL}"/>'
            yield _text(f"{number + 1} {heading}", x + 8 + WIDE // 2, 38, "lc-heading", SOFT_INK, weight=600)

    def _others(self) -> Iterator[str]:
        """Lightly, what leads to and from the states beside the course; only where nobody asks for what comes next."""
        if self.here is not None:
            return
        for source, target in dict.fromkeys(self.machine.edges()):
            beside = {str(source), str(target)} - set(self.course)
            near = abs(self.places[source].x - self.places[target].x) <= self.step
            if beside and near and not self._ends(source) and (not self._ends(target) or not self.machine.stages):
                yield self._arrow(source, target, "other")

    def _course(self) -> Iterator[str]:
        for source, target in self._pairs:
            yield self._arrow(source, target, "course")

    @property
    def _pairs(self) -> list[tuple[str, str]]:
        """The steps of the course."""
        return list(zip(self.course, self.course[1:], strict=False))

    def _next(self) -> Iterator[str]:
        for target in self.following if self.here else ():
            if (self.here, target) not in self._pairs:
                yield self._arrow(str(self.here), target, "next")

    def _arrow(self, source: str, target: str, kind: str) -> str:
        path = _elbow if kind == "course" else _curve
        return self._line(path(self.places[source], self.places[target]), kind)

    def _line(self, path: str, kind: str) -> str:
        colour, width = ARROWS[kind]
        look = f'fill="none" stroke="{colour}" stroke-width="{width}" marker-end="url(#lc-{self.machine.name}-{kind})"'
        return f'<path class="lc-{kind}" d="{path}" {look}/>'

    def _box(self, state: str) -> str:
        place = self.places[state]
        fill, stroke, ink = self._colours(state)
        radius = BOX_HEIGHT // 2 if self._ends(state) else 8
        size = f'x="{place.x}" y="{place.y}" width="{place.width}" height="{BOX_HEIGHT}" rx="{radius}"'
        look = f'fill="{fill}" stroke="{stroke}" stroke-width="{3 if state in self.following else 1.5}"'
        shape = f'<rect class="lc-state lc-{self._kind(state)}" {size} {look}/>'
        return shape + "".join(self._words(state, place, ink)) + (self._flag(place) if state == self.here else "")

    def _words(self, state: str, place: Place, ink: str) -> Iterator[str]:
        """The label in letters as large as fit; what stands in brackets on a line of its own."""
        first, rest = _parts(self.label(state))
        height = place.middle + (-3 if rest else 5)
        yield _text(first, place.centre, height, "lc-label", ink, size=_fit(first, place, LETTER), weight=600)
        if rest:
            yield _text(rest, place.centre, place.middle + 16, "lc-detail", ink, size=_fit(rest, place, SMALL_LETTER))

    def _kind(self, state: str) -> str:
        if state == self.here:
            return "here"
        return "end" if self._ends(state) else "way" if state in self.course else "beside"

    def _colours(self, state: str) -> tuple[str, str, str]:
        """Fill, stroke and ink of a box."""
        if state == self.here:
            return RIVER, RIVER, PAPER
        if self._ends(state):
            return REST, STRONG, INK
        return (RIVER_SOFT, RIVER, INK) if state in self.course else (PAPER, STRONG, INK)

    def _flag(self, place: Place) -> str:
        size = f'x="{place.centre - 42}" y="{place.y - 19}" width="84" height="22" rx="11"'
        shape = f'<rect class="lc-flag" {size} fill="{PAPER}" stroke="{RIVER}" stroke-width="2"/>'
        words = gettext("你在这里")
        return shape + _text(words, place.centre, place.y - 3, "lc-flag-label", RIVER, size=13, weight=600)

    def _legend(self) -> Iterator[str]:
        """What the signs mean."""
        height = self.floor + 24
        other = ("other", gettext("其他走向（部分）")) if self.here is None else ("next", gettext("接下来可能"))
        for x, (kind, words) in zip((MARGIN, MARGIN + 190), (("course", gettext("顺利时的走向")), other), strict=True):
            yield self._line(f"M{x} {height}h36", kind)
            yield _text(words, x + 46, height + 5, "lc-detail", SOFT_INK, size=13, anchor="start")
        x = MARGIN + 380
        pill = f'x="{x}" y="{height - 9}" width="36" height="18" rx="9"'
        yield f'<rect class="lc-end" {pill} fill="{REST}" stroke="{STRONG}"/>'
        yield _text(gettext("到此结束"), x + 46, height + 5, "lc-detail", SOFT_INK, size=13, anchor="start")


def _units(words: str) -> float:
    """How wide the words are, in letters as wide as a Chinese one."""
    return sum(1 if ord(letter) > 0x2E7F else 0.58 for letter in words)


def _parts(label: str) -> tuple[str, str]:
    """What stands before the brackets of a label, Chinese or English ones, and what stands in them."""
    first, _bracket, second = label.replace("（", "(").replace("）", ")").partition("(")
    return first.strip(), second.rstrip(")")


def _fit(words: str, place: Place, size: int) -> int:
    """The size of letters in which the words fit into the box."""
    return max(9, min(size, int((place.width - ROOM) / max(_units(words), 1))))


def _text(
    words: str, x: int, y: int, name: str, ink: str, *, size: int = LETTER, weight: int = 400, anchor: str = "middle"
) -> str:
    look = f'fill="{ink}" font-size="{size}" font-weight="{weight}" text-anchor="{anchor}"'
    return f'<text class="{name}" x="{x}" y="{y}" {look}>{escape(words)}</text>'


def _elbow(source: Place, target: Place) -> str:
    """Straight down to the next row, or along the gutter to the next column."""
    if source.x == target.x:
        return f"M{source.centre} {source.y + BOX_HEIGHT}V{target.y - 1}"
    turn = target.x - GUTTER // 2
    return f"M{source.right} {source.middle}H{turn}V{target.middle}H{target.x - 1}"


def _curve(source: Place, target: Place) -> str:
    """A bow on the right within a column, a wave between columns."""
    if source.x == target.x:
        start, end, pull, push = source.right, target.right + 1, GUTTER - 8, GUTTER - 8
    elif source.x < target.x:
        start, end, pull, push = source.right, target.x - 1, GUTTER, -GUTTER
    else:
        start, end, pull, push = source.x, target.right + 1, -GUTTER, GUTTER
    return f"M{start} {source.middle}C{start + pull} {source.middle} {end + push} {target.middle} {end} {target.middle}"
