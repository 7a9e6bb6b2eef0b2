"""A photo as the page shows it: a drawing of its small picture, turned and cut, which needs no script and no style."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from grants.desk.forms.photos import EDGES, Shot
from storage.models import Derivative, Document

TURNS = {
    0: "",
    1: "translate({h} 0) rotate(90)",
    2: "translate({w} {h}) rotate(180)",
    3: "translate(0 {w}) rotate(270)",
}


@dataclass(frozen=True)
class Frame:
    """One photo of the page. `wide` and `high` are its size when turned, in points of the small picture."""

    number: int
    shot: Shot
    document: Document
    small: Derivative | None
    first: bool
    last: bool

    @property
    def wide(self) -> int:
        """Across, when turned."""
        return 0 if self.small is None else (self.small.height if self.shot.turn % 2 else self.small.width)

    @property
    def high(self) -> int:
        """Down, when turned."""
        return 0 if self.small is None else (self.small.width if self.shot.turn % 2 else self.small.height)

    @property
    def view(self) -> str:
        """The part that stays, for `viewBox`."""
        shot = self.shot
        across, down = 100 - shot.left - shot.right, 100 - shot.top - shot.bottom
        parts = (shot.left * self.wide, shot.top * self.high, across * self.wide, down * self.high)
        return " ".join(f"{part / 100:.1f}" for part in parts)

    @property
    def transform(self) -> str:
        """How the picture is turned, for `transform`."""
        return "" if self.small is None else TURNS[self.shot.turn].format(w=self.small.width, h=self.small.height)

    @property
    def edges(self) -> list[tuple[str, int]]:
        """What is cut off at each edge."""
        return [(edge, getattr(self.shot, edge)) for edge in EDGES]


def frames(rows: Sequence[tuple[Shot, Document, Derivative | None]]) -> list[Frame]:
    """The photos in their order."""
    last = len(rows) - 1
    return [
        Frame(number, shot, document, small, number == 0, number == last)
        for number, (shot, document, small) in enumerate(rows)
    ]
