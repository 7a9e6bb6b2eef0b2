"""The pool and its invitations: who is in it, who was asked, what they answered; ties as they are declared."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext

from grants.people.models import Organisation, Team, User
from grants.people.queries import holds, own_teams
from grants.programmes.models import Round
from grants.reviews.assigning.enums import Declarer, ExpertKind, Reply, TieKind
from grants.reviews.assigning.models import Expert, Expertise, InvitationAnswer, ReviewInvitation, Tie
from grants.reviews.assigning.pool import newest_invitations, reviewers_of
from workflow import clock
from workflow.actions import command
from workflow.lifecycle import Role
from workflow.outbox import post
from workflow.ports import SYSTEM
from workflow.refusals import Refusal, Refused

MOST = 200
TOPIC, ASKED, REMINDED = "invitation", "asked", "reminded"
REMINDED_BEFORE = (1, 3)
"""So many days before an invitation ends its reviewer is reminded, where it was longer than that."""
UNSUITABLE_MOST = 3
"""So many people a team may ask to be kept away, without having to say that they are tied."""
FUTURE = dt.timedelta(days=60)
"""The longest time to answer."""


def _officer_only(actor: Any) -> None:
    if not holds(actor, Role.PROGRAMME_OFFICER):
        raise Refused([Refusal("not_yours", gettext("这一步由省级项目管理员办理。"))])


@command
def save_expert(
    person: User,
    *,
    actor: Any,
    kind: str,
    employer: str = "",
    home: Organisation | None = None,
    most: int = 12,
    levels: Mapping[str, int] | None = None,
    away: tuple[dt.date | None, dt.date | None] = (None, None),
    note: str = "",
) -> Expert:
    """What the pool knows of this reviewer is this: from where, fields with levels 1 to 3, how many, when away.

    Raises Refused: not the officer's, no such kind, more than 200, days in the wrong order, a level that is none.
    """
    _officer_only(actor)
    if reasons := list(_against_expert(kind, most, away, levels or {})):
        raise Refused(reasons)
    facts: dict[str, Any] = {
        "kind": kind,
        "employer": employer.strip()[:80],
        "home": home,
        "most": most,
        "note": note.strip()[:200],
    }
    facts |= {
        "away_from": away[0],
        "away_to": away[1],
        "saved_by": None if actor is SYSTEM else actor,
        "saved_at": clock.now(),
    }
    expert, _new = Expert.objects.update_or_create(person=person, defaults=facts)
    expert.fields.all().delete()
    Expertise.objects.bulk_create(
        Expertise(expert=expert, field=code, level=level) for code, level in sorted((levels or {}).items())
    )
    return expert


def _against_expert(
    kind: str, most: int, away: tuple[dt.date | None, dt.date | None], levels: Mapping[str, int]
) -> Iterable[Refusal]:
    if kind not in ExpertKind.values:
        yield Refusal("kind", gettext("请选择专家的类别。"), at="kind")
    if not 0 <= most <= MOST:
        yield Refusal("most", gettext("每轮最多评几个，请写0到%(n)s。") % {"n": MOST}, at="most")
    if (away[0] is None) != (away[1] is None) or (away[0] and away[1] and away[1] < away[0]):
        yield Refusal("away", gettext("不能评审的日期，请写全从哪天到哪天，先后不要颠倒。"), at="away_to")
    if any(level not in {1, 2, 3} for level in levels.values()):
        yield Refusal("level", gettext("熟悉程度请选一般、熟悉或者精通。"))


# Invitations ------------------------------------------------------------------------------------------------


@command
def invite_reviewers(
    round_: Round, people: Iterable[int], load: int, until: dt.date | None, note: str, *, actor: Any
) -> int:
    """Each of these reviewers is asked to take part in the round, by the end of that day, and told. -> how many.

    Who has an invitation that is open or was accepted is not asked again. Raises Refused.
    """
    _officer_only(actor)
    now, wanted = clock.now(), set(people)
    ends = dt.datetime.combine(until, dt.time(23, 59), tzinfo=clock.SHANGHAI) if until else now
    reasons = []
    if not wanted:
        reasons.append(Refusal("nobody", gettext("请先勾选要邀请的专家。"), at="reviewers"))
    if not 1 <= load <= MOST:
        reasons.append(Refusal("load", gettext("请评几个，请写1到%(n)s。") % {"n": MOST}, at="load"))
    if not now < ends <= now + FUTURE:
        reasons.append(Refusal("until", gettext("答复期限请写今天以后、60天以内的日期。"), at="until"))
    if reasons:
        raise Refused(reasons)
    those = list(reviewers_of(round_.pk).filter(pk__in=wanted).exclude(pk=actor.pk))
    before = newest_invitations(round_, [one.pk for one in those])
    rows = [
        ReviewInvitation(
            round=round_, reviewer=one, load=load, note=note.strip()[:400], invited_by=actor, at=now, expires_at=ends
        )
        for one in those
        if _may_ask_again(before.get(one.pk))
    ]
    ReviewInvitation.objects.bulk_create(rows)
    made = ReviewInvitation.objects.filter(round=round_.pk, at=now, reviewer__in=[row.reviewer_id for row in rows])
    _tell(made, ASKED)
    return len(rows)


def _tell(asked: Iterable[ReviewInvitation], event: str) -> None:
    """Each of these is told to its reviewer, once an event."""
    post(TOPIC, {f"{TOPIC}:{one.pk}:{event}": {"invitation": one.pk, "event": event} for one in asked})


@command
def remind_invited(*, actor: Any) -> int:
    """Who has not answered is reminded, three days before the end and one; each once. -> how many call for it."""
    today = clock.today()
    rows = ReviewInvitation.objects.filter(answer__isnull=True, expires_at__gte=clock.now()).order_by("pk")
    newest = {(one.round_id, one.reviewer_id): one for one in rows}
    told = 0
    for one in newest.values():
        left = (one.expires_at.astimezone(clock.SHANGHAI).date() - today).days
        given = (one.expires_at - one.at).days
        if (mark := next((mark for mark in REMINDED_BEFORE if left <= mark), None)) and given > mark:
            _tell([one], f"{REMINDED}-{mark}")
            told += 1
    return told


def _may_ask_again(before: ReviewInvitation | None) -> bool:
    if before is None:
        return True
    answer = getattr(before, "answer", None)
    return answer.reply == Reply.DECLINED if answer else before.expires_at < clock.now()


@command
def answer_invitation(
    invitation: ReviewInvitation,
    reply: str,
    *,
    actor: Any,
    load: int | None = None,
    reason: str = "",
    wishes: Iterable[str] = (),
    pledged: bool = False,
) -> InvitationAnswer:
    """The reviewer's answer stands: how many, with the pledges of secrecy and recusal; or why not. Once.

    The same answer again is the first one. Raises Refused: not theirs, too late, answered already, no pledge, no
    reason for fewer or none.
    """
    locked = ReviewInvitation.objects.select_for_update(of=("self",)).get(pk=invitation.pk)
    if locked.reviewer_id != actor.pk:
        raise Refused([Refusal("not_yours", gettext("这份邀请不是发给您的。"))])
    before = InvitationAnswer.objects.filter(invitation=locked.pk).first()
    if before is not None and before.reply == reply:
        return before
    wanted = 0 if reply == Reply.DECLINED else (load or 0) if reply == Reply.REDUCED else locked.load
    if reasons := list(_against_answer(locked, before, reply, wanted, reason.strip(), pledged=pledged)):
        raise Refused(reasons)
    return InvitationAnswer.objects.create(
        invitation=locked,
        reply=reply,
        load=wanted,
        reason=reason.strip()[:400],
        wishes=",".join(sorted(wishes))[:400],
        pledged=pledged and reply != Reply.DECLINED,
        at=clock.now(),
    )


def _against_answer(
    invitation: ReviewInvitation, before: InvitationAnswer | None, reply: str, load: int, reason: str, *, pledged: bool
) -> Iterable[Refusal]:
    if before is not None:
        yield Refusal("answered", gettext("您已经答复过；要改，请联系省级项目管理员重新邀请。"))
        return
    if invitation.expires_at < clock.now():
        yield Refusal("expired", gettext("答复期限已过；仍愿意参加，请联系省级项目管理员重新邀请。"))
    if reply not in Reply.values:
        yield Refusal("reply", gettext("请选择接受、少评几个或者谢绝。"), at="reply")
    if reply != Reply.ACCEPTED and not reason:
        yield Refusal("reason", gettext("请写明原因，方便另请别人。"), at="reason")
    if reply == Reply.REDUCED and not 1 <= load < invitation.load:
        told = {"n": invitation.load}
        yield Refusal("load", gettext("能评几个，请写1以上、少于%(n)s的数。") % told, at="load")
    if reply != Reply.DECLINED and not pledged:
        yield Refusal("pledge", gettext("请先签署保密和回避承诺。"), at="pledged")


# Ties -------------------------------------------------------------------------------------------------------


@command
def declare_tie(
    team: Team,
    kind: str,
    reason: str,
    *,
    actor: Any,
    person: User | None = None,
    named: str = "",
    until: dt.date | None = None,
) -> Tie:
    """A tie between the team and somebody is on record for good, on the side of whoever declares it.

    A team names somebody in words and is not told whether they review; a reviewer declares for themselves; the officer
    for anybody. Raises Refused.
    """
    side = side_of(team, actor)
    if side is None:
        raise Refused([Refusal("not_yours", gettext("只有申报团队、评审专家本人和省级项目管理员可以声明。"))])
    if side == Declarer.REVIEWER:
        person, named = actor, ""
    if side == Declarer.TEAM:
        person = None
    if reasons := [*_against_tie(kind, reason.strip(), person, named.strip(), side), *_too_many(team, kind)]:
        raise Refused(reasons)
    return Tie.objects.create(
        team=team,
        person=person,
        named="" if person else named.strip()[:50],
        kind=kind,
        reason=reason.strip()[:400],
        until=until,
        side=side,
        declared_by=actor,
        at=clock.now(),
    )


def side_of(team: Team, actor: Any) -> Declarer | None:
    """On whose side this person would declare a tie with the team; None where it is not theirs to declare."""
    if team.pk in own_teams(actor):
        return Declarer.TEAM
    if holds(actor, Role.PROGRAMME_OFFICER):
        return Declarer.OFFICER
    return Declarer.REVIEWER if holds(actor, Role.REVIEWER) else None


def _too_many(team: Team, kind: str) -> Iterable[Refusal]:
    asked = Tie.objects.filter(team=team.pk, kind=TieKind.UNSUITABLE).count() if kind == TieKind.UNSUITABLE else 0
    if asked >= UNSUITABLE_MOST:
        text = gettext("请求回避的人最多%(n)s位；有亲属、同单位等关系的，请选那种关系。")
        yield Refusal("too_many", text % {"n": UNSUITABLE_MOST}, at="kind")


def _against_tie(kind: str, reason: str, person: User | None, named: str, side: Declarer) -> Iterable[Refusal]:
    if kind not in TieKind.values:
        yield Refusal("kind", gettext("请选择是什么关系。"), at="kind")
    if kind == TieKind.UNSUITABLE and side != Declarer.TEAM:
        yield Refusal("kind", gettext("“申报方请求回避”只能由申报方提出，请选别的关系。"), at="kind")
    if not reason:
        yield Refusal("reason", gettext("请写明是什么情况。"), at="reason")
    if person is None and not named:
        yield Refusal("named", gettext("请写明对方的姓名。"), at="named")
