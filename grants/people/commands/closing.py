"""Accounts closed and opened again: at once, with a reason, by somebody else."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext

from grants.people.closing import locked_administrators, may_close, may_reopen, open_grants, open_lendings
from grants.people.commands import end_grant
from grants.people.commands.access import withdraw_open_links
from grants.people.commands.book import enter
from grants.people.commands.lending import end_rows
from grants.people.enums import Line
from grants.people.models import User
from grants.people.proof import demand_proof
from grants.people.registering import against_reason
from workflow import clock
from workflow.actions import command
from workflow.refusals import Refused


@command
def close_account(person: User, *, actor: Any, reason: str) -> User:
    """Nobody signs in with the account any more, from this moment.

    In order: a line of the register says who and why · the person's roles end, also those that were to come · links to
    them are taken back · every session ends · what they lent or were lent is over. What they did stays. Why stands in
    the register alone: whoever reads when a role ended need not read that. Raises Unproven; Refused: oneself, closed
    already, the last administrator, a role of which the actor does not dispose.
    """
    demand_proof(actor)
    locked_administrators()
    now = User.objects.select_for_update().get(pk=person.pk)
    if refusal := may_close(actor, now):
        raise Refused([refusal])
    if refusal := against_reason(reason):
        raise Refused([refusal])
    held = list(open_grants(now))
    roles = {"roles": [grant.pk for grant in held]}
    enter(Line.CLOSED, actor=actor, person=now, reason=reason, changes=roles)
    for grant in held:
        end_grant(grant, clock.today(), gettext("账号停用"), actor=actor)
    withdraw_open_links(now, actor=actor)
    closed = _set(now, active=False)
    end_rows(list(open_lendings(now).select_related("holder")), actor=actor)
    return closed


@command
def reopen_account(person: User, *, actor: Any, reason: str) -> User:
    """The person can sign in again, with the password they had and without a role: those are granted anew.

    Raises Unproven; Refused: oneself, an account that nobody closed, a role that ended with it and is not the actor's
    to dispose of.
    """
    demand_proof(actor)
    now = User.objects.select_for_update().get(pk=person.pk)
    if refusal := may_reopen(actor, now):
        raise Refused([refusal])
    if refusal := against_reason(reason):
        raise Refused([refusal])
    enter(Line.REOPENED, actor=actor, person=now, reason=reason)
    return _set(now, active=True)


def _set(person: User, *, active: bool) -> User:
    """Open or closed from now on; whatever session there was is over."""
    person.is_active, person.sessions = active, person.sessions + 1
    person.save(update_fields=["is_active", "sessions"])
    return person
