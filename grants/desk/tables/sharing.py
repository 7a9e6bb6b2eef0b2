"""Who fills in an application with the team, in rows: which pages, since when, how it stands."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext

from grants.applications.commands import WRITABLE
from grants.applications.enums import Access
from grants.applications.form_definition import Definition
from grants.applications.form_kept import definition_of
from grants.applications.models import Collaboration, CollaborationChange, Project
from grants.applications.together import may_look_at, shares_of
from workflow import clock
from workflow.phrases import listed

STANDINGS = {
    "there": ("ok", "check-circle-fill"),
    "asked": ("wait", "hourglass-split"),
    "late": ("bad", "exclamation-circle-fill"),
    "over": ("rest", "dash-circle"),
}


@dataclass(frozen=True)
class SharedRow:
    """An application that somebody fills in by invitation: what is theirs, and whether it can be written now."""

    project: Project
    since: Any
    writes: str
    looks: str
    open: bool


def shared_rows(actor: Any) -> list[SharedRow]:
    """The applications to which the person was invited, newest first."""
    found = []
    for share in shares_of(actor):
        pages = pages_given(share)
        open_ = share.project.state in WRITABLE
        found.append(SharedRow(share.project, share.joined_at, pages["write"], pages["view"], open_))
    return found


@dataclass(frozen=True)
class HelperRow:
    """One invitation: how it stands in a word, what was given, and what may be done about it."""

    share: Collaboration
    state: str
    word: str
    tone: str
    icon: str
    writes: str
    looks: str
    changes: tuple[ChangeRow, ...] = ()


@dataclass(frozen=True)
class ChangeRow:
    """One change of what was given: who, when, and page by page what it was and what it is."""

    by: Any
    at: Any
    said: str


def helper_rows(project: Project, found: Iterable[Collaboration]) -> list[HelperRow]:
    """Those that stand, the newest first, then those that are over."""
    rows = [_row(project, one) for one in found]
    return sorted(rows, key=lambda row: (row.state == "over", -row.share.pk))


def _row(project: Project, share: Collaboration) -> HelperRow:
    state = _state(share)
    words = {
        "there": gettext("正在参与"),
        "asked": gettext("等对方打开链接"),
        "late": gettext("链接过期了"),
        "over": gettext("已结束"),
    }
    tone, icon = STANDINGS[state]
    pages, form = pages_given(share, project), definition_of(project)
    changes = tuple(ChangeRow(one.by, one.at, _changed(form, one)) for one in share.changes.all())
    return HelperRow(share, state, words[state], tone, icon, pages["write"], pages["view"], changes)


def _changed(form: Definition, change: CollaborationChange) -> str:
    """Page by page what became of it, in the order of the form."""
    words: dict[str | None, Any] = {**dict(Access.choices), None: gettext("看不到")}
    codes = [screen.code for screen in form.screens]
    codes += [code for code in (change.before | change.pages) if code not in codes]
    found = []
    for code in codes:
        was, now = change.before.get(code), change.pages.get(code)
        if was != now:
            told = {"was": words[was], "now": words[now]}
            told |= {"page": form.by_code[code].label if code in form.by_code else code}
            found.append(gettext("“%(page)s”从%(was)s改成%(now)s") % told)
    return listed(found)


def _state(share: Collaboration) -> str:
    if share.ended_at:
        return "over"
    if share.person_id:
        return "there"
    return "late" if share.expires_at < clock.now() else "asked"


def pages_given(share: Collaboration, project: Project | None = None) -> dict[str, str]:
    """The pages to fill in and those to look at, each in one line of words."""
    form = definition_of(project or share.project)
    named = [(screen, share.pages[screen.code]) for screen in form.screens if may_look_at(share, form, screen.code)]
    return {one.value: listed(str(screen.label) for screen, how in named if how == one) for one in Access}
