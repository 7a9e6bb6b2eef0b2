"""What the engine asks of the domain. Unplugged, every move is refused."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser
    from django.db.models import Model

    from workflow.machine import Stateful
    from workflow.refusals import Refusal
    from workflow.table import Deed


class System:
    """The clock and the product itself, when no person acts."""

    pk = None
    is_authenticated = True

    def __str__(self) -> str:
        return "system"


SYSTEM = System()
Actor = Any
Given = Mapping[str, Any]


@dataclass(frozen=True)
class Right:
    """A role in which a person may act on a record: in their own name, or for `behalf`, who is away and lent it.

    `against` is why not now: the person has lent it to somebody else meanwhile.
    """

    role: str
    behalf: Any = None
    against: Refusal | None = None

    def people(self, actor: Actor) -> frozenset[int]:
        """Everybody whose hand this is: whoever acts, and whoever they stand in for."""
        return hands(actor.pk, self.behalf.pk if self.behalf else None)


def hands(*people: int | None) -> frozenset[int]:
    """Those of the numbers that are a person's."""
    return frozenset(person for person in people if person is not None)


class Domain(Protocol):
    """Who may act on a record, on what documents, in whose area, and which root record it belongs to."""

    def roles(self, actor: Any, record: Model) -> frozenset[str]:
        """Every role that the actor has over the record now, lent ones too."""

    def rights(self, actor: Any, record: Model) -> tuple[Right, ...]:
        """The same with in whose name each is exercised, one's own before those one stands in with."""

    def evidence(self, record: Model, deed: Deed, given: Given) -> list[tuple[str, str]]:
        """(slot, SHA-256 in hex) of every document the deed rests on, sorted."""

    def scope(self, record: Model) -> str:
        """The path of the organisation in whose area the record lies, for example '/1/4/37/'."""

    def root(self, record: Model) -> Stateful:
        """The record whose row is locked first: the project of a payment, the record itself otherwise."""

    def holders(self, record: Model, roles: Iterable[str]) -> Iterable[AbstractBaseUser]:
        """The people who hold one of the roles over the record now."""

    def turn(self, record: Model, roles: Iterable[str]) -> set[str]:
        """Of the roles that the record's open turn names, those whose turn it really is."""

    def incompatible(self) -> Iterable[tuple[str, str]]:
        """Pairs of roles that one person may not both take on one root record."""


_domain: Domain | None = None


class Unplugged(RuntimeError):
    """The domain has not been plugged in; nothing may move."""


def plug(domain: Domain | None) -> None:
    """From now on the engine asks this domain; None unplugs it."""
    global _domain  # noqa: PLW0603  one process, one domain
    _domain = domain


def plugged() -> bool:
    """Whether a domain answers."""
    return _domain is not None


def domain() -> Domain:
    """The plugged domain. Raises Unplugged when there is none."""
    if _domain is None:
        message = "workflow.ports: no domain is plugged in."
        raise Unplugged(message)
    return _domain
