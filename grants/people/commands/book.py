"""The one place where a line of the register is written; the database keeps it as it was."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from grants.people.enums import Line
from grants.people.models import Organisation, RegisterLine, Team, User
from workflow import clock
from workflow.chain import canonical
from workflow.ports import SYSTEM


def enter(
    what: Line,
    *,
    actor: Any,
    team: Team | None = None,
    organisation: Organisation | None = None,
    person: User | None = None,
    reason: str = "",
    changes: Mapping[str, Any] | None = None,
) -> RegisterLine:
    """The register says from now on what was done to one of the three, by whom and why."""
    return RegisterLine.objects.create(
        what=what,
        team=team,
        organisation=organisation,
        person=person,
        by=None if actor is SYSTEM else actor,
        at=clock.now(),
        reason=reason.strip(),
        changes=canonical(dict(changes)) if changes else "",
    )
