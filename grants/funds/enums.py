"""Kinds of sources, accounts and bank lines."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class SourceKind(TextChoices):
    """Where money comes from, with the duties that follow."""

    FISCAL = "fiscal", _("财政资金")
    DONATION = "donation", _("定向捐赠")
    LOTTERY = "lottery", _("福彩公益金")
    FEES = "fees", _("会费")
    OWN = "own", _("自有资金")


class LimitKind(TextChoices):
    """What a giver may tie money to."""

    FIELD = "field", _("服务领域")
    AREA = "area", _("地区")
    CATEGORY = "category", _("预算科目")


class AccountKind(TextChoices):
    """What an account of the books holds."""

    SOURCE = "source", _("资金来源")
    AVAILABLE = "available", _("本轮可用")
    COMMITTED = "committed", _("已立项待签")
    UNDRAWN = "undrawn", _("已签待拨")
    HELD = "held", _("收款单位持有")
    SPENT = "spent", _("认可支出")
    INTEREST = "interest", _("利息")
    RETURNED = "returned", _("已退回")
    KEPT = "kept", _("按规定留用")
    WRITTEN_OFF = "written_off", _("核销")


OF_ROUND = (AccountKind.SOURCE, AccountKind.AVAILABLE)
OF_PROJECT = tuple(kind for kind in AccountKind if kind not in OF_ROUND)


class LineKind(TextChoices):
    """What a bank line tells."""

    PAID = "paid", _("付款成功")
    REFUSED = "refused", _("银行拒付")
    RETURNED = "returned", _("退汇")
    REFUND = "refund", _("收到退款")


class TemplateKind(TextChoices):
    """What a template of the bank is for."""

    PAYMENT = "payment", _("付款文件")
    STATEMENT = "statement", _("对账单和回单")
