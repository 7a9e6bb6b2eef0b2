"""An application as its team sees it: pages and how far each is, answers to check, what the budget adds up to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from grants.applications.budget_checks import Share, line_problems, shares
from grants.applications.completeness import Standing
from grants.applications.copying import marked
from grants.applications.enums import Access, MoneySource
from grants.applications.form_definition import Screen
from grants.applications.form_kept import definition_of, is_asked
from grants.applications.models import BudgetLine, Collaboration, Project
from grants.applications.together import kept_from_helpers, may_look_at
from grants.desk.forms.application import answers, form_asks
from grants.desk.forms.merging import mark_of, marks_of
from grants.desk.papers import look
from grants.desk.tables.given import Said, said
from grants.kernel.money import format_fen
from grants.programmes.profile import Profile
from grants.programmes.queries import checklist
from grants.programmes.secrecy import secrecy_of
from storage.enums import Secrecy
from storage.models import Attachment
from workflow.lifecycle import Stage

WORDS: dict[str, tuple[StrOrPromise, str, str]] = {
    "empty": (_("未填"), "rest", "dash-circle"),
    "part": (_("填了一半"), "doing", "play-circle-fill"),
    "fix": (_("要改"), "bad", "x-circle-fill"),
    "done": (_("填好"), "ok", "check-circle-fill"),
    "closed": (_("不用改"), "rest", "lock"),
}
TOLD = 3
CAP_AT = 80
"""Where on a bar the cap stands, in percent of its width."""


@dataclass(frozen=True)
class Task:
    """One line of the task list."""

    label: StrOrPromise
    url: str
    state: str
    word: StrOrPromise
    tone: str
    icon: str
    notes: list[str]
    talk: int = 0
    """How many comments on the page wait to be settled."""


def tasks(
    project: Project, found: Iterable[Standing], talk: Mapping[str, int], share: Collaboration | None = None
) -> list[Task]:
    """The pages with their states; what is missing is said in words.

    For who was invited, `share`: what is not theirs is named and leads nowhere.
    """
    form = definition_of(project)
    return [
        _task(project, one, talk.get(one.screen.code, 0), share)
        if share is None or may_look_at(share, form, one.screen.code)
        else _not_theirs(project, one)
        for one in found
    ]


def _not_theirs(project: Project, one: Standing) -> Task:
    note = gettext("不归您填，由项目负责人%(leader)s安排") % {"leader": project.leader.name}
    return Task(one.screen.label, "", "closed", gettext("不归您"), "rest", "lock", [note])


def _task(project: Project, one: Standing, talk: int, share: Collaboration | None) -> Task:
    word, tone, icon = WORDS[one.state]
    notes = [problem.message for problem in one.lacking[:TOLD]] if one.state in {"part", "fix"} else []
    if notes and (more := len(one.lacking) - TOLD) > 0:
        notes.append(ngettext("还有%(n)s处", "还有%(n)s处", more) % {"n": more})
    if not notes and one.state != "done":
        notes = [str(one.screen.hint)]
    if share is not None:
        notes = [gettext("请您填") if share.pages[one.screen.code] == Access.WRITE else gettext("您可以看，不能改")]
    elif copied := len(marked(project, one.screen)):
        said = ngettext("%(n)s项是复制来的，还没有看过", "%(n)s项是复制来的，还没有看过", copied)
        notes.insert(0, said % {"n": copied})
    return Task(one.screen.label, screen_url(project, one.screen), one.state, word, tone, icon, notes, talk)


def screen_url(project: Project, screen: Screen) -> str:
    """Where a page of the application is."""
    own = {"budget": "project_budget", "files": "project_files"}
    if screen.code in own:
        return reverse(own[screen.code], args=[project.pk])
    return reverse("project_part", args=[project.pk, screen.code])


def field_url(project: Project, at: str) -> str:
    """Where a field, a place for documents or the budget of the application is; the task list for what is nowhere."""
    if at == "budget":
        return reverse("project_budget", args=[project.pk])
    if at == "committed":
        return reverse("project_check", args=[project.pk]) + "#do"
    form = definition_of(project)
    screen = form.found(at)
    if screen is None and at in {place.slot for place in checklist(project.round, Stage.APPLICATION)}:
        screen = form.by_code["files"]
    return f"{screen_url(project, screen)}#f-{at}" if screen else reverse("project_form", args=[project.pk])


def next_url(project: Project, screen: Screen, share: Collaboration | None = None) -> str:
    """The page after this one; after the last, checking and submitting.

    For who was invited, the next of their pages, after the last the task list.
    """
    form = definition_of(project)
    screens = form.screens
    at = screens.index(screen) + 1
    if share is not None:
        after = next((one for one in screens[at:] if may_look_at(share, form, one.code)), None)
        return screen_url(project, after) if after else reverse("project_form", args=[project.pk])
    return screen_url(project, screens[at]) if at < len(screens) else reverse("project_check", args=[project.pk])


@dataclass(frozen=True)
class Checked:
    """One page with what was answered on it, to be read once more."""

    label: StrOrPromise
    url: str
    said: list[Said]
    files: list[tuple[str, str]]


def checked(project: Project, actor: Any, attachments: Iterable[Attachment]) -> list[Checked]:
    """Every page but the budget, with its answers and documents in words; what is missing says so."""
    known, form = answers(project), definition_of(project)
    asks = {ask.name: ask for ask in form_asks(project, leader=True) if is_asked(project, form.by_name[ask.name])}
    by_slot: dict[str, list[Attachment]] = {}
    for one in attachments:
        by_slot.setdefault(one.slot, []).append(one)
    placed = {slot for screen in form.screens for slot in screen.slots}
    found = []
    for screen in form.screens:
        slots = list(screen.slots) + (
            [slot for slot in by_slot if slot not in placed] if screen.code == "files" else []
        )
        files = [(one.document.name, look(one)) for slot in slots for one in by_slot.get(slot, ())]
        rows = [
            _said(asks[name], known[name], project, actor)
            for name in screen.fields
            if name in asks and name != "committed"
        ]
        found.append(Checked(screen.label, screen_url(project, screen), rows, files))
    return found


def _said(ask: Any, value: Any, project: Project, actor: Any) -> Said:
    if value in (None, "", []):
        return Said(str(ask.label), gettext("（没有填）"))
    return said(ask, value, project, actor)


# The budget -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class LineRow:
    """One line as it is shown: what, where it comes from, what is wrong with it; `mark` tells it from the others."""

    line: BudgetLine
    category: str
    mark: str
    marks: str
    problems: list[str]


@dataclass(frozen=True)
class Bar:
    """A cap drawn: how much of the width is used, where the cap stands, and the same in words."""

    share: Share
    width: str
    words: str
    over: bool


@dataclass(frozen=True)
class Sums:
    """What the lines add up to (fen): by category, from the grant, from each other source, within which bounds.

    What is given in kind is worth money and is none: it stands in `others` and not in `cash_fen`.
    """

    categories: list[tuple[str, int]]
    grant_fen: int
    others: list[tuple[str, int, bool]]
    cash_fen: int
    bars: list[Bar]
    least_fen: int
    most_fen: int
    line_fen: int | None = None

    @property
    def within(self) -> bool:
        """Whether the grant asked for lies within the round's bounds."""
        return self.least_fen <= self.grant_fen <= self.most_fen


def line_rows(lines: Sequence[BudgetLine], rules: Profile, activities: Collection[str]) -> list[LineRow]:
    """Every line with what is wrong with it."""
    names = {one.code: one.label for one in rules.budget.categories}
    return [
        LineRow(
            line,
            names.get(line.category, ""),
            mark_of(as_given(line)),
            marks_of(as_given(line)),
            line_problems(line, rules, activities),
        )
        for line in lines
    ]


def as_given(line: BudgetLine) -> dict[str, Any]:
    """A line as the command takes it."""
    names = ("category", "item", "unit", "unit_price_fen", "quantity", "source", "basis", "activity")
    return {name: getattr(line, name) for name in names}


def sums(lines: Sequence[BudgetLine], rules: Profile, line_fen: int | None = None) -> Sums:
    """What the lines add up to; `line_fen` is the amount of a line that is just being typed."""
    names = {one.code: one.label for one in rules.budget.categories}
    by_category: dict[str, int] = {}
    for line in lines:
        by_category[line.category] = by_category.get(line.category, 0) + line.amount_fen
    by_source: Counter[str] = Counter()
    for line in lines:
        by_source[line.source] += line.amount_fen
    grant = by_source[MoneySource.GRANT]
    return Sums(
        categories=[(names[code], by_category[code]) for code in names if code in by_category],
        grant_fen=grant,
        others=[
            (str(source.label), by_source[source], source == MoneySource.IN_KIND)
            for source in MoneySource
            if source != MoneySource.GRANT and source in by_source
        ],
        cash_fen=sum(fen for source, fen in by_source.items() if source != MoneySource.IN_KIND),
        bars=[_bar(share, grant) for share in shares(lines, rules) if share.spent_fen],
        least_fen=rules.round.grant_min_fen,
        most_fen=rules.round.grant_max_fen,
        line_fen=line_fen,
    )


def _bar(share: Share, total_fen: int) -> Bar:
    width = min(100, share.spent_fen * CAP_AT // share.most_fen) if share.most_fen else 100
    tenths = share.spent_fen * 1000 // total_fen if total_fen else 0
    told = {"spent": format_fen(share.spent_fen), "part": f"{tenths // 10}.{tenths % 10}", "cap": share.cap_pct}
    words = gettext("%(spent)s 元，占%(part)s%%，上限%(cap)s%%") % told
    return Bar(share, f"{max(1, width)}%", words, share.over)


# Documents ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Place:
    """One place for documents on a page: its name, what lies there, whether it must be filled or holds many."""

    slot: str
    label: str
    required: bool
    many: bool
    files: list[dict[str, Any]] = field(default_factory=list)


def places(project: Project, screen: Screen, slots: Iterable[Any], attachments: Iterable[Attachment]) -> list[Place]:
    """The places for documents that belong on this page, with what lies in them."""
    form = definition_of(project)
    wanted = {one.name for one in form.papers if one.required and is_asked(project, one)}
    by_slot: dict[str, list[dict[str, Any]]] = {}
    for one in attachments:
        by_slot.setdefault(one.slot, []).append({"attachment": one, "name": one.document.name, "url": look(one)})
    elsewhere = {slot for other in form.screens if other is not screen for slot in other.slots}
    mine = [one for one in slots if one.slot in screen.slots or (screen.code == "files" and one.slot not in elsewhere)]
    return [
        Place(one.slot, one.label, one.required or one.slot in wanted, one.many, by_slot.get(one.slot, []))
        for one in mine
    ]


def as_invited(found: Iterable[Place], actor: Any) -> list[Place]:
    """The places for who was invited: what others laid there is told by its name, and led to only where it is open."""
    return [replace(place, files=[_told(one, place.slot, actor) for one in place.files]) for place in found]


def _told(file: dict[str, Any], slot: str, actor: Any) -> dict[str, Any]:
    own = file["attachment"].attached_by_id == actor.pk
    return file if own or secrecy_of(slot) == Secrecy.OPEN else {**file, "url": "", "theirs": True}


def told_already(project: Project, screen: Screen, *, invited: bool = False) -> list[Said]:
    """What on the page is answered elsewhere: by the register, or by an earlier page.

    `invited`: without what is the team's alone.
    """
    form, known = definition_of(project), answers(project)
    fields = [form.by_name[name] for name in screen.fields if form.by_name[name].kind == "earlier"]
    fields = [one for one in fields if not (invited and kept_from_helpers(form.by_name.get(one.of, one)))]
    fields = [one for one in fields if not (invited and kept_from_helpers(one))]
    return [
        Said(str(one.label), str(known[one.name] or gettext("（没有）"))) for one in fields if is_asked(project, one)
    ]
