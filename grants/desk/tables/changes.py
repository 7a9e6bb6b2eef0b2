"""What is otherwise than before, to read: answers with their words marked, tables row by row, cell by cell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext

from grants.desk.tables.given import words_of
from grants.kernel.differing import Piece, pairs, pieces, reordered
from grants.kernel.masking import mask_text
from workflow.rules import Ask

Options = Mapping[str, str]
EMPTY: tuple[Any, ...] = (None, "", [])


@dataclass(frozen=True)
class Cell:
    """One cell that differs, under its heading."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class RowChange:
    """One row that came (`new`), went (`gone`) or says something else (`other`)."""

    kind: str
    title: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Change:
    """One thing that is otherwise: as marked words, or as rows. `note` says what else there is to know of it."""

    label: str
    section: str = ""
    pieces: tuple[Piece, ...] = ()
    rows: tuple[RowChange, ...] = ()
    note: str = ""


@dataclass(frozen=True)
class Asked:
    """A question as one of two forms asked it, with its answer and the words of its choices."""

    ask: Ask
    value: Any
    options: Mapping[str, Options]
    """The words of choices, by column; those of the question itself under its own name."""
    closed: bool = False
    """Whether numbers of persons are masked: before anything is compared, or half a number would stand there."""

    @property
    def empty(self) -> bool:
        """Whether nothing was answered."""
        return self.value in EMPTY

    @property
    def words(self) -> str:
        """The answer in words."""
        return self.cell(self.ask, self.value)

    def cell(self, column: Ask, value: Any) -> str:
        """A cell in words."""
        told = "" if value in EMPTY else words_of(column, value, self.options.get(column.name))
        return mask_text(told) if self.closed else told


def asked(ask: Ask, value: Any, record: Any, actor: Any, *, closed: bool = False) -> Asked:
    """The question with the words of its choices, as they are for this record."""
    columns = ask.columns if ask.kind == "rows" else (ask,)
    options = {one.name: dict(one.choices(record, actor)) for one in columns if one.choices}
    return Asked(ask, value, options, closed)


def change_of(before: Asked | None, after: Asked | None, *, section: str = "") -> Change | None:
    """How an answer differs from what it was; None where it says the same. Either may not have been asked at all."""
    one = after or before
    if one is None or all(was is None or was.empty for was in (before, after)):
        return None
    label, note = str(one.ask.label), _note(before, after)
    if "rows" in {was.ask.kind for was in (before, after) if was}:
        rows = tuple(_rows(before, after))
        note = note or ("" if rows or not _moved(before, after) else gettext("内容没有变，只是次序变了。"))
        return Change(label, section, rows=rows, note=note) if rows or note else None
    was, now = before.words if before else "", after.words if after else ""
    return Change(label, section, tuple(pieces(was, now)), note=note) if was != now else None


def _note(before: Asked | None, after: Asked | None) -> str:
    """That only one of the two forms asked it, or that they asked it in other words."""
    if before is None:
        return gettext("上一版的申报书没有问这一项。")
    if after is None:
        return gettext("这一版的申报书不再问这一项。")
    if str(before.ask.label) != str(after.ask.label):
        return gettext("上一版问的是“%(label)s”。") % {"label": before.ask.label}
    return ""


def _moved(before: Asked | None, after: Asked | None) -> bool:
    return bool(before and after and reordered(before.value or [], after.value or []))


def _rows(before: Asked | None, after: Asked | None) -> Iterator[RowChange]:
    """The rows that came, went or changed, in the order of the table as it is."""
    shown = after or before
    if shown is None or shown.ask.kind != "rows":  # it was a table, and is none now
        return
    columns = {one.name: one for was in (after, before) if was for one in reversed(was.ask.columns)}
    names = [one.name for was in (after, before) if was for one in was.ask.columns]
    names = list(dict.fromkeys(names))
    for was, now in pairs(_table(before), _table(after), names[0]):
        shown_in = names if was and now else names[1:]  # the first cell of a row that came or went is its title
        cells = tuple(_cells(before, after, was, now, [columns[name] for name in shown_in]))
        if cells or was is None or now is None:
            kind = "new" if was is None else "gone" if now is None else "other"
            yield RowChange(kind, _title(shown, now or was or {}, columns[names[0]]), cells)


def _table(one: Asked | None) -> Sequence[Mapping[str, Any]]:
    return one.value if one and isinstance(one.value, list) and one.ask.kind == "rows" else []


def _cells(before: Asked | None, after: Asked | None, was: Any, now: Any, columns: Sequence[Ask]) -> Iterator[Cell]:
    for column in columns:
        old = before.cell(column, was.get(column.name)) if before and was else ""
        new = after.cell(column, now.get(column.name)) if after and now else ""
        if old != new:
            yield Cell(str(column.label), old, new)


def _title(shown: Asked, row: Mapping[str, Any], first: Ask) -> str:
    return shown.cell(first, row.get(first.name)) or gettext("（没有名称）")
