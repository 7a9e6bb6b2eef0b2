"""A receipt: what was handed in, when it was taken in to the second, by whom, and the digest that proves it."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass

from grants.applications.models import Application, Project
from grants.desk.tables.trail import ROLES, label_of
from grants.kernel.given import words
from workflow.deadlines import last_deadline
from workflow.lifecycle import ProjectState
from workflow.models import Step
from workflow.trail import given_of


@dataclass(frozen=True)
class Receipt:
    """One submission as its step and its version of the answers say it, however the project has changed since."""

    step: Step
    version: Application
    requested_fen: int

    @property
    def deed(self) -> str:
        """Handed in, after correcting, or as a supplement."""
        return label_of(self.step)

    @property
    def title(self) -> str:
        """The name that the project had then."""
        return str(json.loads(self.version.answers).get("title") or "")

    @property
    def taken_in(self) -> dt.datetime:
        """When the server took it in; where that has been erased or never noted, when it was put on record."""
        said = words(given_of(self.step), "received_at")
        return dt.datetime.fromisoformat(said) if said else self.step.at

    @property
    def role(self) -> str:
        """In which role it was handed in."""
        return str(ROLES.get(self.step.role, ""))

    @property
    def digest(self) -> str:
        """The digest of the step, which covers that of the answers and the budget, in groups to read aloud."""
        return " ".join(self.step.digest[at : at + 8] for at in range(0, len(self.step.digest), 8))

    def closes(self, project: Project) -> dt.datetime | None:
        """The end of the call, or of what the team was given, that it came before; none for a correction."""
        last = last_deadline(project, "call_closed") if self.step.source == ProjectState.DRAFT else None
        return last.due_at if last else None
