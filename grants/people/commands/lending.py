"""Lending roles while on leave, and taking them back: the holder's own word, seen by both."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.utils.translation import gettext

from grants.people.lending import against_days, against_grant, against_person, slip_of
from grants.people.models import Lending, RoleGrant, User
from workflow import clock, outbox
from workflow.actions import command
from workflow.refusals import Refusal, Refused

TOPIC = "lending"
MOST_WORDS = 2000


@command
def lend(
    grants: Iterable[RoleGrant], stand_in: User, first_day: dt.date, last_day: dt.date, note: str, *, actor: User
) -> list[Lending]:
    """From the first day to the last the stand-in exercises these roles, and the holder does not.

    In order: the roles and the stand-in are locked · every reason is collected · one row a role · the stand-in is
    told. All of them or none. Raises Refused: a role not one's own or of those judged in person, lent already, held
    for a shorter time; a stand-in too far away, away too, or with a role that excludes it; days past or too many.
    """
    wanted = [grant.pk for grant in grants]
    User.objects.select_for_update(no_key=True).get(pk=stand_in.pk)
    own = RoleGrant.objects.select_for_update(no_key=True, of=("self",)).filter(pk__in=wanted, person=actor.pk)
    mine = list(own.select_related("organisation", "team").order_by("pk"))
    common = [against_days(first_day, last_day), against_person(stand_in, actor, first_day, last_day)]
    common += [_no_words(note), _not_own(mine, wanted)]
    if reasons := [reason for reason in common if reason]:
        raise Refused(reasons)
    facts = {"holder": actor, "stand_in": stand_in, "first_day": first_day, "last_day": last_day}
    return _write(mine, facts | {"note": note.strip(), "at": clock.now()})


def _no_words(note: str) -> Refusal | None:
    if not note.strip():
        return Refusal("note", gettext("请写明交接事项：手上的事办到哪一步，要留意什么。"), at="note")
    if len(note.strip()) > MOST_WORDS:
        return Refusal("note", gettext("交接事项最多%(n)s个字。") % {"n": MOST_WORDS}, at="note")
    return None


def _not_own(mine: Sequence[RoleGrant], wanted: Sequence[int]) -> Refusal | None:
    if not wanted:
        return Refusal("none_chosen", gettext("请至少选一个身份。"), at="grants")
    if len(mine) < len(set(wanted)):
        return Refusal("not_yours", gettext("只能交接您自己的身份；别人交给您代办的，不能再转交。"), at="grants")
    return None


def _write(mine: Sequence[RoleGrant], facts: dict[str, Any]) -> list[Lending]:
    made: list[Lending] = []
    reasons: list[Refusal] = []
    for grant in mine:
        if found := list(against_grant(grant, facts["stand_in"], facts["first_day"], facts["last_day"])):
            reasons += found
        else:
            made.append(Lending.objects.create(grant=grant, **facts))
    if reasons:
        raise Refused(reasons)
    _tell(made[0], "made")
    return made


@command
def take_back(lending: Lending, *, actor: User) -> list[Lending]:
    """Everything on the slip is the holder's again from this moment; either of the two may say so.

    -> the rows that ended now. What was done meanwhile stays done. Raises Refused: not one of the two, over already.
    """
    rows = list(slip_of(lending).select_for_update(no_key=True, of=("self",)))
    if actor.pk not in {lending.holder_id, lending.stand_in_id}:
        raise Refused([Refusal("not_yours", gettext("只有交出人和代办人可以结束这次交接。"))])
    still = [row for row in rows if row.ended_at is None and row.last_day >= clock.today()]
    if not still:
        raise Refused([Refusal("over", gettext("这次交接已经结束。"))])
    return end_rows(still, actor=actor)


def end_rows(rows: Sequence[Lending], *, actor: Any) -> list[Lending]:
    """These are over from this moment, at the word of this person; of each slip both are told whose turn it is again.

    Inside a command that has asked already whether the actor may.
    """
    for row in rows:
        row.ended_at, row.ended_by = clock.now(), actor
        row.save(update_fields=["ended_at", "ended_by"])
    for first in {(row.holder_id, row.at): row for row in rows if row.holder.is_active}.values():
        _tell(first, "ended")
    return list(rows)


@command
def tell_of_days(*, actor: Any) -> int:
    """Both are told of every slip that begins today, and of those that were over with yesterday; once each.

    What was handed over on the day it begins was told then. A day on which nobody ran this is made up for within
    three. -> how many slips.
    """
    today = clock.today()
    days = [today - dt.timedelta(days=n) for n in range(4)]
    still = Lending.objects.filter(ended_at__isnull=True).order_by("pk")
    begun = [one for one in still.filter(first_day__in=days[:3], last_day__gte=today) if _made_on(one) < one.first_day]
    over = list(still.filter(last_day__in=days[1:]))
    told = {f"{TOPIC}:{pk}:{event}": {"lending": pk, "event": event} for pk, event in _events(begun, over)}
    outbox.post(TOPIC, told)
    return len(told)


def _events(begun: Iterable[Lending], over: Iterable[Lending]) -> Iterator[tuple[int, str]]:
    for event, rows in (("begins", begun), ("over", over)):
        first: dict[tuple[int, dt.datetime], int] = {}
        for row in rows:
            first.setdefault((row.holder_id, row.at), row.pk)
        yield from ((pk, event) for pk in first.values())


def _made_on(lending: Lending) -> dt.date:
    return lending.at.astimezone(clock.SHANGHAI).date()


def _tell(lending: Lending, event: str) -> None:
    """Both are told of it once: that it was made, that it begins today, that it is over or was ended."""
    slip = slip_of(lending).order_by("pk").values_list("pk", flat=True)[0]
    outbox.post(TOPIC, {f"{TOPIC}:{slip}:{event}": {"lending": slip, "event": event}})
