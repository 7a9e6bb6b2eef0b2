"""Saving a form on which several people may write at once: what only one of them changed is saved beside the rest."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from grants.desk.forms.merging import Merged, marks_after, marks_beside, marks_of, merge, read_marks, written_out
from grants.desk.tables.conflicts import PREFIX, Conflict, conflict_of
from grants.desk.views.attempts import Trouble, attempt, undecided
from workflow.rules import Ask

TRIES = 3
"""How often a page asks again when somebody saved between reading and writing."""
Read = Callable[..., Mapping[str, Any]]
Write = Callable[[dict[str, Any]], Any]


@dataclass
class Together:
    """One person's form against what is saved: `read(again=…)` gives what is saved, read afresh if so.

    `write` saves these answers beside what `read` gave last; it raises Stale where somebody saved in between. `begun`
    tells whether `read` shows something that was only begun for the person and is saved when they save.
    """

    post: Mapping[str, str]
    read: Read
    write: Write
    begun: Callable[[], bool] = lambda: False
    merged: Merged = field(default_factory=Merged)
    now: Mapping[str, Any] = field(default_factory=dict)
    typed: Mapping[str, Any] = field(default_factory=dict)

    def save(self, typed: Mapping[str, Any], *, choosing: bool = True) -> Trouble | None:
        """What this person changed is saved; where somebody else changed the same, nothing of either is lost.

        Without `choosing` the page only saves by itself: what the person is about to choose waits for the button.
        """
        for again in range(TRIES):
            self.compare(typed, choosing=choosing, again=again > 0)
            if not self.merged.answers and not self.begun():
                break
            _done, trouble = attempt(partial(self.write, self.merged.answers))
            if trouble and trouble.status == 409:
                continue
            if trouble:
                return trouble
            self.now = {**self.now, **self.merged.answers}
            break
        else:
            return trouble
        return undecided() if self.merged.clashes else None

    def compare(self, typed: Mapping[str, Any], *, choosing: bool = True, again: bool = False) -> None:
        """What was typed stands beside what is saved now; nothing is saved by it."""
        chosen = {name.removeprefix(PREFIX): self.post[name] for name in self.post if name.startswith(PREFIX)}
        self.typed, self.now = typed, self.read(again=again)
        self.merged = merge(self.now, typed, self._seen, chosen if choosing else {})

    @property
    def _seen(self) -> Any:
        return read_marks(self.post.get("marks", ""))

    @property
    def marks(self) -> str:
        """What the form carries on when it shows what was merged."""
        return written_out(marks_after(self.merged, self.now, self._seen))

    @property
    def marks_beside(self) -> str:
        """What the form carries on while it still shows what was typed."""
        return written_out(marks_beside(self.typed, self.now, self._seen))

    def conflict(self, asks: Sequence[Ask], record: Any, actor: Any, **saved: Any) -> Conflict:
        """Both versions in words; `saved` is who saved last and at what time, where that is known."""
        return conflict_of(self.merged, asks, record, actor, self.post, **saved)


def first_marks(known: Mapping[str, Any], asks: Sequence[Ask]) -> str:
    """The marks of a form as it is opened."""
    return marks_of({ask.name: known.get(ask.name) for ask in asks})
