"""What is asked when something comes into being: an application, a round, an objection, a change."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext_lazy as _

from grants.applications.form_kept import definition_of
from grants.applications.models import Project
from grants.awards.enums import ObjectionKind
from grants.desk.forms.application import ask_of, budget_asks, chosen_from
from grants.implementation.enums import ChangeKind
from grants.kernel.given import rows, words
from grants.programmes.queries import rules_of
from grants.programmes.rules import REASON
from workflow.rules import Ask

OBJECTION = (
    Ask("kind", _("类别"), "choice", choices=chosen_from(ObjectionKind.choices)),
    Ask("text", _("反映的内容"), "longtext"),
    Ask("received_on", _("收到日期"), "date"),
    Ask("objector", _("反映人"), required=False, help=_("没有署名的也可以登记。")),
    Ask("contact", _("联系方式"), required=False),
    Ask("holds", _("核查期间暂停立项和拨款"), "yes"),
)
SHIPPED = "shipped"
SHIPPED_FULL = "shipped_full"
"""The choices of what comes with the product, with the short and the full form, beside the numbers of rounds."""
OWN_GOAL = Ask("name", _("自己的目标"), required=False)
"""The name of a goal that is in no library; only where there is one."""


def project_asks(rounds: Iterable[Any], teams: Iterable[Any]) -> tuple[Ask, ...]:
    """In which round, for which team."""
    return (
        Ask("round", _("轮次"), "choice", choices=chosen_from([(one.pk, one) for one in rounds])),
        Ask("team", _("申报团队"), "choice", choices=chosen_from([(one.pk, one) for one in teams])),
    )


def dictation_asks(rounds: Iterable[Any], leaders: Iterable[Any]) -> tuple[Ask, ...]:
    """In which round, for whom, and how they asked for it."""
    return (
        Ask("round", _("轮次"), "choice", choices=chosen_from([(one.pk, one) for one in rounds])),
        Ask("leader", _("项目负责人"), "choice", choices=chosen_from([(one.pk, one) for one in leaders])),
        Ask("asked", _("负责人怎样委托的"), help=_("例如“3月5日上午电话委托”。负责人看得到，也会留在项目的经过里。")),
    )


def round_asks(rounds: Iterable[Any]) -> tuple[Ask, ...]:
    """When, under which name, and from what the new round starts: an earlier one, or what comes with the product."""
    told = [(str(one.pk), _("照“%(round)s”抄一份") % {"round": one}) for one in rounds]
    return (
        Ask("year", _("年度"), "number"),
        Ask("title", _("名称"), required=False, help=_("不填就用计划名称加年度。")),
        Ask("code", _("代码"), required=False, help=_("出现在项目编号里，例如 QNZJ-2027；不填就用计划代码加年度。")),
        Ask(
            "source",
            _("从哪里开始"),
            "choice",
            choices=chosen_from(
                [
                    *told,
                    (SHIPPED, _("用系统自带的一套，简版申报书")),
                    (SHIPPED_FULL, _("用系统自带的一套，完整版申报书")),
                ]
            ),
            help=_("名额、评分表、预算科目、材料清单等都先照抄，建好以后逐项修改。"),
        ),
    )


def change_asks(project: Project, kind: str, known: dict[str, Iterable[Any]]) -> tuple[Ask, ...]:
    """What a change of this kind asks; `known` holds the people, organisations and sources to choose from."""

    def pick(name: str, label: Any, group: str, *, required: bool = True) -> Ask:
        found = [(one.pk, one) for one in known.get(group, ())]
        return Ask(name, label, "choice", choices=chosen_from(found), required=required)

    asked: dict[str, tuple[Ask, ...]] = {
        ChangeKind.BUDGET: budget_asks(project),
        ChangeKind.PERIOD: (Ask("end_date", _("新的结束日期"), "date"),),
        ChangeKind.LEADER: (pick("leader", _("新的负责人"), "leaders"),),
        ChangeKind.HANDOVER: (
            pick("guided_by", _("新的指导红十字会"), "guides"),
            pick("payee", _("新的收款单位"), "guides"),
        ),
        ChangeKind.PAYEE: (pick("payee", _("新的收款单位"), "guides"),),
        ChangeKind.ACTIVITIES: plan_asks(project, "activities"),
        ChangeKind.GOALS: plan_asks(project, "indicators"),
        ChangeKind.GRANT_REDUCTION: (Ask("reduce_by_fen", _("核减金额"), "money"),),
        ChangeKind.RE_SOURCE: (pick("leaving", _("退出的资金来源"), "sources"),),
        ChangeKind.TERMINATION: (),
    }
    return (*asked[kind], REASON)


def plan_asks(project: Project, name: str) -> tuple[Ask, ...]:
    """A table of the plan, asked as the application asked it: every column, the row of today to begin with."""
    table = ask_of(definition_of(project).by_name[name], rules_of(project.round))
    own = name == "indicators" and any(words(row, "name") for row in rows(project.form, name))
    columns = (*table.columns, *([OWN_GOAL] if own else []))
    told = _("这里是现在的全部内容，改要改的，去掉不要的，其余留着。")
    return (replace(table, columns=columns, help=told),)
