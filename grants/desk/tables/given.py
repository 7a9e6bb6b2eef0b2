"""What a person filled in, in words: for the trail, for those who endorse, for checking before sending."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.utils.formats import date_format
from django.utils.translation import gettext

from grants.kernel.masking import mask_text
from grants.kernel.scoring import format_points
from grants.programmes.asking import in_yuan
from workflow.machine import Stateful
from workflow.phrases import listed
from workflow.rules import Ask, asks_of


class Cell(NamedTuple):
    """One cell of a table: what stands in it, under which heading, and whether it is a figure."""

    text: str
    label: str
    figure: bool


@dataclass(frozen=True)
class Said:
    """One thing that was filled in."""

    label: str
    text: str
    long: bool = False
    document: str = ""
    table: tuple[tuple[Cell, ...], ...] = field(default=())


def day_in_words(iso: Any) -> str:
    """An ISO day as people write it; anything else as it is."""
    try:
        return date_format(dt.date.fromisoformat(str(iso)), "DATE_FORMAT")
    except ValueError:
        return str(iso)


IN_WORDS: dict[str, Callable[[Any], str]] = {
    "money": lambda fen: in_yuan(int(fen)),
    "half": lambda halves: gettext("%(n)s分") % {"n": format_points(int(halves))},
    "date": day_in_words,
    "yes": lambda yes: gettext("是") if yes else gettext("否"),
}


def words_of(ask: Ask, value: Any, choices: Mapping[str, str] | None = None) -> str:
    """A value in words, by the kind of the ask."""
    if ask.kind in IN_WORDS:
        return IN_WORDS[ask.kind](value)
    if ask.kind not in {"choice", "choices"}:
        return str(value)
    values = value if ask.kind == "choices" else [value]
    return listed((choices or {}).get(str(one), gettext("（已不在可选之列）")) for one in values)


def said(ask: Ask, value: Any, record: Stateful, actor: Any) -> Said:
    """One answer, its choices resolved."""
    label = str(ask.label)
    if ask.kind == "document":
        return Said(label, "", document=str(value))
    if ask.kind == "rows":
        options = {col.name: dict(col.choices(record, actor)) for col in ask.columns if col.choices}
        table = tuple(
            tuple(_cell(col, row.get(col.name), options.get(col.name)) for col in ask.columns) for row in value
        )
        return Said(label, "", table=table)
    choices = dict(ask.choices(record, actor)) if ask.choices else None
    return Said(label, words_of(ask, value, choices), long=ask.kind == "longtext")


def _cell(column: Ask, value: Any, options: Mapping[str, str] | None) -> Cell:
    text = "—" if value in (None, "") else words_of(column, value, options)
    return Cell(text, str(column.label), column.kind in {"money", "number", "half"})


def all_said(record: Stateful, move: str, given: Mapping[str, Any], actor: Any, *, paper: bool) -> list[Said]:
    """Everything that was filled in for a move, in the order of its form; `actor` is the one who filled it in."""
    asks = asks_of(record.machine().deeds[move], record, by_paper=paper)
    return [said(ask, given[ask.name], record, actor) for ask in asks if given.get(ask.name) not in (None, "", [])]


BRIEF = frozenset({"text", "longtext", "number", "money", "date"})
FIXED = frozenset({"sections"})
TECHNICAL = frozenset({"digest", "text"})  # a configuration and its checksum are for machines


def remarks(asks: tuple[Ask, ...], given: Mapping[str, Any], record: Stateful, actor: Any) -> list[Said]:
    """What the trail repeats of an answer: words, figures and days, personal numbers masked.

    Of choices only the sections to change are repeated: the team must read them, and they are the same for everybody.
    """
    return [
        Said(
            str(ask.label),
            mask_text(words_of(ask, given[ask.name], _fixed(ask, record, actor))),
            long=ask.kind == "longtext",
        )
        for ask in asks
        if (ask.kind in BRIEF or ask.name in FIXED)
        and ask.name not in TECHNICAL
        and given.get(ask.name) not in (None, "", [])
    ]


def _fixed(ask: Ask, record: Stateful, actor: Any) -> dict[str, str] | None:
    return dict(ask.choices(record, actor)) if ask.name in FIXED and ask.choices else None
