"""Who may stand in for whom, in which roles, for how long: every reason against, read by the command and the page."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.db.models import F, Q, QuerySet
from django.utils.formats import date_format
from django.utils.translation import gettext

from grants.people.models import Lending, RoleGrant, User
from grants.people.queries import AREA_ROLES, PROVINCE_ROLES, grants_in_force, holds, live_grants
from grants.people.rules import exclude_each_other
from grants.people.separation import IN_PERSON
from workflow import clock
from workflow.lifecycle import Role
from workflow.refusals import Refusal

MOST_DAYS = 90
OFFICE = (AREA_ROLES | PROVINCE_ROLES) - {Role.AUDITOR}
"""Whoever holds one of these works at the organisation; reviewers and payees are its guests."""


def day_words(day: dt.date) -> str:
    """A day as people read it."""
    return date_format(day, "DATE_FORMAT")


def lendable(person: Any) -> list[RoleGrant]:
    """The person's own roles that somebody else may exercise meanwhile."""
    return list(live_grants(person).exclude(role__in=IN_PERSON))


def near(grant: RoleGrant) -> Q:
    """Roles by which somebody is close enough to stand in: the same team or payee, the organisation or that above."""
    if grant.team_id:
        return Q(team=grant.team_id)
    if grant.role == Role.PAYEE_OFFICER or grant.organisation is None:
        return Q(organisation=grant.organisation_id)
    return Q(organisation__in=[grant.organisation_id, grant.organisation.parent_id or 0], role__in=OFFICE)


def candidates(grants: Sequence[RoleGrant], person: Any) -> QuerySet[User]:
    """Everybody close enough to stand in with at least one of these roles; the other reasons are for the command."""
    close = Q(pk__in=[])
    for grant in grants:
        close |= near(grant)
    held = grants_in_force().filter(close).exclude(person=person.pk)
    return User.objects.filter(pk__in=held.values("person"), is_active=True).order_by("name", "pk")


def goes_with(role: str, held: Iterable[RoleGrant]) -> bool:
    """Whether whoever holds these may exercise the role beside them."""
    return not any(exclude_each_other(role, grant.role) for grant in held)


def against_days(first: dt.date, last: dt.date) -> Refusal | None:
    """A leave begins today or later, ends no earlier than it begins, and is not endless."""
    if first < clock.today():
        return Refusal("past", gettext("交接从今天或以后开始。"), at="first_day")
    if last < first:
        return Refusal("days", gettext("最后一天不能早于第一天。"), at="last_day")
    if (last - first).days >= MOST_DAYS:
        words = {"n": MOST_DAYS}
        message = gettext("一次最多交接%(n)s天。更久的，请系统管理员另外授予身份。") % words
        return Refusal("too_long", message, at="last_day")
    return None


def against_person(person: User, holder: Any, first: dt.date, last: dt.date) -> Refusal | None:
    """The stand-in is another person, has an account that is open, and is there meanwhile."""
    if person.pk == holder.pk:
        return Refusal("oneself", gettext("请选另一个人代办。"), at="stand_in")
    if not person.is_active:
        words = {"person": str(person)}
        return Refusal("closed", gettext("%(person)s的账号已经停用。") % words, at="stand_in")
    if away := overlapping(Lending.objects.filter(holder=person.pk), first, last).first():
        words = {"person": str(person), "first": day_words(away.first_day), "last": day_words(away.last_day)}
        message = gettext("%(person)s自己从%(first)s到%(last)s也请假，请另选一个人。") % words
        return Refusal("away", message, at="stand_in")
    return None


def against_grant(grant: RoleGrant, person: User, first: dt.date, last: dt.date) -> Iterator[Refusal]:
    """What keeps this person from exercising this role for that time."""
    words: dict[str, Any] = {"role": grant.get_role_display(), "person": str(person)}
    if grant.role in IN_PERSON:
        yield Refusal("in_person", gettext("“%(role)s”须本人办理，不能交接。") % words, at="grants")
        return
    if grant.valid_from > first or (grant.valid_to is not None and grant.valid_to < last):
        yield Refusal("not_held", gettext("您在这些天里并不一直是“%(role)s”，请改日期。") % words, at="last_day")
    if before := overlapping(grant.lendings.select_related("stand_in"), first, last).first():
        words |= {"other": str(before.stand_in), "first": day_words(before.first_day)}
        words["last"] = day_words(before.last_day)
        message = gettext("“%(role)s”从%(first)s到%(last)s已经交接给%(other)s，请先收回。") % words
        yield Refusal("lent_already", message, at="grants")
    if reason := _too_far(grant, person, first, last, words) or _excluded(grant, person, first, last, words):
        yield reason


def overlapping(found: Any, first: dt.date, last: dt.date) -> Any:
    """Those of the lendings that nobody has ended and that share a day with this time."""
    return found.filter(ended_at__isnull=True, first_day__lte=last, last_day__gte=first).order_by("first_day", "pk")


def _too_far(grant: RoleGrant, person: User, first: dt.date, last: dt.date, words: dict[str, Any]) -> Refusal | None:
    there = person.grants.filter(near(grant), valid_from__lte=first).exclude(valid_to__lt=last)
    if there.exists():
        return None
    words |= {"place": str(grant.team or grant.organisation)}
    if grant.team_id or grant.role == Role.PAYEE_OFFICER:
        message = gettext("%(person)s在这些天里不是“%(place)s”的成员，不能代办“%(role)s”。") % words
    else:
        message = gettext("“%(role)s”只能由%(place)s或上一级红十字会的同事代办；%(person)s在这些天里不是。") % words
    return Refusal("too_far", message, at="stand_in")


def _excluded(grant: RoleGrant, person: User, first: dt.date, last: dt.date, words: dict[str, Any]) -> Refusal | None:
    own = person.grants.exclude(valid_to__lt=first).filter(valid_from__lte=last).exclude(valid_to__lt=F("valid_from"))
    borrowed = overlapping(Lending.objects.filter(stand_in=person.pk), first, last)
    held = [*own.values_list("role", flat=True), *borrowed.values_list("grant__role", flat=True)]
    clash = next((role for role in held if exclude_each_other(role, grant.role)), None)
    if clash is None:
        return None
    words |= {"held": str(Role(clash).label)}
    message = gettext("%(person)s是“%(held)s”，不能同时代办“%(role)s”：这两个身份互相监督。") % words
    return Refusal("exclusive", message, at="stand_in")


def _told() -> QuerySet[Lending]:
    """Lendings, newest first, with the people and the roles."""
    return Lending.objects.select_related(
        "holder", "stand_in", "ended_by", "grant__person", "grant__organisation", "grant__team__guided_by"
    )


def slips_of(person: Any) -> QuerySet[Lending]:
    """Everything the person has lent or was lent, newest first."""
    return _told().filter(Q(holder=person.pk) | Q(stand_in=person.pk))


def slip_of(lending: Lending) -> QuerySet[Lending]:
    """The rows of one slip: what the same holder lent at the same moment."""
    return _told().filter(holder=lending.holder_id, at=lending.at).order_by("pk")


def find_slip(actor: Any, pk: int) -> Lending | None:
    """A row of a slip that the person may read: one of the two, the auditor and the system administrator."""
    oversees = holds(actor, Role.AUDITOR, Role.SYSADMIN)
    return (_told() if oversees else slips_of(actor)).filter(pk=pk).first()
