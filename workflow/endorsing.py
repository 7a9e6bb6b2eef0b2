"""Two people: a maker puts a version before others, they endorse it; a paper is confirmed by a second person."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext

from workflow import chain, clock, inbox, trail
from workflow.actions import OF_OTHERS, Standing, incompatible, judge, lock
from workflow.lifecycle import Role
from workflow.machine import Stateful
from workflow.models import Endorsement, Proposal, place_of
from workflow.notices import ANSWERED, ASKED
from workflow.outbox import post
from workflow.phrases import listed
from workflow.ports import Right, domain, hands
from workflow.refusals import Refusal, Refused, Stale
from workflow.rules import of_each, refusals
from workflow.table import Deed


def propose(
    record: Stateful, name: str, *, actor: Any, version: int | None = None, given: Mapping[str, Any] | None = None
) -> Proposal:
    """Put a move before those who must endorse it, or a paper before the person who confirms it.

    Every other reason against the move is checked first. Proposing the same again returns the same proposal.
    Raises Refused, Stale.
    """
    locked = lock(record, version)
    facts = dict(given or {})
    found = judge(locked, name, actor, facts)
    if reasons := [reason for reason in found.reasons if reason.code not in OF_OTHERS]:
        raise Refused(reasons)
    if not (found.deed.also or found.by_paper):
        raise Refused([Refusal("needs_nobody_else", gettext("这一步不需要会签，可以直接办理。"))])
    text = chain.canonical(facts)
    proposal, fresh = Proposal.objects.get_or_create(
        **place_of(locked),
        move=name,
        version=locked.version,
        digest=chain.digest(text),
        maker=actor,
        defaults={
            "machine": locked.machine().name,
            "given": text,
            "role": found.role,
            "behalf": found.behalf,
            "paper": found.by_paper,
            "at": clock.now(),
        },
    )
    if fresh:
        inbox.ask(locked, proposal, wanted(found.deed, proposal))
        post(ASKED, {f"{ASKED}:{proposal.pk}": {"proposal": proposal.pk}})
    return proposal


def wanted(deed: Deed, proposal: Proposal) -> tuple[str, ...]:
    """The roles that a proposal waits for: all endorsers, or any one that may confirm a paper."""
    return deed.paper.confirm if proposal.paper and deed.paper else deed.also


def endorse(proposal: Proposal, *, actor: Any) -> Endorsement:
    """Stand behind a proposal. Afterwards it carries one endorsement more; the maker makes the move.

    Endorsing twice returns the first endorsement. Raises Refused (wrong role, own proposal, a rule
    of the deed about its people), Stale (version changed).
    """
    record: Any = proposal.record
    locked = lock(record)
    if before := Endorsement.objects.filter(proposal=proposal, person=actor).first():
        return before
    if locked.version != proposal.version:
        raise Stale([Refusal("proposal_lapsed", gettext("材料在送签后有改动，请经办人重新送签。"))])
    deed = locked.machine().deeds[proposal.move]
    right = _right_for(locked, deed, proposal, actor)
    if reasons := against_person(locked, deed, actor):
        raise Refused(reasons)
    row = Endorsement.objects.create(
        proposal=proposal,
        subject=trail.name_of(domain().root(locked)),
        person=actor,
        behalf=right.behalf,
        maker_id=proposal.maker_id,
        maker_behalf_id=proposal.behalf_id,
        role=right.role,
        at=clock.now(),
    )
    whole = complete(deed, proposal)
    inbox.answered(proposal, right.role, complete=whole)
    if whole:
        post(ANSWERED, {f"{ANSWERED}:{proposal.pk}": {"proposal": proposal.pk}})
    return row


def against_person(record: Stateful, deed: Deed, actor: Any) -> list[Refusal]:
    """What the deed's own rules say against this person having a hand in it, whatever was given."""
    return refusals(of_each(deed), record, actor, {}, deed)


def _right_for(record: Stateful, deed: Deed, proposal: Proposal, actor: Any) -> Right:
    """The right by which the person may stand behind the proposal. Raises Refused."""
    signed = list(proposal.endorsements.all())
    known = Standing(record, actor)
    waiting = [role for role in wanted(deed, proposal) if role not in {row.role for row in signed}]
    mine = [right for role in waiting for right in known.rights if right.role == role]
    if own_hand(proposal, hands(actor.pk)):
        raise Refused([Refusal("own_proposal", gettext("这是您自己经办的，须由另一个人会签。"))])
    if not mine:
        names = listed(Role(role).label for role in waiting)
        message = gettext("这一步由%(roles)s会签。") % {"roles": names} if names else gettext("已经会签完毕。")
        raise Refused([Refusal("not_endorser", message)])
    mine.sort(key=lambda right: right.behalf is not None)
    against = [(right, _against(right, proposal, signed, known)) for right in mine]
    if free := next((right for right, reason in against if reason is None), None):
        return free
    raise Refused([reason for _right, reason in against[:1] if reason])


def _against(right: Right, proposal: Proposal, signed: list[Endorsement], known: Standing) -> Refusal | None:
    """What keeps the person from endorsing by this right: it is lent away, or the hand is in it already."""
    if right.against:
        return right.against
    people, words = right.people(known.actor), {"person": str(right.behalf)}
    if own_hand(proposal, people):
        return Refusal("own_proposal", gettext("这是%(person)s经办的，您正代他办理，须由另一个人会签。") % words)
    if any(hands(row.person_id, row.behalf_id) & people for row in signed):
        return Refusal("signed_before", gettext("这一件您或您代的人已经会签过，须由另一个人会签。"))
    clash = known.clash(right)
    return incompatible(clash, right) if clash else None


def own_hand(proposal: Proposal, people: frozenset[int]) -> bool:
    """Whether one of these people made the proposal, or was stood in for when it was made."""
    return bool(hands(proposal.maker_id, proposal.behalf_id) & people)


def missing(deed: Deed, proposal: Proposal) -> tuple[str, ...]:
    """The roles that a proposal still waits for, by the endorsements at hand; none once it is complete."""
    signed = {row.role for row in proposal.endorsements.all()}
    return () if proposal.paper and signed else tuple(role for role in wanted(deed, proposal) if role not in signed)


def complete(deed: Deed, proposal: Proposal) -> bool:
    """Whether everybody who must stand behind the proposal does, as the database has it now."""
    signed = set(proposal.endorsements.values_list("role", flat=True))
    return bool(signed) if proposal.paper else set(deed.also) <= signed
