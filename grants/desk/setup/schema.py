"""What the profile itself says of a place in it: the kind of its value, whether it may be empty, what may be chosen."""

from __future__ import annotations

from dataclasses import MISSING, dataclass, fields
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from grants.programmes.profile import Profile
from grants.programmes.profile.kinds import Fen

NOTHING: Any = object()
"""What stands where the profile must say something."""


@dataclass(frozen=True)
class Place:
    """One place of a profile: `kind` as forms name it, `options` where one is chosen, what stands there unsaid."""

    kind: str
    optional: bool = False
    options: tuple[str, ...] = ()
    unsaid: Any = NOTHING


@cache
def place(path: str, of: Any = Profile) -> Place:
    """The place at a dotted path of a section. Raises KeyError where the profile has none."""
    name, _dot, rest = path.partition(".")
    hint = _hints(of)[name]
    if rest:
        return place(rest, row_of(hint))
    part = next(part for part in fields(of) if part.name == name)
    return _place(hint, NOTHING if part.default is MISSING else part.default)


def row_of(hint: Any) -> Any:
    """The section behind a hint: itself, or what a list of them is made of."""
    bare, _optional = _bare(hint)
    return get_args(bare)[0] if get_origin(bare) is tuple else bare


@cache
def row_at(path: str, of: Any = Profile) -> Any:
    """What one row of the list at a path is."""
    name, _dot, rest = path.partition(".")
    inner = row_of(_hints(of)[name])
    return row_at(rest, inner) if rest else inner


def _place(hint: Any, unsaid: Any) -> Place:
    bare, optional = _bare(hint)
    if bare == Fen:
        return Place("money", optional, unsaid=unsaid)
    bare = get_args(bare)[0] if get_origin(bare) is Annotated else bare
    if get_origin(bare) is tuple:
        inner = _place(get_args(bare)[0], NOTHING)
        return Place("choices" if inner.options else "longtext", True, inner.options, unsaid)
    if get_origin(bare) is Literal:
        return Place("choice", optional, tuple(map(str, get_args(bare))), unsaid)
    if isinstance(bare, type) and issubclass(bare, Enum):
        return Place("choice", optional, tuple(str(one.value) for one in bare), unsaid)
    return Place({bool: "yes", int: "number", str: "text"}[bare], optional, unsaid=unsaid)


def _bare(hint: Any) -> tuple[Any, bool]:
    """The hint without `| None`, and whether it had that."""
    inner = get_args(hint)[0] if get_origin(hint) is Annotated else hint
    if get_origin(inner) in (Union, UnionType):
        return next(part for part in get_args(inner) if part is not NoneType), True
    return hint, False


@cache
def _hints(kind: Any) -> dict[str, Any]:
    return get_type_hints(kind, include_extras=True)
