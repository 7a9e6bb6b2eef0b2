"""The one page on which every deed is done: form, reasons, other people, and what to do when somebody was faster."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from grants.desk.commands import act, put_forward
from grants.desk.forms.asks import AskForm
from grants.desk.forms.initial import known_values
from grants.desk.queries.proposals import documents_by_id, own_proposal, step_of_key
from grants.desk.queries.records import find, project_of
from grants.desk.tables.changing import differences
from grants.desk.tables.contents import Content
from grants.desk.tables.destroying import going
from grants.desk.tables.facts import FACTS, facts
from grants.desk.tables.given import all_said
from grants.desk.tables.offers import move_url, record_url, signers
from grants.desk.views.attempts import Trouble, at_fields, attempt, incomplete, undecided
from grants.desk.views.bundles import brought
from grants.desk.views.looking import looked_at
from grants.desk.views.since import Since
from grants.funds.rules.sending import CONFIRMED
from grants.funds.rules.sending import FRESH as ALLOWED
from grants.people.proof import prove
from grants.people.queries import as_people
from grants.programmes.papers import spec_at
from workflow import clock
from workflow.actions import Standing, hindrances
from workflow.actions import judge as judged
from workflow.command import new_key
from workflow.endorsing import missing, own_hand
from workflow.lifecycle import PROJECT, ProjectState, Role, Stage
from workflow.machine import Stateful
from workflow.models import Proposal
from workflow.ports import hands
from workflow.refusals import Refusal
from workflow.rules import Ask, asks_of
from workflow.table import Deed
from workflow.trail import given_of

LISTS = frozenset({"recommending", "eligibility"})
"""Lists of a round from which a deed is done and to which one comes back."""
OWN_PAGE = {"file_payee_account": "payee_account", "verify_payee_account": "payee_account"}
"""Deeds of a project for which a page is made where what they are about stands beside the form."""
READ_BESIDE = frozenset(
    str(state)
    for state in (*PROJECT.stages[Stage.APPLICATION], *PROJECT.stages[Stage.REVIEW])
    if state not in {ProjectState.DRAFT, ProjectState.RETURNED, ProjectState.SUPPLEMENT}
)
"""States in which whoever decides reads the application beside the form."""
FRESH = ALLOWED - dt.timedelta(minutes=1)  # a slow form must not run out between page and command
PASSWORD = Ask("password", _("您的登录密码"), "password", help=_("动钱之前再确认一次是您本人。"))


@dataclass
class Page:
    """One person before one deed on one record."""

    request: HttpRequest
    record: Any
    deed: Deed
    proposal: Proposal | None = None
    form: AskForm | None = None
    trouble: Trouble | None = None
    begun: Mapping[str, Any] = field(default_factory=dict)
    at_hand: list[Content] | None = None

    @property
    def actor(self) -> Any:
        """Who is before the page."""
        return self.request.user

    @cached_property
    def known(self) -> Standing:
        """What the person is to the record."""
        return Standing(self.record, self.actor)

    @cached_property
    def verdict(self) -> Any:
        """What stands against the deed before anything is filled in."""
        return judged(self.record, self.deed.name, self.actor, {}, self.known)

    @property
    def mine(self) -> bool:
        """Whether the person makes this deed at all; to others the form, and what it offers, stays closed."""
        return bool(self.verdict.role)

    @property
    def possible(self) -> bool:
        """Whether the record is in a state for it or was when the form was opened."""
        return str(self.record.state) in self.deed.sources or self.since.stale

    @property
    def tells_version(self) -> bool:
        """Whether the form carries the record's version, which rises with what a person may not know of.

        What a reviewer does concerns the own seat alone: what the others did meanwhile neither shows nor stops it.
        """
        return self.possible and not set(self.deed.by) <= {Role.REVIEWER}

    @property
    def hindrances(self) -> list[Refusal]:
        """Reasons that filling in the form, or other people, will not remove."""
        return list(hindrances(self.verdict.reasons))

    @property
    def others(self) -> str:
        """The roles that must stand behind the deed before it is done; empty when the person acts alone."""
        paper = self.deed.paper if self.verdict.by_paper else None
        return signers(self.deed, paper.confirm if paper else self.deed.also, paper=bool(paper))

    @cached_property
    def asks(self) -> tuple[Ask, ...]:
        """What the form asks; a password only if none was given within the last minutes."""
        asks = asks_of(self.deed, self.record, by_paper=self.verdict.by_paper)
        return (*asks, PASSWORD) if self.wants_password and not self.confirmed_at else asks

    @cached_property
    def since(self) -> Since:
        """What the person had before them, and what has happened since."""
        sent = self.request.method == "POST" and self.request.POST.get("deed", self.deed.name) == self.deed.name
        return Since(self.request, self.record, sent, self.asks, self.begun, self.verdict.role, self.at_hand)

    @property
    def wants_password(self) -> bool:
        """Whether the deed wants the person to prove who they are."""
        return "reauthenticated" in self.deed.rules

    @property
    def confirmed_at(self) -> str:
        """When the person last gave the password, while that is fresh."""
        said = self.request.session.get(CONFIRMED, "")
        return said if said and clock.now() - dt.datetime.fromisoformat(said) < FRESH else ""

    def given(self) -> dict[str, Any]:
        """What the person filled in, with the instant of the password."""
        if self.form is None:
            return given_of(self.proposal) if self.proposal else {}
        found = self.since.compare(self.form)
        if self.wants_password:
            if not self.confirmed_at:
                self.request.session[CONFIRMED] = clock.now().isoformat()
                prove(self.request)
            found[CONFIRMED] = self.confirmed_at
        return found


@require_http_methods(["GET", "HEAD", "POST"])
@looked_at
def move(request: HttpRequest, machine: str, pk: int, name: str) -> HttpResponse:
    """Show the form of a deed; on POST do it, or put it before those who must stand behind it."""
    record = find(machine, pk, request.user)
    deed = record.machine().deeds.get(name) if record else None
    if record is None or deed is None or set(deed.by) == {Role.SYSTEM}:
        raise Http404
    page = Page(request, record, deed, begun=known_values(record, name))
    asked = _number(request.GET.get("proposal") or request.POST.get("proposal"))
    page.proposal = _mine(page, asked) if asked else None
    if request.method == "POST":
        return _posted(page)
    if page.mine and page.possible and name in OWN_PAGE:
        return redirect(OWN_PAGE[name], pk)
    if page.mine and (page.proposal is None or not _ready(page, page.proposal)):
        page.form = AskForm(page.asks, record=record, actor=request.user, **_known(page))
    return _shown(page)


def _mine(page: Page, pk: int) -> Proposal | None:
    """The person's own proposal of this deed on this record, as a rule one that is still open."""
    asked, people = (pk, page.deed.name), as_people(page.actor)
    alike = (one for one in page.known.proposals if (one.pk, one.move) == asked)
    still = next((one for one in alike if own_hand(one, people)), None)
    return still or own_proposal(page.actor, page.record, page.deed.name, pk)


def _ready(page: Page, proposal: Proposal) -> bool:
    return proposal.version == page.record.version and not missing(page.deed, proposal)


def _known(page: Page) -> dict[str, Any]:
    """What is in the form before anybody types: an earlier proposal, or what the record says already."""
    if page.proposal is None:
        ranked = _number(page.request.GET.get("rank"))
        return {"initial": {**page.begun} | ({"rank": ranked} if ranked else {})}
    given = given_of(page.proposal)
    wanted = [given[ask.name] for ask in page.asks if ask.kind == "document" and given.get(ask.name)]
    people = hands(page.actor.pk, page.proposal.maker_id)
    by_id = {pk: one for pk, one in documents_by_id(wanted).items() if one.uploaded_by_id in people}
    documents = {ask.name: by_id[str(given[ask.name])] for ask in page.asks if str(given.get(ask.name)) in by_id}
    return {"initial": given, "documents": documents}


def _posted(page: Page) -> HttpResponse:
    if page.mine and (page.proposal is None or "again" in page.request.POST):
        page.proposal = None
        came = brought(page.request, page.asks, partial(spec_at, page.record))
        page.form = AskForm(
            page.asks,
            record=page.record,
            actor=page.actor,
            data=page.request.POST,
            **came.options,
        )
        if came.looking:
            page.form.only_shown()
            return _shown(page)
        if "more" in page.request.POST:
            return _shown(page)
        if not page.form.is_valid():
            page.since.compare(page.form)
            page.trouble = incomplete()
            page.trouble.reasons = page.hindrances
            return _shown(page)
    return _done(page)


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isdecimal() else None


def _done(page: Page) -> HttpResponse:
    """Call the one command, and say what became of it."""
    given, deed, key = page.given(), page.deed.name, page.request.POST.get("key") or None
    seen = page.since.version
    if page.since.undecided:
        return _refused(page, undecided())
    if page.others and page.proposal is None:
        made, trouble = attempt(lambda: put_forward(page.record, deed, actor=page.actor, version=seen, given=given))
        if made:
            messages.success(
                page.request, gettext("已送出，等%(roles)s。齐了会回到您的待办。") % {"roles": page.others}
            )
            return redirect("proposal", made.pk)
    else:
        _step, trouble = attempt(lambda: act(page.record, deed, actor=page.actor, version=seen, key=key, given=given))
    if trouble and not _same_again(page, key, given):
        return _refused(page, trouble)
    messages.success(page.request, _told(page))
    return redirect(_back(page))


def _back(page: Page) -> str:
    """Where the person came from: a list of a round, else the record itself."""
    name = page.request.GET.get("back") or page.request.POST.get("back", "")
    project = project_of(page.record)
    return reverse(name, args=[project.round_id]) if project and name in LISTS else record_url(page.record)


def _told(page: Page) -> str:
    """What was done, with the way to take it back while nobody else has opened the file."""
    said = gettext("“%(move)s”已办理。") % {"move": page.deed.label}
    if not (undo := page.deed.undo):
        return said
    still = judged(page.record, undo, page.actor, {})
    if list(hindrances(still.reasons)):
        return said
    words = gettext("办错了？对方打开以前可以撤销：")
    label = page.record.machine().deeds[undo].label
    return format_html('{} {}<a href="{}">{}</a>', said, words, move_url(page.record, undo), label)


def _same_again(page: Page, key: str | None, given: Mapping[str, Any]) -> bool:
    """Whether the key stands for the very same deed, told apart only by the instant of the password."""
    step = step_of_key(key or "", page.actor, page.record, page.deed.name)
    return step is not None and {**given_of(step), CONFIRMED: ""} == {**given, CONFIRMED: ""}


def _refused(page: Page, trouble: Trouble) -> HttpResponse:
    """The same page with every reason at its place, everything typed still in it."""
    page.trouble = at_fields(trouble, page.form)
    page.record = find(page.record.machine().name, page.record.pk, page.actor) or page.record
    for read in ("known", "verdict"):
        page.__dict__.pop(read, None)
    merged = page.since.merged
    page.__dict__.pop("since")
    page.since.merged = merged
    if page.form is None and page.mine and page.proposal and not _ready(page, page.proposal):
        page.form = AskForm(page.asks, record=page.record, actor=page.actor, **_known(page))
    return _shown(page)


def _shown(page: Page) -> HttpResponse:
    record: Stateful = page.record
    context = {
        "page": page,
        "record": record,
        "project": project_of(record),
        "back": _back(page),
        "beside": page.mine and project_of(record) == record and str(record.state) in READ_BESIDE,
        "form": page.form,
        "key": new_key(),
        "facts": facts(record) if record.machine().name in FACTS else [],
        "changes": differences(record, page.actor),
        "going": going(record, page.deed.name, page.proposal.at if page.proposal else None),
        "said": _said(page) if page.form is None else [],
        "since": page.since,
        "lost": page.since if page.since.stale and page.form is None and page.proposal is None else None,
        "trouble": page.trouble,
    }
    return render(page.request, "grants/desk/move.html", context, status=page.trouble.status if page.trouble else 200)


def _said(page: Page) -> list[Any]:
    if page.proposal is None:
        return []
    return all_said(page.record, page.deed.name, page.given(), page.actor, paper=page.proposal.paper)
