"""Photos on their way to one PDF: in which order, how turned, what is cut off. It all stands in the address."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from storage.copies import Crop

WRITTEN: Final = re.compile(r"([0-9a-f]{32})\.([0-3])\.(\d{1,2})\.(\d{1,2})\.(\d{1,2})\.(\d{1,2})")
EDGES: Final = ("left", "top", "right", "bottom")
MOST_CUT: Final = 90
LEAST_LEFT: Final = 5
"""How much of a side must stay, in parts of a hundred."""


@dataclass(frozen=True)
class Shot:
    """One photo: quarter turns clockwise, then parts of a hundred cut off at each edge of what is then seen."""

    photo: uuid.UUID
    turn: int = 0
    left: int = 0
    top: int = 0
    right: int = 0
    bottom: int = 0

    def __str__(self) -> str:
        return f"{self.photo.hex}.{self.turn}.{self.left}.{self.top}.{self.right}.{self.bottom}"

    @property
    def degrees(self) -> int:
        """The turn in degrees clockwise."""
        return self.turn * 90

    @property
    def sound(self) -> bool:
        """Whether something of it is left."""
        across, down = self.left + self.right, self.top + self.bottom
        return max(across, down) <= 100 - LEAST_LEFT

    @property
    def crop(self) -> Crop | None:
        """The part that stays, as parts of 1; None for all of it."""
        if not any((self.left, self.top, self.right, self.bottom)):
            return None
        return self.left / 100, self.top / 100, 1 - self.right / 100, 1 - self.bottom / 100

    def turned(self, quarters: int) -> Shot:
        """Turned further; what was cut off stays cut off."""
        shot = self
        for _ in range(quarters % 4):
            cut_ = (shot.bottom, shot.left, shot.top, shot.right)  # what was at the left is on top now
            shot = Shot(shot.photo, (shot.turn + 1) % 4, *cut_)
        return shot


def read(written: Iterable[str]) -> list[Shot]:
    """What stands in an address or a form; what nobody wrote like this is left out, a photo named twice counts once."""
    found: dict[uuid.UUID, Shot] = {}
    for one in written:
        if match := WRITTEN.fullmatch(one):
            photo = uuid.UUID(match.group(1))
            turn, *cut = (int(part) for part in match.groups()[1:])
            found.setdefault(photo, Shot(photo, turn, *(min(part, MOST_CUT) for part in cut)))
    return list(found.values())


def cut(shots: Sequence[Shot], typed: Mapping[str, str]) -> list[Shot]:
    """The same photos, cut as the sliders say that came with the form."""
    return [_cut(shot, typed, number) for number, shot in enumerate(shots)]


def _cut(shot: Shot, typed: Mapping[str, str], number: int) -> Shot:
    edges = []
    for edge in EDGES:
        said = typed.get(f"{edge}-{number}", "")
        edges.append(min(int(said), MOST_CUT) if re.fullmatch(r"[0-9]{1,3}", said) else getattr(shot, edge))
    return Shot(shot.photo, shot.turn, *edges)


def done(shots: Sequence[Shot], deed: str) -> list[Shot]:
    """After one button was pressed: `up-3`, `down-0`, `turnleft-1`, `turnright-1`, `remove-2`, `whole-0`."""
    name, _, at = deed.partition("-")
    rows = list(shots)
    if not at.isdecimal() or int(at) >= len(rows):
        return rows
    number = int(at)
    if name == "remove":
        del rows[number]
    elif name == "whole":
        rows[number] = Shot(rows[number].photo, rows[number].turn)
    elif name in {"turnleft", "turnright"}:
        rows[number] = rows[number].turned(1 if name == "turnright" else 3)
    elif name in {"up", "down"}:
        other = number + (1 if name == "down" else -1)
        if 0 <= other < len(rows):
            rows[number], rows[other] = rows[other], rows[number]
    return rows
