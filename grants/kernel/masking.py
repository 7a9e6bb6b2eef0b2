"""Hiding personal values on pages and in logs, and finding them in free text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, cast

Kind = Literal["id_number", "mobile", "account"]

_HALF_WIDTH = {ord("０") + n: str(n) for n in range(10)} | {ord("Ｘ"): "X", ord("ｘ"): "x"}
_PERSONAL = re.compile(
    r"(?<![0-9a-f])(?=[0-9]*[a-f])[0-9a-f]{32,}"  # a digest is no secret: step over it
    r"|(?<![0-9])(?:"
    r"(?P<id_number>[1-9][0-9]{5}[ -]?"
    r"(?:18|19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[ -]?[0-9]{3}[0-9Xx])"
    r"|(?P<mobile>(?:\+?86[ -]?)?1[3-9][0-9][ -]?[0-9]{4}[ -]?[0-9]{4})"
    r"|(?P<account>[0-9]{12,}|(?:[0-9]{4}[ -]){3,}[0-9]{1,4})"
    r")(?![0-9])"
)


@dataclass(frozen=True)
class Found:
    """A personal value in a text, from `start` up to but not including `end`."""

    kind: Kind
    start: int
    end: int


def find_personal(text: str) -> tuple[Found, ...]:
    """Every mobile, identity or account number in a text, in order; full-width digits too.

    Rather finds too much: any run of twelve digits counts as an account.
    """
    return tuple(_found(text))


def _found(text: str) -> Iterator[Found]:
    for match in _PERSONAL.finditer(text.translate(_HALF_WIDTH)):
        if match.lastgroup:
            yield Found(cast("Kind", match.lastgroup), match.start(), match.end())


def mask_text(text: str) -> str:
    """The text with every personal number in it masked, fit for a log."""
    done, parts = 0, []
    for found in find_personal(text):
        parts += [text[done : found.start], _MASKS[found.kind](text[found.start : found.end])]
        done = found.end
    return "".join([*parts, text[done:]])


def mask_mobile(number: str) -> str:
    """138****5678, whatever prefix or spaces it came with."""
    digits = _digits(number)[-11:]
    return f"{digits[:3]}****{digits[-4:]}" if len(digits) == 11 else "****"


def mask_id(number: str) -> str:
    """Only the last four signs of an identity number: neither place nor date of birth."""
    return _tail(number)


def mask_account(number: str) -> str:
    """Only the last four digits of an account, and not how many there were."""
    return _tail(number)


def mask_name(name: str) -> str:
    """周*, 周*明: the first sign, the last of three or more, stars between."""
    tail = name[-1] if len(name) > 2 else ""
    return f"{name[:1]}{'*' * (len(name) - 1 - len(tail))}{tail}"


def _tail(number: str) -> str:
    signs = _digits(number)
    return f"****{signs[-4:]}" if len(signs) >= 8 else "****"


def _digits(number: str) -> str:
    return re.sub(r"[^0-9Xx]", "", number.translate(_HALF_WIDTH))


_MASKS = {"id_number": mask_id, "mobile": mask_mobile, "account": mask_account}
