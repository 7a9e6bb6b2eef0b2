"""The words in which storage speaks of files."""

from __future__ import annotations

from typing import Final

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class UploadState(TextChoices):
    """Where an upload stands. Only a waiting or finished one has a document.

    Waiting: inspected and taken, its bytes safe on this machine, not yet proven in the store where they belong.
    """

    STARTED = "started", _("等待上传")
    RECEIVED = "received", _("已收到，待检查")
    WAITING = "waiting", _("待上传")
    FINISHED = "finished", _("已入库")
    REFUSED = "refused", _("未通过检查")
    EXPIRED = "expired", _("超时未完成")
    HELD = "held", _("已收到，等待查毒")


SETTLED: Final = (UploadState.WAITING, UploadState.FINISHED)
"""The file is a document."""


class Scan(TextChoices):
    """What is known about viruses in a document."""

    UNSCANNED = "unscanned", _("未查毒")
    CLEAN = "clean", _("已查毒，未发现病毒")
    INFECTED = "infected", _("发现病毒，已隔离")


class Purpose(TextChoices):
    """What a copy made for readers is for."""

    READING = "reading", _("阅览件")
    THUMBNAIL = "thumbnail", _("缩略图")


class Ending(TextChoices):
    """Why an attachment no longer counts."""

    REPLACED = "replaced", _("已换新版本")
    WITHDRAWN = "withdrawn", _("已撤下")


class Secrecy(TextChoices):
    """Who is hurt when the wrong person reads it: nobody, the people named in it, the work itself."""

    OPEN = "open", _("一般")
    PERSONAL = "personal", _("含个人信息")
    CONFIDENTIAL = "confidential", _("内部")


class Way(TextChoices):
    """How somebody read a document."""

    DOWNLOAD = "download", _("下载原件")
    PREVIEW = "preview", _("在线看")


class Term(TextChoices):
    """Why a document is kept for as long as it is."""

    VOUCHER = "voucher", _("会计档案")
    ARCHIVE = "archive", _("项目档案")
    NOT_FUNDED = "declined", _("未立项的申报材料")


class Unclear(TextChoices):
    """Why a file has to be photographed again."""

    BLURRED = "blurred", _("模糊，看不清字")
    GLARE = "glare", _("反光或太暗")
    CUT_OFF = "cut_off", _("缺角，没有拍全")
    AMOUNT = "amount", _("看不清金额")
    OTHER = "other", _("其他原因")


class AskEnding(TextChoices):
    """What became of the wish for a better picture."""

    COME = "come", _("已重新上传")
    WITHDRAWN = "withdrawn", _("已取消")
    GONE = "gone", _("原件已撤下")
