"""Rules of the team's own moves: begin, submit, recall, correct."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from grants.applications.budget_checks import budget_problems
from grants.applications.completeness import COMMITMENT, problems, slots_given
from grants.applications.doubts import EXPLAINED, doubts_of
from grants.applications.form_definition import SECTIONS
from grants.applications.models import Project
from grants.applications.queries import activity_names, budget_lines
from grants.kernel.given import chosen, words
from grants.people.queries import TEAM_ROLES
from grants.programmes.asking import shown
from grants.programmes.queries import rules_of
from workflow import clock
from workflow.deadlines import deadline, is_due
from workflow.lifecycle import ProjectState, Role, RoundState
from workflow.phrases import one_after_another
from workflow.ports import Actor, Given, domain
from workflow.refusals import Refusal
from workflow.rules import Ask, rule

TOLD_AT_ONCE = 5
LEAST, MOST = 4, 400
"""Characters of an explanation."""
BESIDE = frozenset({Role.COUNTY_OFFICER, Role.CITY_OFFICER})
"""Who begins an application for a team only as its leader asked them to."""


@rule
def round_open(project: Project, _actor: Actor) -> Refusal | None:
    """The round takes applications now."""
    closes = project.round.call_closes_at
    if project.round.state == RoundState.OPEN and closes and clock.received() < closes:
        return None
    return Refusal("round_closed", gettext("“%(round)s”现在不接受申报。") % {"round": str(project.round)})


@rule
def begun_at_request(project: Project, actor: Actor, given: Given) -> Refusal | None:
    """An officer of a county or a city begins a team's application only as its leader asked them to, in so many words.

    Source: issue 5, 代办: a clerk types while the leader is on the phone; both names are in the trail.
    """
    roles = domain().roles(actor, project)
    if not roles & BESIDE or roles & (TEAM_ROLES | {Role.PROGRAMME_OFFICER}) or words(given, "asked"):
        return None
    return Refusal("not_asked", gettext("申报由团队自己新建；代团队填写的，请从团队的页面进入，写明负责人怎样委托。"))


@rule
def round_cancelled(project: Project, _actor: Actor) -> Refusal | None:
    """The round has been cancelled."""
    if project.round.state == RoundState.CANCELLED:
        return None
    return Refusal("round_goes_on", gettext("“%(round)s”没有取消。") % {"round": str(project.round)})


@rule
def one_application_per_team(project: Project, _actor: Actor) -> Refusal | None:
    """A team has one application in a round, those withdrawn aside."""
    others = Project.objects.filter(round=project.round_id, team=project.team_id, exclusive=True)
    others = others.exclude(state=ProjectState.WITHDRAWN).exclude(pk=project.pk)
    other = others.first() if project.exclusive else None
    told = {"number": other.number if other else ""}
    return Refusal("second_application", gettext("团队在本轮已有申报 %(number)s。") % told) if other else None


@rule
def never_under_review(project: Project, _actor: Actor) -> Refusal | None:
    """An application that experts have seen is not opened again."""
    return Refusal("reviewed", gettext("项目已经进入过评审，不能重新申报。")) if project.reviewed_once else None


@rule
def before_call_deadline(project: Project, _actor: Actor) -> Refusal | None:
    """The call has not closed yet, or leadership has let this team hand in late and its own day has not passed."""
    closes = project.round.call_closes_at
    if closes is None:
        return Refusal("call_closed", gettext("本轮还没有开始申报。"))
    if project.round.state == RoundState.OPEN and clock.received() < closes:
        return None
    own = deadline(project, "call_closed") if project.round.state == RoundState.RECOMMENDING else None
    if own and closes < own.due_at:  # let in late
        if clock.received() < own.due_at:
            return None
        closes = own.due_at
    return Refusal("call_closed", gettext("申报已于%(when)s截止。") % {"when": shown(closes)})


@rule
def form_complete(project: Project, _actor: Actor) -> Refusal | None:
    """Every required field is filled in, within its limits, and required documents are there."""
    found = problems(project)
    if not found:
        return None
    told = {"n": len(found), "first": _first(problem.message for problem in found)}
    return Refusal("form_incomplete", gettext("申报书还有 %(n)s 处没有完成：%(first)s。") % told, at=found[0].at)


@rule
def commitment_given(project: Project, _actor: Actor) -> Refusal | None:
    """The leader has made the commitment and its signed page is uploaded."""
    if project.committed_on is None:
        return Refusal("no_commitment", gettext("请项目负责人阅读承诺书并勾选承诺。"), at="committed")
    if COMMITMENT not in slots_given(project):
        return Refusal("no_commitment", gettext("请上传签字盖章的承诺书。"), at=COMMITMENT)
    return None


@rule
def budget_valid(project: Project, _actor: Actor) -> Refusal | None:
    """The budget foots, keeps bounds, shares and prices, holds nothing prohibited, names planned activities."""
    lines, plan = budget_lines(project), activity_names(project)
    found = budget_problems(lines, rules_of(project.round), hazardous=project.hazardous, activities=plan)
    told = {"n": len(found), "first": _first(found)}
    return Refusal("budget", gettext("预算有 %(n)s 处须修改：%(first)s。") % told, at="budget") if found else None


@rule(asks=(Ask(EXPLAINED, _("对提示的说明"), "longtext", required=False),))
def doubts_told(project: Project, _actor: Actor, given: Given) -> Refusal | None:
    """What is hardly possible is explained by whoever hands it in, in 4 to 400 characters; it refuses nothing else."""
    found, said = doubts_of(project), words(given, EXPLAINED)
    if not found or LEAST <= len(said) <= MOST:
        return None
    told = {"doubts": "".join(found), "least": LEAST, "most": MOST}
    message = gettext("%(doubts)s数字没有错的，请写明缘由（%(least)s 到 %(most)s 个字）；写错了的，请改正。")
    return Refusal("doubtful", message % told, at=EXPLAINED)


def _first(messages: Any) -> str:
    said = list(messages)
    more = gettext("等") if len(said) > TOLD_AT_ONCE else ""
    return one_after_another(said[:TOLD_AT_ONCE]) + more


MARKED = Ask("sections", _("哪些部分要修改"), "choices", choices=lambda _record, _actor: [*map(_said, SECTIONS)])


def _said(section: tuple[str, Any]) -> tuple[str, str]:
    return section[0], str(section[1])


@rule(asks=(MARKED,))
def sections_marked(_project: Project, _actor: Actor, given: Given) -> Refusal | None:
    """The officer says which sections of the application are to be corrected."""
    marked, known = chosen(given, "sections"), dict(SECTIONS)
    if marked and all(section in known for section in marked):
        return None
    return Refusal("sections", gettext("请勾选要修改的部分。"), at="sections")


@rule
def within_return_due(project: Project, _actor: Actor) -> Refusal | None:
    """The time allowed for corrections has not run out."""
    open_until = deadline(project, "return_due")
    if open_until is not None and clock.received() < open_until.due_at:
        return None
    return Refusal("too_late", gettext("修改期限已过。"))


@rule
def flag_not_corrected(project: Project, _actor: Actor) -> Refusal | None:
    """The time allowed for corrections has run out, so the application goes on marked as not corrected."""
    return None if is_due(project, "return_due") else Refusal("not_due", gettext("修改期限还没有到。"))
