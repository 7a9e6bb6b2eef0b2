"""Two people, or two windows, wrote at once: answer by answer, whose word is it, and where must a person decide."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from grants.desk.forms.merging_rows import Marked, RowsMerged, marked_rows, merge_rows
from workflow.chain import canonical, digest

LENGTH = 16
MINE, THEIRS, BOTH = "mine", "theirs", "both"
NOTHING: tuple[Any, ...] = (None, "", [], False)
Mark = str | list[Marked]
Seen = Mapping[str, Mark]


def mark_of(value: Any) -> str:
    """A short mark of an answer: the same for the same answer, nothing and empty being one."""
    if value in (None, "", []):
        return "-"
    plain = value.isoformat() if isinstance(value, dt.date) else value
    plain = str(plain) if type(plain) is int else plain  # the number of a row is chosen as text
    return digest(canonical({"answer": plain}))[:LENGTH]


def _is_table(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(row, Mapping) for row in value)


def marks_in(values: Mapping[str, Any]) -> dict[str, Mark]:
    """The marks of values by name; a table is marked cell by cell."""
    return {name: marked_rows(value, mark_of) if _is_table(value) else mark_of(value) for name, value in values.items()}


def marks_of(values: Mapping[str, Any]) -> str:
    """The marks of what a page shows, as its form carries them unseen."""
    return written_out(marks_in(values))


def written_out(marks: Seen) -> str:
    """Marks as a form carries them."""
    return json.dumps(marks, separators=(",", ":"))


def read_marks(text: str) -> dict[str, Mark]:
    """The marks that came back with a form; none where they are missing or spoilt."""
    try:
        found = json.loads(text or "{}")
    except (ValueError, RecursionError):
        return {}
    if not isinstance(found, dict):
        return {}
    return {str(name): mark for name, mark in found.items() if isinstance(mark, str) or _marked(mark)}


def _marked(mark: Any) -> bool:
    """Whether this is a table of marks."""
    return isinstance(mark, list) and all(
        isinstance(row, dict) and all(isinstance(cell, str) for cell in row.values()) for row in mark
    )


@dataclass(frozen=True)
class Clash:
    """A place where both wrote: its name for the choice, the field it is in, what each says.

    In a table it is a cell (`row` from 0, `column`) or, without a column, the rows that both changed.
    """

    name: str
    field: str
    mine: Any
    theirs: Any
    row: int | None = None
    column: str = ""

    @property
    def mark(self) -> str:
        """The mark of what the other person wrote: a choice holds only against what was shown."""
        return mark_of(self.theirs)


@dataclass
class Merged:
    """What is to be saved, what the form is to show, what only somebody else has changed, and where both did."""

    answers: dict[str, Any] = field(default_factory=dict)
    shown: dict[str, Any] = field(default_factory=dict)
    taken: list[str] = field(default_factory=list)
    clashes: list[Clash] = field(default_factory=list)

    @property
    def open(self) -> set[str]:
        """The fields about which a person still has to choose."""
        return {one.field for one in self.clashes}


def merge(now: Mapping[str, Any], typed: Mapping[str, Any], seen: Seen, chosen: Mapping[str, str]) -> Merged:
    """What only this person changed is theirs to save; where both changed one thing, it is for a person to choose.

    `now` is what is saved, `seen` the marks of what the person had before them, `chosen` says by the name of a clash
    whose word it is: "mine", "theirs" or "both", a colon, and the mark of what the other wrote. What nobody knows
    whether the person saw is overwritten only where nothing was saved.
    """
    found = Merged()
    for name, mine in typed.items():
        saved, was = now.get(name), seen.get(name)
        if _is_table(mine) or _is_table(saved) or isinstance(was, list):
            rows = was if isinstance(was, list) else []
            table = merge_rows(name, saved or [], mine or [], was=rows, chosen=chosen, mark_of=mark_of)
            _take_table(found, name, mine, table)
        else:
            _take_one(found, name, _Answer(mine, saved, was or "", chosen.get(name, "")))
    return found


@dataclass(frozen=True)
class _Answer:
    """One answer: as typed, as saved, the mark of what was seen, and what was chosen."""

    mine: Any
    saved: Any
    was: str
    choice: str


def _take_one(found: Merged, name: str, one: _Answer) -> None:
    own, now = mark_of(one.mine), mark_of(one.saved)
    found.shown[name] = one.mine
    if own == now:
        return
    if one.was == own:
        found.shown[name] = one.saved
        found.taken.append(name)
    elif one.was == now or (not one.was and one.saved in NOTHING) or one.choice == f"{MINE}:{now}":
        found.answers[name] = one.mine
    elif one.choice == f"{BOTH}:{now}":
        found.shown[name] = found.answers[name] = joined(one.saved, one.mine)
    elif one.choice == f"{THEIRS}:{now}":
        found.shown[name] = one.saved
    else:
        found.clashes.append(Clash(name, name, one.mine, one.saved))


def joined(theirs: Any, mine: Any) -> Any:
    """Both, one after the other."""
    return f"{theirs}\n\n{mine}" if isinstance(theirs, str) else mine


def _take_table(found: Merged, name: str, mine: Any, merged: RowsMerged) -> None:
    """The table as a whole waits where a person has to choose, so that sending it again asks the same."""
    found.shown[name] = mine if merged.clashes else merged.rows
    found.clashes += [Clash(one.name, name, one.mine, one.theirs, one.row, one.column) for one in merged.clashes]
    if merged.clashes:
        return
    if merged.changed:
        found.answers[name] = merged.rows
    if merged.taken:
        found.taken.append(name)


def marks_after(merged: Merged, now: Mapping[str, Any], seen: Seen) -> dict[str, Mark]:
    """What the form carries on when it shows `merged.shown`, and `now` is what is saved.

    What a person still has to choose about counts as seen before; so does what could not be read.
    """
    settled = {name: now.get(name) for name in merged.shown if name not in merged.open}
    return {**seen, **marks_in(settled)}


def marks_beside(typed: Mapping[str, Any], now: Mapping[str, Any], seen: Seen) -> dict[str, Mark]:
    """What a form carries on that still shows what was typed, while `now` is what is saved.

    Only where both are the same has the person seen what is saved.
    """
    wanted, there = marks_in(typed), marks_in({name: now.get(name) for name in typed})
    return {**seen, **{name: mark for name, mark in there.items() if wanted[name] == mark}}
