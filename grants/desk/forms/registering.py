"""What entering, correcting and dissolving teams and organisations asks for, and how the answers are read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from grants.kernel.given import day
from grants.people.enums import Kind, LegalForm, Level
from grants.people.models import Organisation, Team
from workflow.phrases import listed
from workflow.rules import Ask

WHY = Ask("reason", _("原因"), "longtext", help=_("凭什么改的，例如：换届、登记证书、上级批复。会留在记录里。"))
FORM_SINCE = Ask(
    "form_since",
    _("登记情况从哪天起"),
    "date",
    required=False,
    help=_("改了登记情况才填，照登记证书或注销文件写。以前的登记情况和起止日期留在团队的页上。"),
)
CHECKED = Ask(
    "checked",
    _("信用代码怎样核对的"),
    required=False,
    help=_("提示代码可疑、证书上却就是这样时才填，例如：照登记证书原件核对。会留在记录里，办理申报的人看得到。"),
)
SORTS: dict[str, tuple[Level, Kind]] = {
    "university": (Level.DIRECT, Kind.UNIVERSITY),
    "hospital": (Level.DIRECT, Kind.HOSPITAL),
    "unit": (Level.DIRECT, Kind.UNIT),
    "association": (Level.DIRECT, Kind.ASSOCIATION),
    "department": (Level.DEPARTMENT, Kind.RED_CROSS),
    "grassroots": (Level.GRASSROOTS, Kind.RED_CROSS),
    "county": (Level.COUNTY, Kind.RED_CROSS),
}
"""What can be entered, as people call it: its level and kind."""
SORT_NAMES = (
    ("university", _("高校红十字会（直属省级）")),
    ("hospital", _("医院红十字会（直属省级）")),
    ("unit", _("直属单位（直属省级）")),
    ("association", _("社会组织（直属省级）")),
    ("department", _("省红十字会职能处室（答复业务意见）")),
    ("grassroots", _("基层组织（乡镇、街道、村、社区等）")),
    ("county", _("新设的县（市、区）红十字会")),
)


def named(places: Iterable[Organisation]) -> list[tuple[str, str]]:
    """Organisations as choices."""
    return [(str(one.pk), one.name) for one in places]


def _facts_of_team() -> tuple[Ask, ...]:
    forms = [(one.value, str(one.label)) for one in LegalForm]
    return (
        Ask("legal_form", _("登记情况"), "choice", choices=lambda _record, _actor: forms),
        Ask("uscc", _("统一社会信用代码"), required=False, help=_("依法登记的才填，照登记证书写，18 位。")),
        CHECKED,
        Ask("platform_no", _("志愿服务平台团队编号"), required=False, help=_("申报时要用，没有可以以后补。")),
        Ask("founded_on", _("成立时间"), "date"),
        Ask("members", _("成员数"), "number"),
        Ask("core_members", _("核心成员数"), "number", help=_("经常参加、能带活动的人。不能多于成员数。")),
    )


def new_team_asks(places: Iterable[Organisation]) -> tuple[Ask, ...]:
    """Name, guide, facts, and the leader, who may also be let in later."""
    where = named(places)
    return (
        Ask("name", _("团队名称")),
        Ask("guided_by", _("指导红十字会"), "choice", choices=lambda _record, _actor: where),
        *_facts_of_team(),
        Ask(
            "leader",
            _("负责人姓名"),
            required=False,
            help=_("填了就同时邀请，登记后得到给负责人的链接；也可以以后再邀请。"),
        ),
        Ask(
            "mobile",
            _("负责人手机号"),
            required=False,
            help=_("知道就填。已经有账号的人不在这里填，登记以后在那个人的页上授予“项目负责人”。"),
        ),
    )


def team_asks() -> tuple[Ask, ...]:
    """The facts of a team that can be corrected, and why."""
    legal_form, *facts = _facts_of_team()
    return (Ask("name", _("团队名称")), legal_form, FORM_SINCE, *facts, WHY)


def facts_of(given: Mapping[str, Any]) -> dict[str, Any]:
    """The answers as the register takes them: what was left empty is empty."""
    return {
        "name": given["name"],
        "legal_form": given["legal_form"],
        "uscc": given.get("uscc", ""),
        "checked": given.get("checked", ""),
        "platform_no": given.get("platform_no", "").strip(),
        "founded_on": dt.date.fromisoformat(given["founded_on"]),
        "members": given["members"],
        "core_members": given["core_members"],
    }


def corrections_of(given: Mapping[str, Any]) -> dict[str, Any]:
    """The same with the day since when the legal form holds, where one was given."""
    return facts_of(given) | {"form_since": day(given, "form_since")}


def known_of(team: Team) -> dict[str, Any]:
    """What the register says of the team, as the form begins."""
    return {ask.name: getattr(team, ask.name) for ask in team_asks() if ask.name not in {"reason", "checked"}}


def new_organisation_asks(places: Iterable[Organisation]) -> tuple[Ask, ...]:
    """What it is, where it hangs, what it is called, since when."""
    where = named(places)
    return (
        Ask("sort", _("类别"), "choice", choices=lambda _record, _actor: [(v, str(label)) for v, label in SORT_NAMES]),
        Ask("name", _("名称"), help=_("全称，例如：杭州市上城区清波街道红十字会。")),
        Ask("short_name", _("简称"), required=False, help=_("不填就用全称。")),
        Ask(
            "parent",
            _("上级红十字会"),
            "choice",
            required=False,
            help=_("基层组织选所在的县（市、区），新设的县选所在的设区市；直属省级的不选。"),
            choices=lambda _record, _actor: where,
        ),
        Ask("division", _("行政区划代码"), required=False, help=_("只有新设的县（市、区）填，6 位。")),
        Ask("uscc", _("统一社会信用代码"), required=False),
        CHECKED,
        Ask("valid_from", _("设立日期"), "date", required=False, help=_("不填就是今天。")),
    )


def township_asks(zones: Iterable[Organisation]) -> tuple[Ask, ...]:
    """Whether the zones of the county come along, where it has any."""
    names = listed(one.short_name.removesuffix("红十字会") for one in zones)
    return (Ask("zones", gettext("连这些功能区一起加入：%(names)s") % {"names": names}, "yes"),) if names else ()


RENAME = (
    Ask("name", _("名称")),
    Ask("short_name", _("简称"), required=False, help=_("不填就用全称。")),
    Ask("uscc", _("统一社会信用代码"), required=False),
    CHECKED,
    WHY,
)
DISSOLVE = (
    Ask("last_day", _("最后一天"), "date"),
    Ask("reason", _("原因"), "longtext", help=_("撤销文件的文号和缘由。会留在记录里。")),
    Ask("sure", _("我已核对文件，知道撤销以后要重新登记才能恢复"), "yes"),
)
CLOSING = (Ask("reason", _("原因"), "longtext", help=_("例如：调离、退休、账号被别人用过。会留在记录里。")),)


def merge_team_asks(teams: Iterable[Team]) -> tuple[Ask, ...]:
    """Which entry stays, and how one knows that the two are one team."""
    found = [(str(team.pk), team.name) for team in teams]
    why = Ask(
        "reason", _("原因"), "longtext", help=_("怎么知道是同一支，例如：2025 年改过名，登记了两次。会留在记录里。")
    )
    return (Ask("stays", _("留下哪一条"), "choice", choices=lambda _record, _actor: found), why)
