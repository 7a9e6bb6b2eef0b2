"""People, organisations, teams and roles: the only writers of who may do what."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db.models import F, Q
from django.utils.translation import gettext

from grants.kernel.errors import Malformed
from grants.kernel.identifiers import normalise_mobile, squeezed
from grants.people.closing import WHY, locked_administrators
from grants.people.commands.book import enter
from grants.people.doubts import against_code, compared
from grants.people.enums import HandoverAnswer, LegalForm, Level, Line
from grants.people.handing import ASKED, TOPIC
from grants.people.models import Handover, Organisation, RoleGrant, Team, User
from grants.people.planting import plant
from grants.people.queries import own_hats
from grants.people.registering import against_reason, against_team, may_register_team
from grants.people.rules import against_term, excludes_others, fits_scope, may_grant, may_guide, may_move_team
from grants.people.seeding import lacking, lacking_institutions
from workflow import clock, outbox
from workflow.actions import command
from workflow.lifecycle import Role
from workflow.phrases import listed
from workflow.ports import SYSTEM
from workflow.refusals import Refusal, Refused

ONE_DAY = dt.timedelta(days=1)


@command
def seed_organisations(
    *, actor: Any = SYSTEM, counties: Collection[str] | None = None, institutions: bool = True
) -> dict[str, Organisation]:
    """Every place of Zhejiang has its Red Cross. -> those in force, by division code. Seeding again adds the missing.

    1 province, 11 prefectures, 90 counties, then, but for a real installation, the universities, hospitals and units
    of demonstration and rehearsal under the province, each with its path. `counties` limits the tree to these county
    codes. Raises Refused for anybody but the administrator.
    """
    _require(actor, Role.SYSADMIN)
    places = sorted(Organisation.objects.exclude(division=""), key=lambda place: place.valid_to is None)
    tree = {place.division: place for place in places}
    for level in (Level.PROVINCE, Level.PREFECTURE, Level.COUNTY):
        tree |= {row.division: row for row in plant(lacking(level, tree, counties))}
    root = next(place for place in tree.values() if place.level == Level.PROVINCE)
    if institutions:
        known = set(Organisation.objects.filter(level=Level.DIRECT).values_list("name", flat=True))
        plant(lacking_institutions(root, known))
    return {code: place for code, place in tree.items() if place.valid_to is None}


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
        email=email.lower(),
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
    checked: str = "",
) -> Team:
    """A team in the register, guided by a Red Cross of county level or above, with a line that says who entered it.

    `checked` says how a code in doubt was compared; the line keeps it. Raises Refused: outside the actor's area, a
    guide that cannot guide, a registered body without its code, known, a code of another team or one in doubt.
    """
    if reason := may_register_team(actor, guided_by):
        raise Refused([reason])
    facts: dict[str, Any] = {"name": name.strip(), "legal_form": legal_form, "uscc": squeezed(uscc)}
    facts |= {"platform_no": platform_no.strip(), "founded_on": founded_on}
    facts |= {"members": members, "core_members": core_members}
    if reasons := [*against_team(facts, guided_by), *against_code(facts["uscc"], checked)]:
        raise Refused(reasons)
    team = Team.objects.create(guided_by=guided_by, **facts)
    enter(Line.REGISTERED, actor=actor, team=team, changes=compared(facts["uscc"], checked))
    return team


@command
def hand_over_team(team: Team, guide: Organisation, *, actor: Any) -> None:
    """The team is guided by another Red Cross. Raises Refused."""
    _require(actor, Role.SYSADMIN)
    Team.objects.filter(pk=team.pk).update(guided_by=guide)


@command
def ask_handover(team: Team, receiving: Organisation, reason: str, *, actor: Any) -> Handover:
    """The team waits to be taken over; until somebody of the other side says so, nothing changes. That side is told.

    Raises Refused: not the guiding Red Cross, no reason, a place that cannot guide it, on its way already.
    """
    if refusal := may_move_team(actor, team.guided_by):
        raise Refused([refusal])
    reasons = [refusal] if (refusal := may_guide(receiving)) else []
    if receiving.pk == team.guided_by_id:
        reasons.append(Refusal("same", gettext("团队已经由它指导。"), at="receiving"))
    if not reason.strip():
        reasons.append(Refusal("reason", gettext("请写明移交的原因。"), at="reason"))
    if team.handovers.filter(answer="").exists():
        reasons.append(Refusal("open", gettext("已有一次移交在等对方答复。")))
    if Team.objects.filter(guided_by=receiving, name=team.name).exists():
        reasons.append(Refusal("known", gettext("对方已有同名的团队，请先改名。"), at="receiving"))
    if reasons:
        raise Refused(reasons)
    facts = {"giving": team.guided_by, "receiving": receiving, "reason": reason.strip()}
    made = Handover.objects.create(team=team, **facts, asked_by=actor, asked_at=clock.now())
    _tell(made, ASKED)
    return made


@command
def answer_handover(handover: Handover, answer: str, *, actor: Any, reason: str = "") -> Handover:
    """The other side takes the team, which it guides from now on, or does not; or the asking side withdraws.

    Whoever asked is told; of a withdrawal the other side is.

    Raises Refused: answered already, not the actor's side, the same person on both sides, no reason for a no.
    """
    locked = Handover.objects.select_for_update(of=("self",)).select_related("team").get(pk=handover.pk)
    if locked.answer:
        raise Refused([Refusal("answered", gettext("这次移交已经有了结果。"))])
    side = locked.giving if answer == HandoverAnswer.WITHDRAWN else locked.receiving
    if refusal := may_move_team(actor, side):
        raise Refused([refusal])
    if answer == HandoverAnswer.TAKEN and actor.pk == locked.asked_by_id:
        raise Refused([Refusal("two_people", gettext("移交由您提出，须由接收方的另一个人确认。"))])
    if answer == HandoverAnswer.REFUSED and not reason.strip():
        raise Refused([Refusal("reason", gettext("不接收，请写明原因。"), at="reason")])
    locked.answer, locked.answer_reason = answer, reason.strip()
    locked.answered_by, locked.answered_at = actor, clock.now()
    locked.save(update_fields=["answer", "answer_reason", "answered_by", "answered_at"])
    if answer == HandoverAnswer.TAKEN:
        hand_over_team(locked.team, locked.receiving, actor=SYSTEM)
    _tell(locked, answer)
    return locked


def _tell(handover: Handover, event: str) -> None:
    outbox.post(TOPIC, {f"{TOPIC}:{handover.pk}:{event}": {"handover": handover.pk, "event": event}})


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
    granted_by: User | None = None,
) -> RoleGrant:
    """The person holds the role there, from a day (default today) to a last day. Granting it twice grants it once.

    `granted_by` names the person on whose word the product itself grants. Raises Refused: not the actor's to grant,
    a role that does not fit the place, one that excludes what is held, a day that is past, a closed account.
    """
    first = valid_from or clock.today()
    if reason := may_grant(actor, person, role, organisation, team):
        raise Refused([reason])
    reasons = [fits_scope(role, organisation, team), excludes_others(person, role, first, valid_to)]
    if actor is not SYSTEM:
        now = User.objects.select_for_update(no_key=True).get(pk=person.pk)  # whoever closes the account waits, or has
        reasons += against_term(now, first, valid_to)
    if found := [reason for reason in reasons if reason]:
        raise Refused(found)
    scope = {"person": person, "role": role, "organisation": organisation, "team": team, "round": round_}
    same = RoleGrant.objects.filter(**scope, valid_from__lte=first, valid_to=valid_to)
    return same.first() or RoleGrant.objects.create(
        **scope, valid_from=first, valid_to=valid_to, granted_by=granted_by if actor is SYSTEM else actor
    )


@command
def end_role(grant: RoleGrant, *, actor: Any, on: dt.date | None = None, reason: str = "") -> RoleGrant:
    """From that day (default today) on the role is no longer held; the row stays, with who ended it and why.

    Raises Refused: not the actor's to end, no reason given, over already.
    """
    day = on or clock.today()
    if grant.role == Role.SYSADMIN:
        locked_administrators()
    if refusal := may_grant(actor, grant.person, grant.role, grant.organisation, grant.team):
        raise Refused([refusal])
    if grant.valid_to is not None and (grant.valid_to < day or grant.never_held) and actor is not SYSTEM:
        raise Refused([Refusal("over", gettext("这个身份已经结束。"))])
    if actor is not SYSTEM and (refusal := against_reason(reason, WHY)):
        raise Refused([refusal])
    return end_grant(grant, day, reason, actor=actor)


def end_grant(grant: RoleGrant, on: dt.date, reason: str, *, actor: Any) -> RoleGrant:
    """From that day on the role is no longer held; one that would have begun that day or later never was."""
    last = on - ONE_DAY
    if grant.valid_to is None or grant.valid_to > last:
        grant.valid_to = max(last, grant.valid_from - ONE_DAY)
        grant.ended_by = None if actor is SYSTEM else actor
        grant.ended_reason = reason.strip() or (gettext("没有开始") if grant.never_held else "")
        grant.save(update_fields=["valid_to", "ended_by", "ended_reason"])
    return grant


@command
def merge_organisation(
    old: Organisation, into: Organisation, on: dt.date, *, actor: Any, paper: str = ""
) -> Organisation:
    """From that day on `into` stands in the place of `old`, which stays in the tree with its last day and successor.

    In order: `old` is closed · its teams are guided by `into` · its grass-roots organisations hang there · roles held
    at `old` are held at `into` · a line of the register says by whom and by which `paper`. Projects follow by the act
    `rehome`, each with a step. Raises Refused.
    """
    _require(actor, Role.SYSADMIN)
    if reason := _cannot_merge(old, into):
        raise Refused([reason])
    old.valid_to, old.succeeded_by = on - ONE_DAY, into
    old.save(update_fields=["valid_to", "succeeded_by"])
    Team.objects.filter(guided_by=old).update(guided_by=into)
    _hang_under(into, old)
    held = RoleGrant.objects.filter(organisation=old).exclude(valid_to__lt=on).exclude(valid_to__lt=F("valid_from"))
    for grant in held.order_by("pk"):
        _carry_over(grant, into, on)
    enter(Line.MERGED, actor=actor, organisation=old, reason=paper)
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
    first, last = max(on, grant.valid_from), grant.valid_to
    end_grant(grant, on, gettext("随组织撤并"), actor=SYSTEM)
    scope = {"person": grant.person, "role": grant.role, "organisation": into, "round": grant.round}
    if not RoleGrant.objects.filter(**scope).exclude(valid_to__lt=on).exists():
        RoleGrant.objects.create(**scope, valid_from=first, valid_to=last, granted_by=grant.granted_by)


def _require(actor: Any, *roles: str) -> None:
    if actor is not SYSTEM and not any(hat.role in roles for hat in own_hats(actor)):
        names = listed(Role(role).label for role in roles)
        raise Refused([Refusal("not_yours", gettext("这一步由%(roles)s办理。") % {"roles": names})])


def _mobile(text: str) -> str:
    try:
        return normalise_mobile(text)
    except Malformed:
        raise Refused([Refusal("mobile", gettext("请填写 11 位手机号。"), at="mobile")]) from None
