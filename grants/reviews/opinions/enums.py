"""What a department may say in one word."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Stance(TextChoices):
    """How a department stands to an application."""

    SUPPORT = "support", _("支持")
    ADVICE = "advice", _("支持，有建议")
    DOUBT = "doubt", _("有保留意见")
