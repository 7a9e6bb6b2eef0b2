"""Outcomes, kinds of official documents, parties to an agreement."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Outcome(TextChoices):
    """What a meeting decided on a project."""

    SHORTLIST = "shortlist", _("拟立项")
    RESERVE = "reserve", _("备选")
    DECLINE = "decline", _("不予立项")
    REVISE = "revise", _("更改审定")
    APPROVE = "approve", _("立项")
    REVOKE = "revoke", _("撤销立项")
    TERMINATE = "terminate", _("终止")
    WRITE_OFF = "write_off", _("核销")


GRANTING = (Outcome.SHORTLIST, Outcome.RESERVE, Outcome.APPROVE)
"""Decisions that carry an amount; the others take away."""


MEETING_MOVES = ("shortlist", "put_in_reserve", "decline", "approve")
"""What a meeting usually decides of many projects at once, in the order in which it is carried out."""


class NoticeKind(TextChoices):
    """What an official document announces."""

    CALL = "call", _("申报通知")
    EXTENSION = "extension", _("延长申报通知")
    PUBLICITY = "publicity", _("公示")
    CORRECTION = "correction", _("更正公告")
    RESULT = "result", _("立项通知")
    CANCELLATION = "cancellation", _("取消通知")


class ObjectionKind(TextChoices):
    """Who objects, and to what."""

    OBJECTION = "objection", _("公示异议或举报")
    APPEAL = "appeal", _("申报团队申诉")


class Party(TextChoices):
    """Who signs an agreement."""

    PROVINCE = "province", _("省红十字会")
    PAYEE = "payee", _("收款单位")
    TEAM = "team", _("实施团队")


class Trigger(TextChoices):
    """What opens a tranche, in the order in which it happens."""

    AGREEMENT_SIGNED = "agreement_signed", _("协议生效")
    CHECK_PASSED = "check_passed", _("中期检查合格")
    ACCEPTED = "accepted", _("验收通过")
    SETTLING = "settling", _("决算确认")
