"""Routes, levels and budget sources of an application."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Route(TextChoices):
    """How a project comes in."""

    OPEN = "open", _("公开申报")
    INVITED = "invited", _("项目邀约")
    PURCHASED = "purchased", _("购买服务")
    NOMINATED = "nominated", _("上级推荐")


class RecommendLevel(TextChoices):
    """Who recommends."""

    COUNTY = "county", _("县级")
    CITY = "city", _("市级")
    PROVINCE = "province", _("省级直报")


class MoneySource(TextChoices):
    """Who pays a budget line."""

    GRANT = "grant", _("本项目资助")
    OWN = "own", _("自筹")
    FISCAL = "fiscal", _("其他财政资金")
    DONATION = "donation", _("社会捐赠")
    IN_KIND = "in_kind", _("实物折价")


class LateFault(TextChoices):
    """Whose fault it was, not the team's, that an application was not handed in by the close of the call."""

    SYSTEM = "system", _("系统故障")
    OFFICE = "office", _("经办单位的过失")
    DISASTER = "disaster", _("灾害、停电、停网等不可抗力")


class Access(TextChoices):
    """What somebody who was invited may do with one page of an application."""

    WRITE = "write", _("可以填")
    VIEW = "view", _("只能看")


class Voice(TextChoices):
    """For whom somebody speaks in the comments on an application."""

    TEAM = "team", _("团队")
    HELPER = "helper", _("协作人")
    OFFICER = "officer", _("红十字会")
