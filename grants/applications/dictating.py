"""代填: an officer types while the leader is on the telephone; the leader looks it over and hands it in."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils.translation import gettext

from grants.applications.commands import WRITABLE, begin_for
from grants.applications.models import Dictation, Project
from grants.applications.queries import WRITERS, dictated_to, dictation_of
from grants.applications.rules.leading import not_leader
from grants.people.models import Team, User
from grants.people.queries import hats, own_teams
from grants.programmes.models import Round
from workflow import clock, outbox
from workflow.actions import command, lock
from workflow.lifecycle import ProjectState
from workflow.refusals import Refusal, Refused

TOPIC = "dictation"
DAYS = 14
"""So many days an officer writes; who needs longer is asked again."""
LONGEST = 200
BEGUN, HANDED, ENDED = "begun", "handed", "ended"


def may_write_for(actor: Any, team: Team) -> Refusal | None:
    """Why a person may not fill in an application for the team: they do not guide it, or belong to it themselves."""
    near = [hat for hat in hats(actor) if hat.role in WRITERS and hat.organisation == team.guided_by_id]
    if not near:
        guide = team.guided_by.short_name
        return Refusal("not_yours", gettext("只有指导这支团队的%(guide)s的工作人员可以代填。") % {"guide": guide})
    if team.pk in own_teams(actor):
        return Refusal("own_team", gettext("您是这支团队的成员，请以团队的身份自己填写。"))
    return None


@command
def write_for(round_: Round, team: Team, leader: User, asked: str, *, actor: User) -> Dictation:
    """The officer may write on the team's application for two weeks; where there is none, it is begun for the leader.

    `asked` says how the leader asked for it, and stays in the trail; the leader is told at once. Twice is once. Raises
    Refused: not whom the team is guided by, no leader of it, nothing said, handed in already, somebody else writes.
    """
    reasons = [may_write_for(actor, team), not_leader(team, leader), _said_nothing(asked)]
    if found := [reason for reason in reasons if reason]:
        raise Refused(found)
    project = _application(round_, team) or begin_for(round_, team, leader, asked.strip(), actor=actor)
    locked = lock(project)
    if locked.state not in WRITABLE:
        raise Refused([Refusal("wrong_state", gettext("现在是“%(state)s”，不能修改。") % {"state": locked.label})])
    if open_one := dictation_of(locked):
        if open_one.writer_id == actor.pk:
            return open_one
        told = {"name": open_one.writer.name}
        raise Refused([Refusal("other_writer", gettext("%(name)s正在代填这份申报书。") % told)])
    now = clock.now()
    locked.dictations.filter(ended_at__isnull=True).update(ended_at=now, ended_by=actor)  # its days are over
    until = clock.today() + dt.timedelta(days=DAYS)
    facts = {"writer": actor, "leader": locked.leader, "asked": asked.strip(), "at": now, "until": until}
    made = Dictation.objects.create(project=locked, **facts)
    _tell(made, BEGUN)
    return made


def _application(round_: Round, team: Team) -> Project | None:
    found = Project.objects.filter(round=round_, team=team).exclude(state=ProjectState.WITHDRAWN)
    return found.order_by("pk").last()


def _said_nothing(asked: str) -> Refusal | None:
    if not asked.strip():
        message = gettext("请写明负责人什么时候、怎样请您代填，例如“3月5日上午电话委托”。")
        return Refusal("asked", message, at="asked")
    if len(asked.strip()) > LONGEST:
        return Refusal("asked", gettext("最多%(n)s个字。") % {"n": LONGEST}, at="asked")
    return None


@command
def hand_to_leader(project: Project, *, actor: User) -> Dictation:
    """The leader is asked to look it over and hand it in. Told once, however often. Raises Refused: not the writer."""
    found = dictated_to(actor).select_for_update(no_key=True).filter(project=project.pk).first()
    if found is None:
        raise Refused([Refusal("over", gettext("您没有在代填这份申报书。"))])
    if found.handed_at is None:
        found.handed_at = clock.now()
        found.save(update_fields=["handed_at"])
        _tell(found, HANDED)
    return found


@command
def end_dictation(project: Project, *, actor: User) -> Dictation:
    """Nobody writes for the team any more; what is written stays. The other of the two is told. Raises Refused.

    The leader of the application may say so at any time, and whoever writes.
    """
    rows = Dictation.objects.select_for_update(no_key=True).filter(project=project.pk, ended_at__isnull=True)
    found = rows.first()
    if found is None:
        raise Refused([Refusal("over", gettext("代填已经结束。"))])
    if actor.pk not in {found.writer_id, project.leader_id}:
        raise Refused([Refusal("not_yours", gettext("只有项目负责人和代填的人可以结束代填。"))])
    found.ended_at, found.ended_by = clock.now(), actor
    found.save(update_fields=["ended_at", "ended_by"])
    _tell(found, ENDED)
    return found


def _tell(row: Dictation, event: str) -> None:
    outbox.post(TOPIC, {f"{TOPIC}:{row.pk}:{event}": {"dictation": row.pk, "event": event}})
