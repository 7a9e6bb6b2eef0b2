"""Who fills in an application beside its team: invited by the leader, page by page; and who may speak about it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Prefetch, QuerySet

from grants.applications.enums import Access, Voice
from grants.applications.form_definition import OWN_PAGES, Definition, Input, Screen
from grants.applications.form_kept import definition_of
from grants.applications.models import Collaboration, CollaborationChange, Comment, Project, Writing
from grants.applications.queries import WRITERS, types_for
from grants.people.queries import OF_TEAMS, TEAM_ROLES, digest_of, hats
from workflow.lifecycle import ProjectState as S
from workflow.looking import once
from workflow.ports import domain

WHILE = (S.DRAFT, S.SUBMITTED, S.RETURNED, S.COUNTY_RECOMMENDED, S.CITY_RECOMMENDED, S.ELIGIBILITY_CHECK, S.SUPPLEMENT)
"""How long who was invited still sees the application: until it is judged, or is over."""
SENT_BACK = (S.RETURNED, S.SUPPLEMENT)
BUDGET = "budget"
FEW = 5


# Who was invited ------------------------------------------------------------------------------------------------


def only_for_teams(actor: Any) -> bool:
    """Whether the person has nothing to do with judging: who looks after applications writes for none by invitation."""
    return all(hat.role in OF_TEAMS for hat in hats(actor))


def shares_of(actor: Any) -> QuerySet[Collaboration]:
    """The invitations by which the person sees an application now, newest first."""
    found = Collaboration.objects.filter(person=actor.pk, ended_at__isnull=True, project__state__in=WHILE)
    related = found.select_related("project__round__configuration", "project__team__guided_by", "project__leader")
    return related.order_by("-pk") if only_for_teams(actor) else found.none()


def share_of(project: Project, actor: Any) -> Collaboration | None:
    """The invitation by which the person works on the application now."""
    return once(("share", project.pk, actor.pk), lambda: shares_of(actor).filter(project=project.pk).first())


def share_behind(token: str) -> Collaboration | None:
    """The invitation behind a link that nobody has taken up, if it was not ended; it may have run out."""
    found = Collaboration.objects.filter(digest=digest_of(token), person__isnull=True, ended_at__isnull=True)
    return found.select_related("project__round", "project__team", "project__leader", "invited_by").first()


def taken_up(token: str, actor: Any) -> Collaboration | None:
    """The invitation behind a link that this very person has taken up, while it holds."""
    return shares_of(actor).filter(digest=digest_of(token)).first()


def helpers_at(project: Project) -> QuerySet[Collaboration]:
    """Everybody who was ever invited to the application with what was changed since, the newest last; two queries."""
    changes = Prefetch("changes", CollaborationChange.objects.select_related("by").order_by("pk"))
    found = project.collaborations.select_related("person", "invited_by", "ended_by")
    return found.prefetch_related(changes).order_by("pk")


# What they see and write ----------------------------------------------------------------------------------------


def kept_from_helpers(asked: Input) -> bool:
    """Whether a question is the team's alone: about persons, about the account, the promise."""
    return asked.private or asked.kind == "person" or asked.column in {"payee", "committed_on"}


def shareable(form: Definition) -> tuple[Screen, ...]:
    """The pages to which somebody may be invited: those on which something is asked that is not the team's alone."""
    return tuple(screen for screen in form.screens if _fit(form, screen))


def _fit(form: Definition, screen: Screen) -> bool:
    if screen.table:
        return not any(column.private for column in form.by_name[screen.table].columns)
    asked = [form.by_name[name] for name in screen.fields]
    return screen.code in OWN_PAGES or any(one.kind != "earlier" and not kept_from_helpers(one) for one in asked)


def page_of(form: Definition, at: str) -> str:
    """The page of a question, a place for documents or the budget."""
    return BUDGET if at == BUDGET else form.screen_of(at).code


def may_write_at(share: Collaboration, form: Definition, at: str) -> bool:
    """Whether who was invited may write there."""
    asked = form.by_name.get(at)
    if asked and kept_from_helpers(asked):
        return False
    page = page_of(form, at)
    return share.pages.get(page) == Access.WRITE and page in {one.code for one in shareable(form)}


def may_look_at(share: Collaboration, form: Definition, page: str) -> bool:
    """Whether who was invited may see the page."""
    return page in share.pages and page in {one.code for one in shareable(form)}


# Who writes -----------------------------------------------------------------------------------------------------


def next_number(project: Project) -> int:
    """The number of the version that is being written."""
    return project.submissions.count() + 1


def writers_of(project: Project, page: str) -> list[Writing]:
    """Who wrote on the page last, the newest first; a few."""
    found = Writing.objects.filter(project=project.pk, page=page).select_related("person")
    return list(found.order_by("-last_at", "-pk")[:FEW])


def helped_with(project: Project, number: int | None = None) -> list[str]:
    """The names of those who wrote on that version by invitation, in the order in which they came.

    Without a number on the one that is being written.
    """
    invited = project.collaborations.filter(person__isnull=False).values("person")
    found = Writing.objects.filter(project=project.pk, person__in=invited)
    handed_in = project.submissions.values("number")
    found = found.exclude(number__in=handed_in) if number is None else found.filter(number=number)
    return list(dict.fromkeys(found.order_by("first_at", "pk").values_list("person__name", flat=True)))


# Who speaks -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Speaker:
    """Somebody who may read and write comments: for whom, on which pages (None: all), said since when (None: ever)."""

    voice: Voice
    pages: frozenset[str] | None = None
    since: dt.datetime | None = None

    def hears(self, form: Definition, comment: Comment) -> bool:
        """Whether a comment that begins a thread is open to them."""
        return self.may_speak_at(form, comment.page, comment.field) and (self.since is None or comment.at > self.since)

    def may_speak_at(self, form: Definition, page: str, at: str) -> bool:
        """Whether they see that page, and that question on it."""
        asked = form.by_name.get(at)
        return self.pages is None or (page in self.pages and not (asked and kept_from_helpers(asked)))


def speaker(project: Project, actor: Any) -> Speaker | None:
    """As what the person speaks about the application; None: not at all.

    The team; who was invited, about their pages; an officer who types for the team or guides it while it was sent
    back, about what was said since it was handed in last. Nobody who judges it.
    """
    roles = domain().roles(actor, project)
    if roles & TEAM_ROLES:
        return Speaker(Voice.TEAM)
    if roles & WRITERS and (_guides(project, actor) or types_for(project, actor)):
        last = project.submissions.order_by("number").last()
        return Speaker(Voice.OFFICER, since=last.at if last else None)
    share = share_of(project, actor)
    if share is None:
        return None
    form = definition_of(project)
    return Speaker(Voice.HELPER, frozenset(page for page in share.pages if may_look_at(share, form, page)))


def _guides(project: Project, actor: Any) -> bool:
    """Whether the person looks after the team at the Red Cross that guides it, while the application was sent back."""
    here = (hat.role in WRITERS and hat.organisation and hat.scope == project.scope for hat in hats(actor))
    return project.state in SENT_BACK and any(here)


@dataclass
class Thread:
    """What was said at one place: what began it, the answers, and by whom and when it was settled."""

    begun: Comment
    answers: list[Comment] = field(default_factory=list)

    @property
    def settled(self) -> Any:
        """Who settled it, and when; None while it is open."""
        return getattr(self.begun, "settled", None)

    @property
    def said(self) -> list[Comment]:
        """All of it in order."""
        return [self.begun, *self.answers]


def threads(project: Project, who: Speaker) -> list[Thread]:
    """Everything the speaker may hear about the application, in one query; the oldest first."""
    form = definition_of(project)
    found: dict[int, Thread] = {}
    for one in project.comments.select_related("by", "settled__by").order_by("pk"):
        if one.thread_id is None and who.hears(form, one):
            found[one.pk] = Thread(one)
        elif one.thread_id in found:
            found[one.thread_id].answers.append(one)
    return list(found.values())


def still_open(found: Iterable[Thread]) -> dict[str, int]:
    """How many threads wait to be settled, by page."""
    told: dict[str, int] = {}
    for one in found:
        if one.settled is None:
            told[one.begun.page] = told.get(one.begun.page, 0) + 1
    return told


def listeners(project: Project, comment: Comment, near: Collection[Any]) -> list[Any]:
    """Those of these people who may hear the comment."""
    begun = comment.thread or comment
    form = definition_of(project)
    known = ((person, speaker(project, person)) for person in near)
    return [person for person, who in known if who is not None and who.hears(form, begun)]
