"""The text of a configuration changed section by section: what is not touched stays letter by letter, comments too."""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import indent
from typing import Any

import yaml

WIDTH = 120


def sections_in(text: str) -> dict[str, Any]:
    """What a text that parses as a profile says, as plain values by section."""
    found: dict[str, Any] = yaml.safe_load(text)
    return found


def with_sections(text: str, changed: Mapping[str, Any]) -> str:
    """The text with these sections saying something else, and every other letter as it was.

    A text that is one JSON object is written anew, since it has no lines of its own.
    """
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    if not isinstance(root, yaml.MappingNode) or root.flow_style:
        return _dumped({**sections_in(text), **changed})
    for key, value in reversed(root.value):
        if key.value in changed:
            said = f":\n{indent(_dumped(changed[key.value]).rstrip(), '  ')}"
            text = text[: key.end_mark.index] + said + text[_end(value) :]
    return text


def _end(node: yaml.Node) -> int:
    """Where the last letter of a value stands; a block's own end mark lies behind the comments that follow it."""
    if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        return _end(last[1] if isinstance(last, tuple) else last)
    return int(node.end_mark.index)


def _dumped(value: Any) -> str:
    return str(yaml.safe_dump(value, allow_unicode=True, sort_keys=False, width=WIDTH, default_flow_style=None))
