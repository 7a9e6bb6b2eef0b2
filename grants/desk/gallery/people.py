"""Roles, organisations, and the ways of signing in."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from grants.desk.demo.roster import PEOPLE
from grants.desk.gallery.example import Example, component
from grants.desk.gallery.world import day, organisation, person, team
from grants.desk.queries.people import Branch
from grants.desk.tables.lending import slips
from grants.desk.tables.people import grant_rows
from grants.desk.tables.register import written
from grants.desk.tables.reviewers import chips
from grants.people.enums import Ending, Line, Purpose
from grants.people.models import AccessEnd, AccessLink, Lending, RegisterLine, RoleGrant
from workflow.chain import canonical
from workflow.lifecycle import Role


def held() -> dict[str, Any]:
    """Two roles, one of them over."""
    since = dt.date(2026, 1, 1)
    leads = RoleGrant(pk=1, person=person(Role.TEAM_LEADER), role=Role.TEAM_LEADER, team=team(), valid_from=since)
    helps = RoleGrant(
        pk=2,
        person=person(Role.APPLICANT),
        role=Role.COUNTY_OFFICER,
        organisation=organisation(),
        valid_from=since,
        valid_to=dt.date(2026, 6, 30),
        granted_by=person(Role.SYSADMIN),
    )
    return {"grants": grant_rows([leads, helps], may_end={1}), "endable": True}


def links() -> dict[str, Any]:
    """One link that was used, one that waits."""
    given = {"person": person(Role.TEAM_LEADER), "handed_by": person(Role.COUNTY_OFFICER)}
    used = AccessLink(purpose=Purpose.INVITE, at=day(1, 4), **given)
    used.end = AccessEnd(link=used, how=Ending.USED, at=day(1, 5))
    return {"links": [AccessLink(purpose=Purpose.RESET, at=day(3, 1), **given), used]}


def lines() -> dict[str, Any]:
    """A team that was entered and, later, corrected."""
    found = {"team": team(), "by": person(Role.COUNTY_OFFICER)}
    grown = RegisterLine(what=Line.CORRECTED, at=day(3, 1), reason=gettext("换届后队员多了。"), **found)
    grown.changes = canonical({"members": [24, 30]})
    return {"written": written([grown, RegisterLine(what=Line.REGISTERED, at=day(1, 4), **found)])}


def leaves() -> dict[str, Any]:
    """One leave that is over, one that somebody ended."""
    holder, stand_in = person(Role.COUNTY_OFFICER), person(Role.CITY_OFFICER)
    lent = RoleGrant(pk=1, person=holder, role=Role.COUNTY_OFFICER, organisation=organisation())
    given = {"grant": lent, "holder": holder, "stand_in": stand_in, "last_day": dt.date(2026, 6, 30)}
    over = Lending(pk=1, at=day(1, 4), first_day=dt.date(2026, 6, 21), **given)
    ended = Lending(pk=2, at=day(1, 5), first_day=dt.date(2026, 6, 21), **given)
    ended.ended_at, ended.ended_by = day(3, 1), holder
    return {"slips": slips([ended, over])}


def ways() -> dict[str, Any]:
    """What else proves who one is."""
    codes = ("reauthenticate", "mfa_reauthenticate", "mfa_reauthenticate:webauthn")
    return {"reauthentication_alternatives": [{"id": code, "url": "#people"} for code in codes]}


def reviewed() -> dict[str, Any]:
    """What is known of a reviewer from earlier rounds."""
    return {
        "told": {"timely": gettext("按时%(p)s%%") % {"p": 96}, "rated": gettext("评价%(points)s") % {"points": "4.0"}}
    }


EXAMPLES: tuple[Example, ...] = (
    component("grants", _("一个人的身份，或一个组织的人。"), held),
    component("people_tabs", _("组织、人员、身份三页的页签。"), more='here="people"'),
    component(
        "branch",
        _("组织树上一个组织有多少人、多少支团队。"),
        lambda: {"node": Branch(organisation(), 3, 5)},
        more="node=node",
        around='<p class="muted">{}</p>',
    ),
    component("reviewer_chips", _("评审专家的筛选和排序。"), lambda: chips("timely", "all")),
    component("reviewer_figures", _("一位评审专家往轮的数字：按时、分寸、评价。"), reviewed),
    component(
        "opinion",
        _("业务意见到了哪一步：等答复、没有按期答复、已答复。"),
        lambda: {"one": {"said": {"stance": "advice", "get_stance_display": gettext("支持，有建议")}, "late": True}},
    ),
    component("slips", _("请假时交出去的和代办的。"), leaves),
    component("register", _("登记簿：谁、什么时候、改了什么、为什么。"), lines),
    component("handed_links", _("发出的登录链接，用了没有。"), links),
    Example(
        "qr",
        _("当面扫的二维码，旁边总有同样的链接。"),
        "{% qr address told %}",
        lambda: {"address": "https://example.org/enter/", "told": gettext("扫一扫，设密码")},
    ),
    component("other_ways", _("确认本人的别的办法。"), ways),
    component("passkeys", _("通行密钥要的两段脚本；没有脚本时给别的办法，看不见。")),
    component("look_as", _("只在演示里：换一个人的眼睛看。"), lambda: {"person": PEOPLE[2]}),
)
