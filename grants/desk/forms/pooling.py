"""What is asked about reviewers: what the pool knows of them, what they answer, how somebody is tied to a team."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from grants.people.enums import Level
from grants.people.models import Organisation
from grants.reviews.assigning.enums import Declarer, ExpertKind, Reply, TieKind
from workflow.rules import Ask

LEVELS = (("1", _("一般了解")), ("2", _("熟悉")), ("3", _("精通")))
FIELD = "field-"
REPLY = (
    Ask("reply", _("您的答复"), "choice", choices=lambda _record, _actor: _told(Reply)),
    Ask("load", _("少评的，能评几个"), "number", required=False),
    Ask("reason", _("少评或者谢绝的原因"), "text", required=False),
)


def _told(of: Any) -> list[tuple[str, str]]:
    return [(value, str(label)) for value, label in of.choices]


def _places(_record: Any, _actor: Any) -> list[tuple[str, str]]:
    """Cities, counties, universities: the whole province is nobody's home."""
    levels = (Level.PREFECTURE, Level.COUNTY, Level.DIRECT)
    found = Organisation.objects.filter(valid_to__isnull=True, level__in=levels).order_by("path")
    return [(str(one.pk), one.short_name) for one in found]


def expert_asks(fields: Mapping[str, str]) -> tuple[Ask, ...]:
    """The questions about one reviewer, one for each field of service."""
    return (
        Ask("kind", _("类别"), "choice", choices=lambda _record, _actor: _told(ExpertKind)),
        Ask("employer", _("工作单位"), "text", required=False, help=_("写全称：与申报方同一单位的须回避。")),
        Ask(
            "home",
            _("所在地"),
            "choice",
            required=False,
            choices=_places,
            help=_("省级的留空；同县须回避，同市一般也回避。"),
        ),
        Ask("most", _("每轮最多评几个"), "number"),
        *(
            Ask(FIELD + code, label, "choice", required=False, choices=lambda _record, _actor: _levels())
            for code, label in fields.items()
        ),
        Ask("away_from", _("从哪天起不能评审"), "date", required=False),
        Ask("away_to", _("到哪天止"), "date", required=False),
        Ask("note", _("备注"), "text", required=False),
    )


def _levels() -> list[tuple[str, str]]:
    return [(value, str(label)) for value, label in LEVELS]


def answer_asks(fields: Mapping[str, str]) -> tuple[Ask, ...]:
    """What a reviewer answers to an invitation."""
    wishes = Ask("wishes", _("愿意评哪些领域"), "choices", required=False, choices=lambda _r, _a: list(fields.items()))
    pledge = _("我承诺：对申报材料、评审意见和结果保密；与项目有利害关系的主动回避；亲自评审，不转请他人。")
    return (*REPLY, wishes, Ask("pledged", pledge, "yes", required=False))


def invite_asks() -> tuple[Ask, ...]:
    """What goes with an invitation, for all that are ticked."""
    return (
        Ask("load", _("请每人评几个"), "number"),
        Ask("until", _("请在哪天以前答复"), "date"),
        Ask("note", _("附言"), "text", required=False),
    )


def tie_asks(side: Declarer, people: list[tuple[str, str]]) -> tuple[Ask, ...]:
    """How somebody is tied to a team, as it is asked on each side."""
    kinds = [(value, label) for value, label in _told(TieKind) if side == Declarer.TEAM or value != TieKind.UNSUITABLE]
    asks = [
        Ask("kind", _("是什么关系"), "choice", choices=lambda _record, _actor: kinds),
        Ask("reason", _("具体情况"), "text"),
        Ask("until", _("已经结束的，哪天结束"), "date", required=False, help=_("结束满三年以后不再算。")),
    ]
    if side == Declarer.TEAM:
        help_ = _("写姓名全称。是不是评审专家不对外公开，这里也不会告诉您。")
        return (Ask("named", _("对方姓名"), "text", help=help_), *asks)
    if side == Declarer.OFFICER:
        return (Ask("person", _("评审专家"), "choice", choices=lambda _record, _actor: people), *asks)
    return (Ask("team_name", _("团队或组织全称"), "text", help=_("和登记的名称一字不差。")), *asks)


def no_such_team() -> str:
    """What is said where the words name no team."""
    return gettext("没有登记过这个名称的团队，请核对全称；评审时遇到有利害关系的项目，直接选“回避”。")
