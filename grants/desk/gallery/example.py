"""What the gallery shows: shelves of examples, each a piece of template and what it is given."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest
from django.template import engines

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

Given = Callable[[], dict[str, Any]]


@dataclass(frozen=True)
class Example:
    """One component: the file or the classes it is known by, what it is for, how it is written, what it is given.

    `around` are the tags it stands in on its pages, such as a row of a table; `written` is what pages write where that
    is not the line.
    """

    name: str
    says: StrOrPromise
    line: str
    given: Given = dict
    around: str = "{}"
    written: str = ""

    def drawn(self, request: HttpRequest) -> str:
        """The line as the template engine draws it."""
        template = engines["django"].from_string(self.around.replace("{}", self.line))
        return template.render(self.given(), request)


@dataclass(frozen=True)
class Shelf:
    """Examples that belong together."""

    code: str
    label: StrOrPromise
    examples: Sequence[Example] = field(default_factory=tuple)


def component(name: str, says: StrOrPromise, given: Given = dict, *, more: str = "", around: str = "{}") -> Example:
    """The example of a file of templates/components."""
    return Example(name, says, f'{{% include "components/{name}.html"{more and " with "}{more} %}}', given, around)


def pattern(name: str, says: StrOrPromise, written: str, given: Given = dict) -> Example:
    """Classes of the theme that have no file of their own."""
    line = f'{{% include "grants/desk/gallery/{name}.html" %}}'
    return Example(name, says, line, given, written=written)
