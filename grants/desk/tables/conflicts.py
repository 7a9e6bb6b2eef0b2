"""Two versions side by side, in words: what this person typed, what is saved, and whose word may be kept."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext

from grants.desk.forms.merging import BOTH, MINE, THEIRS, Clash, Merged, marks_in, read_marks
from grants.desk.tables.given import said
from workflow.rules import Ask

PREFIX = "keep-"
"""How a field of the form is called that says whose word is kept."""


@dataclass(frozen=True)
class Option:
    """One of the versions that may be kept."""

    code: str
    value: str
    label: str
    text: str
    picked: bool


@dataclass(frozen=True)
class Side:
    """One place where both wrote, with the versions to choose from."""

    name: str
    label: str
    options: tuple[Option, ...]


@dataclass(frozen=True)
class Conflict:
    """Everything about two people at one form: where to choose, what was joined, who else wrote, and when."""

    sides: list[Side] = field(default_factory=list)
    joined: list[str] = field(default_factory=list)
    who: str = ""
    at: Any = None

    def __bool__(self) -> bool:
        return bool(self.sides or self.joined)


def conflict_of(
    merged: Merged,
    asks: Sequence[Ask],
    record: Any,
    actor: Any,
    post: Mapping[str, str],
    *,
    who: Any = None,
    at: Any = None,
) -> Conflict:
    """What the page shows of a merge; `who` saved last, at what time, where that is known."""
    named = {ask.name: ask for ask in asks}
    told = _Told(named, record, actor, post)
    labels = [str(named[name].label) for name in merged.taken if name in named]
    if who is None or who == actor:  # one's own last save says nothing of who was before; the page remembers
        who, at = post.get("by", ""), parsed(post.get("by-at", ""))
    return Conflict([told.side(one) for one in merged.clashes], labels, str(who) if at else "", at)


def parsed(text: str) -> dt.datetime | None:
    """An instant as a page carried it; None for anything else."""
    try:
        return dt.datetime.fromisoformat(text)
    except ValueError:
        return None


@dataclass(frozen=True)
class _Told:
    """Clashes in words."""

    asks: Mapping[str, Ask]
    record: Any
    actor: Any
    post: Mapping[str, str]

    def side(self, clash: Clash) -> Side:
        """One clash with its versions; both can be kept of long texts and of whole rows."""
        ask = self.asks[clash.field]
        versions = {MINE: (gettext("用我写的"), clash.mine), THEIRS: (gettext("用已经保存的"), clash.theirs)}
        options = [self._option(clash, code, *said_) for code, said_ in versions.items()]
        whole = clash.row is not None and not clash.column
        if (whole or ask.kind == "longtext") and clash.mine and clash.theirs:
            words = gettext("已经保存的在前，我写的在后，存好以后再改。")
            options.append(Option(BOTH, f"{BOTH}:{clash.mark}", gettext("两份都要"), words, self._picked(clash, BOTH)))
        return Side(clash.name, self._label(ask, clash), tuple(options))

    def _option(self, clash: Clash, code: str, label: str, value: Any) -> Option:
        text = self._words(clash, value) or gettext("（没有填）")
        return Option(code, f"{code}:{clash.mark}", label, text, self._picked(clash, code))

    def _picked(self, clash: Clash, code: str) -> bool:
        return self.post.get(f"{PREFIX}{clash.name}") == f"{code}:{clash.mark}"

    def _label(self, ask: Ask, clash: Clash) -> str:
        if clash.row is None:
            return str(ask.label)
        words = {"table": ask.label, "n": clash.row + 1}
        if not clash.column:
            return gettext("%(table)s，第%(n)s行起") % words
        column = next(one for one in ask.columns if one.name == clash.column)
        return gettext("%(table)s，第%(n)s行，%(column)s") % {**words, "column": column.label}

    def _words(self, clash: Clash, value: Any) -> str:
        ask = self.asks[clash.field]
        if clash.row is None:
            return self._one(ask, value)
        columns = {one.name: one for one in ask.columns}
        if clash.column:
            return self._one(columns[clash.column], value)
        return "\n".join(self._row(columns.values(), row) for row in value) or gettext("（删掉了）")

    def _row(self, columns: Iterable[Ask], row: Mapping[str, Any]) -> str:
        cells = (self._one(column, row.get(column.name)) for column in columns)
        return " · ".join(cell for cell in cells if cell)

    def _one(self, ask: Ask, value: Any) -> str:
        return said(ask, value, self.record, self.actor).text if value not in (None, "", []) else ""


def labels_joined(conflict: Conflict) -> str:
    """That somebody else's changes are in it as well; nothing where there are none."""
    if not conflict.joined:
        return ""
    from_whom = conflict.who or gettext("另一个人")
    words = {"who": from_whom, "names": gettext("、").join(conflict.joined)}
    return gettext("%(who)s同时改过“%(names)s”，已经合在一起。") % words


def labels_changed(known: Mapping[str, Any], marks: str, asks: Sequence[Ask]) -> list[str]:
    """What is saved otherwise now than the person saw, by its label."""
    seen, now = read_marks(marks), marks_in(known)
    return [str(ask.label) for ask in asks if ask.name in now and seen.get(ask.name) != now[ask.name]]
