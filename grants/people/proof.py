"""What weighs enough to prove anew who one is, of whom a second factor is asked, and whether this person has proved it.

The one place that says so: a deed weighs when finance, the cashier, the department's lead or the leadership make it, or
must stand behind it. Whoever has a part in such a deed, and whoever hands out accounts everywhere, is of weight.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.http import HttpRequest

from workflow import clock
from workflow.lifecycle import CHANGE, CHECK, OBJECTION, PAYMENT, PROJECT, ROUND, Role
from workflow.ports import SYSTEM
from workflow.table import Deed

DECIDING = frozenset(
    {Role.BUSINESS_LEAD, Role.LEADERSHIP, Role.FINANCE_OFFICER, Role.FINANCE_APPROVER, Role.CASHIER},
)
"""Those who decide or touch money: every other list follows from this one and the table."""

OURS = (PROJECT, PAYMENT, CHECK, OBJECTION, CHANGE, ROUND)
"""The machines of the product."""

PROVED = "proved_at"
"""Under this name the session remembers when the person last proved who they are."""


def weighs(deed: Deed) -> bool:
    """Whether the deed is a decision or moves money: made by those who decide alone, or endorsed by one of them."""
    return bool(DECIDING & set(deed.also)) or set(deed.by) <= DECIDING


def weighty_deeds() -> Iterator[tuple[str, Deed]]:
    """(machine, deed) of every deed that weighs, in the order of the table."""
    for machine in OURS:
        yield from ((machine.name, deed) for deed in machine.deeds.values() if weighs(deed))


WEIGHTY = frozenset(
    DECIDING | {Role.SYSADMIN} | {role for _machine, deed in weighty_deeds() for role in (*deed.by, *deed.also)},
) - {Role.SYSTEM}
"""Roles of which a second factor is asked, and whose sessions are short."""


class Unproven(Exception):
    """Nothing was done: the person proves first who they are, or sets up the second factor that is lacking."""

    def __init__(self, *, second_factor: bool = False) -> None:
        super().__init__("second factor" if second_factor else "proof")
        self.second_factor = second_factor


class Presence:
    """The person before a page, as far as this request knows."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request

    @property
    def person(self) -> Any:
        """The key of whoever is signed in."""
        return self.request.user.pk

    @property
    def fresh(self) -> bool:
        """Whether the proof given last still holds."""
        said = self.request.session.get(PROVED, "")
        if not said:
            return False
        held = dt.timedelta(minutes=settings.PROOF_MINUTES)
        return clock.now() - dt.datetime.fromisoformat(said) < held

    @property
    def second_factor(self) -> bool:
        """Whether the account is guarded by more than a password; signing in has then asked for it."""
        return has_second_factor(self.request.user)


_present: ContextVar[Presence | None] = ContextVar("people_present", default=None)


@contextmanager
def present(request: HttpRequest) -> Iterator[None]:
    """Inside the block somebody is before a page; elsewhere, in a rehearsal or a task, nobody is asked for proof."""
    token = _present.set(Presence(request))
    try:
        yield
    finally:
        _present.reset(token)


def prove(request: HttpRequest) -> None:
    """The person has proved just now who they are: by signing in, by password or by second factor."""
    request.session[PROVED] = clock.now().isoformat()


def demand(actor: Any, deed: Deed | None) -> None:
    """Return where nothing is lacking for the deed, or none is known by that name. Raises Unproven."""
    here = _before(actor)
    if here is None or deed is None or not weighs(deed):
        return
    if settings.SECOND_FACTOR and not here.second_factor:
        raise Unproven(second_factor=True)
    if not here.fresh:
        raise Unproven


def demand_proof(actor: Any) -> None:
    """Return where the person has just proved who they are: before access is handed out or changed. Raises Unproven."""
    here = _before(actor)
    if here is not None and not here.fresh:
        raise Unproven


def _before(actor: Any) -> Presence | None:
    """The presence that is the actor's own; none for the product itself and away from a page."""
    here = _present.get()
    return here if here is not None and actor is not SYSTEM and here.person == actor.pk else None


def has_second_factor(person: Any) -> bool:
    """Whether the person signs in with an authenticator app or a passkey as well."""
    kinds = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
    return Authenticator.objects.filter(user=person.pk, type__in=kinds).exists()
