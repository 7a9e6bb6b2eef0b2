"""A soft reason that shall not count on one project: one person asks, another agrees, each once."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext

from grants.applications.models import Project
from grants.people.models import User
from grants.people.queries import holds
from grants.programmes.models import Round
from grants.reviews.assigning.models import RecusalWaiver
from grants.reviews.conflicts import matrix
from workflow import clock
from workflow.actions import command
from workflow.lifecycle import Role
from workflow.phrases import listed
from workflow.refusals import Refusal, Refused


def waivable(project: Project, people: Iterable[User]) -> list[tuple[User, str]]:
    """Whom only soft reasons keep from the project, and which: they could be waived by two people."""
    people = list(people)
    known = matrix([project], people)
    found = [(person, known.waivable(project.pk, person.pk)) for person in people]
    return [(person, listed([one.words for one in reasons])) for person, reasons in found if reasons]


@command
def ask_for_waiver(project: Project, reviewer: int, reason: str, *, actor: Any) -> RecusalWaiver:
    """The officer asks that the soft reasons of today do not count for this reviewer on this project.

    Nothing changes until somebody else agrees. Raises Refused: not the officer's, a hard reason, nothing to waive, no
    words, oneself.
    """
    if not holds(actor, Role.PROGRAMME_OFFICER):
        raise Refused([Refusal("not_yours", gettext("这一步由省级项目管理员办理。"))])
    if not reason.strip():
        raise Refused([Refusal("reason", gettext("请写明为什么可以免于回避。"), at="waiver_reason")])
    person = User.objects.get(pk=reviewer)
    reasons = matrix([project], [person]).waivable(project.pk, reviewer)
    if not reasons or person.pk == actor.pk:
        text = gettext("%(name)s没有可以免除的回避原因；亲属、同单位、同县等必须回避的不能免除。")
        raise Refused([Refusal("not_waivable", text % {"name": person.name}, at="reviewer")])
    facts = {"reason": reason.strip()[:400], "asked_by": actor, "asked_at": clock.now()}
    codes = ",".join(sorted({one.code for one in reasons}))
    row, _new = RecusalWaiver.objects.get_or_create(project=project, reviewer=person, codes=codes, defaults=facts)
    return row


@command
def agree_to_waiver(round_: Round, pk: int, *, actor: Any) -> RecusalWaiver:
    """Somebody else agrees, and the reasons named no longer count on that project. Raises Refused."""
    row = RecusalWaiver.objects.select_for_update(of=("self",)).filter(pk=pk, project__round=round_.pk).first()
    if row is None or not holds(actor, Role.BUSINESS_LEAD):
        raise Refused([Refusal("not_yours", gettext("这一步由省级职能处室负责人办理。"))])
    if actor.pk in {row.asked_by_id, row.reviewer_id}:
        raise Refused([Refusal("same_person", gettext("提出的人和同意的人须是两个人，也不能是专家本人。"))])
    if row.agreed_by_id is None:
        row.agreed_by, row.agreed_at = actor, clock.now()
        row.save(update_fields=["agreed_by", "agreed_at"])
    return row
