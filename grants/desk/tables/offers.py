"""What a person may do with a record: buttons, and beside the greyed ones the reasons."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext

from grants.desk.words import tone_of
from workflow.actions import Offer
from workflow.endorsing import missing
from workflow.lifecycle import Role
from workflow.machine import Stateful
from workflow.models import Proposal
from workflow.phrases import listed
from workflow.refusals import Refusal
from workflow.table import Deed

LOOKS = ("primary", "second", "warn")
BACKWARD = frozenset({"back", "bad", "hold", "rest"})


@dataclass
class Button:
    """A deed on a page."""

    name: str
    label: str
    url: str
    look: str
    note: str
    reasons: tuple[Refusal, ...]


def buttons(record: Stateful, offers: Sequence[Offer]) -> list[Button]:
    """Every offer, those that can be made first; the one main step is red, the others are not."""
    made = [_button(record, offer) for offer in offers]
    ready = [button for button in made if not button.reasons]
    main = next((button for button in ready if button.look == "primary"), None)
    for button in made:
        if button.look == "primary" and button is not main:
            button.look = "second"
    ready.sort(key=lambda button: LOOKS.index(button.look))
    return [*ready, *(button for button in made if button.reasons)]


def _button(record: Stateful, offer: Offer) -> Button:
    deed = offer.deed
    tones = {tone_of(record.machine().name, target) for target in deed.targets}
    onward = tones and str(record.state) not in deed.targets and not goes_back(record, deed)
    look = "warn" if tones & {"back", "bad", "hold"} else "primary" if onward and not tones & BACKWARD else "second"
    return Button(deed.name, str(deed.label), move_url(record, deed.name), look, _note(offer), offer.hindrances)


def goes_back(record: Stateful, deed: Deed) -> bool:
    """Whether the deed leads to a state that lies earlier on the usual way than the present one."""
    course = [str(state) for state in record.machine().course]
    if str(record.state) not in course:
        return False
    return any(target in course[: course.index(str(record.state))] for target in map(str, deed.targets))


def _note(offer: Offer) -> str:
    if offer.by_paper:
        return gettext("凭签字件录入，再由另一个人核对")
    if offer.deed.also:
        return gettext("须%(roles)s会签") % {"roles": role_names(offer.deed.also)}
    return ""


def role_names(roles: Sequence[str]) -> str:
    """Roles in words."""
    return listed(Role(role).label for role in roles)


def record_url(record: Any) -> str:
    """The page of a record."""
    machine = record.machine().name
    if machine in {"project", "round"}:
        return reverse(machine, args=[record.pk])
    return reverse("record", args=[machine, record.pk])


def move_url(record: Any, move: str) -> str:
    """The page on which a deed is done."""
    return reverse("move", args=[record.machine().name, record.pk, move])


@dataclass(frozen=True)
class Pending:
    """A proposal on the version that stands: who made it, who stands behind it, who is missing, what I can do."""

    proposal: Proposal
    label: str
    signed: list[Any]
    missing: str
    ready: bool
    url: str
    mine: bool


def pending(record: Stateful, proposals: Sequence[Proposal], actor: Any, roles: Collection[str]) -> list[Pending]:
    """Open proposals as the page shows them; only the maker and those with a part in the deed may open one."""
    return [_pending(record, proposal, actor, roles) for proposal in proposals]


def _pending(record: Stateful, proposal: Proposal, actor: Any, roles: Collection[str]) -> Pending:
    deed = record.machine().deeds[proposal.move]
    left = missing(deed, proposal)
    ready = not left
    mine = proposal.maker_id == actor.pk
    url = reverse("proposal", args=[proposal.pk]) if mine or set(deed.roles) & set(roles) else ""
    if mine and ready:
        url = f"{move_url(record, proposal.move)}?proposal={proposal.pk}"
    return Pending(
        proposal,
        str(deed.label),
        list(proposal.endorsements.all()),
        role_names(left),
        ready,
        url,
        mine,
    )
