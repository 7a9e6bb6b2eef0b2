"""Whose account may be closed or reopened by whom, and what ends with it; read by commands and pages."""

from __future__ import annotations

import json
from typing import Any

from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext

from grants.people.enums import Line
from grants.people.models import Lending, RegisterLine, RoleGrant, User
from grants.people.queries import grants_in_force
from grants.people.rules import for_every_role
from workflow import clock
from workflow.lifecycle import Role
from workflow.ports import SYSTEM
from workflow.refusals import Refusal

WHY = 200
"""So many words has a role room for when it is ended."""


def open_grants(person: Any) -> QuerySet[RoleGrant]:
    """The roles the person holds or is going to hold, also while the account is closed."""
    found = RoleGrant.objects.filter(person=person.pk).exclude(valid_to__lt=clock.today())
    found = found.exclude(valid_to__lt=F("valid_from"))
    return found.select_related("person", "organisation", "team__guided_by").order_by("pk")


def open_lendings(person: Any) -> QuerySet[Lending]:
    """What the person has lent or was lent, and nobody has ended yet."""
    still = Lending.objects.filter(ended_at__isnull=True, last_day__gte=clock.today())
    return still.filter(Q(holder=person.pk) | Q(stand_in=person.pk)).order_by("pk")


def administrators() -> QuerySet[User]:
    """Everybody with an open account who is the system's administrator today."""
    held = grants_in_force().filter(role=Role.SYSADMIN)
    return User.objects.filter(pk__in=held.values("person")).order_by("pk")


def locked_administrators() -> list[User]:
    """The same, locked: of two who end each other at once, the second is too late."""
    return list(User.objects.select_for_update(no_key=True).filter(pk__in=administrators().order_by().values("pk")))


def closing_of(person: Any) -> RegisterLine | None:
    """The line by which the account is closed now; none where nobody closed it, or somebody reopened it."""
    lines = RegisterLine.objects.filter(person=person.pk, what__in=(Line.CLOSED, Line.REOPENED))
    last = lines.select_related("by").order_by("-pk").first()
    return last if last and last.what == Line.CLOSED else None


def ended_with(line: RegisterLine) -> list[RoleGrant]:
    """The roles that ended when the account was closed."""
    found = RoleGrant.objects.filter(pk__in=json.loads(line.changes)["roles"])
    return list(found.select_related("person", "organisation", "team__guided_by").order_by("pk"))


def may_close(actor: Any, person: User) -> Refusal | None:
    """By whoever may let the person in for every role they hold, never by themselves; the last administrator stays."""
    if actor is not SYSTEM and actor.pk == person.pk:
        return Refusal("oneself", gettext("自己的账号由别人停用。"))
    if not person.is_active:
        return Refusal("closed", gettext("这个账号已经停用。"))
    keepers = set(administrators().values_list("pk", flat=True))
    if keepers == {person.pk}:
        return Refusal("last", gettext("这是最后一位系统管理员，请先请另一位管理员上任。"))
    return for_every_role(actor, open_grants(person))


def may_reopen(actor: Any, person: User) -> Refusal | None:
    """By whoever may let the person in for every role that ended with the account, never by themselves."""
    if actor is not SYSTEM and actor.pk == person.pk:
        return Refusal("oneself", gettext("自己的账号由别人启用。"))
    line = None if person.is_active else closing_of(person)
    if line is None:
        return Refusal("not_closed", gettext("这个账号没有停用过。"))
    return for_every_role(actor, ended_with(line))
