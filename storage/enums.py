"""The words in which storage speaks of files."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class UploadState(TextChoices):
    """Where an upload stands. Only a finished one has a document."""

    STARTED = "started", _("等待上传")
    RECEIVED = "received", _("已收到,待检查")
    FINISHED = "finished", _("已入库")
    REFUSED = "refused", _("未通过检查")
    EXPIRED = "expired", _("超时未完成")


class Scan(TextChoices):
    """What is known about viruses when a document becomes visible."""

    UNSCANNED = "unscanned", _("未查毒")


class Ending(TextChoices):
    """Why an attachment no longer counts."""

    REPLACED = "replaced", _("已换新版本")
    WITHDRAWN = "withdrawn", _("已撤下")
