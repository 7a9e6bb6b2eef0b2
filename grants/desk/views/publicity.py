"""The public notice: written, seen as the public will see it and on paper, published; then its days, then approval."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from grants.awards.commands import Wish, publish_publicity, put_forward_decisions, save_notice
from grants.desk.forms.asks import AskForm
from grants.desk.queries.publicity import Publicity, earliest_end, publicity_of
from grants.desk.queries.records import find
from grants.desk.tables.conflicts import Conflict, labels_joined
from grants.desk.tables.offers import move_url
from grants.desk.tables.publicity import begun, strip
from grants.desk.views.attempts import Trouble, at_fields, attempt, incomplete
from grants.desk.views.bundles import BUTTON, brought
from grants.desk.views.inline import SCANS
from grants.desk.views.looking import looked_at
from grants.desk.views.together import Together, first_marks
from grants.kernel.given import day
from grants.people.queries import PROVINCE_ROLES, holds
from grants.programmes.papers import spec_at
from grants.programmes.queries import calendar, rules_of
from workflow import clock
from workflow.command import new_key
from workflow.lifecycle import Role
from workflow.ports import domain
from workflow.rules import Ask

TEXT = (
    Ask("title", _("标题")),
    Ask("number", _("发文字号"), help=_("没有字号可以不填。"), required=False),
    Ask("text", _("正文"), "longtext", _("项目名单会自动列在正文下面。")),
    Ask("contact", _("异议受理方式"), "longtext", _("写清电话、地址和时间。")),
    Ask("ends_on", _("公示截止日期"), "date"),
)
SCAN = Ask("notice_file", _("盖章后的公示文件（扫描件）"), "document", _("先打印、盖章，再拍照或扫描上传。"))


@dataclass
class Page:
    """One person before the public notice of one round."""

    request: HttpRequest
    round: Any
    form: AskForm | None = None
    trouble: Trouble | None = None
    saver: dict[str, Any] = field(default_factory=dict)

    @cached_property
    def found(self) -> Publicity:
        """The round's publicity as it stands."""
        return publicity_of(self.round)

    @cached_property
    def writes(self) -> bool:
        """Whether the notice is the person's to write."""
        return Role.PROGRAMME_OFFICER in domain().roles(self.request.user, self.round)

    @property
    def known(self) -> dict[str, Any]:
        """What the notice says: as saved, else as begun for the officer."""
        draft = self.found.draft
        if draft:
            return {ask.name: getattr(draft, ask.name) for ask in TEXT}
        return begun(self.found, earliest_end(self.round), self.least)

    @cached_property
    def together(self) -> Together:
        """What was typed beside what is saved."""
        return Together(self.request.POST, self._read, self._write, lambda: self.found.draft is None)

    @property
    def conflict(self) -> Conflict:
        """Where somebody else wrote at the same time."""
        return self.together.conflict(TEXT, self.round, self.request.user, **self.saver)

    def _read(self, *, again: bool) -> dict[str, Any]:
        if again:
            self.__dict__.pop("found", None)
        draft = self.found.draft
        self.saver = {"who": draft.saved_by, "at": draft.saved_at} if draft else {}
        return self.known

    def _write(self, given: dict[str, Any]) -> Any:
        version = self.found.draft.version if self.found.draft else 0
        return save_notice(self.round, actor=self.request.user, version=version, **(self.known | given))

    @property
    def least(self) -> int:
        """The working days a publicity lasts at least."""
        return int(rules_of(self.round).deadlines.publicity.value)

    def asking(self, **options: Any) -> AskForm:
        """The form of the notice with its scan."""
        form = AskForm((*TEXT, SCAN), record=self.round, actor=self.request.user, **options)
        form.fields["text"].widget.attrs["rows"] = 9
        form.fields["notice_file"].widget.attrs["accept"] = SCANS
        return form


@require_http_methods(["GET", "HEAD", "POST"])
@looked_at
def publicity(request: HttpRequest, pk: int) -> HttpResponse:
    """Show where the publicity stands; on POST save the notice, publish it, or put the approvals forward."""
    found = find("round", pk, request.user)
    if found is None or not holds(request.user, *PROVINCE_ROLES):
        raise Http404
    page = Page(request, found)
    if request.method != "POST":
        return _shown(page)
    doing: dict[str, Callable[[Page], HttpResponse]] = {
        "save": _saved,
        "publish": _published,
        "approve": _approved,
        "look": _looked,
    }
    do = "look" if BUTTON in request.POST else request.POST.get("do", "save")
    if not page.writes or do not in doing:
        raise Http404
    return doing[do](page)


def _typed(page: Page) -> AskForm:
    came = brought(page.request, [SCAN], partial(spec_at, page.round))
    return page.asking(data=page.request.POST, **came.options)


def _looked(page: Page) -> HttpResponse:
    """The photos of the scan as they lie now; nothing is saved by it, and everything typed stays."""
    page.form = _typed(page)
    page.form.only_shown()
    return _shown(page)


def _keep(page: Page, form: AskForm) -> Trouble | None:
    """The words are kept even where the scan is still missing, and beside those that somebody else wrote."""
    form.is_valid()
    post = page.request.POST
    words: dict[str, Any] = {ask.name: post.get(ask.name, "").replace("\r\n", "\n").strip() for ask in TEXT}
    words["title"], words["number"] = words["title"][:120], words["number"][:40]
    words["ends_on"] = day(form.cleaned_data, "ends_on")
    if "ends_on" in form.errors and post.get("ends_on"):
        del words["ends_on"]
    trouble = page.together.save(words)
    form.shows(page.together.merged.shown)
    page.__dict__.pop("found", None)
    return trouble


def _saved(page: Page) -> HttpResponse:
    form = _typed(page)
    page.trouble = _keep(page, form)
    if page.trouble:
        page.form = form
        return _shown(page)
    messages.success(page.request, gettext("公示稿已保存。") + labels_joined(page.conflict))
    return redirect("publicity", page.round.pk)


def _published(page: Page) -> HttpResponse:
    """The notice is issued and every proposed project goes before the public, or nothing happens."""
    form = page.form = _typed(page)
    page.trouble = _keep(page, form)
    if page.trouble is None and not form.is_valid():
        page.trouble = incomplete()
    if page.trouble is None and page.conflict.joined:
        page.trouble = Trouble(409, gettext("有人同时改过公示稿，请看过再发布"))
    if page.trouble:
        return _shown(page)
    given = form.given() | _as_saved(page) | {"issued_on": clock.today().isoformat()}
    projects = [one.project for one in page.found.waiting]
    key = page.request.POST.get("key") or None
    made, page.trouble = attempt(
        lambda: publish_publicity(page.round, projects, actor=page.request.user, given=given, key=key)
    )
    if made:
        messages.success(page.request, gettext("公示已发布，%(n)s个项目进入公示。") % {"n": len(projects)})
        return redirect("publicity", page.round.pk)
    if page.trouble:
        page.trouble = at_fields(page.trouble, form)
    return _shown(page)


def _as_saved(page: Page) -> dict[str, Any]:
    """The words as they were just saved, in the shape in which the deed takes them."""
    return {name: value.isoformat() if name == "ends_on" else value for name, value in page.known.items() if value}


def _approved(page: Page) -> HttpResponse:
    """Every project without an objection is put before the business lead, with one set of minutes."""
    chosen = page.request.POST.get("meeting", "")
    if not any(str(one.pk) == chosen for one in page.found.meetings):
        page.trouble = Trouble(422, gettext("请选择作出立项决定的会议纪要。"))
        return _shown(page)
    wishes = [Wish(one.project, "approve", {"meeting": chosen}, one.project.version) for one in page.found.to_approve]
    made, page.trouble = attempt(lambda: put_forward_decisions(page.round, wishes, actor=page.request.user))
    if page.trouble:
        return _shown(page)
    messages.success(page.request, gettext("%(n)s个项目的立项已送职能处室负责人会签。") % {"n": len(made or [])})
    return redirect("meeting_decisions", page.round.pk, int(chosen))


def _shown(page: Page) -> HttpResponse:
    found, today = page.found, clock.today()
    form = page.form or page.asking(initial=page.known)
    known = page.known
    running = next((one.project.publicity_ends_on for one in found.public if one.project.publicity_ends_on), None)
    begins = found.notices[0].issued_on if running and found.notices else today
    ends = running or known["ends_on"] or earliest_end(page.round)
    left = calendar().working_days_between(today, ends) if ends >= today else 0
    context = {
        "page": page,
        "round": page.round,
        "found": found,
        "form": form,
        "known": known,
        "marks": page.together.marks if form.is_bound else first_marks(known, TEXT),
        "conflict": page.conflict if form.is_bound else None,
        "today": today,
        "ends": ends,
        "left": left,
        "over": ends < today,
        "days": strip(begins, max(ends, begins), today, calendar()),
        "total_fen": sum(one.amount_fen for one in (found.public or found.waiting)),
        "listed": found.public or found.waiting,
        "announce": move_url(page.round, "announce"),
        "least": page.least,
        "key": new_key(),
        "trouble": page.trouble,
    }
    return render(
        page.request, "grants/desk/publicity.html", context, status=page.trouble.status if page.trouble else 200
    )
