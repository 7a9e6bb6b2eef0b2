"""Which role fits which place, and which role excludes every other. Read by the commands that grant roles."""

from __future__ import annotations

import datetime as dt

from django.db.models import Q
from django.utils.translation import gettext

from grants.people.enums import LegalForm, Level
from grants.people.models import Organisation, RoleGrant, Team, User
from grants.people.queries import TEAM_ROLES
from grants.people.separation import EXCLUSIVE
from workflow.lifecycle import Role
from workflow.refusals import Refusal

LEVEL_OF = {
    Role.COUNTY_OFFICER: Level.COUNTY,
    Role.COUNTY_LEADER: Level.COUNTY,
    Role.CITY_OFFICER: Level.PREFECTURE,
    Role.CITY_LEADER: Level.PREFECTURE,
    Role.PROGRAMME_OFFICER: Level.PROVINCE,
    Role.REVIEWER: Level.PROVINCE,
    Role.REVIEW_CHAIR: Level.PROVINCE,
    Role.BUSINESS_LEAD: Level.PROVINCE,
    Role.LEADERSHIP: Level.PROVINCE,
    Role.FINANCE_OFFICER: Level.PROVINCE,
    Role.FINANCE_APPROVER: Level.PROVINCE,
    Role.CASHIER: Level.PROVINCE,
    Role.AUDITOR: Level.PROVINCE,
    Role.DISCIPLINE: Level.PROVINCE,
    Role.SYSADMIN: Level.PROVINCE,
}


def fits_scope(role: str, organisation: Organisation | None, team: Team | None) -> Refusal | None:
    """A role is held where it is exercised: county roles at a county, team roles on a team, payees where money goes."""
    if (organisation is None) == (team is None):
        return Refusal("scope", gettext("请选一个组织或一个团队，只选一个。"), at="organisation")
    if role == Role.PAYEE_OFFICER:
        return _fits_payee(team)
    words = {"role": str(Role(role).label)}
    if role in TEAM_ROLES:
        return None if team else Refusal("scope", gettext("“%(role)s”须指定团队。") % words, at="team")
    level = LEVEL_OF.get(Role(role))
    if level is None or organisation is None or organisation.level != level:
        words["level"] = str(level.label) if level else gettext("系统")
        return Refusal("scope", gettext("“%(role)s”须指定%(level)s组织。") % words, at="organisation")
    return None


def _fits_payee(team: Team | None) -> Refusal | None:
    if team is None or team.legal_form == LegalForm.REGISTERED:
        return None
    return Refusal("payee", gettext("没有依法登记的团队不能作为收款单位。"), at="team")


def excludes_others(person: User, role: str, first: dt.date, last: dt.date | None) -> Refusal | None:
    """System administrator and auditor hold no other role at the same time. Both days count."""
    others = RoleGrant.objects.filter(person=person).exclude(role=role)
    if role not in EXCLUSIVE:
        others = others.filter(role__in=EXCLUSIVE)
    overlapping = others.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=first))
    if last is not None:
        overlapping = overlapping.filter(valid_from__lte=last)
    clash = overlapping.first()
    if clash is None:
        return None
    words = {"person": str(person), "held": str(Role(clash.role).label), "role": str(Role(role).label)}
    return Refusal("exclusive", gettext("%(person)s已是“%(held)s”，不能同时担任“%(role)s”。") % words, at="role")


def may_guide(organisation: Organisation) -> Refusal | None:
    """A team is guided by a Red Cross of county level or above, or by a direct unit, that still exists."""
    if organisation.level == Level.GRASSROOTS:
        return Refusal("guided_by", gettext("团队须由县级以上红十字会或省直、高校单位指导。"), at="guided_by")
    if organisation.valid_to is not None:
        return Refusal("guided_by", gettext("“%(name)s”已撤并。") % {"name": organisation.name}, at="guided_by")
    return None
