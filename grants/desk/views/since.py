"""One person about to act on a record: what they had before them, what happened since, that they have seen it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.http import HttpRequest

from grants.desk.forms.asks import UNMARKED, AskForm
from grants.desk.forms.merging import Merged, marks_after, marks_of, merge, read_marks, written_out
from grants.desk.queries.projects import steps_since
from grants.desk.tables.conflicts import PREFIX, Conflict, conflict_of
from grants.desk.tables.contents import Content, contents
from grants.desk.tables.trail import trail
from workflow.rules import Ask

WRITTEN = frozenset({"text", "longtext", "number", "money", "half", "date"})
"""Kinds of answers of which the very words can be shown to whoever typed them."""


@dataclass
class Since:
    """What a form of a deed carries unseen, and what the page says when the record has changed meanwhile.

    `sent` tells whether this deed is what was sent; `known` is what the record says already of what it asks; `at_hand`
    spares reading what is written in it once more.
    """

    request: HttpRequest
    record: Any
    sent: bool
    asks: Sequence[Ask]
    known: Mapping[str, Any] = field(default_factory=dict)
    role: str = ""
    at_hand: list[Content] | None = None
    merged: Merged = field(default_factory=Merged)

    @property
    def seen(self) -> int | None:
        """The version that the person had before them; None where the page did not say."""
        return _number(self.request.POST.get("version")) if self.sent else None

    @property
    def looked(self) -> int | None:
        """The version whose changes the person says to have seen."""
        return _number(self.request.POST.get("looked")) if self.sent else None

    @property
    def version(self) -> int | None:
        """The version on which the deed is to be done: the one first seen, unless a newer one was looked at."""
        return self.seen if self.looked is None else self.looked

    @property
    def carried(self) -> int:
        """The version that the form goes on carrying: it never becomes a newer one by itself."""
        return int(self.record.version) if self.seen is None else self.seen

    @property
    def stale(self) -> bool:
        """Whether the record is another one than the person had before them."""
        return self.seen is not None and self.seen != self.record.version

    @property
    def undecided(self) -> bool:
        """Whether the person has seen what changed, and left open whose answer it is to be."""
        return self.looked == self.record.version and bool(self.merged.clashes)

    @cached_property
    def contents(self) -> list[Content]:
        """What is written in the record now."""
        return contents(self.record) if self.at_hand is None else self.at_hand

    def compare(self, form: AskForm) -> dict[str, Any]:
        """What was typed beside what the record says now; the form shows both joined. -> what the deed is given.

        Until the person has looked at what changed, that is what they typed: a page sent twice says the same twice.
        """
        given = form.given()
        if not self.stale or not self._marked:
            return given  # nothing to be joined
        post = self.request.POST
        typed = {name: value for name, value in form.typed().items() if name in self._marked}
        chosen = {name.removeprefix(PREFIX): post[name] for name in post if name.startswith(PREFIX)}
        self.merged = merge(self.known, typed, read_marks(post.get("marks", "")), chosen)
        form.shows(self.merged.shown)
        if self.looked != self.record.version:
            return given
        rest = {name: value for name, value in given.items() if name not in self.merged.shown}
        return rest | {name: value for name, value in self.merged.shown.items() if value not in (None, "", [])}

    @property
    def _marked(self) -> dict[str, Any]:
        """What the record says already of what is asked."""
        return {ask.name: self.known[ask.name] for ask in self.asks if ask.name in self.known and _written(ask)}

    @property
    def marks(self) -> str:
        """The marks of what the form began with, carried on where a person still has to choose."""
        if not self.sent:
            return marks_of(self._marked) if self._marked else ""
        seen = read_marks(self.request.POST.get("marks", ""))
        return written_out(marks_after(self.merged, self.known, seen))

    @property
    def content_marks(self) -> str:
        """The marks of what is written in the record, as the person first saw it."""
        if self.sent:
            return self.request.POST.get("content", "")
        return marks_of({one.name: one.mark for one in self.contents}) if self.contents else ""

    @cached_property
    def changed(self) -> list[Content]:
        """What is written otherwise now."""
        seen = read_marks(self.request.POST.get("content", ""))
        now = read_marks(marks_of({one.name: one.mark for one in self.contents}))
        return [one for one in self.contents if one.name in seen and seen[one.name] != now[one.name]]

    @cached_property
    def steps(self) -> list[Any]:
        """What was done to the record since, as its trail tells it."""
        done = steps_since(self.record, self.seen or 0)
        return trail(self.record, done, actor=self.request.user, roles=frozenset({self.role}))

    @property
    def conflict(self) -> Conflict:
        """Answers that somebody else has changed as well."""
        return conflict_of(self.merged, self.asks, self.record, self.request.user, self.request.POST)

    @property
    def typed(self) -> list[tuple[str, str]]:
        """What was typed, in the very words, for a deed whose form is closed by now."""
        post = self.request.POST
        return [(str(ask.label), post[ask.name]) for ask in self.asks if ask.kind in WRITTEN and post.get(ask.name)]


def _written(ask: Ask) -> bool:
    return ask.kind not in UNMARKED


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isdecimal() else None
