"""Why something is not done, in the person's words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from workflow.phrases import one_after_another

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True, slots=True)
class Refusal:
    """One reason. `at` names the field it points at; `asked` marks what the form of the move itself will ask for.

    `rule` is the rule that gave it, where one did.
    """

    code: str
    message: StrOrPromise
    at: str = ""
    asked: bool = False
    rule: str = field(default="", compare=False)

    def as_asked(self) -> Refusal:
        """The same reason, marked as one that filling in the form of the move removes."""
        return replace(self, asked=True)

    def given_by(self, rule: str) -> Refusal:
        """The same reason with the rule it comes from."""
        return replace(self, rule=rule)


class Refused(Exception):
    """Nothing was done; `reasons` says everything that stands against it."""

    def __init__(self, reasons: Sequence[Refusal]) -> None:
        super().__init__(one_after_another(reason.message for reason in reasons))
        self.reasons = tuple(reasons)

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes of all reasons, for tests and exports."""
        return tuple(reason.code for reason in self.reasons)


class Stale(Refused):
    """Somebody else changed the record after this person saw it (HTTP 409)."""


class KeyReused(Refused):
    """The same idempotency key came with another request (HTTP 422)."""


class Busy(Refused):
    """The record stayed locked, or the database kept refusing to serialise; trying again is safe (HTTP 503)."""
