"""The parts a section is made of: single answers and tables, read from the profile's values and written back.

A part changes what it shows; everything else in the same place stays as it was.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from grants.desk.setup.schema import NOTHING, Place, place, row_at
from grants.desk.setup.values import Names, Unknown, Values, at, codes_in, listed_names, new_code, put, say
from grants.programmes.profile.basics import APPEAL
from workflow.refusals import Refusal
from workflow.rules import Ask

YES, NO = "yes", "no"


@dataclass(frozen=True)
class Leaf:
    """One answer. `names` are words for codes that are written as words, one after the other."""

    path: str
    label: StrOrPromise
    help: StrOrPromise = ""
    words: Mapping[str, StrOrPromise] | None = None
    names: Names | None = None

    @property
    def name(self) -> str:
        """How its field of the form is called."""
        return self.path.replace(".", "__")

    @property
    def place(self) -> Place:
        """What the profile says of it."""
        return place(self.path)

    def ask(self, _data: Values) -> Ask:
        """The answer as a form asks it."""
        known = self.place
        kind = "text" if self.names else known.kind
        required = not known.optional and kind != "yes"
        return Ask(
            self.name, self.label, kind, self.help, required, _options(known, self.words) if known.options else None
        )

    def read(self, data: Values) -> Any:
        """What the form begins with."""
        value = at(data, self.path)
        if self.names:
            return listed_names([value] if isinstance(value, str) else value or (), self.names(data))
        if self.place.kind == "longtext":
            return "\n".join(value or ())
        if self.place.kind == "choice":
            value = self.place.unsaid if value is None else value
            return None if value is None or value is NOTHING else str(value)
        if self.place.kind == "yes" and value is None:
            return self.place.unsaid is True
        return value

    def write(self, data: Values, value: Any, old: Values) -> None:
        """The answer stands in the configuration. Raises Unknown for a word that stands for nothing."""
        if self.names:
            value = codes_in(value or "", self.names(data), self.names(old), one=self.place.kind == "text")
        elif self.place.kind == "longtext":
            value = [line.strip() for line in (value or "").splitlines() if line.strip()]
        elif self.place.kind == "choices":
            value = list(value or ())
        elif self.place.kind == "yes":
            value = bool(value)
        put(data, self.path, value, self.place.unsaid)

    def owns(self, path: str) -> bool:
        """Whether a fault of the profile at that path is this answer's."""
        return path == self.path or path.startswith((f"{self.path}.", f"{self.path}["))

    def told(self, _path: str, message: str, _data: Values) -> str:
        """The fault in words, at this field."""
        return message


@dataclass(frozen=True)
class Col:
    """A column of a table: a place in each row."""

    key: str
    label: StrOrPromise
    words: Mapping[str, StrOrPromise] | None = None
    names: Names | None = None
    must: bool | None = None

    def ask(self, of: Any) -> Ask:
        """The cell as a form asks it; yes and no are chosen, so that an empty row is empty."""
        known = place(self.key, of)
        must = not known.optional and known.unsaid is NOTHING if self.must is None else self.must
        if self.names:
            return Ask(self.key, self.label, "text", required=must)
        if known.kind == "yes":
            return Ask(self.key, self.label, "choice", required=must, choices=_yes_or_no)
        kind = "text" if known.kind == "longtext" else known.kind
        return Ask(
            self.key, self.label, kind, required=must, choices=_options(known, self.words) if known.options else None
        )

    def read(self, row: Values, of: Any, data: Values) -> Any:
        """What the cell begins with."""
        known = place(self.key, of)
        value = row.get(self.key, None if known.unsaid is NOTHING else known.unsaid)
        if self.names:
            return listed_names(value or (), self.names(data))
        if known.kind == "yes":
            return None if value is None else YES if value else NO
        return str(value) if known.kind == "choice" and value is not None else value

    def write(self, row: Values, value: Any, here: _Writing) -> None:
        """The cell stands in the row. Raises Unknown for a word that stands for nothing."""
        known = place(self.key, here.kind)
        if self.names:
            value = codes_in(value or "", self.names(here.data), self.names(here.old))
        elif known.kind == "yes":
            value = known.unsaid if value is None and known.unsaid is not NOTHING else value == YES
        elif value is None and known.unsaid is not NOTHING:
            value = known.unsaid
        say(row, self.key, value, known.unsaid)


@dataclass(frozen=True)
class Table:
    """A list of rows, each known by its code, which nobody sees; a row without one is new. No code: by its place."""

    path: str
    label: StrOrPromise
    columns: tuple[Col, ...]
    help: StrOrPromise = ""
    code: str = ""

    @property
    def name(self) -> str:
        """How its field of the form is called."""
        return self.path.replace(".", "__")

    def ask(self, _data: Values) -> Ask:
        """The table as a form asks it, its codes first."""
        row = row_at(self.path)
        codes = (Ask("code", "", required=False),) if self.code else ()
        return Ask(
            self.name, self.label, "rows", self.help, False, None, (*codes, *(one.ask(row) for one in self.columns))
        )

    def read(self, data: Values) -> list[Values]:
        """The rows that the form begins with."""
        kind = row_at(self.path)
        found = []
        for row in at(data, self.path) or ():
            cells = {one.key: one.read(row, kind, data) for one in self.columns}
            found.append(_filled(cells | ({"code": row[self.code]} if self.code else {})))
        return found

    def write(self, data: Values, value: Any, old: Values) -> None:
        """The rows stand in the configuration, in this order; of a row that was there, what is not shown stays.

        Raises Unknown for a word that stands for nothing.
        """
        kind, there = row_at(self.path), list(at(data, self.path) or ())
        before = {str(row[self.code]): row for row in there} if self.code else {}
        taken = set(before)
        rows = []
        for n, cells in enumerate(value or (), 1):
            row = dict(before.get(str(cells.get("code", "")), {}))
            if self.code and not row:
                row[self.code] = new_code(cells, taken)
            _write_cells(row, cells, self.columns, n, _Writing(kind, data, old))
            rows.append(row)
        put(data, self.path, rows)

    def owns(self, path: str) -> bool:
        """Whether a fault of the profile at that path is this table's."""
        return path == self.path or path.startswith(f"{self.path}[")

    def told(self, path: str, message: str, _data: Values) -> str:
        """The fault in words, with its row and column."""
        return _in_row(path.removeprefix(self.path), message, self.columns)


@dataclass(frozen=True)
class _Writing:
    """A table being written: what its rows are, the configuration as it becomes, and as it was."""

    kind: Any
    data: Values
    old: Values


def _write_cells(row: Values, cells: Values, columns: Iterable[Col], n: int, here: _Writing) -> None:
    for column in columns:
        try:
            column.write(row, cells.get(column.key), here)
        except Unknown as fault:
            words = {"n": n, "column": str(column.label), "fault": str(fault)}
            raise Unknown(gettext("第%(n)s行“%(column)s”：%(fault)s") % words) from fault


def _in_row(rest: str, message: str, columns: Iterable[Col]) -> str:
    """A fault of '[2].weight' as one of the second row and its column."""
    found = re.match(r"\[(\d+)\](?:\.(\w+))?", rest)
    if not found:
        return message
    label = next((str(one.label) for one in columns if one.key == found[2]), "")
    words = {"n": found[1], "column": label, "fault": message}
    return (gettext("第%(n)s行“%(column)s”：%(fault)s") if label else gettext("第%(n)s行：%(fault)s")) % words


def named_fault(name: str, fault: str) -> str:
    """A fault with the name of what it is about."""
    return gettext("“%(name)s”：%(fault)s") % {"name": name, "fault": fault}


@dataclass(frozen=True)
class Under:
    """Rows that lie under the rows of a list, all in one table: the first column names the row they lie under.

    `inner` is the list in each; `named` is what tells the rows above, which have a code, from one another.
    """

    path: str
    inner: str
    label: StrOrPromise
    above: StrOrPromise
    columns: tuple[Col, ...]
    named: str = "zh"
    help: StrOrPromise = ""

    @property
    def name(self) -> str:
        """How its field of the form is called."""
        return f"{self.path}.{self.inner}".replace(".", "__")

    @property
    def _row(self) -> Any:
        return row_at(f"{self.path}.{self.inner}")

    def ask(self, _data: Values) -> Ask:
        """The table as a form asks it."""
        columns = (Ask("above", self.above), *(one.ask(self._row) for one in self.columns))
        return Ask(self.name, self.label, "rows", self.help, False, None, columns)

    def read(self, data: Values) -> list[Values]:
        """The lines that the form begins with."""
        return [
            _filled({"above": above[self.named], **{one.key: one.read(row, self._row, data) for one in self.columns}})
            for above in at(data, self.path) or ()
            for row in above[self.inner]
        ]

    def write(self, data: Values, value: Any, old: Values) -> None:
        """Each row above has the lines that name it, by its new name or its old. Raises Unknown for a line of none."""
        rows = at(data, self.path)
        kept = {row["code"]: row for row in at(old, self.path)}
        known = {before[self.named]: code for code, before in kept.items()}
        known |= {row[self.named]: row["code"] for row in rows}
        lists: dict[str, list[Values]] = {row["code"]: [] for row in rows}
        for n, cells in enumerate(value or (), 1):
            name = str(cells.get("above", "")).strip()
            if known.get(name) not in lists:
                words = {"n": n, "name": name, "known": gettext("、").join(str(row[self.named]) for row in rows)}
                raise Unknown(gettext("第%(n)s行：没有叫“%(name)s”的，现有：%(known)s。") % words)
            row: Values = {}
            _write_cells(row, cells, self.columns, n, _Writing(self._row, data, old))
            lists[known[name]].append(row)
        for above in rows:
            above[self.inner] = lists[above["code"]]

    def owns(self, path: str) -> bool:
        """Whether a fault of the profile at that path is this table's."""
        return bool(re.match(rf"{re.escape(self.path)}\[\d+\]\.{self.inner}\b", path))

    def told(self, path: str, message: str, data: Values) -> str:
        """The fault in words, with the name of the row above."""
        found = re.match(r"\[(\d+)\]\.\w+(.*)", path.removeprefix(self.path))
        above = at(data, self.path)[int(found[1]) - 1][self.named] if found else ""
        said = _in_row(found[2] if found else "", message, self.columns)
        return named_fault(above, said)


def _time(found: Values, name: str) -> Values:
    """A time allowed, as it is said or as it is where nothing is said."""
    unsaid: Values = asdict(APPEAL)
    return found.get(name) or unsaid


@dataclass(frozen=True)
class Times:
    """The times that a round allows, one line each; lines neither come nor go."""

    path: str
    label: StrOrPromise
    lines: tuple[tuple[str, StrOrPromise], ...]
    columns: tuple[Col, ...]
    help: StrOrPromise = ""

    @property
    def name(self) -> str:
        """How its field of the form is called."""
        return f"{self.path}__lines"

    def ask(self, _data: Values) -> Ask:
        """The lines as a form asks them; what they are called is only read."""
        columns = tuple(one.ask(row_at(f"{self.path}.{self.lines[0][0]}")) for one in self.columns)
        return _fixed_lines(self.name, self.label, self.help, columns)

    def read(self, data: Values) -> list[Values]:
        """The lines that the form begins with."""
        found = at(data, self.path)
        kind = row_at(f"{self.path}.{self.lines[0][0]}")
        return [
            {
                "code": name,
                "label": str(label),
                **{one.key: one.read(_time(found, name), kind, data) for one in self.columns},
            }
            for name, label in self.lines
        ]

    def write(self, data: Values, value: Any, old: Values) -> None:
        """Every line that was sent stands in the configuration."""
        kind, known = row_at(f"{self.path}.{self.lines[0][0]}"), dict(self.lines)
        for n, cells in enumerate(value or (), 1):
            if cells.get("code") in known:
                row = at(data, self.path).setdefault(cells["code"], _time(at(data, self.path), cells["code"]))
                _write_cells(row, cells, self.columns, n, _Writing(kind, data, old))

    def owns(self, path: str) -> bool:
        """Whether a fault of the profile at that path is one of these lines'."""
        return any(
            path == f"{self.path}.{name}" or path.startswith(f"{self.path}.{name}.") for name, _label in self.lines
        )

    def told(self, path: str, message: str, _data: Values) -> str:
        """The fault in words, with the line it is in."""
        label = next(str(label) for name, label in self.lines if name == path.split(".")[1])
        return named_fault(label, message)


@dataclass(frozen=True)
class Questions:
    """The questions of the application, to be read in a row each; they are written on pages of their own."""

    path: str
    label: StrOrPromise
    columns: tuple[tuple[str, StrOrPromise], ...]
    read_rows: Callable[[Values], list[Values]]

    @property
    def name(self) -> str:
        """How its field of the form is called."""
        return self.path.replace(".", "__")

    def ask(self, _data: Values) -> Ask:
        """The questions as a table."""
        columns = tuple(Ask(name, label, required=False) for name, label in self.columns)
        return Ask(self.name, self.label, "rows", "", False, None, (Ask("code", "", required=False), *columns))

    def read(self, data: Values) -> list[Values]:
        """The questions in order."""
        return self.read_rows(data)

    def write(self, data: Values, value: Any, old: Values) -> None:
        """Nothing: a question is changed on its own page."""

    def owns(self, path: str) -> bool:
        """Whether a fault or a difference at that path is about the questions."""
        return path.startswith((self.path, "application_profile.fields", "application_profile.default"))

    def told(self, _path: str, message: str, _data: Values) -> str:
        """The fault in words."""
        return message


def _fixed_lines(name: str, label: StrOrPromise, help_: StrOrPromise, columns: tuple[Ask, ...]) -> Ask:
    return Ask(name, label, "rows", help_, False, None, (Ask("code", ""), Ask("label", _("事项")), *columns))


Part = Leaf | Table | Under | Times | Questions
FIXED = (Times,)


def _filled(cells: Values) -> Values:
    return {name: cell for name, cell in cells.items() if cell is not None and cell != ""}


def _options(known: Place, words: Mapping[str, StrOrPromise] | None) -> Callable[[Any, Any], list[tuple[str, str]]]:
    names = words or {}
    return lambda _record, _actor: [(code, str(names.get(code, code))) for code in known.options]


def _yes_or_no(_record: Any, _actor: Any) -> list[tuple[str, str]]:
    return [(YES, gettext("是")), (NO, gettext("否"))]


def reasons_of(parts: Sequence[Part], faults: Iterable[Any], data: Values) -> list[Refusal]:
    """What stands against a configuration, each fault at the field it is about; the others name where they are."""
    found = []
    for fault in faults:
        own = [part for part in parts if part.owns(fault.field)]
        part = max(own, key=lambda one: (isinstance(one, Under), len(one.path)), default=None)
        message = (
            part.told(fault.field, fault.message, data) if part else f"{fault.field}{gettext('：')}{fault.message}"
        )
        found.append(Refusal("configuration", message, at=part.name if part else ""))
    return found
