"""“我能申报吗”: every condition in plain words, whether it is met, and what to do where it is not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from grants.applications.models import Project
from grants.applications.rules.team import OF_TEAM
from grants.programmes.profile import Profile
from grants.reviews.findings import CONDITIONS, Known
from workflow.rules import registered

MET, UNMET, UNKNOWN = "met", "unmet", "unknown"
ANSWERED_BY_TEAM = ("redcross_team", "registered_platform")
"""Conditions of the round that the register answers; the others are a person's to confirm."""
SAID_ALREADY = ("no_open_obligations",)
ASKED_AT_BEGINNING = {"round_open": _("正在申报"), "one_application_per_team": _("本轮还没有申报过")}
KNOWN_LATER = {
    "form_complete": (_("申报书填写完整"), _("一页一页填，目录上写着还差什么。")),
    "budget_valid": (_("预算合计、上限和单价都在范围内"), _("填预算时边填边算，超了当场说。")),
    "doubts_told": (_("数字合情理，不大可能的写明缘由"), _("提交的时候当场提示，写一句说明就行。")),
    "not_funded_twice": (_("同一件事没有在别的项目里得到资助"), _("写了名称和时间，提交的时候核对。")),
    "commitment_given": (_("项目负责人作出承诺，上传签字盖章的承诺书"), _("提交以前办，盖章的只有一页。")),
}
"""What stands against handing in and nobody can know before anything is written, by rule."""
ASKED = {*ASKED_AT_BEGINNING, *KNOWN_LATER, "eligible_team", "before_call_deadline"}
"""Every rule of beginning and handing in that the page answers; the call's end is that of its being open."""
WAYS: dict[str, StrOrPromise] = {
    "round_open": _("下一轮申报通知发布以后再来，公开页面上会登。"),
    "one_application_per_team": _("要改就打开已有的那一份，不用另报。"),
    "leader": _("请%(guide)s给团队设一位项目负责人。"),
    "members": _("团队资料由%(guide)s登记；人数变了，请他们更正。"),
    "core": _("团队资料由%(guide)s登记；人数变了，请他们更正。"),
    "age": _("满了时间再报；日子登错了，请%(guide)s更正。"),
    "ban": _("到期以后可以申报；有疑问请问%(guide)s。"),
    "guide": _("请接手的红十字会接收团队以后再报。"),
    "leader_debts": _("请他先把那个项目办结，或者由别的负责人来报。"),
    "late": _("过了这几轮可以申报；日子记错了，请问%(guide)s。"),
    "sanction": _("到期或解除以后可以申报；有疑问请问%(guide)s。"),
    "debts": _("先把这个项目办结，走到哪一步，项目页上看得到。"),
    "redcross_team": _("请找当地红十字会指导，由他们登记。"),
    "registered_platform": _("请先在志愿服务平台登记团队，再请%(guide)s填上编号。"),
}


@dataclass(frozen=True)
class Row:
    """One condition: how it stands, why, and what to do."""

    code: str
    wanted: str
    standing: str
    said: str = ""
    way: str = ""

    @property
    def look(self) -> tuple[str, str, str]:
        """Tone, icon and word of how it stands."""
        return LOOKS[self.standing][0], LOOKS[self.standing][1], str(LOOKS[self.standing][2])


LOOKS: dict[str, tuple[str, str, StrOrPromise]] = {
    MET: ("ok", "check-circle-fill", _("符合")),
    UNMET: ("bad", "x-circle-fill", _("不符合")),
    UNKNOWN: ("wait", "hourglass-split", _("现在还不知道")),
}


def rows(project: Project, rules: Profile, leaders: Iterable[Any], actor: Any) -> list[Row]:
    """Every condition on a draft that is only supposed, by the rules that will decide on the real one.

    What is not met comes first, what cannot be known yet last.
    """
    later = [Row(code, str(wanted), UNKNOWN, str(said)) for code, (wanted, said) in KNOWN_LATER.items()]
    found = [*_beginning(project, actor), _leader(project, leaders), *_team(project, rules), *_round(project, rules)]
    return sorted([*found, *later], key=lambda row: (UNMET, MET, UNKNOWN).index(row.standing))


def _row(project: Project, code: str, wanted: str, against: str) -> Row:
    if not against:
        return Row(code, wanted, MET)
    return Row(code, wanted, UNMET, against, str(WAYS[code]) % {"guide": project.team.guided_by})


def _beginning(project: Project, actor: Any) -> Iterator[Row]:
    for code, wanted in ASKED_AT_BEGINNING.items():
        reason = registered()[code](project, actor, {})
        yield _row(project, code, str(wanted), str(reason.message) if reason else "")


def _leader(project: Project, leaders: Iterable[Any]) -> Row:
    return _row(project, "leader", gettext("团队有项目负责人"), "" if leaders else gettext("现在没有项目负责人"))


def _team(project: Project, rules: Profile) -> Iterator[Row]:
    for one in OF_TEAM:
        yield _row(project, one.code, one.wanted(rules), one.against(project, rules) or "")


def _round(project: Project, rules: Profile) -> Iterator[Row]:
    """The conditions that the round names: what the register says, or that a person will see."""
    for one in rules.eligibility.conditions:
        if one.key in ANSWERED_BY_TEAM:
            said, met = CONDITIONS[one.key](project, Known([], ()))
            yield _row(project, one.key, str(one.label), "" if met else said)
        elif one.key not in SAID_ALREADY:
            yield Row(one.key, str(one.label), UNKNOWN, gettext("推荐和资格审查时由工作人员核对。"))
