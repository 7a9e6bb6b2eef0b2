"""One deed of a record done on a page made for it: its form, its reasons, its one command, everything typed kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.functional import cached_property
from django.utils.translation import gettext

from grants.desk.commands import act, put_forward
from grants.desk.forms.asks import AskForm
from grants.desk.queries.proposals import step_of_key
from grants.desk.tables.conflicts import Side
from grants.desk.tables.offers import move_url, role_names
from grants.desk.views.attempts import Trouble, at_fields, attempt, incomplete, undecided
from grants.desk.views.bundles import brought
from grants.desk.views.proving import CONFIRMED, PASSWORD, prove, proven_at
from grants.desk.views.since import Since
from grants.programmes.papers import spec_at
from workflow.actions import Judgement, Standing, hindrances, judge
from workflow.command import new_key
from workflow.refusals import Refusal
from workflow.rules import Ask, asks_of
from workflow.trail import given_of


class Doing:
    """A person before one deed of a record. `form` is None for whoever does not make it, or not now."""

    form_class: type[AskForm] = AskForm

    def __init__(
        self,
        request: HttpRequest,
        record: Any,
        name: str,
        *,
        known: Standing | None = None,
        initial: Mapping[str, Any] | None = None,
        fixed: Mapping[str, Any] | None = None,
        shape: Callable[[tuple[Ask, ...]], Sequence[Ask]] = tuple,
    ) -> None:
        self.request, self.record, self.deed = request, record, record.machine().deeds[name]
        self.known = known or Standing(record, request.user)
        self.initial, self.fixed, self.shape = initial or {}, dict(fixed or {}), shape
        self.trouble: Trouble | None = None
        self.key = new_key()
        self.sent = request.method == "POST" and request.POST.get("deed") == name
        self._form: AskForm | None = None

    @cached_property
    def verdict(self) -> Judgement:
        """What stands against the deed before anything is filled in."""
        return judge(self.record, self.deed.name, self.request.user, self.fixed, self.known)

    @property
    def mine(self) -> bool:
        """Whether the person makes this deed in the state in which the record is."""
        return bool(self.verdict.role) and str(self.record.state) in self.deed.sources

    @property
    def hindrances(self) -> list[Refusal]:
        """Reasons that filling in the form, or other people, will not remove."""
        return list(hindrances(self.verdict.reasons))

    @property
    def others(self) -> str:
        """Who must stand behind the deed before it is done; empty when the person acts alone."""
        return role_names(self.deed.also)

    @cached_property
    def since(self) -> Since:
        """What the person had before them, and what has happened since."""
        return Since(self.request, self.record, self.sent, self.asks, self.initial, self.verdict.role)

    @property
    def lost(self) -> Since | None:
        """What has happened since, where the form is closed by it; what was typed is shown with it."""
        return self.since if self.since.stale and not self.mine else None

    @property
    def sides(self) -> list[Side]:
        """Answers about which the person still has to choose."""
        return self.since.conflict.sides if self.since.stale else []

    @property
    def url(self) -> str:
        """The page of the deed alone."""
        return move_url(self.record, self.deed.name)

    @cached_property
    def asks(self) -> tuple[Ask, ...]:
        """What is asked; what the page fixes is not, and a password only if none was given lately."""
        asks = tuple(ask for ask in asks_of(self.deed, self.record) if ask.name not in self.fixed)
        wants = self.wants_password and not proven_at(self.request)
        return (*self.shape(asks), PASSWORD) if wants else tuple(self.shape(asks))

    @property
    def wants_password(self) -> bool:
        """Whether the deed wants the person to prove who they are."""
        return "reauthenticated" in self.deed.rules

    @property
    def form(self) -> AskForm | None:
        """The form as it is shown: what was typed, or what is known."""
        if self._form is None and self.mine:
            self._form = self.form_class(
                self.asks, record=self.record, actor=self.request.user, initial=dict(self.initial)
            )
        return self._form

    def answer(
        self, then: Callable[[], str], *, complete: Callable[[dict[str, Any]], None] = lambda _given: None
    ) -> HttpResponse | None:
        """Do what was sent and go on; None where nothing was sent here, or it was refused and stands in `trouble`.

        `complete` makes of what the form asked what the deed is given; it may raise Refused.
        """
        if not self.sent:
            return None
        post = self.request.POST
        if not self.mine:
            return self._closed(then)
        came = brought(self.request, self.asks, partial(spec_at, self.record))
        options: dict[str, Any] = {**came.options, "data": post}
        self._form = self.form_class(self.asks, record=self.record, actor=self.request.user, **options)
        if came.looking:
            self._form.only_shown()
        elif not self._form.is_valid():
            self.since.compare(self._form)
            self.trouble = incomplete()
        else:
            return self._given(self._form, then, complete)
        return None

    def _given(
        self, form: AskForm, then: Callable[[], str], complete: Callable[[dict[str, Any]], None]
    ) -> HttpResponse | None:
        """Do the deed with what the form says, beside what was written in the record meanwhile."""
        given = self.since.compare(form) | self.fixed
        if self.since.undecided:
            self.trouble = undecided()
            return None
        _made, trouble = attempt(lambda: complete(given))
        if trouble:
            self.trouble = at_fields(trouble, form)
            return None
        if self.wants_password:
            given[CONFIRMED] = prove(self.request)
        return self._done(given, then)

    @property
    def _key(self) -> str | None:
        return (self.request.POST.get("key") or "")[:64] or None

    def _closed(self, then: Callable[[], str]) -> HttpResponse | None:
        """The deed is not the person's any more; where they did it themselves with this very page, all is well."""
        if self._key and step_of_key(self._key, self.request.user, self.record, self.deed.name):
            return redirect(then())
        self.trouble = Trouble(409 if self.since.stale else 422, gettext("还不能办理"), self.verdict.reasons)
        return None

    def _done(self, given: dict[str, Any], then: Callable[[], str]) -> HttpResponse | None:
        actor, name, key, seen = self.request.user, self.deed.name, self._key, self.since.version
        if self.deed.also:
            trouble = self._refusal(lambda: put_forward(self.record, name, actor=actor, version=seen, given=given))
            words = gettext("已送出，等%(roles)s。齐了会回到您的待办。") % {"roles": self.others}
        else:
            trouble = self._refusal(lambda: act(self.record, name, actor=actor, version=seen, key=key, given=given))
            words = gettext("“%(move)s”已办理。") % {"move": self.deed.label}
        if trouble and not self._same_again(key, given):
            self._refused(trouble)
            return None
        messages.success(self.request, words)
        return redirect(then())

    def _refused(self, trouble: Trouble) -> None:
        """The reasons stand at their fields; what happened in this very moment is read as well."""
        self.trouble = at_fields(trouble, self._form)
        if trouble.status == 409 and not self.since.stale:
            self.record.refresh_from_db()
            self.known = Standing(self.record, self.request.user)
            for read in ("verdict", "since"):
                self.__dict__.pop(read, None)

    def _refusal(self, call: Callable[[], Any]) -> Trouble | None:
        _made, trouble = attempt(call)
        return trouble

    def _same_again(self, key: str | None, given: Mapping[str, Any]) -> bool:
        """Whether the key stands for the very same deed, told apart only by the instant of the password."""
        step = step_of_key(key or "", self.request.user, self.record, self.deed.name)
        return step is not None and {**given_of(step), CONFIRMED: ""} == {**given, CONFIRMED: ""}
