"""The words a lifecycle is written in: stages, moves and machines as plain data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from django.db.models import TextChoices

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True, slots=True)
class Paper:
    """Someone who does not sign in acts by a signed paper: who may enter it, and who (another person) confirms it."""

    by: tuple[str, ...]
    evidence: str
    confirm: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Back:
    """A target that the record itself remembers, one of `states`."""

    field: str
    states: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """Anything a person may do to a record through the one door, with who may do it and the rules that guard it."""

    name: str
    sources: tuple[str, ...]
    by: tuple[str, ...]
    label: StrOrPromise
    also: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    paper: Paper | None = None
    due: str | None = None
    target: str | Back | None = None
    undo: str = ""

    @property
    def stays(self) -> bool:
        """An act that is witnessed in the trail and leaves the state as it is."""
        return self.target is None

    @property
    def targets(self) -> tuple[str, ...]:
        """Every state the record may be in afterwards; empty for an act."""
        if isinstance(self.target, Back):
            return self.target.states
        return () if self.target is None else (self.target,)

    @property
    def roles(self) -> tuple[str, ...]:
        """Everybody who has a part in it: makers, endorsers, those who enter or confirm a paper."""
        paper = (*self.paper.by, *self.paper.confirm) if self.paper else ()
        return tuple(dict.fromkeys((*self.by, *self.also, *paper)))


def Move(  # noqa: N802  reads as a row of the table
    name: str,
    sources: tuple[str, ...],
    target: str | Back,
    *,
    by: tuple[str, ...],
    label: StrOrPromise,
    also: tuple[str, ...] = (),
    rules: tuple[str, ...] = (),
    paper: Paper | None = None,
    due: str | None = None,
    undo: str = "",
) -> Deed:
    """One legal step: who may take a record from which states to which, under which rules.

    `undo` names the move that takes it back, as long as that move's own rules allow.
    """
    return Deed(
        name=name,
        sources=sources,
        target=target,
        by=by,
        label=label,
        also=also,
        rules=rules,
        paper=paper,
        due=due,
        undo=undo,
    )


def Act(  # noqa: N802
    name: str,
    sources: tuple[str, ...],
    *,
    by: tuple[str, ...],
    label: StrOrPromise,
    also: tuple[str, ...] = (),
    rules: tuple[str, ...] = (),
) -> Deed:
    """Something done to a record that leaves its state as it is, and still belongs in the trail."""
    return Deed(name=name, sources=sources, by=by, label=label, also=also, rules=rules)


def Begin(  # noqa: N802
    *, by: tuple[str, ...], label: StrOrPromise, rules: tuple[str, ...] = ()
) -> Deed:
    """The first line of a record's trail: who may bring such a record into being."""
    return Deed(name="begin", sources=(), by=by, label=label, rules=rules)


@dataclass(frozen=True)
class Machine:
    """Every state a kind of record may have, every move between them, every act within them.

    `stages` group the states of a long life, `waits` says whose turn it is in each, `course` is the way that goes well.
    """

    name: str
    label: StrOrPromise
    states: type[TextChoices]
    initial: str
    final: tuple[str, ...]
    begin: Deed
    moves: tuple[Deed, ...]
    acts: tuple[Deed, ...] = ()
    stages: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    waits: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    course: tuple[str, ...] = ()

    @cached_property
    def deeds(self) -> dict[str, Deed]:
        """Moves and acts by name."""
        return {deed.name: deed for deed in (*self.moves, *self.acts)}

    @cached_property
    def by_state(self) -> dict[str, tuple[Deed, ...]]:
        """What may be done in each state, moves first, in the order of the table."""
        return {
            state: tuple(deed for deed in self.deeds.values() if state in deed.sources) for state in self.states.values
        }

    def edges(self) -> Iterator[tuple[str, str]]:
        """Every (from, to) pair that the database may let pass."""
        for move in self.moves:
            for source in move.sources:
                for target in move.targets:
                    yield source, target

    def stage_of(self, state: str) -> str:
        """The stage of the six that a state belongs to, or '' where the machine has none."""
        return next((stage for stage, states in self.stages.items() if state in states), "")
