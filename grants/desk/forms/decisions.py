"""A row of the table for a meeting: what was typed, what it means, and what cannot be read yet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from grants.desk.forms.fields import MoneyField, WholeField
from workflow.rules import Ask

CHOICES: tuple[tuple[str, StrOrPromise], ...] = (
    ("", _("还没定")),
    ("shortlist", _("拟立项")),
    ("put_in_reserve", _("备选")),
    ("decline", _("不予立项")),
)
LABELS: dict[str, StrOrPromise] = {
    "choice": _("结论"),
    "amount_fen": _("金额（元）"),
    "reserve_order": _("备选顺序"),
    "reason": _("不予立项的理由"),
    "deviation": _("不按排名的理由"),
}
CELLS = tuple(LABELS)
WORDS = frozenset({"reason", "deviation"})
LONGEST = 2000


def cells_typed(data: Mapping[str, Any], projects: Iterable[int]) -> dict[str, str]:
    """What was typed in the rows of these projects, cell by cell, as typed."""
    found = {f"{pk}-{name}": _cell(data, pk, name) for pk in projects if f"{pk}-choice" in data for name in CELLS}
    known = dict(CHOICES)
    return {name: "" if name.endswith("-choice") and text not in known else text for name, text in found.items()}


def _cell(data: Mapping[str, Any], pk: int, name: str) -> str:
    return str(data.get(f"{pk}-{name}") or "").replace("\r\n", "\n")[: LONGEST + 1]


def rows_typed(cells: Mapping[str, Any], projects: Iterable[int]) -> dict[str, dict[str, str]]:
    """The cells as rows by project, as they are kept; cells left empty are left out."""
    rows = {pk: {name: str(cells.get(f"{pk}-{name}") or "") for name in CELLS} for pk in projects}
    return {str(pk): {name: text for name, text in row.items() if text} for pk, row in rows.items()}


def table_asks(projects: Iterable[Any], meetings: Iterable[Any]) -> tuple[Ask, ...]:
    """The cells of the table as asks, each with its project, and the meeting."""
    held = [(str(one.pk), one.number) for one in meetings]
    cells = [_ask(project, name) for project in projects for name in CELLS]
    return (*cells, Ask("meeting", _("会议纪要"), "choice", choices=lambda _record, _actor: held))


def _ask(project: Any, name: str) -> Ask:
    label = gettext("%(project)s，%(cell)s") % {"project": project, "cell": LABELS[name]}
    if name == "choice":
        return Ask(f"{project.pk}-{name}", label, "choice", choices=_choices)
    return Ask(f"{project.pk}-{name}", label, "longtext" if name in WORDS else "text")


def _choices(_record: Any, _actor: Any) -> list[tuple[str, str]]:
    return [(code, str(words)) for code, words in CHOICES]


@dataclass(frozen=True)
class Meant:
    """A row as a move: its name, what it is given, and by cell what keeps it from being put forward."""

    move: str
    given: dict[str, Any]
    faults: dict[str, str]

    @property
    def amount_fen(self) -> int | None:
        """What it would cost, in fen; None where it takes away."""
        return self.given.get("amount_fen")

    @property
    def reserve_order(self) -> int | None:
        """The place on the reserve list."""
        return self.given.get("reserve_order")

    @property
    def words(self) -> str:
        """Why: the reason for refusing, or for leaving the order of rank."""
        return str(self.given.get("reason") or self.given.get("deviation") or "")


def meant(cells: Mapping[str, str], *, needs_words: bool) -> Meant:
    """The move that a row stands for; `needs_words` where proposing it must be explained."""
    move = cells.get("choice", "")
    faults: dict[str, str] = {}
    given: dict[str, Any] = {}
    if move in {"shortlist", "put_in_reserve"}:
        given["amount_fen"] = _read(MoneyField(), cells, "amount_fen", faults)
    if move == "put_in_reserve":
        given["reserve_order"] = _read(WholeField(), cells, "reserve_order", faults)
    if move == "decline" and not cells.get("reason", "").strip():
        faults["reason"] = gettext("请写明不予立项的理由。")
    if move == "shortlist" and needs_words and not cells.get("deviation", "").strip():
        faults["deviation"] = gettext("请写明仍拟立项的理由。")
    for name in {"decline": ("reason",), "shortlist": ("deviation",)}.get(move, ()):
        if text := cells.get(name, "").replace("\r\n", "\n").strip():
            given[name] = text
            if len(text) > LONGEST:
                faults[name] = gettext("请不要超过%(n)s个字。") % {"n": LONGEST}
    return Meant(move, {name: value for name, value in given.items() if value is not None}, faults)


MISSING = {"amount_fen": _("请填写金额，例如 25,833.00。"), "reserve_order": _("请填写备选顺序，从1起。")}


def _read(field: Any, cells: Mapping[str, str], name: str, faults: dict[str, str]) -> int | None:
    field.required = False
    try:
        value: int | None = field.clean(cells.get(name, ""))
    except ValidationError as error:
        faults[name] = error.messages[0]
        return None
    if not value:
        faults[name] = str(MISSING[name])
    return value
