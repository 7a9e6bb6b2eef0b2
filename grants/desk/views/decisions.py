"""The table with which an officer prepares a meeting: rank, money left, what is chosen; saved, checked, put forward."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from grants.awards.commands import Wish, put_forward_decisions, save_decisions
from grants.awards.models import Meeting
from grants.awards.rules.deciding import meeting_asks
from grants.desk.commands import act
from grants.desk.forms.asks import AskForm
from grants.desk.forms.decisions import CHOICES, LONGEST, cells_typed, rows_typed, table_asks
from grants.desk.forms.merging import marks_of
from grants.desk.queries.decisions import Deliberation, deliberation
from grants.desk.queries.records import find
from grants.desk.queries.results import may_see_results
from grants.desk.tables.conflicts import Conflict, labels_changed, labels_joined
from grants.desk.tables.decisions import Table, cells_shown, decision_table, pictures
from grants.desk.views.attempts import Trouble, at_fields, attempt, incomplete
from grants.desk.views.bundles import brought
from grants.desk.views.looking import looked_at
from grants.desk.views.together import Together
from grants.people.queries import holds
from grants.programmes.papers import spec_at
from grants.reviews.queries import OVERSEERS
from workflow.command import new_key
from workflow.lifecycle import ProjectState, Role
from workflow.ports import domain
from workflow.refusals import Refusal
from workflow.rules import Ask

MINUTES = "minutes_document"
REST = "rest_reason"
ROWS = 50
"""So many projects are on one page of the table: all that is near the line, in most rounds."""


@dataclass
class Page:
    """One person before the table of one round."""

    request: HttpRequest
    round: Any
    trouble: Trouble | None = None
    minutes: AskForm | None = None
    rows: dict[str, dict[str, str]] | None = None
    meeting: str | None = None
    refused: dict[int, dict[str, str]] = field(default_factory=dict)
    changed: list[str] = field(default_factory=list)
    saver: dict[str, Any] = field(default_factory=dict)

    @cached_property
    def writes(self) -> bool:
        """Whether the table is the person's to fill in."""
        return Role.PROGRAMME_OFFICER in domain().roles(self.request.user, self.round)

    @property
    def fills(self) -> bool:
        """Whether there is something left to fill in, or something typed to be kept before the eyes."""
        return self.writes and bool(self.open or self.trouble)

    @cached_property
    def results(self) -> bool:
        """Whether the person may see how sure the ranking is."""
        return may_see_results(self.request.user, self.round)

    @cached_property
    def found(self) -> Deliberation:
        """The round before the meeting, as it stands."""
        return deliberation(self.round)

    @property
    def typed(self) -> dict[str, dict[str, str]]:
        """What stands in the rows: what was sent now, else what was saved."""
        saved = self.found.draft.rows if self.found.draft and self.writes else {}
        return saved if self.rows is None else {**saved, **self.rows}

    @property
    def known(self) -> dict[str, str]:
        """Everything the table shows as it is saved, cell by cell, and the meeting."""
        draft = self.found.draft
        cells = cells_shown(self.found, draft.rows if draft else {}, self.open)
        return cells | {"meeting": str(draft.meeting_id) if draft and draft.meeting_id else ""}

    @property
    def open(self) -> list[int]:
        """The projects about which nothing is decided yet."""
        return [at.project.pk for at in self.found.ranked if at.project.state == ProjectState.REVIEWED]

    @property
    def asks(self) -> tuple[Ask, ...]:
        """The cells of the table as asks."""
        open_ = [at.project for at in self.found.ranked if at.project.state == ProjectState.REVIEWED]
        return table_asks(open_, self.found.meetings)

    @cached_property
    def together(self) -> Together:
        """What was typed beside what is saved."""
        return Together(self.request.POST, self._read, self._write, lambda: self.found.draft is None)

    def _read(self, *, again: bool) -> dict[str, str]:
        if again:
            self.afresh()
        draft = self.found.draft
        self.saver = {"who": draft.saved_by, "at": draft.saved_at} if draft else {}
        return self.known

    def _write(self, given: dict[str, Any]) -> Any:
        draft, cells = self.found.draft, self.known | given
        rows = draft.rows | rows_typed(cells, self.open) if draft else rows_typed(cells, self.open)
        meeting = next((one for one in self.found.meetings if str(one.pk) == cells["meeting"]), None)
        version = draft.version if draft else 0
        return save_decisions(self.round, actor=self.request.user, rows=rows, meeting=meeting, version=version)

    @cached_property
    def conflict(self) -> Conflict:
        """Where somebody else filled in the same table at the same time."""
        return self.together.conflict(self.asks, self.round, self.request.user, **self.saver)

    @cached_property
    def table(self) -> Table:
        """The table with everything typed and everything refused."""
        table = decision_table(self.found, self.typed)
        for row in table.rows:
            row.refused = self.refused.get(row.project.pk, {})
        return table

    @cached_property
    def part(self) -> Any:
        """The rows on this page of the table; those on the others stay as they are saved."""
        return Paginator(self.table.rows, ROWS).get_page(self.request.GET.get("page"))

    @property
    def sent(self) -> list[int]:
        """The open projects whose rows came with the form."""
        return [pk for pk in self.open if f"{pk}-choice" in self.request.POST]

    def address(self, number: int) -> str:
        """Where that page of the table is."""
        return reverse("decision_table", args=[self.round.pk]) + (f"?page={number}" if number > 1 else "")

    @property
    def here(self) -> str:
        """Where this page of the table is."""
        return self.address(self.part.number)

    @property
    def faults(self) -> list[tuple[str, str, str]]:
        """Every fault with the address of its field, on whichever page of the table it is."""
        pages = {row.project.pk: n // ROWS + 1 for n, row in enumerate(self.table.rows)}
        return [
            (f"#{at}" if pages[pk] == self.part.number else f"{self.address(pages[pk])}#{at}", name, words)
            for pk, at, name, words in self.table.faults
        ]

    @property
    def chosen(self) -> str:
        """The meeting that is chosen: now, or when it was saved."""
        draft = self.found.draft
        saved = str(draft.meeting_id) if draft and draft.meeting_id else ""
        return saved if self.meeting is None else self.meeting

    @property
    def rest(self) -> str:
        """The words typed for refusing the rest: sent now, or kept when a page was turned."""
        kept = self.request.session.get(f"{REST}:{self.round.pk}", "")
        return str(self.request.POST.get(REST, kept)).strip()[: LONGEST + 1]

    @rest.setter
    def rest(self, words: str) -> None:
        if words:
            self.request.session[f"{REST}:{self.round.pk}"] = words
        else:
            self.request.session.pop(f"{REST}:{self.round.pk}", None)

    def afresh(self) -> None:
        """What was read before something was written is read again."""
        for read in ("found", "table", "part"):
            self.__dict__.pop(read, None)


@require_http_methods(["GET", "HEAD", "POST"])
@looked_at
def decision_table_(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the table; on POST save it, check it, or put every row before the business lead."""
    found = find("round", pk, request.user)
    if found is None or not holds(request.user, *OVERSEERS):
        raise Http404
    page = Page(request, found)
    if request.method != "POST":
        return _shown(page)
    if not page.writes:
        raise Http404
    return _sent(page) if request.POST.get("do") == "send" else _saved(page)


def _saved(page: Page) -> HttpResponse:
    """Keep everything typed; go on to the check where that was asked and nothing is in the way."""
    do = page.request.POST.get("do")
    counting = do == "count"
    typed = _typed(page)
    if do in {"rest", "none"}:
        typed |= _all_at_once(page, typed, do)
    if not counting and not _minutes_kept(page):
        page.together.compare(typed)
        return _shown_typed(page)
    page.trouble = page.together.save(typed | _meeting_typed(page), choosing=not counting)
    page.afresh()
    page.trouble = page.trouble or _without_words(page, do)
    if page.trouble or counting:
        return _shown_typed(page)
    if do == "check" and (page.conflict.joined or _in_the_way(page)):
        page.trouble = _look_again() if page.conflict.joined else incomplete()
        return _shown_typed(page)
    if do == "check":
        return redirect(reverse("decision_table", args=[page.round.pk]) + "?check=1")
    page.rest = "" if do == "rest" else page.rest
    messages.success(page.request, gettext("审定表已保存。") + labels_joined(page.conflict))
    to = page.request.POST.get("to", "")
    return redirect(page.address(int(to)) if to.isdecimal() and len(to) < 5 else page.here)


def _all_at_once(page: Page, typed: dict[str, str], do: str) -> dict[str, str]:
    """Whatever has no choice yet is refused for one reason; or whatever is refused has no choice again."""
    now, words = page.known | typed, page.rest
    was, cells = (
        ("", {"choice": "decline", "reason": words})
        if do == "rest"
        else ("decline", dict.fromkeys(("choice", "reason"), ""))
    )
    if do == "rest" and not words:
        return {}
    rows = [pk for pk in page.open if now[f"{pk}-choice"] == was]
    return {f"{pk}-{name}": text for pk in rows for name, text in cells.items()}


def _without_words(page: Page, do: str | None) -> Trouble | None:
    """Why the rest was not refused: nobody said for which reason."""
    if do != "rest" or page.rest:
        return None
    return Trouble(422, gettext("还不能办理"), [Refusal("reason", gettext("请写明不予立项的理由。"), at=REST)])


def _typed(page: Page) -> dict[str, str]:
    """Every cell that was sent, and the meeting."""
    return cells_typed(page.request.POST, page.open) | _meeting_typed(page)


def _meeting_typed(page: Page) -> dict[str, str]:
    """The meeting that was chosen; a page that only counts says nothing of one it has not got."""
    post = page.request.POST
    meeting = post.get("meeting", "") if page.meeting is None else page.meeting
    told = "meeting" in post or page.meeting is not None
    return {"meeting": meeting} if told and (meeting or post.get("do") != "count") else {}


def _shown_typed(page: Page) -> HttpResponse:
    """The table as it was typed, with what somebody else filled in beside it."""
    shown = page.together.merged.shown
    page.rows, page.meeting = rows_typed(shown, page.sent), shown.get("meeting", page.meeting)
    for read in ("table", "part"):
        page.__dict__.pop(read, None)
    return _shown(page)


def _look_again() -> Trouble:
    return Trouble(409, gettext("有人同时填过这张表，已经合在一起，请看过再核对"))


def _in_the_way(page: Page) -> bool:
    return bool(page.table.faults) or not page.chosen or not page.table.to_put_forward or page.table.short_fen > 0


def _minutes_kept(page: Page) -> bool:
    """Whether the minutes typed on the page are on record now, or none were."""
    request = page.request
    asks = meeting_asks(page.round)
    came = brought(request, asks, partial(spec_at, page.round))
    typed = [request.POST.get(ask.name, "").strip() for ask in asks]
    if not (any(typed) or came.documents or came.problems or came.looking):
        return True
    page.minutes = AskForm(asks, record=page.round, actor=request.user, data=request.POST, **came.options)
    if came.looking:
        page.minutes.only_shown()
        return False
    if not page.minutes.is_valid():
        page.trouble = incomplete()
        return False
    given, key = page.minutes.given(), request.POST.get("key") or None
    _step, trouble = attempt(lambda: act(page.round, "record_meeting", actor=request.user, key=key, given=given))
    if trouble:
        page.trouble = at_fields(trouble, page.minutes)
        return False
    page.minutes = None
    page.meeting = str(Meeting.objects.get(round=page.round.pk, number=given["number"].strip()).pk)
    page.afresh()
    return True


def _sent(page: Page) -> HttpResponse:
    """Every row is put forward as it was checked; nothing where the table was saved again meanwhile."""
    draft, seen = page.found.draft, page.request.POST.get("version")
    if draft is None or str(draft.version) != seen or _in_the_way(page):
        page.trouble = Trouble(409, gettext("核对之后，这张表又改过，请再核对一次"))
        page.changed = labels_changed(page.known, page.request.POST.get("marks", ""), page.asks)
        return _shown(page)
    wishes = [
        Wish(row.project, row.meant.move, {"meeting": page.chosen} | row.meant.given, row.project.version)
        for row in page.table.to_put_forward
    ]
    made, page.trouble = attempt(lambda: put_forward_decisions(page.round, wishes, actor=page.request.user))
    if made:
        words = {"n": len(made)}
        messages.success(page.request, gettext("%(n)s个项目的审定意见已送职能处室负责人会签。") % words)
        return redirect("meeting_decisions", page.round.pk, int(page.chosen))
    if page.trouble:
        _to_rows(page, page.trouble)
    page.afresh()
    return _shown(page)


def _to_rows(page: Page, trouble: Trouble) -> None:
    """Reasons that name a project stand in its row."""
    for reason in trouble.reasons:
        place, _dash, cell = reason.at.partition("-")
        if place.isdecimal():
            page.refused.setdefault(int(place), {})[cell] = str(reason.message)
    trouble.reasons = [reason for reason in trouble.reasons if not reason.at.partition("-")[0].isdecimal()]


def _marks(page: Page, *, whole: bool) -> str:
    """What the form carries on: by itself the page goes on showing what was typed."""
    if page.request.method != "POST" or not page.together.typed:
        here = {str(row.project.pk) for row in page.part} | {"meeting"}
        return marks_of({name: one for name, one in page.known.items() if whole or name.partition("-")[0] in here})
    return page.together.marks_beside if page.request.POST.get("do") == "count" else page.together.marks


def _shown(page: Page) -> HttpResponse:
    draft = page.found.draft
    checking = page.writes and page.request.method != "POST" and "check" in page.request.GET and not _in_the_way(page)
    context = {
        "page": page,
        "round": page.round,
        "table": page.table,
        "pictures": [] if checking else pictures(page.table),
        "choices": CHOICES,
        "draft": draft,
        "version": draft.version if draft else 0,
        "part": page.part,
        "pages": list(page.part.paginator.get_elided_page_range(page.part.number)),
        "rest": page.rest,
        "wordless": next((one.message for one in page.trouble.reasons if one.at == REST), "") if page.trouble else "",
        "marks": _marks(page, whole=checking),
        "changed": page.changed,
        "conflict": page.conflict if page.request.method == "POST" and page.writes else None,
        "meetings": page.found.meetings,
        "meeting": next((one for one in page.found.meetings if str(one.pk) == page.chosen), None),
        "asked": {one.meeting_id for one in page.found.decided.values()},
        "minutes": page.minutes or AskForm(meeting_asks(page.round), record=page.round, actor=page.request.user),
        "unready": page.trouble and page.trouble.status == 422 and page.request.POST.get("do") == "check",
        "typing_minutes": page.minutes is not None,
        "key": new_key(),
        "trouble": page.trouble,
        "faults": page.faults if page.trouble else [],
    }
    status = page.trouble.status if page.trouble else 200
    name = "decision_check.html" if checking else "decisions.html"
    return render(page.request, f"grants/desk/{name}", context, status=status)
