"""What a person may do with a record: buttons, and beside the greyed ones the reasons."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext

from grants.desk.tables.rare import never, rare
from grants.desk.tables.writing import WritingPage
from grants.desk.words import LATE_DEEDS, LATE_MAIN, tone_of
from grants.people.queries import as_people
from workflow.actions import Offer
from workflow.endorsing import missing, own_hand
from workflow.lifecycle import Role
from workflow.machine import Stateful
from workflow.models import Proposal, Step
from workflow.phrases import either, listed
from workflow.refusals import Refusal
from workflow.table import Deed

OWN_PAGES = {
    "submit": "project_check",
    "resubmit": "project_check",
    "supply": "project_check",
    "declare_no_conflict": "scoring",
    "score": "scoring",
    "decide_voucher": "project_money",
}
"""Deeds of a project that have a page of their own."""
LOOKS = ("primary", "second", "warn")
MOST = 3
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
    rare: bool = False
    onward: bool = False


@dataclass(frozen=True)
class Offered:
    """What a page offers: the few things to do now, and, folded away, the exceptions."""

    pages: list[WritingPage]
    buttons: list[Button]
    more_pages: list[WritingPage]
    more: list[Button]
    undo: Button | None = None

    @property
    def nothing(self) -> bool:
        """Whether there is nothing to do now."""
        return not (self.pages or self.buttons)

    @property
    def folded(self) -> int:
        """How many things lie under 更多."""
        return len(self.more) + len(self.more_pages)


def offered(
    record: Stateful,
    offers: Sequence[Offer],
    pages: Sequence[WritingPage] = (),
    steps: Sequence[Step] = (),
    late: Collection[str] = (),
) -> Offered:
    """At most three deeds that can be made now, the one main step first and red; then what is still in the way of one.

    The step that leads on is never folded, also while something is in its way. What is done because somebody let
    their time pass (`late` names the deadlines) is no exception from then on.

    What takes the last move back stands by itself while it can be made (`steps`, newest first, tell which that is).
    Everything else is folded; what can never apply to this record is left out.
    """
    made = [button for button in _buttons(record, offers, late) if not never(button.reasons)]
    pages, made = _at_their_pages(pages, made)
    last = _undo_of(record, steps)
    undo = next((button for button in made if button.name == last and not button.reasons), None)
    made = [button for button in made if button is not undo]
    usual = [button for button in made if not button.rare]
    shown = _shown(usual)
    return Offered(
        pages=sorted((page for page in pages if not page.rare), key=lambda page: not page.main),
        buttons=shown,
        more_pages=[page for page in pages if page.rare],
        more=[button for button in made if button not in shown],
        undo=undo,
    )


def _at_their_pages(pages: Sequence[WritingPage], made: Sequence[Button]) -> tuple[list[WritingPage], list[Button]]:
    """What can be made on a page made for it is made there: the page is red where the main step is done on it.

    What is still in the way of a step stays beside its greyed button.
    """
    told = {deed for page in pages for deed in page.deeds}
    main = _main_page([page for page in pages if not page.rare], made)
    left = [button for button in made if button.name not in told or (button.reasons and not button.rare)]
    return [replace(page, main=page is main) for page in pages], left


def _main_page(pages: Sequence[WritingPage], made: Sequence[Button]) -> WritingPage | None:
    """The page of the main step; where that cannot be made yet, the page on which one works towards it."""
    usual = [button for button in made if not button.rare]
    ready = [button for button in usual if not button.reasons]
    leading = [button for button in ready if button.look == "primary"]
    ahead = [button for button in usual if button.onward]
    for wanted in (leading, [] if leading else ahead, [] if leading else ready):
        names = {button.name for button in wanted}
        if found := next((page for page in pages if names & set(page.deeds)), None):
            return found
    return None


def _shown(usual: Sequence[Button]) -> list[Button]:
    """What can be made, then what cannot yet; the step that leads on is among them also while it cannot."""
    ready, stuck = [one for one in usual if not one.reasons], [one for one in usual if one.reasons]
    ahead = [] if any(one.onward for one in ready) else [one for one in stuck if one.onward][:1]
    shown = [*ready[: MOST - len(ahead)], *ahead]
    return [*shown, *[one for one in stuck if one not in ahead][: MOST - len(shown)]]


def _undo_of(record: Stateful, steps: Sequence[Step]) -> str:
    """The move that takes back the last one of the record itself, if the table has one."""
    machine = record.machine()
    mine = (step for step in steps if step.machine == machine.name and step.source != step.target)
    last = next(mine, None)
    deed = machine.deeds.get(last.move) if last else None
    return deed.undo if deed else ""


def _buttons(record: Stateful, offers: Sequence[Offer], late: Collection[str]) -> list[Button]:
    """Every offer, those that can be made first; the one main step is red, the others are not."""
    made = [_button(record, offer, late) for offer in offers]
    ready = [button for button in made if not button.reasons]
    leading = [button for button in ready if button.look == "primary" and not button.rare]
    main = next((button for button in leading if button.name in _due_now(record, late)), next(iter(leading), None))
    for button in made:
        if button.look == "primary" and button is not main:
            button.look = "second"
    ready.sort(key=lambda button: LOOKS.index(button.look))
    return [*ready, *(button for button in made if button.reasons)]


def _due_now(record: Stateful, late: Collection[str]) -> frozenset[str]:
    """The deeds that are due because somebody let their time pass."""
    if record.machine().name != "project":
        return frozenset()
    return frozenset(name for name, days in LATE_DEEDS.items() if set(days) & set(late))


def _button(record: Stateful, offer: Offer, late: Collection[str]) -> Button:
    deed = offer.deed
    tones = {tone_of(record.machine().name, target) for target in deed.targets}
    onward = tones and str(record.state) not in deed.targets and not goes_back(record, deed)
    look = "warn" if tones & {"back", "bad", "hold"} else "primary" if onward and not tones & BACKWARD else "second"
    reasons = offer.hindrances
    folded = rare(record.machine().name, deed.name, reasons)
    if not reasons and deed.name in _due_now(record, late):
        folded, look = False, "primary" if deed.name in LATE_MAIN else look
    url = move_url(record, deed.name)
    return Button(deed.name, str(deed.label), url, look, _note(offer), reasons, folded, onward=look == "primary")


def goes_back(record: Stateful, deed: Deed) -> bool:
    """Whether the deed leads to a state that lies earlier on the usual way than the present one."""
    course = [str(state) for state in record.machine().course]
    if str(record.state) not in course:
        return False
    return any(target in course[: course.index(str(record.state))] for target in map(str, deed.targets))


def _note(offer: Offer) -> str:
    if offer.deed.name == "open_file":
        return gettext("打开后由您办理，送来的一方不能再自己收回")
    if offer.by_paper:
        return gettext("凭签字件录入，再由另一个人核对")
    if offer.deed.also:
        return gettext("须%(roles)s会签") % {"roles": role_names(offer.deed.also)}
    return ""


def role_names(roles: Sequence[str]) -> str:
    """Roles in words."""
    return listed(Role(role).label for role in roles)


def signers(deed: Any, roles: Sequence[str], *, paper: bool) -> str:
    """Whose word a deed waits for: every one of these roles, or any one of them where a paper is to be confirmed."""
    if paper and deed.paper:
        return either(Role(role).label for role in roles)
    return role_names(roles)


def record_url(record: Any) -> str:
    """The page of a record."""
    machine = record.machine().name
    if machine in {"project", "round"}:
        return reverse(machine, args=[record.pk])
    return reverse("record", args=[machine, record.pk])


def move_url(record: Any, move: str) -> str:
    """The page on which a deed is done: one made for it by hand, else the one for every deed."""
    if (page := OWN_PAGES.get(move)) and record.machine().name == "project":
        return reverse(page, args=[record.pk])
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
    people = as_people(actor) if proposals else frozenset()
    return [_pending(record, proposal, people, roles) for proposal in proposals]


def _pending(record: Stateful, proposal: Proposal, people: frozenset[int], roles: Collection[str]) -> Pending:
    deed = record.machine().deeds[proposal.move]
    left = missing(deed, proposal)
    ready = not left
    mine = own_hand(proposal, people)
    url = reverse("proposal", args=[proposal.pk]) if mine or set(deed.roles) & set(roles) else ""
    if mine and ready:
        url = f"{move_url(record, proposal.move)}?proposal={proposal.pk}"
    return Pending(
        proposal,
        str(deed.label),
        list(proposal.endorsements.all()),
        signers(deed, left, paper=proposal.paper),
        ready,
        url,
        mine,
    )
