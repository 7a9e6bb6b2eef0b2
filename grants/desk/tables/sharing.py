"""Who fills in an application with the team, in rows: which pages, since when, how it stands."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext

from grants.applications.commands import WRITABLE
from grants.applications.enums import Access
from grants.applications.form_kept import definition_of
from grants.applications.models import Collaboration, Project
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
    pages = pages_given(share, project)
    return HelperRow(share, state, words[state], tone, icon, pages["write"], pages["view"])


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
