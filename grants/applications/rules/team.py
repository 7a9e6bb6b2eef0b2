"""Who may apply: every condition on a team by itself, for the rule and for whoever asks before they begin."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext

from grants.applications.models import Project
from grants.kernel.periods import SHANGHAI, add_months
from grants.people.duplicates import family
from grants.programmes.asking import shown
from grants.programmes.profile import Profile
from grants.programmes.queries import rules_of
from workflow import clock
from workflow.lifecycle import PROJECT_FINAL, ProjectState
from workflow.phrases import one_after_another
from workflow.ports import Actor
from workflow.refusals import Refusal
from workflow.rules import rule

Words = str | None


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
    done = (*PROJECT_FINAL, ProjectState.CLOSED)
    earlier = Project.objects.filter(team__in=family(project.team_id)).exclude(round=project.round_id)
    return earlier.exclude(state__in=done).first()


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
)
"""In the order in which they are told."""
