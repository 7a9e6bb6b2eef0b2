"""Letting people in: a link handed over in person, used once, within a day; and what people change about themselves."""

from __future__ import annotations

import datetime as dt
import secrets
from typing import Any, NamedTuple

from allauth.mfa.models import Authenticator
from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction
from django.db.models import Model, Q
from django.utils.translation import gettext

from grants.kernel.errors import Malformed
from grants.kernel.identifiers import normalise_phone
from grants.people.commands import grant_role
from grants.people.enums import Ending, Purpose
from grants.people.models import AccessEnd, AccessLink, Organisation, Team, User
from grants.people.proof import demand_proof
from grants.people.queries import digest_of, link_of, open_links
from grants.people.rules import fits_scope, may_admit, may_let_in_again, spent
from workflow import clock
from workflow.actions import command
from workflow.command import fingerprint, once
from workflow.ports import SYSTEM
from workflow.refusals import Refusal, Refused

LASTS = dt.timedelta(hours=24)
NAMELESS = "new-"
"""How a user name begins that stands for somebody who has neither number nor address yet."""


class Handed(NamedTuple):
    """A link as it is handed over: the token is known only now, the row keeps its digest."""

    link: AccessLink
    token: str


@command
def invite(
    name: str,
    role: str,
    *,
    actor: Any,
    organisation: Organisation | None = None,
    team: Team | None = None,
    mobile: str = "",
    key: str | None = None,
) -> Handed:
    """Somebody new may come in: an account without password, the role from today on, and a link for 24 hours.

    The same key again makes no second person, only another link. Raises Unproven; Refused: not this actor's to let
    in, a role that does not fit the place, no name, a number that has an account.
    """
    demand_proof(actor)
    number = _number(mobile)
    scope = (organisation.pk if organisation else None, team.pk if team else None)

    def made() -> str:
        reasons = [may_admit(actor, role, organisation, team), fits_scope(role, organisation, team)]
        reasons += [_named(name), _own_number(number, None)]
        if found := [reason for reason in reasons if reason]:
            raise Refused(found[:1] if found[0].code == "not_yours" else found)
        person = _newcomer(name.strip(), number)
        grant_role(person, role, actor=SYSTEM, organisation=organisation, team=team, granted_by=actor)
        return str(person.pk)

    asked = fingerprint("invite", actor.pk, name, role, number, *scope)
    pk = once(key, asked, made)[0] if key else made()
    return hand(User.objects.get(pk=pk), Purpose.INVITE, actor=actor)


def newcomer(name: str, mobile: str, *, actor: Any) -> User:
    """An account without password for somebody who has no other. Raises Refused: no name, a number that has one."""
    number = _number(mobile)
    if found := [reason for reason in (_named(name), _own_number(number, None)) if reason]:
        raise Refused(found)
    return _newcomer(name.strip(), number)


def _newcomer(name: str, number: str) -> User:
    login = number or f"{NAMELESS}{secrets.token_hex(6)}"
    return User.objects.create(
        username=login, name=name, mobile=number, password=make_password(None), date_joined=clock.now()
    )


@command
def let_in_again(person: User, *, actor: Any, forgets_factor: bool = False) -> Handed:
    """A new link for somebody who cannot get in: to come in for the first time, or to set another password.

    Links handed out before stop working. With `forgets_factor` the second factor goes when the link is used. Raises
    Unproven, Refused.
    """
    demand_proof(actor)
    if reason := may_let_in_again(actor, person):
        raise Refused([reason])
    purpose = Purpose.RESET if person.has_usable_password() else Purpose.INVITE
    return hand(person, purpose, actor=actor, forgets_factor=forgets_factor)


def hand(person: User, purpose: Purpose, *, actor: Any, forgets_factor: bool = False) -> Handed:
    """A link that works for a day, once; those before it are replaced. The product itself hands one over on its server.

    Inside a command that has asked already whether the actor may.
    """
    User.objects.select_for_update().get(pk=person.pk)
    for earlier in open_links(person):
        _end(earlier, Ending.REPLACED, actor)
    token, now = secrets.token_urlsafe(24), clock.now()
    link = AccessLink.objects.create(
        person=person,
        purpose=purpose,
        digest=digest_of(token),
        handed_by=None if actor is SYSTEM else actor,
        at=now,
        expires_at=now + LASTS,
        forgets_factor=forgets_factor,
    )
    return Handed(link, token)


@command
def withdraw_links(person: User, *, actor: Any) -> int:
    """No link of the person works any more. -> how many were taken back. Raises Refused."""
    if reason := may_let_in_again(actor, person):
        raise Refused([reason])
    return withdraw_open_links(person, actor=actor)


def withdraw_open_links(person: User, *, actor: Any) -> int:
    """The same inside a command that has asked already whether the actor may."""
    return len([_end(link, Ending.WITHDRAWN, actor) for link in open_links(person)])


@command
def come_in(
    token: str, password: str, *, actor: Any = SYSTEM, name: str = "", mobile: str = "", email: str = ""
) -> User:
    """Whoever was handed the link has the password, name, number and address they typed; the link is spent.

    In order: the link ends, in the database once and in its day · the second factor goes, where the link says so · the
    password is set, every session ends. Names that are left empty stay as they are. Raises Refused.
    """
    link = link_of(digest_of(token))
    if link is None:
        raise Refused([spent()])
    person = User.objects.select_for_update().get(pk=link.person_id)
    if not person.is_active or link.expires_at < clock.now():
        raise Refused([spent()])
    _end(link, Ending.USED, person)
    if link.forgets_factor:
        Authenticator.objects.filter(user=person.pk).delete()
    if name.strip():
        person.name = name.strip()
    _reach(person, mobile or person.mobile, email or person.email)
    person.password = make_password(password)
    person.sessions += 1
    person.save(update_fields=["name", "mobile", "email", "username", "password", "sessions"])
    return person


@command
def set_password(present: str, password: str, *, actor: Any) -> User:
    """The person's own password is another one; sessions elsewhere end. Raises Refused: the present one is wrong."""
    person = User.objects.select_for_update().get(pk=actor.pk)
    if not person.check_password(present):
        raise Refused([Refusal("present", gettext("密码不对，请再输一次。"), at="present_password")])
    person.password, person.sessions = make_password(password), person.sessions + 1
    person.save(update_fields=["password", "sessions"])
    return person


@command
def set_contacts(mobile: str, email: str, *, actor: Any) -> User:
    """The person signs in by this number and this address from now on. Raises Unproven, Refused."""
    demand_proof(actor)
    person = User.objects.select_for_update().get(pk=actor.pk)
    _reach(person, mobile, email)
    person.save(update_fields=["mobile", "email", "username"])
    return person


@command
def leave_elsewhere(*, actor: Any) -> User:
    """Every session of the person ends, and no device is remembered; the page keeps its own session going."""
    person = User.objects.select_for_update().get(pk=actor.pk)
    person.sessions += 1
    person.save(update_fields=["sessions"])
    for factor in Authenticator.objects.filter(user=person.pk).exclude(type=Authenticator.Type.RECOVERY_CODES):
        factor.data["seed"] = secrets.token_hex(8)  # allauth forgets its devices when what it calls the seed changes
        factor.save(update_fields=["data"])
    return person


def _end(link: AccessLink, how: Ending, by: Any) -> Model:
    """What became of the link, once: whoever comes second is refused by the database."""
    try:
        with transaction.atomic():
            return AccessEnd.objects.create(link=link, how=how, at=clock.now(), by=None if by is SYSTEM else by)
    except IntegrityError:
        raise Refused([spent()]) from None


def _reach(person: User, mobile: str, email: str) -> None:
    """Number and address on the person, each theirs alone; one of them at least. Raises Refused."""
    number, address = _number(mobile), email.strip().lower()
    reasons = [_own_number(number, person), _own_address(address, person)]
    if not number and not address and person.username.startswith(("+", NAMELESS)):
        reasons.append(Refusal("unreachable", gettext("手机号和邮箱至少填一个，登录时要用。"), at="mobile"))
    if found := [reason for reason in reasons if reason]:
        raise Refused(found)
    if person.username.startswith("+") and number:
        person.username = number
    person.mobile, person.email = number, address


def _number(text: str) -> str:
    try:
        return normalise_phone(text) if text.strip() else ""
    except Malformed:
        raise Refused([Refusal("mobile", gettext("请填写 11 位手机号。"), at="mobile")]) from None


def _named(name: str) -> Refusal | None:
    return None if name.strip() else Refusal("name", gettext("请填写姓名。"), at="name")


def _own_number(number: str, person: User | None) -> Refusal | None:
    others = User.objects.exclude(pk=person.pk) if person else User.objects.all()
    if number and others.filter(Q(mobile=number) | Q(username=number)).exists():
        return Refusal("known", gettext("这个手机号已经有账号。"), at="mobile")
    return None


def _own_address(address: str, person: User) -> Refusal | None:
    others = User.objects.exclude(pk=person.pk)
    if address and others.filter(Q(email=address) | Q(username__iexact=address)).exists():
        return Refusal("known", gettext("这个邮箱已经有账号。"), at="email")
    return None
