"""The verbs of pages, bulk actions and rehearsals: thin, each its own transaction."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workflow import endorsing
from workflow.actions import command, take
from workflow.machine import Stateful
from workflow.models import Endorsement, Proposal, Step


@command
def act(
    record: Stateful,
    name: str,
    *,
    actor: Any,
    version: int | None = None,
    key: str | None = None,
    given: Mapping[str, Any] | None = None,
) -> Step:
    """Make one move or act through the one door. Raises what take() raises."""
    return take(record, name, actor=actor, version=version, key=key, given=given)


@command
def put_forward(
    record: Stateful, name: str, *, actor: Any, version: int | None = None, given: Mapping[str, Any] | None = None
) -> Proposal:
    """Put a move before those who endorse it, or a paper before the person who confirms it. Raises Refused, Stale."""
    return endorsing.propose(record, name, actor=actor, version=version, given=given)


@command
def stand_behind(proposal: Proposal, *, actor: Any) -> Endorsement:
    """Endorse what somebody else has put forward. Raises Refused, Stale."""
    return endorsing.endorse(proposal, actor=actor)
