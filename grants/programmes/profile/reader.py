"""YAML text into typed sections: the line of every value is kept and every fault is collected."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import MISSING, Field, dataclass, field, fields, is_dataclass
from difflib import get_close_matches
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

import yaml
from django.utils.translation import gettext

from workflow.phrases import listed

_INTEGER = re.compile(r"-?(0|[1-9][0-9]{0,14})")
_TAG = "tag:yaml.org,2002:"


@dataclass(frozen=True)
class Span:
    """Limits of an integer, both included."""

    low: int
    high: int


@dataclass(frozen=True)
class Shape:
    """The pattern a text has to match."""

    pattern: str


@dataclass(frozen=True, order=True)
class Fault:
    """One thing wrong in a profile: the line, the field, and in words what to do."""

    line: int
    field: str
    message: str

    def __str__(self) -> str:
        parts = {"line": self.line, "field": self.field, "message": self.message}
        return gettext("第 %(line)s 行 %(field)s: %(message)s") % parts


class ProfileError(ValueError):
    """A profile that cannot be used, with all its faults in the order of their lines."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = tuple(sorted(set(faults)))
        super().__init__("\n".join(map(str, self.faults)))


class _Bad(Exception):
    """A value that could not be read; its fault is already noted."""


Note = Callable[[str, str], None]
Checks = Mapping[type, Callable[[Any, Note], None]]
Retired = Callable[[str], Any]
UNREAD = "unread"
"""In the metadata of a field: no text says it."""


@dataclass
class Reader:
    """Reads nodes as the types that are asked for, noting lines and faults on the way.

    `checks` holds, by type of section, what must be true between its fields; each section that reads well is put to it.
    `retired` tells what stood at a place that the type no longer has; what a text still says there is in `dropped`.
    """

    checks: Checks
    retired: Retired = lambda _path: None
    dropped: list[tuple[str, Any]] = field(default_factory=list)
    lines: dict[str, int] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    _seen: set[int] = field(default_factory=set)

    def fault(self, path: str, message: str) -> None:
        """Note a fault at a field that was read."""
        self.faults.append(Fault(self.lines.get(path, 1), path or gettext("配置"), message))

    def sections(self, text: str, kind: Any) -> dict[str, Any]:
        """The readable fields of a whole document as `kind` names them."""
        with suppress(_Bad):
            return self._members(self._composed(text), kind, "")
        return {}

    def _composed(self, text: str) -> yaml.Node:
        try:
            node = yaml.compose(text, Loader=yaml.SafeLoader)
        except (yaml.YAMLError, RecursionError) as error:
            mark = getattr(error, "problem_mark", None)
            self.lines[""] = mark.line + 1 if mark else 1
            raise self._bad("", gettext("格式有误，请检查缩进、冒号和引号")) from error
        if node is None:
            raise self._bad("", gettext("内容为空"))
        return node

    def _read(self, node: yaml.Node, kind: Any, path: str) -> Any:
        self.lines.setdefault(path, node.start_mark.line + 1)
        if id(node) in self._seen:
            raise self._bad(path, gettext("不能引用别处的内容（& 和 *），请写全"))
        self._seen.add(id(node))
        kind, limit = _unwrapped(kind)
        if get_origin(kind) in (Union, UnionType):
            if node.tag == f"{_TAG}null":
                return None
            kind, limit = _unwrapped(next(part for part in get_args(kind) if part is not NoneType))
        value = self._reader_of(kind)(node, kind, path)
        self._check_limit(value, limit, path)
        return value

    def _reader_of(self, kind: Any) -> Callable[[yaml.Node, Any, str], Any]:
        if get_origin(kind) is tuple:
            return self._list
        if get_origin(kind) is Literal or issubclass(kind, Enum):
            return self._choice
        if is_dataclass(kind):
            return self._section
        return {bool: self._flag, int: self._integer, str: self._text}[kind]

    def _section(self, node: yaml.Node, kind: Any, path: str) -> Any:
        values = self._members(node, kind, path)
        if set(values) != {part.name for part in fields(kind)}:
            raise _Bad
        section = kind(**values)
        if kind in self.checks:
            self.checks[kind](section, lambda name, message: self.fault(_join(path, name), message))
        return section

    def _members(self, node: yaml.Node, kind: Any, path: str) -> dict[str, Any]:
        if not isinstance(node, yaml.MappingNode):
            raise self._bad(path, gettext("应分项填写，每项一行“名称: 内容”"))
        entries = self._entries(node, kind, path)
        parts = _parts(kind)
        values = {part.name: part.default for part in parts if part.default is not MISSING}
        for part in parts:
            if part.name in entries:
                values.pop(part.name, None)
                with suppress(_Bad):
                    values[part.name] = self._read(entries[part.name], _hints(kind)[part.name], _join(path, part.name))
            elif part.name not in values:
                self.fault(path, gettext("缺少“%(key)s”") % {"key": part.name})
        self._drop(entries.keys() - {part.name for part in parts}, entries, path)
        return values

    def _drop(self, names: Iterable[str], entries: Mapping[str, yaml.Node], path: str) -> None:
        for name in sorted(names):
            at = _join(path, name)
            with suppress(_Bad):
                self.dropped.append((at, self._read(entries[name], self.retired(at), at)))

    def _entries(self, node: yaml.MappingNode, kind: Any, path: str) -> dict[str, yaml.Node]:
        known = [part.name for part in _parts(kind)]
        entries: dict[str, yaml.Node] = {}
        for key, value in node.value:
            name = str(key.value)
            self.lines[_join(path, name)] = key.start_mark.line + 1
            if name not in known and self.retired(_join(path, name)) is None:
                self.fault(_join(path, name), _unknown(name, known))
            elif name in entries:
                self.fault(_join(path, name), gettext("写了两次，请删去一处"))
            else:
                entries[name] = value
        return entries

    def _list(self, node: yaml.Node, kind: Any, path: str) -> tuple[Any, ...]:
        if not isinstance(node, yaml.SequenceNode):
            raise self._bad(path, gettext("应为列表，每项以“- ”开头"))
        kinds = get_args(kind)
        if kinds[-1] is not Ellipsis and len(node.value) != len(kinds):
            raise self._bad(path, gettext("应为 %(count)s 项") % {"count": len(kinds)})
        values = []
        for number, item in enumerate(node.value, start=1):
            with suppress(_Bad):
                values.append(self._read(item, kinds[0], f"{path}[{number}]"))
        if len(values) < len(node.value):
            raise _Bad
        return tuple(values)

    def _choice(self, node: yaml.Node, kind: Any, path: str) -> Any:
        options = {str(getattr(option, "value", option)): option for option in get_args(kind) or kind}
        value = _plain(node)
        if value not in options:
            words = {"options": listed(options), "value": value}
            raise self._bad(path, gettext("只能填 %(options)s 之一，现为“%(value)s”") % words)
        return options[value]

    def _flag(self, node: yaml.Node, _kind: Any, path: str) -> bool:
        if _plain(node) not in ("true", "false"):
            raise self._bad(path, gettext("只能填 true（是）或 false（否），现为“%(value)s”") % {"value": _plain(node)})
        return _plain(node) == "true"

    def _integer(self, node: yaml.Node, _kind: Any, path: str) -> int:
        if node.tag != f"{_TAG}int" or not _INTEGER.fullmatch(_plain(node)):
            raise self._bad(path, gettext("应为整数，现为“%(value)s”") % {"value": _plain(node)})
        return int(_plain(node))

    def _text(self, node: yaml.Node, _kind: Any, path: str) -> str:
        if not isinstance(node, yaml.ScalarNode) or node.tag != f"{_TAG}str" or not node.value.strip():
            raise self._bad(path, gettext("应为文字，不能为空；纯数字、是否等词请加引号"))
        return str(node.value)

    def _check_limit(self, value: Any, limit: Span | Shape | None, path: str) -> None:
        if isinstance(limit, Span) and not limit.low <= value <= limit.high:
            words = {"low": limit.low, "high": limit.high, "value": value}
            raise self._bad(path, gettext("应在 %(low)s 到 %(high)s 之间，现为 %(value)s") % words)
        if isinstance(limit, Shape) and not re.fullmatch(limit.pattern, value):
            raise self._bad(path, gettext("“%(value)s”的写法不对，请照默认配置的样子填写") % {"value": value})

    def _bad(self, path: str, message: str) -> _Bad:
        self.fault(path, message)
        return _Bad()


def _parts(kind: Any) -> list[Field[Any]]:
    return [part for part in fields(kind) if UNREAD not in part.metadata]


@cache
def _hints(kind: Any) -> dict[str, Any]:
    return get_type_hints(kind, include_extras=True)


def _unwrapped(kind: Any) -> tuple[Any, Any]:
    if get_origin(kind) is Annotated:
        inner, limit = get_args(kind)
        return inner, limit
    return kind, None


def _plain(node: yaml.Node) -> str:
    return node.value if isinstance(node, yaml.ScalarNode) else gettext("一组内容")


def _unknown(name: str, known: list[str]) -> str:
    close = get_close_matches(name, known, n=1)
    if close:
        return gettext("没有这一项，是不是“%(close)s”?") % {"close": close[0]}
    if not name.isascii():
        return gettext("没有这一项；如果它是前一句话的后半句，请给整句话加引号")
    return gettext("没有这一项，请删除")


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path and name else path or name
