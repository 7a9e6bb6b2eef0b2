"""Kinds of checks and of change requests."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

MIDTERM_PERCENT = 50
"""When a tranche hangs on a check and the round names no time of its own."""


class CheckKind(TextChoices):
    """What a check looks at."""

    MIDTERM = "midterm", _("中期检查")
    ON_SITE = "on_site", _("现场检查")


class ChangeKind(TextChoices):
    """What is to be changed."""

    BUDGET = "budget", _("预算调整")
    PERIOD = "period", _("延期")
    LEADER = "leader", _("更换负责人")
    HANDOVER = "handover", _("团队移交")
    PAYEE = "payee", _("更换收款单位")
    ACTIVITIES = "activities", _("活动调整")
    GOALS = "goals", _("目标调整")
    GRANT_REDUCTION = "grant_reduction", _("核减资助")
    RE_SOURCE = "re_source", _("更换资金来源")
    TERMINATION = "termination", _("提前终止")
