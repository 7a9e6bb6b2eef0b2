"""The application form of a round as data: pages, questions, tables, conditions; what may stand in it.

Two forms come with the product, `short` and `full`; a round takes one of them as it is, or has its own.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields
from functools import cache, cached_property
from hashlib import sha256
from importlib.resources import files
from typing import Annotated, Any, Final, Literal

from grants.programmes.profile.kinds import Code
from grants.programmes.profile.reader import Shape, Span
from grants.programmes.profile.words import Worded

Kind = Literal[
    "text",
    "longtext",
    "number",
    "money",
    "date",
    "yes",
    "choice",
    "choices",
    "rows",
    "file",
    "person",
    "organisation",
    "earlier",
]
"""What is answered. `file` is a place of the checklist by its name; `earlier` is answered already, elsewhere."""
CellKind = Literal["text", "longtext", "number", "money", "date", "choice"]
Section = Literal["project", "served", "design", "team", "budget", "files"]
"""What an officer may send back as a whole."""
Source = Literal["", "fields_of_service", "indicators", "payees", "areas"]
"""Where choices come from that the product knows better than a form: the round, the library, the register."""
ScreenCode = Annotated[str, Shape(r"[a-z][a-z0-9-]{0,39}")]
Label = Annotated[str, Shape(r"(?s).{1,80}")]
Words = Annotated[str, Shape(r"(?s).{0,400}")]


@dataclass(frozen=True)
class FormChoice(Worded):
    """One thing to choose."""

    code: Code
    zh: Label
    en: str = ""


@dataclass(frozen=True)
class FormColumn(Worded):
    """A column of a table. `private` is not read by whoever must not know who applies."""

    name: Code
    zh: Label
    kind: CellKind = "text"
    en: str = ""
    required: bool = False
    most: Annotated[int, Span(1, 3000)] | None = None
    help: Words = ""
    help_en: Words = ""
    choices: tuple[FormChoice, ...] = ()
    source: Source = ""
    private: bool = False


@dataclass(frozen=True)
class FormInput(Worded):
    """One question.

    `least` and `most` count characters of a text, choices, rows of a table, or bound a number. `when` is the name of
    an earlier question, `equals` the answers to it under which this one is asked; none means yes, or anything at all.
    `of` is what an `earlier` one repeats: the name of a question, or a fact such as team.uscc.
    """

    name: Code
    zh: Label
    kind: Kind
    en: str = ""
    required: bool = True
    least: Annotated[int, Span(0, 99_999_999)] | None = None
    most: Annotated[int, Span(1, 99_999_999)] | None = None
    help: Words = ""
    help_en: Words = ""
    when: str = ""
    equals: tuple[str, ...] = ()
    choices: tuple[FormChoice, ...] = ()
    columns: tuple[FormColumn, ...] = ()
    source: Source = ""
    of: str = ""
    private: bool = False


@dataclass(frozen=True)
class FormScreen(Worded):
    """One page of the form: what it is called, what is said below that, its questions in order."""

    code: ScreenCode
    zh: Label
    section: Section
    en: str = ""
    hint: Words = ""
    hint_en: Words = ""
    fields: tuple[FormInput, ...] = ()


@dataclass(frozen=True)
class Form:
    """A whole application form. Two that say the same are one, known by their digest."""

    screens: tuple[FormScreen, ...]

    def __hash__(self) -> int:
        """By what it says, reckoned once."""
        return hash(self.digest)

    @cached_property
    def text(self) -> str:
        """The same text for the same form: JSON with sorted keys, without what says nothing."""
        return json.dumps(plain(self), ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the text, in hex: what answers are kept with."""
        return sha256(self.text.encode()).hexdigest()

    def questions(self) -> Iterator[tuple[FormScreen, FormInput]]:
        """Every question with its page, in order."""
        return ((screen, question) for screen in self.screens for question in screen.fields)


def plain(form: Form) -> dict[str, Any]:
    """The form as plain values; what is as if it were not said is left out."""
    return {"screens": [_said(screen, FormScreen) for screen in asdict(form)["screens"]]}


INNER: Final[dict[str, Any]] = {"fields": FormInput, "columns": FormColumn, "choices": FormChoice}


def _said(row: dict[str, Any], kind: Any) -> dict[str, Any]:
    unsaid = {part.name: part.default for part in fields(kind)}
    found = {name: value for name, value in row.items() if value != unsaid[name]}
    for name, inner in INNER.items():
        if name in found:
            found[name] = [_said(one, inner) for one in found[name]]
    return {name: list(value) if isinstance(value, tuple) else value for name, value in found.items()}


@cache
def shipped_text(name: str) -> str:
    """The YAML of a form that comes with the product. Raises FileNotFoundError for any other name."""
    found = files("grants.programmes").joinpath("profiles", "forms", f"{name}.yaml")
    if name not in {"short", "full"}:
        raise FileNotFoundError(name)
    return found.read_text(encoding="utf-8")
