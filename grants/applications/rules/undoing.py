"""Rules of taking back: until whoever is next has opened the file, a slip is undone without asking anybody."""

from __future__ import annotations

from django.db.models import F
from django.utils.translation import gettext

from grants.applications.models import Project, Recommendation
from grants.applications.queries import FORWARDED, sent_back, words_withdrawn_by
from grants.programmes.queries import quota_of
from workflow import clock
from workflow.deadlines import last_deadline
from workflow.lifecycle import ProjectState
from workflow.ports import Actor, domain
from workflow.refusals import Refusal
from workflow.rules import rule
from workflow.trail import steps_of


@rule
def not_opened_by_next(project: Project, _actor: Actor) -> Refusal | None:
    """Whoever is next has not opened the file yet; a team opens a returned one by saying so or by writing in it."""
    if project.state == ProjectState.RETURNED and (project.opened_by_next or _written(project)):
        return Refusal("opened", gettext("团队已经开始修改，不能再撤销退回。"))
    return Refusal("opened", gettext("上级已经打开审阅，不能自行收回。")) if project.opened_by_next else None


def _written(project: Project) -> bool:
    """Whether something was saved in a returned application: the version has risen more often than steps were made."""
    back = sent_back(project)
    return back is not None and project.version - back.version > project.steps - back.seq


@rule
def not_opened_already(project: Project, _actor: Actor) -> Refusal | None:
    """A file is opened once by whoever has it."""
    return Refusal("opened_already", gettext("已经打开过了。")) if project.opened_by_next else None


@rule
def returned_by_own_level(project: Project, actor: Actor) -> Refusal | None:
    """Whoever takes a return back belongs to the level that made it."""
    back = sent_back(project)
    if back is not None and back.role in domain().roles(actor, project):
        return None
    return Refusal("other_turn", gettext("只有作出退回的一级可以撤销。"))


@rule
def words_may_stand_again(project: Project, _actor: Actor) -> Refusal | None:
    """The ranks and the place that the return set free are still free."""
    back = sent_back(project)
    for word in words_withdrawn_by(project, back) if back else []:
        same = Recommendation.objects.filter(round=word.round_id, organisation=word.organisation_id, level=word.level)
        if word.rank and same.filter(rank=word.rank, withdrawn_at__isnull=True).exists():
            return Refusal("rank", gettext("原来的第 %(rank)s 位已给了别的项目，不能撤销退回。") % {"rank": word.rank})
        quota = quota_of(project.round, project.scope) if word.level in FORWARDED else None
        if quota and quota.used >= quota.places:
            return Refusal("no_place", gettext("退回后空出的名额已经用掉，不能撤销退回。"))
    return None


@rule
def correction_still_open(project: Project, _actor: Actor) -> Refusal | None:
    """What came last is the corrected application, and the time to correct it has not run out."""
    last = steps_of(project).exclude(source=F("target")).last()
    if last is None or last.move != "resubmit":
        return Refusal("nothing_to_undo", gettext("没有可以收回的修改。"))
    until = last_deadline(project, "return_due")
    if until is not None and clock.now() < until.due_at:
        return None
    return Refusal("too_late", gettext("修改期限已过。"))
