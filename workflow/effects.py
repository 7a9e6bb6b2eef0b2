"""What else becomes true in the same transaction when a move is made."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from workflow.ports import Actor, Given

Reaction = Callable[[Any, "Done"], None]


@dataclass
class Done:
    """A move that is being made: what reactions may read, and where they leave what the step must prove."""

    deed: str
    source: str
    target: str
    actor: Actor
    role: str
    given: Given
    at: dt.datetime
    ref: str
    endorsers: tuple[int, ...] = ()
    behalf: Any = None
    endorsed_behalf: tuple[int | None, ...] = ()
    facts: list[tuple[str, str, str]] = field(default_factory=list)
    outbox: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    follow: list[Callable[[], object]] = field(default_factory=list)

    def keep(self, **facts: Any) -> None:
        """The step will carry these facts beside what the person filled in."""
        self.given = {**self.given, **facts}

    def prove(self, kind: str, name: str, digest: str) -> None:
        """The step will carry this digest, so the trail proves the row it was taken of."""
        self.facts.append((kind, name, digest))

    def send(self, topic: str, **payload: Any) -> None:
        """Leave a message in the outbox; it is delivered at least once after the commit."""
        self.outbox.append((topic, payload))

    def then(self, follow: Callable[[], object]) -> None:
        """Call this once the step is written, in the same transaction: a further move of the same record goes here."""
        self.follow.append(follow)


_reactions: dict[str, list[Reaction]] = defaultdict(list)


def effects(*deeds: str) -> Callable[[Reaction], Reaction]:
    """Call the function inside every one of these moves ('project.approve'), in order of registration."""

    def register(reaction: Reaction) -> Reaction:
        for deed in deeds:
            if reaction not in _reactions[deed]:
                _reactions[deed].append(reaction)
        return reaction

    return register


def reactions(deed: str) -> list[Reaction]:
    """What happens with this move, in order."""
    return _reactions.get(deed, [])


def reacting() -> frozenset[str]:
    """Every deed that something reacts to."""
    return frozenset(deed for deed, found in _reactions.items() if found)
