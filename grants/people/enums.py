"""Kinds of people, organisations and teams."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Level(TextChoices):
    """Where an organisation stands in the tree; a route to the province follows from it."""

    PROVINCE = "province", _("省级")
    PREFECTURE = "prefecture", _("设区市")
    COUNTY = "county", _("县（市、区）")
    GRASSROOTS = "grassroots", _("基层组织")
    DIRECT = "direct", _("省直与高校")
    DEPARTMENT = "department", _("省级职能处室")


UNGUIDING = (Level.GRASSROOTS, Level.DEPARTMENT)
"""Levels at which no team is guided."""


class Kind(TextChoices):
    """What an organisation is."""

    RED_CROSS = "red_cross", _("红十字会")
    UNIVERSITY = "university", _("高校红十字会")
    HOSPITAL = "hospital", _("医院红十字会")
    UNIT = "unit", _("直属单位")
    ASSOCIATION = "association", _("社会组织")


class LegalForm(TextChoices):
    """Whether a team can hold a bank account of its own."""

    TEAM = "team", _("志愿服务队（未登记）")
    REGISTERED = "registered", _("依法登记的志愿服务组织")


class HandoverAnswer(TextChoices):
    """What became of a team on its way to another Red Cross."""

    TAKEN = "taken", _("已接收")
    REFUSED = "refused", _("不接收")
    WITHDRAWN = "withdrawn", _("已取消移交")


class Purpose(TextChoices):
    """What a link that lets somebody in is for."""

    INVITE = "invite", _("邀请")
    RESET = "reset", _("重设密码")


class Ending(TextChoices):
    """What became of such a link."""

    USED = "used", _("已使用")
    WITHDRAWN = "withdrawn", pgettext_lazy("link", "已收回")
    REPLACED = "replaced", _("已换新链接")


class Imported(TextChoices):
    """What a table that came into the register was a list of."""

    TEAMS = "teams", _("团队名单")
    ORGANISATIONS = "organisations", _("组织名单")
    TOWNSHIPS = "townships", _("乡镇、街道名单")


class Line(TextChoices):
    """What a line of the register says was done."""

    REGISTERED = "registered", pgettext_lazy("register", "登记")
    CORRECTED = "corrected", pgettext_lazy("register", "更正")
    MERGED = "merged", pgettext_lazy("register", "撤并")
    DISSOLVED = "dissolved", pgettext_lazy("register", "撤销")
    ADMITTED = "admitted", pgettext_lazy("register", "在服务器上开通")
    CLOSED = "closed", pgettext_lazy("register", "停用账号")
    REOPENED = "reopened", pgettext_lazy("register", "重新启用账号")
