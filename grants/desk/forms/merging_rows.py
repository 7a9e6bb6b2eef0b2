"""Two people changed one table at once: rows that only one of them touched go together, cells that both did do not."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Any

Row = Mapping[str, Any]
Rows = Sequence[Row]
Marked = dict[str, str]
Marker = Callable[[Any], str]
SHORT = 8
"""Letters of the mark of a cell: it is compared with one other only."""


def marked_rows(rows: Rows, mark_of: Marker) -> list[Marked]:
    """The marks of a table, cell by cell; empty cells have none."""
    return [marked_row(row, mark_of) for row in rows]


def marked_row(row: Row, mark_of: Marker) -> Marked:
    """The marks of one row."""
    marks = {name: mark_of(value)[:SHORT] for name, value in row.items()}
    return {name: mark for name, mark in marks.items() if mark != "-"}


@dataclass(frozen=True)
class RowClash:
    """A cell that both changed; without a column, rows that both changed and that cannot be told apart by cells."""

    name: str
    mine: Any
    theirs: Any
    row: int
    column: str = ""


@dataclass
class RowsMerged:
    """The table with what either changed; only where nobody has to choose is it whole."""

    rows: list[Row] = field(default_factory=list)
    clashes: list[RowClash] = field(default_factory=list)
    changed: bool = False
    taken: bool = False


@dataclass(frozen=True)
class Stretch:
    """A stretch that somebody changed: as it was, as this person has it, as it is saved; where it begins in the first.

    `row` is where it begins in the table that this person has before them.
    """

    start: int
    row: int
    was: list[Marked]
    mine: Rows
    theirs: Rows


def merge_rows(
    name: str, now: Rows, typed: Rows, *, was: list[Marked], chosen: Mapping[str, str], mark_of: Marker
) -> RowsMerged:
    """The table with what either changed; `chosen` decides by the name of a clash, as for single answers."""
    merging = _Merging(name, chosen, mark_of)
    mine, theirs = marked_rows(typed, mark_of), marked_rows(now, mark_of)
    for part in _stretches(was, mine, typed, theirs, now):
        merging.take(part)
    found = merging.found
    found.changed = marked_rows(found.rows, mark_of) != theirs
    return found


def _stretches(
    was: list[Marked], mine: list[Marked], typed: Rows, theirs: list[Marked], now: Rows
) -> Iterator[Stretch]:
    """The table cut at the rows that nobody touched."""
    in_mine, in_theirs = _places(was, mine), _places(was, theirs)
    at, left, right = 0, 0, 0
    for still in [*(place for place in in_mine if place in in_theirs), len(was)]:
        to_left, to_right = in_mine.get(still, len(mine)), in_theirs.get(still, len(theirs))
        yield Stretch(at, left, was[at:still], typed[left:to_left], now[right:to_right])
        if still < len(was):
            yield Stretch(still, to_left, [was[still]], [typed[to_left]], [now[to_right]])
        at, left, right = still + 1, to_left + 1, to_right + 1


def _places(was: list[Marked], other: list[Marked]) -> dict[int, int]:
    """Where the rows of the former table stand in another, as far as they are the same."""
    before, after = [repr(sorted(row.items())) for row in was], [repr(sorted(row.items())) for row in other]
    found = SequenceMatcher(None, before, after, autojunk=False).get_matching_blocks()
    return {block.a + n: block.b + n for block in found for n in range(block.size)}


@dataclass
class _Merging:
    """One table on its way."""

    name: str
    chosen: Mapping[str, str]
    mark_of: Marker
    found: RowsMerged = field(default_factory=RowsMerged)

    def take(self, part: Stretch) -> None:
        """One stretch finds its rows."""
        mine, theirs = marked_rows(part.mine, self.mark_of), marked_rows(part.theirs, self.mark_of)
        if theirs in (part.was, mine):
            self.found.rows += part.mine
        elif mine == part.was:
            self.found.rows += part.theirs
            self.found.taken = True
        elif min(len(mine), len(theirs)) >= len(part.was):
            self._by_cells(part)
        else:
            self._whole(part)

    def _by_cells(self, part: Stretch) -> None:
        """Rows that were there are compared cell by cell; what each added stands below, theirs first."""
        size = len(part.was)
        self.found.rows += [self._row(part, n) for n in range(size)]
        added = marked_rows(part.theirs[size:], self.mark_of)
        new = [row for row in part.mine[size:] if marked_row(row, self.mark_of) not in added]
        self.found.rows += [*part.theirs[size:], *new]
        self.found.taken |= bool(added)

    def _row(self, part: Stretch, n: int) -> Row:
        """One row of both; a cell that both changed is what was chosen, or a clash."""
        was, mine, theirs = part.was[n], part.mine[n], part.theirs[n]
        joined = dict(theirs)
        for column in {**theirs, **mine}:
            own, there = self._mark(mine.get(column)), self._mark(theirs.get(column))
            if own in (there, was.get(column, "-")):
                self.found.taken |= own != there
                continue
            choice = self._choice(name := f"{self.name}-{part.start + n}-{column}", theirs.get(column))
            if there == was.get(column, "-") or choice == "mine":
                joined[column] = mine.get(column)
            elif choice != "theirs":
                self.found.clashes.append(RowClash(name, mine.get(column), theirs.get(column), part.row + n, column))
        return {name: value for name, value in joined.items() if value is not None}

    def _whole(self, part: Stretch) -> None:
        """One took rows out that the other changed: a person chooses for all of them."""
        name, picked = f"{self.name}-{part.start}", {"mine": part.mine, "theirs": part.theirs}
        picked["both"] = [*part.theirs, *(row for row in part.mine if row not in part.theirs)]
        if (choice := self._choice(name, list(part.theirs))) in picked:
            self.found.rows += picked[choice]
        else:
            self.found.clashes.append(RowClash(name, list(part.mine), list(part.theirs), part.row))

    def _mark(self, value: Any) -> str:
        return self.mark_of(value)[:SHORT]

    def _choice(self, name: str, theirs: Any) -> str:
        """What was chosen about exactly this; nothing where the other has written something else since."""
        choice, _colon, mark = self.chosen.get(name, "").partition(":")
        return choice if mark == self.mark_of(theirs) else ""
