"""Handing a pass to an expert, coming in by it, taking it back."""

from __future__ import annotations

import datetime as dt
import secrets
from typing import Any, NamedTuple

from django.contrib.auth.hashers import check_password, make_password
from django.utils.translation import gettext

from grants.people.models import User
from grants.people.proof import demand_proof
from grants.people.queries import digest_of, holds
from grants.programmes.models import Round
from grants.reviews.door.models import PassEnd, PassEnding, PassTry, ReviewPass
from grants.reviews.door.queries import MOST_WRONG, only_reviews, open_passes
from workflow import clock
from workflow.actions import command
from workflow.lifecycle import Role
from workflow.ports import SYSTEM
from workflow.refusals import Refusal, Refused

LONGEST = dt.timedelta(days=60)
FIGURES = 6


class HandedPass(NamedTuple):
    """A pass as it is handed over: link and code are known only now."""

    given: ReviewPass
    token: str
    code: str


@command
def hand_pass(round_: Round, person: User, until: dt.date | None, *, actor: Any) -> HandedPass:
    """The expert may come in to their reviews by this link and code until the end of that day; earlier ones end.

    Raises Unproven; Refused: not the officer's, somebody who is more than a reviewer of this round, oneself, a day that
    is past or more than 60 days away.
    """
    demand_proof(actor)
    now = clock.now()
    if not holds(actor, Role.PROGRAMME_OFFICER) or actor.pk == person.pk:
        raise Refused([Refusal("not_yours", gettext("这一步由省级项目管理员办理。"))])
    User.objects.select_for_update(no_key=True).get(pk=person.pk)
    if not only_reviews(person, round_):
        raise Refused(
            [Refusal("has_more", gettext("只给本轮的、没有别的身份的评审专家；有别的身份的请用自己的密码登录。"))]
        )
    ends = dt.datetime.combine(until, dt.time(23, 59), tzinfo=clock.SHANGHAI) if until else now
    if not now < ends <= now + LONGEST:
        raise Refused([Refusal("until", gettext("请写今天以后、60天以内的日期。"), at="until")])
    for earlier in open_passes().filter(person=person.pk, round=round_.pk):
        PassEnd.objects.create(to=earlier, how=PassEnding.REPLACED, by=actor, at=now)
    token, code = secrets.token_urlsafe(24), f"{secrets.randbelow(10**FIGURES):0{FIGURES}d}"
    given = ReviewPass.objects.create(
        round=round_,
        person=person,
        digest=digest_of(token),
        code=make_password(code),
        handed_by=actor,
        at=now,
        expires_at=ends,
    )
    return HandedPass(given, token, code)


@command
def try_pass(token: str, code: str, *, actor: Any = SYSTEM) -> ReviewPass | None:
    """The pass, where it opens and the code is right; None otherwise. Every try is kept, the fifth wrong one ends it.

    Tries of one pass wait for each other: nobody guesses faster by guessing at once.
    """
    found = open_passes().filter(digest=digest_of(token)).first()
    if found is None:
        return None
    User.objects.select_for_update(no_key=True).get(pk=found.person_id)
    if not open_passes().filter(pk=found.pk).exists():
        return None
    right, now = check_password("".join(code.split()), found.code), clock.now()
    PassTry.objects.create(to=found, right=right, at=now)
    if right:
        return found
    if found.tries.filter(right=False).count() >= MOST_WRONG:
        PassEnd.objects.create(to=found, how=PassEnding.GUESSED, by=None, at=now)
    return None


@command
def withdraw_pass(round_: Round, person: User, *, actor: Any) -> int:
    """No pass of the expert in the round opens any more, and who came in by one is out. -> how many. Raises Refused."""
    if not holds(actor, Role.PROGRAMME_OFFICER):
        raise Refused([Refusal("not_yours", gettext("这一步由省级项目管理员办理。"))])
    found = list(open_passes().filter(person=person.pk, round=round_.pk))
    for one in found:
        PassEnd.objects.create(to=one, how=PassEnding.WITHDRAWN, by=actor, at=clock.now())
    return len(found)
