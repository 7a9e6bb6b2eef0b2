"""What a score must say, and what a review needs before it ends."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from grants.applications.models import Project
from grants.kernel.given import words
from grants.kernel.scoring import diverges, format_points, needs_comment
from grants.reviews import queries
from grants.reviews.rules.seating import recusal, too_few
from grants.reviews.sampling.queries import owed
from workflow.phrases import listed
from workflow.ports import Given
from workflow.refusals import Refusal
from workflow.rules import Ask, rule

SHORT_COMMENT = 10
"""Every score carries at least a line of comment, in characters."""


def _score_asks(project: Any) -> tuple[Ask, ...]:
    marks = [
        Ask(item.code, item.label, "half", help=gettext("0–%(weight)s分") % {"weight": item.weight})
        for item in queries.rubric_of(project).scored
    ]
    return (*marks, Ask("comment", _("评语"), "longtext"))


@rule(asks=_score_asks)
def scores_complete(project: Project, _actor: Any, given: Given) -> Refusal | None:
    """Every criterion has a mark within its points, and the comment explains what is very low or very high."""
    return _wrong_mark(project, given) or _poor_comment(project, given)


def _wrong_mark(project: Project, given: Given) -> Refusal | None:
    rubric = queries.rubric_of(project)
    step = 1 if rubric.method.step == "0.5" else 2
    for item in rubric.scored:
        mark = given.get(item.code)
        if type(mark) is not int or not 0 <= mark <= 2 * item.weight or mark % step:
            facts = {"name": item.label, "weight": item.weight, "step": format_points(step)}
            message = gettext("“%(name)s”请打0到%(weight)s分，以%(step)s分为一档。") % facts
            return Refusal("mark", message, at=item.code)
    return None


def _poor_comment(project: Project, given: Given) -> Refusal | None:
    rubric, said = queries.rubric_of(project), len(words(given, "comment"))
    low, high = rubric.method.comment_below_pct, rubric.method.comment_above_pct
    sums = rubric.by_criterion({item.code: given[item.code] for item in rubric.scored})
    odd = [one.label for one in rubric.criteria if needs_comment(sums[one.code], one.weight, low, high)]
    if said < SHORT_COMMENT:
        return Refusal("comment", gettext("请写评语，不少于%(n)s个字。") % {"n": SHORT_COMMENT}, at="comment")
    if odd and said < rubric.method.comment_min_chars:
        facts = {"names": listed(odd), "n": rubric.method.comment_min_chars}
        message = gettext("%(names)s的得分很低或很高，请在评语里说明理由，不少于%(n)s个字。") % facts
        return Refusal("comment_too_short", message, at="comment")
    return None


@rule
def sample_scored(project: Project, actor: Any) -> Refusal | None:
    """Where the round says so, a reviewer scores the sample before the first project."""
    if not owed(project.round, actor):
        return None
    return Refusal("sample_first", gettext("请先评样题，看一看参考得分，再评项目。"))


@rule(unseen=True)
def enough_valid_scores(project: Project, _actor: Any) -> Refusal | None:
    """Every seat has scored, and there are as many scores as the configuration asks for."""
    if silent := queries.silent_seats(project):
        return Refusal("scores_missing", gettext("还有%(n)s位专家没有评分。") % {"n": len(silent)})
    short = queries.rubric_of(project).method.min_reviewers - len(queries.valid_scores(project))
    return too_few(short) if short > 0 else None


@rule(unseen=True)
def no_open_conflict(project: Project, _actor: Any) -> Refusal | None:
    """Every seat has declared to have no conflict, and none has become known since."""
    if undeclared := queries.undeclared_seats(project):
        return Refusal("not_all_declared", gettext("还有%(n)s位专家没有作回避声明。") % {"n": len(undeclared)})
    return recusal(project, [seat.reviewer for seat in queries.seats(project)])


@rule(unseen=True)
def divergence_settled(project: Project, _actor: Any) -> Refusal | None:
    """Scores far apart have been talked over by the panel since the last of them."""
    if not queries.divergence_open(project):
        return None
    method = queries.rubric_of(project).method
    totals = [score.total_halves for score in queries.valid_scores(project)]
    if diverges(totals, method.divergence_trigger):
        message = gettext("最高分与最低分相差%(n)s分及以上，须先合议并登记合议意见。")
        return Refusal("divergence", message % {"n": method.divergence_trigger})
    message = gettext("评分分居%(line)s分的及格线两侧，相差%(n)s分及以上，须先合议并登记合议意见。")
    return Refusal("divergence", message % {"line": method.pass_line, "n": method.straddle_trigger})


@rule(unseen=True)
def at_least_two_scores(project: Project, _actor: Any) -> Refusal | None:
    """A review that ends short of seats still rests on two scores at least."""
    count = len(queries.valid_scores(project))
    if count >= 2:
        return None
    return Refusal("too_few_scores", gettext("至少要有2位专家的评分，现有%(n)s位。") % {"n": count})
