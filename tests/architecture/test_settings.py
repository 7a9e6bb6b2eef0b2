"""Every setting of a round is read by somebody: an officer is asked nothing that then changes nothing."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple, get_args, get_type_hints

import pytest

from grants.programmes.profile import Profile
from grants.programmes.profile.basics import Deadline, Deadlines
from grants.programmes.profile.retired import RETIRED
from tests.architecture.source import ROOT, called, modules, tree

PROFILE = "grants/programmes/profile"
PAGES = "grants/desk/setup/sections.py"
OF_ITSELF = ("checks.py", "form_checks.py", "reader.py", "retired.py", "__init__.py")
"""Modules of the profile that compare its figures with each other: that is no use of them."""
TIMED = frozenset({"run_deadline", "due", "term", "Ask"})
"""What takes a time of the round by its name; an Ask as what is usually given."""
BY_NAME = {
    "ReviewerSight": "reviews/sight.py asks each cell by the name of what is seen",
    "ChairSight": "the same",
    "Sight": "the same, by who sees",
    "Checklist": "the slots of a stage are asked for by the stage's own value",
    "DefaultScheme": "scheme_for asks by the kind of payee",
}
"""Sections whose fields nobody writes out, with where they are read instead."""
FOR_PEOPLE = {
    "Deadline.min": "the least anyone may set: the profile's own checks refuse less",
    "PublicityPeriod.min": "the same for the public notice",
    "PublicityPeriod.unit": "working days, always: the profile's own checks refuse anything else",
    "Profile.retired": "what an earlier text says, kept for its digest alone",
}
"""What is meant to be read by nobody else, with the reason."""


class Setting(NamedTuple):
    """A field of a section, where it stands, and the words by which a module that reads it names the section."""

    section: str
    name: str
    path: str
    known_as: frozenset[str]

    def __str__(self) -> str:
        return f"{self.section}.{self.name}"


def _inner(hint: Any) -> Iterator[type]:
    if isinstance(hint, type) and is_dataclass(hint):
        yield hint
    for part in get_args(hint):
        yield from _inner(part)


def _sections(kind: type, path: str = "", seen: frozenset[type] = frozenset()) -> Iterator[tuple[type, str, str]]:
    """(section, field, its path) of everything in a profile; a section in several places once for each."""
    hints = get_type_hints(kind)
    for part in fields(kind):
        at = f"{path}.{part.name}".lstrip(".")
        yield kind, part.name, at
        for inner in _inner(hints[part.name]):
            if inner not in seen:
                yield from _sections(inner, at, seen | {inner})


def _handed_out() -> Iterator[tuple[type, str]]:
    """(section, name) for every method or property of a section that gives out another one."""
    for kind in {kind for kind, _name, _path in _sections(Profile)}:
        for name, member in vars(kind).items():
            function = getattr(member, "fget", member)
            if callable(function) and not isinstance(function, type) and not name.startswith("_"):
                returned = get_type_hints(function).get("return")
                yield from ((inner, name) for inner in _inner(returned))


@cache
def settings() -> list[Setting]:
    """Every setting once."""
    names: dict[type, set[str]] = {}
    found: dict[tuple[type, str], str] = {}
    for kind, name, path in _sections(Profile):
        found.setdefault((kind, name), path)
        names.setdefault(kind, set()).update(one.__name__ for one in kind.__mro__[:-1])
        holder = path.split(".")[-2] if "." in path else ""
        names[kind] |= {holder, f"{holder}_of"} if holder else set()
    for kind, name in _handed_out():
        names[kind].add(name)
    return [Setting(kind.__name__, name, path, frozenset(names[kind])) for (kind, name), path in found.items()]


class Text(NamedTuple):
    """What a module or a template says: attributes it reads, and all its words."""

    attributes: frozenset[str]
    words: frozenset[str]


def _of_module(path: Path) -> Text:
    attributes = {node.attr for node in ast.walk(tree(path)) if isinstance(node, ast.Attribute)}
    return Text(frozenset(attributes), frozenset(re.findall(r"\w+", path.read_text(encoding="utf-8"))))


def _of_template(path: Path) -> Text:
    text = path.read_text(encoding="utf-8")
    return Text(frozenset(re.findall(r"\.([a-z]\w*)", text)), frozenset(re.findall(r"\w+", text)))


def _outside(path: Path) -> bool:
    name = str(path.relative_to(ROOT))
    return name != PAGES and not (name.startswith(PROFILE) and path.name in OF_ITSELF)


@cache
def texts() -> list[Text]:
    """What anybody may read settings with: our modules but those that only compare or show them, and templates.

    What a section makes of its own fields (a property, a method) counts with them.
    """
    here = [_of_module(path) for path in modules("grants") if _outside(path)]
    return here + [_of_template(path) for path in sorted((ROOT / "templates").rglob("*.html"))]


@cache
def times() -> frozenset[str]:
    """The names under which a time of the round is taken."""
    found: set[str] = set()
    for path in modules("grants"):
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Call) and called(node).rpartition(".")[2] in TIMED:
                given = [*node.args, *(word.value for word in node.keywords if word.arg in {"period", "usual"})]
                found |= {one.value for one in given if isinstance(one, ast.Constant) and isinstance(one.value, str)}
    return frozenset(found)


def is_read(setting: Setting) -> bool:
    """Whether a module reads the field and names its section, or takes the time by its name."""
    if setting.section == Deadlines.__name__ and setting.name in times():
        return True
    own = setting.section == Profile.__name__
    return any(setting.name in text.attributes and (own or setting.known_as & text.words) for text in texts())


def test_every_setting_is_read_by_somebody():
    assert [
        str(one) for one in settings() if one.section not in BY_NAME and str(one) not in FOR_PEOPLE and not is_read(one)
    ] == []


def test_nothing_is_excused_that_is_not_there():
    assert set(BY_NAME) <= {one.section for one in settings()}
    assert set(FOR_PEOPLE) <= {str(one) for one in settings()}


@pytest.mark.parametrize("path", sorted(RETIRED))
def test_a_setting_that_nobody_reads_is_found(path: str):
    holder, _dot, name = path.rpartition(".")
    known = next((one.known_as for one in settings() if one.path.rpartition(".")[0] == holder), frozenset())
    assert not is_read(Setting("Profile" if not holder else "", name, path, known))


def test_a_time_is_read_where_it_is_counted_and_not_where_it_is_shown():
    known = {part.name for part in fields(Deadlines) if get_type_hints(Deadlines)[part.name] is Deadline}
    assert {"supplement", "return_for_edit", "rectification"} <= known & times()
    assert "closing_time" not in times()
