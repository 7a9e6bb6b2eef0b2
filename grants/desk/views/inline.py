"""Deeds that one person does alone, done on a page where everything about them stands: forms, reasons, one command."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext

from grants.desk.commands import act
from grants.desk.forms.asks import AskForm
from grants.desk.tables.contents import contents
from grants.desk.views.attempts import Trouble, at_fields, attempt, incomplete, undecided
from grants.desk.views.bundles import brought
from grants.desk.views.moves import Page
from grants.programmes.papers import spec_at
from workflow.actions import Standing
from workflow.command import new_key

SCANS = "image/*,application/pdf"


@dataclass
class Inline:
    """The deeds of one record that a page offers to one person."""

    request: HttpRequest
    record: Any
    names: Sequence[str]
    initial: dict[str, Any] = field(default_factory=dict)
    given: Callable[[dict[str, Any]], dict[str, Any]] = dict
    trouble: Trouble | None = None
    sent: Page | None = None

    def pages(self) -> list[Page]:
        """A form for every deed that is the person's in this state; the one that was sent as it was typed."""
        known, written = Standing(self.record, self.request.user), contents(self.record)
        found = []
        for name in self.names:
            deed = self.record.machine().deeds[name]
            if str(self.record.state) not in deed.sources:
                continue
            if self.sent is not None and self.sent.deed.name == name:
                found.append(self.sent)
                continue
            page = Page(self.request, self.record, deed, begun=self.initial, at_hand=written)
            page.__dict__["known"] = known
            if page.mine:
                page.form = self._dressed(
                    AskForm(page.asks, record=self.record, actor=page.actor, initial=self.initial)
                )
                found.append(page)
        return found

    @staticmethod
    def _dressed(form: AskForm) -> AskForm:
        for bound in form:
            if getattr(bound.field, "kind", "") == "document":
                bound.field.widget.attrs["accept"] = SCANS
        return form

    def posted(self, done: Callable[[], HttpResponse]) -> HttpResponse | None:
        """What the page answers when the deed is done; None where it is shown again, with what is in the way."""
        name = self.request.POST.get("deed", "")
        deed = self.record.machine().deeds[name] if name in self.names else None
        if deed is None:
            raise Http404
        page = self.sent = Page(self.request, self.record, deed, begun=self.initial)
        came = brought(self.request, page.asks, partial(spec_at, self.record))
        form = page.form = self._dressed(
            AskForm(
                page.asks,
                record=self.record,
                actor=page.actor,
                data=self.request.POST,
                **came.options,
            )
        )
        if came.looking:
            form.only_shown()
            return None
        if not form.is_valid():
            page.since.compare(form)
            self.trouble = incomplete()
            return None
        key, version = self.request.POST.get("key") or None, page.since.version
        given = self.given(page.since.compare(form))
        if page.since.undecided:
            self.trouble = undecided()
            return None
        _step, trouble = attempt(
            lambda: act(self.record, deed.name, actor=page.actor, version=version, key=key, given=given)
        )
        if trouble:
            self.trouble = at_fields(trouble, form)
            if trouble.status == 409 and not page.since.stale:
                self.record.refresh_from_db()  # it happened in this very moment
            return None
        messages.success(self.request, gettext("“%(move)s”已办理。") % {"move": deed.label})
        return done()

    def context(self) -> dict[str, Any]:
        """What the template needs: the forms, the first that can be sent now, what went wrong, a fresh key."""
        pages = self.pages()
        ready = next((page.deed.name for page in pages if not page.hindrances), "")
        since = self.sent.since if self.sent and self.sent not in pages and self.sent.since.stale else None
        return {
            "deeds": pages,
            "main": ready,
            "trouble": self.trouble,
            "sent": self.sent,
            "lost": since,
            "sides": self.sent.since.conflict.sides if self.sent else [],
            "key": new_key(),
        }
