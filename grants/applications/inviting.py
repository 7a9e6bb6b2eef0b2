"""一起填: the leader invites somebody to pages of the application by a link; they come in, write, and it ends."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Mapping
from typing import Any, NamedTuple

from django.utils.translation import gettext

from grants.applications.commands import WRITABLE
from grants.applications.enums import Access
from grants.applications.form_kept import definition_of
from grants.applications.models import Collaboration, CollaborationChange, Project
from grants.applications.together import WHILE, only_for_teams, share_behind, shareable, taken_up
from grants.people.commands.access import come_in, hand, newcomer
from grants.people.enums import Purpose
from grants.people.models import User
from grants.people.queries import digest_of, own_teams
from workflow import clock, outbox
from workflow.actions import command, lock
from workflow.command import fingerprint, once
from workflow.lifecycle import Role
from workflow.ports import SYSTEM, domain
from workflow.refusals import Refusal, Refused

TOPIC = "together"
JOINED, CHANGED, ENDED = "joined", "changed", "ended"
LASTS = dt.timedelta(hours=72)
"""So long a link works; whoever comes later is handed another."""
MOST = 10
"""So many may be invited to one application at a time."""
LONGEST = 50


class Handed(NamedTuple):
    """A link as it is handed over: the token is known only now, the row keeps its digest."""

    share: Collaboration
    token: str


@command
def share_pages(project: Project, name: str, pages: Mapping[str, str], *, actor: Any, key: str | None = None) -> Handed:
    """Somebody may come to these pages ("write" or "view" by the code of the page), by a link for three days, once.

    The same key again makes no second invitation, only another link. Raises Refused: not the leader, not the time, no
    name, no page or one that is the team's alone, ten already.
    """
    locked = lock(project)
    if reason := _not_leader(locked, actor):
        raise Refused([reason])

    def made() -> str:
        reasons = [_not_now(locked), _nameless(name), _no_pages(locked, pages), _too_many(locked)]
        if found := [reason for reason in reasons if reason]:
            raise Refused(found)
        now = clock.now()
        facts = {"name": name.strip(), "pages": dict(pages), "invited_by": actor, "at": now}
        row = Collaboration.objects.create(
            project=locked, digest=digest_of(secrets.token_urlsafe(24)), expires_at=now + LASTS, **facts
        )
        return str(row.pk)

    asked = fingerprint("share_pages", actor.pk, project.pk, name, sorted(pages.items()))
    pk = once(key, asked, made)[0] if key else made()
    return _hand(Collaboration.objects.select_for_update(no_key=True).get(pk=pk))


@command
def hand_again(share: Collaboration, *, actor: Any) -> Handed:
    """Another link for somebody who has not come yet; the one before works no longer. Raises Refused."""
    locked = lock(share.project)
    if reason := _not_leader(locked, actor) or _not_now(locked):
        raise Refused([reason])
    return _hand(Collaboration.objects.select_for_update(no_key=True).get(pk=share.pk))


def _hand(share: Collaboration) -> Handed:
    if share.ended_at is not None or share.person_id is not None:
        raise Refused([Refusal("taken", gettext("这个邀请已经有人接受，或者已经结束。"))])
    token = secrets.token_urlsafe(24)
    share.digest, share.expires_at = digest_of(token), clock.now() + LASTS
    share.save(update_fields=["digest", "expires_at"])
    return Handed(share, token)


@command
def join(token: str, *, actor: Any) -> Collaboration:
    """The person behind the link is the one who was invited, from now on; the leader is told, the link is spent.

    Twice is once. Raises Refused: a link that does not hold, a member of the team, somebody who looks after
    applications or judges them, somebody who is there already.
    """
    if (mine := taken_up(token, actor)) is not None:
        return mine
    found = share_behind(token)
    if found is None:
        raise Refused([spent()])
    project = lock(found.project)
    share = Collaboration.objects.select_for_update(no_key=True).get(pk=found.pk)
    now = clock.now()
    over = share.person_id or share.ended_at or share.digest != digest_of(token) or share.expires_at < now
    if over or project.state not in WHILE:
        raise Refused([spent()])
    if reason := may_not_join(project, actor):
        raise Refused([reason])
    share.person, share.joined_at = actor, now
    share.save(update_fields=["person", "joined_at"])
    _tell(share, JOINED)
    return share


@command
def join_as_newcomer(
    token: str, password: str, *, actor: Any = SYSTEM, name: str = "", mobile: str = "", email: str = ""
) -> User:
    """Somebody without an account has one, let in by whoever invited them, and is the one who was invited.

    The account holds no role: it opens these pages and nothing else. Raises Refused as `join` and `come_in`.
    """
    share = share_behind(token)
    if share is None:
        raise Refused([spent()])
    person = newcomer(name.strip() or share.name, mobile, actor=share.invited_by)
    link = hand(person, Purpose.INVITE, actor=share.invited_by)
    person = come_in(link.token, password, name=name, mobile=mobile, email=email)
    join(token, actor=person)
    return person


def may_not_join(project: Project, actor: Any) -> Refusal | None:
    """Why the person cannot fill in the application by invitation."""
    if project.team_id in own_teams(actor):
        return Refusal("own_team", gettext("您是这支团队的成员，不用邀请，登录以后就能填。"))
    if not only_for_teams(actor):
        message = gettext("红十字会的工作人员和评审专家不能这样参与。指导团队的红十字会可以“代填”。")
        return Refusal("judges", message)
    if project.collaborations.filter(person=actor.pk, ended_at__isnull=True).exists():
        return Refusal("there", gettext("您已经在一起填这份申报书。"))
    return None


@command
def change_pages(
    share: Collaboration, pages: Mapping[str, str], *, actor: Any, seen: Mapping[str, str] | None = None
) -> Collaboration:
    """From now on these pages are theirs, "write" or "view" by the code of the page; the change stays on record.

    `seen` is what the leader changed from. Who came is told; the same pages again change nothing, nor is anything that
    was written lost. Raises Refused: not the leader, over, no page or one that is the team's alone, changed meanwhile.
    """
    project = lock(share.project)
    found = Collaboration.objects.select_for_update(no_key=True).get(pk=share.pk)
    if reason := _not_leader(project, actor) or _over(found, project) or _no_pages(project, pages):
        raise Refused([reason])
    if seen is not None and dict(seen) != found.pages:
        raise Refused([Refusal("changed", gettext("您打开以后，范围又改过了；看过现在的，再改一次。"), at="write")])
    if dict(pages) == found.pages:
        return found
    change = CollaborationChange.objects.create(
        share=found, before=found.pages, pages=dict(pages), by=actor, at=clock.now()
    )
    found.pages = dict(pages)
    found.save(update_fields=["pages"])
    if found.person_id:
        _tell(found, f"{CHANGED}:{change.pk}")
    return found


@command
def end_share(share: Collaboration, *, actor: Any) -> Collaboration:
    """The person sees the application no more, an open link works no more; what is written stays. Twice is once.

    The leader may end it at any time, and whoever was invited; the other of the two is told. Raises Refused.
    """
    project = lock(share.project)
    found = Collaboration.objects.select_for_update(no_key=True).get(pk=share.pk)
    if actor.pk != found.person_id and (reason := _not_leader(project, actor)):
        raise Refused([reason])
    if found.ended_at is None:
        found.ended_at, found.ended_by = clock.now(), actor
        found.save(update_fields=["ended_at", "ended_by"])
        if found.person_id:
            _tell(found, ENDED)
    return found


def spent() -> Refusal:
    """The one reason against a link, whatever became of it."""
    return Refusal("link", gettext("这个链接已经用过、换过，或者过了三天。请让项目负责人再发一个。"))


def _not_leader(project: Project, actor: Any) -> Refusal | None:
    if Role.TEAM_LEADER in domain().roles(actor, project):
        return None
    return Refusal("not_yours", gettext("邀请谁一起填，由项目负责人决定。"))


def _not_now(project: Project) -> Refusal | None:
    if project.state in WRITABLE:
        return None
    return Refusal("wrong_state", gettext("现在是“%(state)s”，不能修改。") % {"state": project.label})


def _over(share: Collaboration, project: Project) -> Refusal | None:
    """Why nothing is given any more: it was ended, or the application is judged."""
    if share.ended_at is None and project.state in WHILE:
        return None
    return Refusal("over", gettext("这个邀请已经结束，不能再改。"))


def _nameless(name: str) -> Refusal | None:
    if not name.strip():
        return Refusal("name", gettext("请写明邀请谁。"), at="name")
    if len(name.strip()) > LONGEST:
        return Refusal("name", gettext("最多%(n)s个字。") % {"n": LONGEST}, at="name")
    return None


def _no_pages(project: Project, pages: Mapping[str, str]) -> Refusal | None:
    if not pages:
        return Refusal("pages", gettext("请至少选一部分，让对方填或者看。"), at="write")
    known = {one.code for one in shareable(definition_of(project))}
    if set(pages) - known or set(pages.values()) - set(Access.values):
        return Refusal("pages", gettext("请从列出的选项中选择。"), at="write")
    return None


def _too_many(project: Project) -> Refusal | None:
    if project.collaborations.filter(ended_at__isnull=True).count() < MOST:
        return None
    return Refusal("many", gettext("同时最多邀请%(n)s个人，请先结束一个。") % {"n": MOST}, at="name")


def _tell(share: Collaboration, event: str) -> None:
    outbox.post(TOPIC, {f"{TOPIC}:{share.pk}:{event}": {"share": share.pk, "event": event}})
