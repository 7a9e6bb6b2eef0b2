"""What is said about an application while it is written: at a page or a question, answered, settled, never changed."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext

from grants.applications.commands import WRITABLE
from grants.applications.form_kept import definition_of
from grants.applications.models import Comment, CommentSettled, Project
from grants.applications.together import Speaker, speaker, threads
from workflow import clock, outbox
from workflow.actions import command, lock
from workflow.command import fingerprint, once
from workflow.refusals import Refusal, Refused

TOPIC = "comment"
SAID, SETTLED = "said", "settled"
LONGEST = 500
MOST = 300
"""So many comments an application holds."""


@command
def say(project: Project, page: str, text: str, *, actor: Any, field: str = "", key: str | None = None) -> Comment:
    """The words stand at that page, or that question on it: in the thread that is open there, else they begin one.

    The application's version stays as it is, so that nobody who writes is stopped by it; the others are told. A
    replay of the key returns the first. Raises Refused: not of those who may speak, not the time, no words, too many.
    """

    def made() -> str:
        return str(_say(project, page, field, text, actor).pk)

    asked = fingerprint("say", actor.pk, project.pk, page, field, text)
    return Comment.objects.get(pk=once(key, asked, made)[0] if key else made())


def _say(project: Project, page: str, field: str, text: str, actor: Any) -> Comment:
    locked = lock(project)
    who = _who(locked, actor)
    form = definition_of(locked)
    screen = form.by_code.get(page)
    place = screen is not None and (not field or field in (*screen.fields, *screen.slots))
    if not place or not who.may_speak_at(form, page, field):
        raise Refused([Refusal("not_yours", gettext("这一部分不归您看。"))])
    if locked.state not in WRITABLE:
        raise Refused([Refusal("wrong_state", gettext("申报书已经交出，不能再写评论。"))])
    if reason := _unsaid(locked, text):
        raise Refused([reason])
    here = [one for one in threads(locked, who) if (one.begun.page, one.begun.field) == (page, field)]
    begun = next((one.begun for one in reversed(here) if one.settled is None), None)
    made = Comment.objects.create(
        project=locked,
        page=page,
        field=field,
        thread=begun,
        voice=who.voice,
        text=text.strip(),
        by=actor,
        at=clock.now(),
    )
    _tell(made, SAID)
    return made


@command
def settle(comment: Comment, *, actor: Any) -> CommentSettled:
    """The comment with its answers is settled, and says by whom and when; nobody answers it any more. Twice is once.

    Who began it may, and the team. Raises Refused.
    """
    begun = comment.thread or comment
    project = lock(begun.project)
    who = _who(project, actor)
    if not who.hears(definition_of(project), begun) or not may_settle(begun, who, actor):
        raise Refused([Refusal("not_yours", gettext("谁提出的、或者申报团队，才能标为已解决。"))])
    if (before := CommentSettled.objects.filter(comment=begun.pk).first()) is not None:
        return before
    made = CommentSettled.objects.create(comment=begun, by=actor, at=clock.now())
    _tell(begun, SETTLED)
    return made


def may_settle(begun: Comment, who: Speaker, actor: Any) -> bool:
    """Whether the person may settle what began a thread that they hear."""
    return who.voice == "team" or begun.by_id == actor.pk


def _who(project: Project, actor: Any) -> Speaker:
    who = speaker(project, actor)
    if who is None:
        raise Refused([Refusal("not_yours", gettext("这份申报书的评论不归您看。"))])
    return who


def _unsaid(project: Project, text: str) -> Refusal | None:
    if not text.strip():
        return Refusal("text", gettext("请先写评论。"), at="text")
    if len(text.strip()) > LONGEST:
        return Refusal("text", gettext("评论最多%(n)s个字。") % {"n": LONGEST}, at="text")
    if project.comments.count() >= MOST:
        return Refusal("many", gettext("这份申报书的评论已经有%(n)s条，请当面说。") % {"n": MOST}, at="text")
    return None


def _tell(comment: Comment, event: str) -> None:
    outbox.post(TOPIC, {f"{TOPIC}:{comment.pk}:{event}": {"comment": comment.pk, "event": event}})
