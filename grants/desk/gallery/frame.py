"""What stands around every page."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from grants.desk.gallery.example import Example, component
from grants.desk.gallery.world import PLACE, person, project
from grants.desk.tables.hats import HatLine
from grants.desk.words import PURPOSES
from workflow.lifecycle import Role


def hat() -> HatLine:
    """The role of a county's clerk."""
    role = Role.COUNTY_OFFICER
    return HatLine(role, str(role.label), PLACE, str(PURPOSES[role]))


EXAMPLES: tuple[Example, ...] = (
    component(
        "nav",
        _("主导航；看得到钱的人多一项。"),
        lambda: {"here": "projects", "sees_money": True},
        around='<nav class="mainnav d-flex flex-wrap" aria-label="nav">{}</nav>',
    ),
    component("bell", _("铃铛：有几条未读。"), lambda: {"unread": 3}, around='<p class="row-line">{}</p>'),
    component(
        "me",
        _("自己的菜单：身份、账号、语言、退出。"),
        lambda: {"user": person(Role.COUNTY_OFFICER), "hats": [hat()]},
        around='<div class="pop position-static">{}</div>',
    ),
    component("language", _("中文和英文。")),
    component("crumbs", _("这一页在哪里。"), lambda: {"project": project()}),
)
