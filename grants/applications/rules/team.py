"""Who may apply: every condition on a team by itself, for the rule and for whoever asks before they begin."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, Q, Value, When
from django.utils.translation import gettext

from grants.applications.lateness import keeps_out
from grants.applications.models import Project
from grants.kernel.periods import SHANGHAI, add_months
from grants.people.duplicates import family
from grants.people.models import Sanction
from grants.people.sanctions import sanctions_on
from grants.programmes.asking import shown
from grants.programmes.profile import Profile
from grants.programmes.queries import rules_of
from workflow import clock
from workflow.lifecycle import PROJECT_FINAL, ProjectState
from workflow.looking import read_once
from workflow.phrases import one_after_another
from workflow.ports import Actor
from workflow.refusals import Refusal
from workflow.rules import rule

Words = str | None
DONE = (*PROJECT_FINAL, ProjectState.CLOSED)
"""Where nothing is owed any more."""
OWED = frozenset(
    {
        *(ProjectState.CLOSEOUT_DUE, ProjectState.CLOSEOUT_SUBMITTED, ProjectState.CLOSEOUT_RETURNED),
        *(ProjectState.ACCEPTED, ProjectState.FINAL_ACCOUNTS, ProjectState.SETTLING, ProjectState.REFUND_DUE),
        ProjectState.TERMINATED,
    }
)
"""Where the work is over and report, accounts or money are still owed."""
PROMISED = frozenset(
    {
        *(ProjectState.APPROVED, ProjectState.AGREEMENT_SIGNED, ProjectState.IN_PROGRESS, ProjectState.SUSPENDED),
        *(ProjectState.CLOSEOUT_DUE, ProjectState.CLOSEOUT_SUBMITTED, ProjectState.CLOSEOUT_RETURNED),
        *(ProjectState.ACCEPTED, ProjectState.FINAL_ACCOUNTS, ProjectState.SETTLING, ProjectState.REFUND_DUE),
        *(ProjectState.CLOSED, ProjectState.ARCHIVED),
    }
)
"""Where a grant was given and not taken away."""


@dataclass(frozen=True)
class Condition:
    """One condition on the team of a project: what is wanted, and what stands against it, in words."""

    code: str
    wanted: Callable[[Profile], str]
    against: Callable[[Project, Profile], Words]


@rule
def eligible_team(project: Project, _actor: Actor) -> Refusal | None:
    """The team is large and old enough, not banned, owes nothing from earlier rounds, and is guided by someone."""
    rules = rules_of(project.round)
    found = [words for one in OF_TEAM if (words := one.against(project, rules))]
    return (
        Refusal("team", gettext("团队还不符合申报条件：%(why)s。") % {"why": one_after_another(found)})
        if found
        else None
    )


def _members(project: Project, rules: Profile) -> Words:
    told = {"n": project.team.members, "least": rules.eligibility.min_members}
    return gettext("成员 %(n)s 人，不足 %(least)s 人") % told if told["n"] < told["least"] else None


def _core(project: Project, rules: Profile) -> Words:
    told = {"n": project.team.core_members, "least": rules.eligibility.core_members}
    return gettext("核心成员 %(n)s 人，不足 %(least)s 人") % told if told["n"] < told["least"] else None


def _age(project: Project, rules: Profile) -> Words:
    founded, months, opened = project.team.founded_on, rules.eligibility.operating_months, project.round.call_opens_at
    if add_months(founded, months) <= (opened.astimezone(SHANGHAI).date() if opened else clock.today()):
        return None
    return gettext("%(day)s成立，到申报开始不满 %(n)s 个月") % {"day": shown(founded), "n": months}


def _ban(project: Project, _rules: Profile) -> Words:
    until = project.team.banned_until
    return gettext("停止申报至%(day)s") % {"day": shown(until)} if until and until >= clock.today() else None


def _guide(project: Project, _rules: Profile) -> Words:
    guide = project.team.guided_by
    if guide.valid_to is None or guide.valid_to >= clock.today():
        return None
    return gettext("指导单位“%(name)s”已撤并") % {"name": guide.name}


def _debts(project: Project, _rules: Profile) -> Words:
    owed = open_elsewhere(project)
    return gettext("往轮项目 %(number)s 还没有结项") % {"number": owed.number} if owed else None


def open_elsewhere(project: Project) -> Project | None:
    """A project of the team in another round that has not come to its end."""
    return next((one for one in _unfinished(project) if one.ours), None)


def _unfinished(project: Project) -> list[Any]:
    """Projects of other rounds not at their end: `ours`, the team's, and what the leader owes with another team."""
    return [one for one in _elsewhere(project) if one.state not in DONE]


@read_once
def _elsewhere(project: Project) -> list[Any]:
    """Every project of the team in other rounds (`ours`), and what the leader owes with another team."""
    ours = Q(team__in=family(project.team_id))
    found = Project.objects.exclude(round=project.round_id).filter(ours | Q(leader=project.leader_id, state__in=OWED))
    rows = found.annotate(ours=Case(When(ours, then=Value(True)), default=Value(False)))
    return list(rows.select_related("round__configuration").order_by("pk"))


def _leader_debts(project: Project, _rules: Profile) -> Words:
    owed = next((one for one in _unfinished(project) if not one.ours), None)
    told = {"name": project.leader.name, "number": owed.number if owed else ""}
    return gettext("负责人%(name)s的往轮项目 %(number)s 已到期，还没有结项") % told if owed else None


def _late(project: Project, _rules: Profile) -> Words:
    found = keeps_out(project, [one for one in _elsewhere(project) if one.ours])
    return str(found) if found else None


def _sanction(project: Project, _rules: Profile) -> Words:
    found = sanctions_on([(project.team, project.leader)]).get(project.team_id)
    return on_the_list(found) if found else None


def on_the_list(found: Sanction) -> str:
    """What is told of a sanction: on whom, on what grounds, until when."""
    told = {"name": found.name, "basis": found.basis, "day": shown(found.last_day) if found.last_day else ""}
    if found.last_day:
        return gettext("“%(name)s”在停止申报名单上，到%(day)s为止（%(basis)s）") % told
    return gettext("“%(name)s”在停止申报名单上（%(basis)s）") % told


@rule
def not_funded_twice(project: Project, _actor: Actor) -> Refusal | None:
    """Nothing of the same name is paid in another round for the same days, whoever carries it out.

    Source: programme_defaults, no_double_funding. Like words under another name are shown to those who judge.
    """
    if not (project.title and project.start_date and project.end_date):
        return None
    others = Project.objects.filter(title=project.title, state__in=PROMISED).exclude(round=project.round_id)
    same = others.filter(start_date__lte=project.end_date, end_date__gte=project.start_date).first()
    if same is None or same.end_date is None:
        return None
    told = {"title": project.title, "number": same.number, "day": shown(same.end_date)}
    message = gettext("同名的项目 %(number)s 已经得到资助，实施到%(day)s，同一件事不重复资助；不是同一件事，请改名称。")
    return Refusal("funded_twice", message % told, at="title")


def _at_least(words: str, n: Any) -> str:
    return words % {"n": n}


OF_TEAM = (
    Condition(
        "members", lambda rules: _at_least(gettext("成员不少于%(n)s人"), rules.eligibility.min_members), _members
    ),
    Condition("core", lambda rules: _at_least(gettext("核心成员不少于%(n)s人"), rules.eligibility.core_members), _core),
    Condition("age", lambda rules: _at_least(gettext("成立满%(n)s个月"), rules.eligibility.operating_months), _age),
    Condition("ban", lambda _rules: gettext("没有被停止申报"), _ban),
    Condition("guide", lambda _rules: gettext("有红十字会指导"), _guide),
    Condition("debts", lambda _rules: gettext("往轮项目都已经结项"), _debts),
    Condition("leader_debts", lambda _rules: gettext("负责人在别的团队到期的往轮项目都已经结项"), _leader_debts),
    Condition("late", lambda _rules: gettext("往轮的结题报告没有逾期"), _late),
    Condition("sanction", lambda _rules: gettext("团队和负责人不在停止申报名单上"), _sanction),
)
"""In the order in which they are told."""
