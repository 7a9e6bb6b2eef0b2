"""Scores that are changed, looked at again, or doubted, and what no comment may say."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from grants.applications.models import Project
from grants.kernel.given import day, ticked, words
from grants.programmes.asking import LONGEST, no_later_day, shown
from grants.reviews import queries
from grants.reviews.enums import Phase
from grants.reviews.linter import ID_NUMBER, Slip, slips
from grants.reviews.models import Score
from workflow import clock
from workflow.phrases import listed
from workflow.ports import Given
from workflow.refusals import Refusal
from workflow.rules import Ask, rule

LONGEST_RESCORING = 15
"""Days within which scores are looked at again."""
CHANGE = Ask(
    "change_reason",
    _("改分理由"),
    "longtext",
    help=_("改动已经提交的评分，要写明理由；旧的留存。"),
    required=False,
)
MEANT = Ask("comment_meant", _("看过了，评语就这样提交"), "yes", required=False)
RESCORING_DUE = Ask("due_on", _("复评截止"), "date")
THIRD = _("各位专家再看一遍自己的评分。本轮开始前约定：复评时由系统按回避规则再选一位专家，自动通知本人。")


@rule(asks=(CHANGE,))
def change_explained(project: Project, actor: Any, given: Given) -> Refusal | None:
    """A score that was handed in changes only with a reason, and is not handed in twice as it is."""
    seat = queries.seat_of(project, actor)
    before = seat.scores.order_by("number").last() if seat else None
    if before is None:
        return None
    if _same(before, given) and queries.phase_of(project) == Phase.FIRST:
        return Refusal("score_unchanged", gettext("和已经提交的评分一样，没有改动。"))
    said = words(given, CHANGE.name)
    if not said:
        return Refusal("no_change_reason", gettext("您已经提交过评分，改动请写明理由。"), at=CHANGE.name)
    if len(said) > LONGEST:
        told = {"field": str(CHANGE.label), "n": LONGEST}
        return Refusal("no_change_reason", gettext("“%(field)s”请不要超过 %(n)s 个字。") % told, at=CHANGE.name)
    return None


def _same(before: Score, given: Given) -> bool:
    return before.comment == words(given, "comment") and all(given.get(c) == n for c, n in before.halves.items())


@rule(asks=(MEANT,))
def comment_proper(project: Project, _actor: Any, given: Given) -> Refusal | None:
    """The comment names nobody and holds no number of a person; what is no identity number may stay if it is meant."""
    found = slips(words(given, "comment"), queries.names_not_to_say(project))
    if any(one.kind == ID_NUMBER for one in found):
        message = gettext("评语里有%(what)s，请删去再提交；评语以后可能给团队看。")
        return Refusal("identity_in_comment", message % {"what": _told(found)}, at="comment")
    if not found or ticked(given, MEANT.name):
        return None
    message = gettext("评语里有%(what)s。评语以后可能给团队看，建议删去；确实要写的，请勾选“%(tick)s”。")
    return Refusal("person_in_comment", message % {"what": _told(found), "tick": MEANT.label}, at="comment")


def _told(found: list[Slip]) -> str:
    words_ = gettext("%(kind)s“%(shown)s”（第%(at)s个字）")
    return listed([words_ % {"kind": one.label, "shown": one.shown, "at": one.at} for one in found])


@rule(unseen=True)
def scores_diverge(project: Project, _actor: Any) -> Refusal | None:
    """Scores are looked at again only where they lie as far apart as the configuration names."""
    if queries.divergence_open(project):
        return None
    return Refusal("no_divergence", gettext("评分没有大到要复评的分歧，或者已经合议过。"))


@rule(unseen=True)
def rescoring_over(project: Project, _actor: Any) -> Refusal | None:
    """Nobody is still looking at their score again."""
    found = queries.open_rescoring(project)
    if found is None:
        return None
    told = {"at": shown(found.due_at)}
    return Refusal("rescoring", gettext("复评还在进行，到%(at)s止，或者每位专家都交了就结束。") % told)


def _rescoring_asks(project: Any) -> tuple[Ask, ...]:
    called = queries.rubric_of(project).method.third_reviewer
    return (replace(RESCORING_DUE, help=THIRD) if called else RESCORING_DUE,)


@rule(asks=_rescoring_asks)
def rescoring_due_set(_project: Project, _actor: Any, given: Given) -> Refusal | None:
    """Looking again ends on a day after today, within fifteen days."""
    found = day(given, RESCORING_DUE.name)
    if found and (found - clock.today()).days > LONGEST_RESCORING:
        told = {"n": LONGEST_RESCORING}
        return Refusal("due_on", gettext("复评最多%(n)s天，请选近一些的日子。") % told, at=RESCORING_DUE.name)
    return no_later_day(given, RESCORING_DUE)


@rule(unseen=True)
def no_open_concern(project: Project, _actor: Any) -> Refusal | None:
    """What a reviewer reported on the eligibility of the project has been answered."""
    if queries.open_concern(project) is None:
        return None
    return Refusal("concern", gettext("有专家反映资格疑点，请项目管理员先答复或发回资格复核。"))


@rule(unseen=True)
def concern_reported(project: Project, _actor: Any) -> Refusal | None:
    """Only what was reported is answered."""
    if queries.open_concern(project):
        return None
    return Refusal("no_concern", gettext("没有待答复的资格疑点。"))
