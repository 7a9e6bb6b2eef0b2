"""Breaking the glass: two people open who gave a project which marks, each look is on record. Never to applicants."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext

from grants.people.proof import demand_proof
from grants.people.queries import as_people
from grants.reviews.conflicts import CHAIN, TEAM, conflicts
from grants.reviews.models import Assignment
from grants.reviews.panel.models import PanelConsent, PanelDisclosure, PanelItem, PanelLook, PanelMark, PanelMember
from grants.reviews.panel.queries import ASKERS, CONSENTERS, looking, wears
from workflow import clock
from workflow.actions import command
from workflow.refusals import Refusal, Refused


@dataclass(frozen=True)
class Named:
    """A person and what they gave: half points in all, or nothing."""

    name: str
    total: int | None

    @property
    def hundredths(self) -> int | None:
        """The same in hundredths of a point."""
        return None if self.total is None else 50 * self.total


def _against(item: PanelItem, actor: Any, roles: tuple[str, ...]) -> None:
    """Neither who applies nor who recommended, nor who sat on the panel, whatever other role they hold."""
    if not wears(actor, item.session.round_id, *roles):
        raise Refused([Refusal("not_yours", gettext("您的身份不能办理身份披露。"))])
    codes = {one.code for one in conflicts(item.project, [actor]).get(actor.pk, ())}
    sits = PanelMember.objects.filter(session=item.session_id, person__in=as_people(actor)).exists()
    if codes & {TEAM, CHAIN} or sits:
        raise Refused([Refusal("recused", gettext("申报团队、推荐单位的人和会评成员不能办理身份披露。"))])


@command
def ask_disclosure(item: PanelItem, reason: str, *, actor: Any) -> PanelDisclosure:
    """Somebody wants to know who gave which marks; nothing is told yet. What waits already is not asked twice.

    Raises Unproven; Refused: not theirs to ask, no reason, nothing shown yet.
    """
    _against(item, actor, ASKERS)
    if not reason.strip():
        raise Refused([Refusal("reason", gettext("请写明为什么需要知道。"), at="reason")])
    if not item.stages.filter(stage="shown").exists():
        raise Refused([Refusal("sealed", gettext("结果还没有公布，不能披露。"))])
    demand_proof(actor)
    waiting = item.disclosures.filter(by=actor, consent__isnull=True).first()
    return waiting or PanelDisclosure.objects.create(item=item, reason=reason.strip()[:400], by=actor, at=clock.now())


@command
def agree_disclosure(disclosure: PanelDisclosure, *, actor: Any) -> PanelConsent:
    """Another person agrees: whoever asked may look for seven days. Raises Unproven, Refused."""
    _against(disclosure.item, actor, CONSENTERS)
    if disclosure.by_id in as_people(actor):
        raise Refused([Refusal("same_person", gettext("提出的人和同意的人须是两个人。"))])
    demand_proof(actor)
    facts = {"by": actor, "at": clock.now()}
    return PanelConsent.objects.get_or_create(disclosure=disclosure, defaults=facts)[0]


@command
def look_behind(disclosure: PanelDisclosure, *, actor: Any) -> tuple[list[Named], list[Named]]:
    """Who gave what on the panel, and who reviewed the project before; the look is on record.

    Raises Unproven; Refused: nobody else agreed, the days have run out, asked by another person.
    """
    _against(disclosure.item, actor, ASKERS)
    if disclosure.by_id != actor.pk or not looking(disclosure):
        raise Refused([Refusal("not_open", gettext("这次披露没有得到同意，或者已经过期。"))])
    demand_proof(actor)
    PanelLook.objects.create(disclosure=disclosure, by=actor, at=clock.now())
    return _on_panel(disclosure.item), _on_paper(disclosure.item)


def _on_panel(item: PanelItem) -> list[Named]:
    marks = PanelMark.objects.filter(roll__item=item.pk, locked=True).select_related("roll__member__person")
    return [Named(one.roll.member.person.name, one.total_halves) for one in marks.order_by("pk")]


def _on_paper(item: PanelItem) -> list[Named]:
    seats = Assignment.objects.filter(project=item.project_id, left_at__isnull=True).select_related("reviewer")
    found = []
    for seat in seats.prefetch_related("scores").order_by("pk"):
        given = sorted(seat.scores.all(), key=lambda one: one.number)
        found.append(Named(seat.reviewer.name, given[-1].total_halves if given else None))
    return found
