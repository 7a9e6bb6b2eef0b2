"""Kinds of vouchers."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class VoucherKind(TextChoices):
    """What proves an expense."""

    DIGITAL = "digital", _("数电票")
    INVOICE = "invoice", _("纸质或旧式电子发票")
    FISCAL = "fiscal", _("财政票据")
    RECEIPT = "receipt", _("收据")
    SIGNED_LIST = "signed_list", _("签领表")
    POLICY = "policy", _("保险单")
    LABOUR = "labour", _("劳务费发放表")
