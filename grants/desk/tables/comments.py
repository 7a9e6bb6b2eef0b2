"""Comments on an application as a page shows them: by place, who said what and when, what is settled by whom."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext

from grants.applications.commenting import LONGEST, may_settle
from grants.applications.form_kept import definition_of
from grants.applications.models import Comment, Project
from grants.applications.together import Speaker, Thread

PAGE = "page"
"""How the place of a whole page is called in a form."""


@dataclass(frozen=True)
class Line:
    """One comment: by whom, speaking for whom, when, and the words."""

    comment: Comment
    who: str
    voice: str


@dataclass(frozen=True)
class ThreadRow:
    """What was said at one go: its lines, whether this person may settle it, and who did."""

    pk: int
    lines: list[Line]
    may_settle: bool
    settled: Any


@dataclass
class Talk:
    """One place to speak at: its threads, the open ones first; what was typed and why it was not taken."""

    at: str
    label: str
    may: bool
    open: list[ThreadRow] = field(default_factory=list)
    settled: list[ThreadRow] = field(default_factory=list)
    typed: str = ""
    fault: str = ""
    most: int = LONGEST

    @property
    def shown(self) -> bool:
        """Whether it is laid open: where something waits, or was refused."""
        return bool(self.open or self.fault)


def talks(
    project: Project, page: str, found: Iterable[Thread], who: Speaker, actor: Any, *, may: bool
) -> dict[str, Talk]:
    """The places of one page by the name of the question, "" for the page itself; those without a word as well."""
    form = definition_of(project)
    screen = form.by_code[page]
    places = {"": Talk("", gettext("这一页"), may)}
    for name in screen.fields:
        if form.by_name[name].kind != "earlier" and who.may_speak_at(form, page, name) and not screen.table:
            places[name] = Talk(name, str(form.by_name[name].label), may)
    for one in found:
        if one.begun.page != page:
            continue
        place = places.get(one.begun.field, places[""])
        row = ThreadRow(
            one.begun.pk,
            [_line(project, said) for said in one.said],
            may_settle(one.begun, who, actor) and one.settled is None,
            one.settled,
        )
        (place.settled if one.settled else place.open).append(row)
    return places


def _line(project: Project, comment: Comment) -> Line:
    leads = comment.by_id == project.leader_id
    return Line(comment, comment.by.name, gettext("项目负责人") if leads else str(comment.get_voice_display()))
