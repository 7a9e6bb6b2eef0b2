"""Comments on an application: at each page and question while it is filled in, and all of them on one page."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from grants.applications.commands import WRITABLE
from grants.applications.commenting import say, settle
from grants.applications.form_kept import definition_of
from grants.applications.models import Comment
from grants.applications.together import Speaker, Thread, speaker, threads
from grants.desk.queries.records import find_to_fill_in
from grants.desk.tables.comments import PAGE, Talk, talks
from grants.desk.views.attempts import Trouble, attempt
from grants.desk.views.looking import looked_at
from grants.kernel.given import key_of
from workflow.command import new_key
from workflow.refusals import Refusal, Refused


@dataclass
class Talking:
    """One person and what is said about one page of an application."""

    request: HttpRequest
    project: Any
    page: str
    who: Speaker | None = None
    trouble: Trouble | None = None
    known: list[Thread] | None = None
    faults: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.who = self.who or speaker(self.project, self.request.user)

    @property
    def pressed(self) -> bool:
        """Whether a button of the comments was pressed, here."""
        post = self.request.POST
        return bool(self.who) and ("say" in post or "settle" in post)

    @property
    def at(self) -> str:
        """The question that is spoken about; empty for the page itself."""
        wanted = self.request.POST.get("say", "")
        return "" if wanted == PAGE else wanted

    def done(self) -> bool:
        """Say or settle what was pressed. -> whether it was; if not, why stands at its place."""
        post, actor = self.request.POST, self.request.user
        if "settle" in post:
            _settled, self.trouble = attempt(lambda: settle(self._wanted(), actor=actor))
        else:
            words, key = post.get(f"say-{self.at or PAGE}", ""), _key(post.get("say-key", ""), self.at)
            _said, self.trouble = attempt(
                lambda: say(self.project, self.page, words, actor=actor, field=self.at, key=key)
            )
        if self.trouble:
            self.faults[self.at] = str(self.trouble.reasons[0].message if self.trouble.reasons else "")
        return self.trouble is None

    def _wanted(self) -> Comment:
        wanted = key_of(self.request.POST["settle"])
        found: Comment | None = self.project.comments.filter(pk=wanted).first()
        if found is None:
            raise Refused([Refusal("gone", gettext("没有找到这条评论，请刷新页面。"))])
        return found

    @property
    def anchor(self) -> str:
        """Where on the page it was pressed."""
        return f"#talk-{self.at or PAGE}"

    @cached_property
    def places(self) -> dict[str, Talk]:
        """The places of the page, with what was typed where it was refused; none for whoever may not hear."""
        if self.who is None:
            return {}
        known = threads(self.project, self.who) if self.known is None else self.known
        may = self.project.state in WRITABLE
        found = talks(self.project, self.page, known, self.who, self.request.user, may=may)
        for at, words in self.faults.items():
            if at in found:
                found[at].fault, found[at].typed = words, self.request.POST.get(f"say-{at or PAGE}", "")
        return found

    def onto(self, form: Any) -> dict[str, Any]:
        """Each field of the form has its place beside it; what the page needs beside its fields."""
        for name, place in self.places.items():
            if name in form.fields:
                form.fields[name].talk = place
        rest = [place for name, place in self.places.items() if name not in form.fields]
        shown = [one for one in rest if (one.may and not one.at) or one.open or one.settled]
        return {"talks": shown, "say_key": new_key()}


def _key(key: str, at: str) -> str | None:
    """One press at one place of one answer of the page: the same again has no second effect."""
    return f"{key}-{at or PAGE}" if key else None


@require_http_methods(["GET", "HEAD", "POST"])
@looked_at
def project_comments(request: HttpRequest, pk: int) -> HttpResponse:
    """Everything said about the application, page by page, for whoever may hear it; each can be answered here."""
    project = find_to_fill_in(pk, request.user)
    who = speaker(project, request.user) if project else None
    if project is None or who is None:
        raise Http404
    form = definition_of(project)
    screens = [one for one in form.screens if who.pages is None or one.code in who.pages]
    wanted, trouble = request.POST.get("page", ""), None
    pressed: Talking | None = None
    if request.method == "POST" and wanted in {one.code for one in screens}:
        pressed = Talking(request, project, wanted, who)
        if pressed.pressed and pressed.done():
            return redirect(f"{request.path}#p-{wanted}")
        trouble = pressed.trouble
    known = threads(project, who)
    parts: list[dict[str, Any]] = []
    for screen in screens:
        talk = Talking(request, project, screen.code, who, known=known)
        if pressed and screen.code == wanted:
            talk.faults = pressed.faults
        places = [one for one in talk.places.values() if not one.at or one.open or one.settled or one.fault]
        parts.append(
            {"screen": screen, "prefix": f"{screen.code}-", "places": places, "n": sum(len(one.open) for one in places)}
        )
    context = {
        "project": project,
        "parts": sorted(parts, key=lambda part: not part["n"]),
        "open": sum(part["n"] for part in parts),
        "since": who.since,
        "say_key": new_key(),
        "back": reverse("project", args=[pk]) if who.voice == "officer" else reverse("project_form", args=[pk]),
        "writable": project.state in WRITABLE,
    }
    return render(request, "grants/desk/application/comments.html", context, status=trouble.status if trouble else 200)
