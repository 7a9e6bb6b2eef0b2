"""What the data says about each condition of eligibility: a fact, and whether it speaks for the project."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext

from grants.applications.budget_checks import INSURANCE, budget_problems
from grants.applications.models import BudgetLine, Project
from grants.applications.queries import activity_names
from grants.kernel.periods import add_months
from grants.people.enums import Level
from grants.programmes.asking import shown
from grants.programmes.profile import Profile
from workflow import clock
from workflow.lifecycle import Stage


@dataclass(frozen=True)
class Finding:
    """One rule looked at: what it asks, what the data shows, and whether that is well; None where a person must see."""

    key: str
    rule: str
    fact: str
    ok: bool | None


@dataclass(frozen=True)
class Known:
    """What was read about one project: budget, slots with a document, an earlier project open or late, a sanction."""

    lines: list[BudgetLine]
    slots: Collection[str]
    owed: str = ""
    sanction: str = ""
    late: str = ""


def findings(project: Project, rules: Profile, known: Known) -> list[Finding]:
    """Every condition in the order of the configuration, after the figures and documents that a machine checks."""
    asked = [
        Finding(one.key, one.label, *CONDITIONS.get(one.key, _unknown)(project, known))
        for one in rules.eligibility.conditions
    ]
    return [*figures(project, rules), *_documents(rules, known), _budget(project, rules, known), *asked]


def open_points(found: Iterable[Finding]) -> list[Finding]:
    """What speaks against the project."""
    return [one for one in found if one.ok is False]


def figures(project: Project, rules: Profile) -> Iterator[Finding]:
    """How large and how old the team is, beside what the round asks; no query."""
    team, need = project.team, rules.eligibility
    fact = gettext("成员%(n)s人，要求%(least)s人") % {"n": team.members, "least": need.min_members}
    yield Finding("min_members", gettext("成员人数"), fact, team.members >= need.min_members)
    fact = gettext("核心成员%(n)s人，要求%(least)s人") % {"n": team.core_members, "least": need.core_members}
    yield Finding("core_members", gettext("核心成员"), fact, team.core_members >= need.core_members)
    opened = project.round.call_opens_at
    on = opened.astimezone(clock.SHANGHAI).date() if opened else clock.today()
    told = {"day": shown(team.founded_on), "n": need.operating_months}
    old = add_months(team.founded_on, need.operating_months) <= on
    yield Finding("operating_months", gettext("成立时间"), gettext("%(day)s成立，要求满%(n)s个月") % told, old)


def _documents(rules: Profile, known: Known) -> Iterator[Finding]:
    for slot in rules.checklist.of(Stage.APPLICATION):
        if slot.required:
            there = slot.slot in known.slots
            yield Finding(slot.slot, slot.label, gettext("已上传") if there else gettext("没有上传"), there)


def _budget(project: Project, rules: Profile, known: Known) -> Finding:
    plan = activity_names(project)
    wrong = budget_problems(known.lines, rules, hazardous=project.hazardous, activities=plan)
    fact = wrong[0] if wrong else gettext("合计、上限、单价都在范围内")
    return Finding("budget", gettext("预算规则"), fact, not wrong)


Answer = tuple[str, bool | None]


def _unknown(_project: Project, _known: Known) -> Answer:
    return gettext("请查看材料后确认"), None


def _guided(project: Project, _known: Known) -> Answer:
    told = {"guide": project.team.guided_by}
    known = {Level.COUNTY, Level.PREFECTURE, Level.PROVINCE, Level.DIRECT}
    return gettext("由%(guide)s指导") % told, project.team.guided_by.level in known


def _registered(project: Project, _known: Known) -> Answer:
    number = project.team.platform_no
    return (gettext("平台编号%(number)s") % {"number": number}, True) if number else (gettext("没有平台编号"), False)


def _nothing_owed(_project: Project, known: Known) -> Answer:
    if known.owed:
        return gettext("往轮项目%(number)s还没有结项") % {"number": known.owed}, False
    return gettext("没有未结项的往轮项目"), True


def _not_banned(project: Project, known: Known) -> Answer:
    if known.sanction or known.late:
        return known.sanction or known.late, False
    until = project.team.banned_until
    if until and until >= clock.today():
        return gettext("停止申报至%(day)s") % {"day": shown(until)}, False
    return gettext("不在停止申报名单；最新的失信名单请另查"), None


def _not_doubled(project: Project, _known: Known) -> Answer:
    said: Any = project.form.get("other_funding") or gettext("（没有填）")
    return gettext("团队填写：%(words)s") % {"words": said}, None


def _insured(project: Project, known: Known) -> Answer:
    if not project.hazardous:
        return gettext("团队填写：没有人身危险"), True
    if any(line.category == INSURANCE for line in known.lines):
        return gettext("有人身危险，预算里有志愿者保险"), True
    return gettext("有人身危险，预算里没有志愿者保险"), False


CONDITIONS: dict[str, Callable[[Project, Known], Answer]] = {
    "redcross_team": _guided,
    "registered_platform": _registered,
    "no_open_obligations": _nothing_owed,
    "not_sanctioned": _not_banned,
    "no_double_funding": _not_doubled,
    "liability_insurance": _insured,
}
