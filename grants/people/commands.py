"""People, organisations, teams and roles: the only writers of who may do what."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db.models import Q
from django.utils.translation import gettext

from grants.kernel.errors import Malformed
from grants.kernel.identifiers import normalise_mobile
from grants.people.enums import LegalForm, Level
from grants.people.models import Organisation, RoleGrant, Team, User
from grants.people.queries import AREA_ROLES, hats
from grants.people.rules import excludes_others, fits_scope, may_guide
from grants.people.seeding import lacking, lacking_institutions
from workflow import clock
from workflow.actions import command
from workflow.lifecycle import Role
from workflow.phrases import listed
from workflow.ports import SYSTEM
from workflow.refusals import Refusal, Refused

ONE_DAY = dt.timedelta(days=1)


@command
def seed_organisations(*, actor: Any = SYSTEM, counties: Collection[str] | None = None) -> dict[str, Organisation]:
    """Every place of Zhejiang has its Red Cross. -> those in force, by division code. Seeding again adds the missing.

    1 province, 11 prefectures, 90 counties, then universities, hospitals and units under the province, each with its
    path. `counties` limits the tree to these county codes. Raises Refused for anybody but the administrator.
    """
    _require(actor, Role.SYSADMIN)
    places = sorted(Organisation.objects.exclude(division=""), key=lambda place: place.valid_to is None)
    tree = {place.division: place for place in places}
    for level in (Level.PROVINCE, Level.PREFECTURE, Level.COUNTY):
        tree |= {row.division: row for row in _plant(lacking(level, tree, counties))}
    root = next(place for place in tree.values() if place.level == Level.PROVINCE)
    known = set(Organisation.objects.filter(level=Level.DIRECT).values_list("name", flat=True))
    _plant(lacking_institutions(root, known))
    return {code: place for code, place in tree.items() if place.valid_to is None}


def _plant(rows: list[Organisation]) -> list[Organisation]:
    """Insert organisations and write the path that each id completes."""
    Organisation.objects.bulk_create(rows)
    for row in rows:
        row.path = f"{row.parent.path if row.parent else '/'}{row.pk}/"
    Organisation.objects.bulk_update(rows, ["path"])
    return rows


@command
def create_person(
    name: str, *, actor: Any, username: str = "", mobile: str = "", email: str = "", password: str | None = None
) -> User:
    """A person who can sign in, by mobile number unless a user name is given; without password not yet.

    Raises Refused: not the administrator's hand, no usable mobile, name or mobile already known.
    """
    _require(actor, Role.SYSADMIN)
    number = _mobile(mobile) if mobile else ""
    login = username or number
    if not login or not name.strip():
        raise Refused([Refusal("incomplete", gettext("请填写姓名和手机号。"), at="mobile")])
    if User.objects.filter(Q(username=login) | Q(mobile=number, mobile__gt="")).exists():
        raise Refused([Refusal("known", gettext("这个手机号或登录名已经有账号。"), at="mobile")])
    return User.objects.create(
        username=login,
        name=name.strip(),
        mobile=number,
        email=email,
        password=make_password(password),
        date_joined=clock.now(),
    )


@command
def create_team(
    name: str,
    guided_by: Organisation,
    *,
    actor: Any,
    founded_on: dt.date,
    legal_form: str = LegalForm.TEAM,
    uscc: str = "",
    platform_no: str = "",
    members: int = 0,
    core_members: int = 0,
) -> Team:
    """A team in the registry, guided by a Red Cross of county level or above.

    Raises Refused: outside the actor's area, a guide that cannot guide, a registered body without its code, known.
    """
    _require_near(actor, guided_by)
    reasons = [refusal for refusal in (may_guide(guided_by), _registered(legal_form, uscc)) if refusal]
    if core_members > members:
        reasons.append(Refusal("core", gettext("核心成员不能多于成员总数。"), at="core_members"))
    if Team.objects.filter(guided_by=guided_by, name=name).exists():
        reasons.append(Refusal("known", gettext("“%(name)s”已经登记。") % {"name": name}, at="name"))
    if reasons:
        raise Refused(reasons)
    return Team.objects.create(
        name=name,
        guided_by=guided_by,
        legal_form=legal_form,
        uscc=uscc,
        platform_no=platform_no,
        founded_on=founded_on,
        members=members,
        core_members=core_members,
    )


@command
def hand_over_team(team: Team, guide: Organisation, *, actor: Any) -> None:
    """The team is guided by another Red Cross. Raises Refused."""
    _require(actor, Role.SYSADMIN)
    Team.objects.filter(pk=team.pk).update(guided_by=guide)


@command
def ban_team(team: Team, until: dt.date, *, actor: Any) -> None:
    """The team may not apply up to and including that day. Raises Refused."""
    _require(actor, Role.SYSADMIN)
    Team.objects.filter(pk=team.pk).update(banned_until=until)


@command
def grant_role(
    person: User,
    role: str,
    *,
    actor: Any,
    organisation: Organisation | None = None,
    team: Team | None = None,
    round_: Any = None,
    valid_from: dt.date | None = None,
    valid_to: dt.date | None = None,
) -> RoleGrant:
    """The person holds the role there, from a day (default today) to a last day. Granting it twice grants it once.

    Raises Refused: not the administrator's hand, a role that does not fit the place, one that excludes what is held.
    """
    _require(actor, Role.SYSADMIN)
    first = valid_from or clock.today()
    reasons = (fits_scope(role, organisation, team), excludes_others(person, role, first, valid_to))
    if found := [reason for reason in reasons if reason]:
        raise Refused(found)
    scope = {"person": person, "role": role, "organisation": organisation, "team": team, "round": round_}
    same = RoleGrant.objects.filter(**scope, valid_from__lte=first, valid_to=valid_to)
    return same.first() or RoleGrant.objects.create(
        **scope, valid_from=first, valid_to=valid_to, granted_by=None if actor is SYSTEM else actor
    )


@command
def end_role(grant: RoleGrant, *, actor: Any, on: dt.date | None = None) -> RoleGrant:
    """From that day (default today) on the role is no longer held; the row stays. Raises Refused."""
    _require(actor, Role.SYSADMIN)
    return _end(grant, on or clock.today())


def _end(grant: RoleGrant, on: dt.date) -> RoleGrant:
    last = on - ONE_DAY
    if grant.valid_to is None or grant.valid_to > last:
        grant.valid_to, grant.valid_from = last, min(grant.valid_from, last)
        grant.save(update_fields=["valid_to", "valid_from"])
    return grant


@command
def merge_organisation(old: Organisation, into: Organisation, on: dt.date, *, actor: Any) -> Organisation:
    """From that day on `into` stands in the place of `old`, which stays in the tree with its last day and successor.

    In order: `old` is closed · its teams are guided by `into` · its grass-roots organisations hang there · roles held
    at `old` are held at `into`. Projects follow by the act `rehome`, each with a step. Raises Refused.
    """
    _require(actor, Role.SYSADMIN)
    if reason := _cannot_merge(old, into):
        raise Refused([reason])
    old.valid_to, old.succeeded_by = on - ONE_DAY, into
    old.save(update_fields=["valid_to", "succeeded_by"])
    Team.objects.filter(guided_by=old).update(guided_by=into)
    _hang_under(into, old)
    for grant in RoleGrant.objects.filter(organisation=old).exclude(valid_to__lt=on).order_by("pk"):
        _carry_over(grant, into, on)
    return old


def _cannot_merge(old: Organisation, into: Organisation) -> Refusal | None:
    if old.pk == into.pk or old.valid_to is not None or into.valid_to is not None:
        return Refusal("merged", gettext("两个组织必须不同，并且都没有撤并。"), at="into")
    if old.level != into.level:
        return Refusal("level", gettext("只能并入同一层级的组织。"), at="into")
    if old.children.filter(valid_to__isnull=True).exclude(level=Level.GRASSROOTS).exists():
        return Refusal("children", gettext("“%(name)s”还有下级红十字会，请先逐一调整。") % {"name": old.name})
    return None


def _hang_under(into: Organisation, old: Organisation) -> None:
    for child in old.children.all():
        child.parent, child.path = into, f"{into.path}{child.pk}/"
        child.save(update_fields=["parent", "path"])


def _carry_over(grant: RoleGrant, into: Organisation, on: dt.date) -> None:
    last = grant.valid_to
    _end(grant, on)
    scope = {"person": grant.person, "role": grant.role, "organisation": into, "round": grant.round}
    if not RoleGrant.objects.filter(**scope).exclude(valid_to__lt=on).exists():
        RoleGrant.objects.create(**scope, valid_from=on, valid_to=last, granted_by=grant.granted_by)


def _require(actor: Any, *roles: str) -> None:
    if actor is not SYSTEM and not any(hat.role in roles for hat in hats(actor)):
        names = listed(Role(role).label for role in roles)
        raise Refused([Refusal("not_yours", gettext("这一步由%(roles)s办理。") % {"roles": names})])


def _require_near(actor: Any, place: Organisation) -> None:
    near = (hat for hat in hats(actor) if hat.role in AREA_ROLES and place.path.startswith(hat.scope))
    if not any(near):
        _require(actor, Role.SYSADMIN, Role.PROGRAMME_OFFICER)


def _mobile(text: str) -> str:
    try:
        return normalise_mobile(text)
    except Malformed:
        raise Refused([Refusal("mobile", gettext("请填写 11 位手机号。"), at="mobile")]) from None


def _registered(legal_form: str, uscc: str) -> Refusal | None:
    if legal_form == LegalForm.REGISTERED and not uscc:
        return Refusal("uscc", gettext("依法登记的组织请填写统一社会信用代码。"), at="uscc")
    return None
