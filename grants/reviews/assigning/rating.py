"""How a reviewer's work in a round was found, after it."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext

from grants.people.models import User
from grants.people.queries import holds
from grants.programmes.models import Round
from grants.reviews.assigning.enums import Rated
from grants.reviews.assigning.models import ReviewerRating
from grants.reviews.models import Assignment
from workflow import clock
from workflow.actions import command, lock
from workflow.lifecycle import Role, RoundState
from workflow.refusals import Refusal, Refused

RATED_IN = (RoundState.DELIBERATING, RoundState.PUBLICITY, RoundState.PUBLISHED, RoundState.ARCHIVED)
"""The states of a round whose review is over."""
LONGEST = 400


@command
def rate_reviewer(round_: Round, reviewer: User, points: int | None, words: str, *, actor: Any) -> ReviewerRating:
    """The officer's rating of the reviewer's work in the round stands, beside those before it; 1 to 5 with the reason.

    The same as the last one is the last one. Raises Refused: not the officer's, about oneself, the review not over,
    somebody without a seat in the round, no points or no words.
    """
    locked = lock(round_)
    before = ReviewerRating.objects.filter(round=locked.pk, reviewer=reviewer.pk).order_by("number").last()
    said = words.strip()[:LONGEST]
    if before is not None and (before.points, before.words, before.by_id) == (points, said, actor.pk):
        return before
    reasons = []
    if not holds(actor, Role.PROGRAMME_OFFICER):
        reasons.append(Refusal("not_yours", gettext("这一步由省级项目管理员办理。")))
    if reviewer.pk == actor.pk:
        reasons.append(Refusal("oneself", gettext("不能评价自己。")))
    if locked.state not in RATED_IN:
        reasons.append(Refusal("too_early", gettext("本轮评审结束以后再评价。")))
    if not Assignment.objects.filter(project__round=locked.pk, reviewer=reviewer.pk).exists():
        reasons.append(Refusal("no_seat", gettext("这位专家在本轮没有评审席位。")))
    if points not in Rated.values:
        reasons.append(Refusal("points", gettext("请选择1到5分。"), at="points"))
    if not said:
        reasons.append(Refusal("words", gettext("请写明为什么这样评价。"), at="words"))
    if reasons:
        raise Refused(reasons)
    facts: dict[str, Any] = {"points": points, "words": said, "by": actor, "at": clock.now()}
    number = before.number + 1 if before else 1
    return ReviewerRating.objects.create(round=locked, reviewer=reviewer, number=number, **facts)
