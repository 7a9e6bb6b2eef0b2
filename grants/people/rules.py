"""Which role fits which place, which role excludes every other, and who lets whom in. Read by the commands."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator
from typing import Any

from django.db.models import F, Q
from django.utils.translation import gettext

from grants.people.enums import UNGUIDING, LegalForm, Level
from grants.people.models import Organisation, RoleGrant, Team, User
from grants.people.queries import AREA_ROLES, OF_TEAMS, TEAM_ROLES, Hat, grants_held, live_grants, own_hats
from grants.people.separation import EXCLUSIVE
from workflow import clock
from workflow.lifecycle import Role
from workflow.ports import SYSTEM, domain
from workflow.refusals import Refusal

OF_COUNTIES = frozenset({Role.COUNTY_OFFICER, Role.COUNTY_LEADER})
OF_CITIES = frozenset({Role.CITY_OFFICER, Role.CITY_LEADER})
ADMITS: dict[str, frozenset[Role]] = {
    Role.SYSADMIN: frozenset(Role) - {Role.SYSTEM},
    Role.PROGRAMME_OFFICER: OF_TEAMS | AREA_ROLES | {Role.REVIEWER},
    **dict.fromkeys(OF_CITIES, OF_TEAMS | OF_COUNTIES),
    **dict.fromkeys(OF_COUNTIES, OF_TEAMS),
}
"""Who lets whom in: the administrator everybody, the province its areas and reviewers, a prefecture its counties, a
county the people of its teams. Nobody lets in the equal or the better; those of weight come from the administrator."""

LEVEL_OF = {
    Role.COUNTY_OFFICER: Level.COUNTY,
    Role.COUNTY_LEADER: Level.COUNTY,
    Role.CITY_OFFICER: Level.PREFECTURE,
    Role.CITY_LEADER: Level.PREFECTURE,
    Role.PROGRAMME_OFFICER: Level.PROVINCE,
    Role.REVIEWER: Level.PROVINCE,
    Role.REVIEW_CHAIR: Level.PROVINCE,
    Role.BUSINESS_LEAD: Level.PROVINCE,
    Role.DEPARTMENT_OFFICER: Level.DEPARTMENT,
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
    if organisation is not None and organisation.valid_to is not None:
        return Refusal("gone", gettext("“%(name)s”已撤并。") % {"name": organisation.name}, at="organisation")
    if team is not None and team.same_as:
        return _struck(team, team.same_as)
    if role == Role.PAYEE_OFFICER:
        return _fits_payee(team)
    return _fits_place(role, organisation, team)


def _struck(team: Team, into: Team) -> Refusal:
    message = gettext("“%(name)s”已并入“%(into)s”，身份请授予在那里。")
    return Refusal("gone", message % {"name": team.name, "into": into.name}, at="team")


def _fits_place(role: str, organisation: Organisation | None, team: Team | None) -> Refusal | None:
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
    """System administrator and auditor hold no other role at the same time. Both days count.

    Nobody gets a role that does not go with one they stand in with meanwhile.
    """
    others = RoleGrant.objects.filter(person=person).exclude(role=role).exclude(valid_to__lt=F("valid_from"))
    if role not in EXCLUSIVE:
        others = others.filter(role__in=EXCLUSIVE)
    overlapping = others.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=first))
    if last is not None:
        overlapping = overlapping.filter(valid_from__lte=last)
    clash = overlapping.first()
    if clash is None:
        return _excludes_borrowed(person, role, first, last)
    words = {"person": str(person), "held": str(Role(clash.role).label), "role": str(Role(role).label)}
    return Refusal("exclusive", gettext("%(person)s已是“%(held)s”，不能同时担任“%(role)s”。") % words, at="role")


def _excludes_borrowed(person: User, role: str, first: dt.date, last: dt.date | None) -> Refusal | None:
    borrowed = person.borrowed.filter(ended_at__isnull=True, last_day__gte=first).select_related("grant__person")
    if last is not None:
        borrowed = borrowed.filter(first_day__lte=last)
    clash = next((one for one in borrowed.order_by("pk") if exclude_each_other(role, one.grant.role)), None)
    if clash is None:
        return None
    words = {"person": str(person), "holder": str(clash.holder), "held": clash.grant.get_role_display()}
    words["role"] = str(Role(role).label)
    message = gettext("%(person)s正代%(holder)s担任“%(held)s”，不能同时担任“%(role)s”。请先结束交接。")
    return Refusal("exclusive", message % words, at="role")


def exclude_each_other(one: str, other: str) -> bool:
    """Whether nobody may exercise both roles: the pairs of the programme, and those that go with no other."""
    if one == other:
        return False
    pairs = {frozenset(pair) for pair in domain().incompatible()}
    return bool({one, other} & set(EXCLUSIVE)) or frozenset({one, other}) in pairs


def against_term(person: User, first: dt.date, last: dt.date | None) -> Iterator[Refusal]:
    """A role begins today or later, ends no earlier than it begins, and belongs to somebody whose account is open."""
    if not person.is_active:
        yield Refusal("closed", gettext("这个账号已经停用。"), at="role")
    if first < clock.today():
        yield Refusal("past", gettext("身份从今天或以后开始。"), at="valid_from")
    if last is not None and last < first:
        yield Refusal("days", gettext("最后一天不能早于第一天。"), at="valid_to")


def may_guide(organisation: Organisation) -> Refusal | None:
    """A team is guided by a Red Cross of county level or above, or by a direct unit, that still exists."""
    if organisation.level in UNGUIDING:
        return Refusal("guided_by", gettext("团队须由县级以上红十字会或省直、高校单位指导。"), at="guided_by")
    if organisation.valid_to is not None:
        return Refusal("guided_by", gettext("“%(name)s”已撤并。") % {"name": organisation.name}, at="guided_by")
    return None


SPEAKERS = {Level.COUNTY: OF_COUNTIES, Level.PREFECTURE: OF_CITIES}
"""Who speaks for a Red Cross of that level when a team comes or goes."""


def roles_to_admit(actor: Any) -> frozenset[Role]:
    """Every role in which the person may let somebody in somewhere."""
    if actor is SYSTEM:
        return ADMITS[Role.SYSADMIN]
    return frozenset().union(*(ADMITS.get(hat.role, frozenset()) for hat in own_hats(actor)))


def may_admit(actor: Any, role: str, organisation: Organisation | None, team: Team | None) -> Refusal | None:
    """A person lets others in below their own place: for the whole area, the province also for itself."""
    if actor is SYSTEM or any(_admits(hat, role, organisation, team) for hat in own_hats(actor)):
        return None
    if role not in roles_to_admit(actor):
        words = {"role": str(Role(role).label)}
        message = gettext("“%(role)s”不由您邀请，请找上一级红十字会或系统管理员。")
        return Refusal("not_yours", message % words, at="role")
    at = "team" if team else "organisation"
    return Refusal("elsewhere", gettext("这里不在您的范围内，请找当地的红十字会。"), at=at)


def _admits(hat: Hat, role: str, organisation: Organisation | None, team: Team | None) -> bool:
    if hat.role == Role.SYSADMIN:
        return True
    if role not in ADMITS.get(hat.role, frozenset()):
        return False
    if team is not None:
        return team.guided_by.path.startswith(hat.scope)
    return organisation is not None and organisation.path.startswith(hat.scope) and _of_place(hat, role)


def _of_place(hat: Hat, role: str) -> bool:
    """Who receives money for a Red Cross is the province's to say."""
    return role != Role.PAYEE_OFFICER or hat.role == Role.PROGRAMME_OFFICER


def may_grant(
    actor: Any, person: User, role: str, organisation: Organisation | None, team: Team | None
) -> Refusal | None:
    """Roles are granted, and ended, by whoever lets people in for them, and by nobody to themselves."""
    if reason := may_admit(actor, role, organisation, team):
        return reason
    if actor is not SYSTEM and actor.pk == person.pk:
        return Refusal("oneself", gettext("自己的身份由别人授予和结束。"), at="role")
    return None


def may_move_team(actor: Any, place: Organisation) -> Refusal | None:
    """A Red Cross speaks for the teams it guides: its own officers and leaders, for others those of the province."""
    if any(_speaks(hat.role, hat.organisation, place) for hat in own_hats(actor)):
        return None
    return Refusal("not_yours", gettext("这一步由“%(place)s”的经办或负责人办理。") % {"place": place.name})


def speaks_for(grant: RoleGrant, place: Organisation) -> bool:
    """Whether whoever holds the role may speak for the Red Cross."""
    return _speaks(grant.role, grant.organisation_id, place)


def _speaks(role: str, at: int | None, place: Organisation) -> bool:
    roles = SPEAKERS.get(Level(place.level))
    return role in roles and at == place.pk if roles else role == Role.PROGRAMME_OFFICER


def may_let_in_again(actor: Any, person: User) -> Refusal | None:
    """A new link for somebody who has an account: by whoever may let them in for every role they hold."""
    if actor is not SYSTEM and actor.pk == person.pk:
        return Refusal("oneself", gettext("自己的密码请在“我的账号”里修改。"))
    if not person.is_active:
        return Refusal("closed", gettext("这个账号已经停用。"))
    return for_every_role(actor, live_grants(person).select_related("person", "organisation", "team__guided_by"))


def for_every_role(actor: Any, held: Iterable[RoleGrant]) -> Refusal | None:
    """An account is looked after by whoever lets its person in for every one of these roles, or the administrator."""
    if actor is SYSTEM or any(hat.role == Role.SYSADMIN for hat in own_hats(actor)):
        return None
    roles = list(held)
    if not roles:
        return Refusal("no_role", gettext("这个人现在没有身份，请系统管理员处理。"))
    for grant in roles:
        if may_admit(actor, grant.role, grant.organisation, grant.team):
            words = {"person": str(grant.person), "role": str(Role(grant.role).label)}
            message = gettext("%(person)s还是“%(role)s”，账号请管这个身份的上级红十字会或系统管理员处理。")
            return Refusal("not_yours", message % words)
    return None


def same_hand(actor: Any, made: Collection[int | None], own: Refusal) -> Refusal | None:
    """`own` where the person made what came before, or it was made for them; a sentence where they stand in for such.

    `made` are those who made it, each with whom they stood in for.
    """
    if actor is SYSTEM or actor.pk in made:
        return own if actor is not SYSTEM else None
    other = next((grant.person for grant in grants_held(actor) if grant.person_id in made), None)
    if other is None:
        return None
    message = gettext("您正代%(person)s办理，而前面由%(person)s经手，这一步须由另一个人办理。")
    return Refusal(own.code, message % {"person": str(other)}, at=own.at)


def spent() -> Refusal:
    """The one reason against a link, whatever became of it."""
    return Refusal("link", gettext("这个链接已经用过、换过，或者过了 24 小时。请让发给您的人再发一个。"))
