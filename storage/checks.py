"""System checks: storage must know where files lie and who may read them."""

from __future__ import annotations

from typing import Any

from django.core.checks import CheckMessage, Error
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext

from storage.backends import store
from storage.ports import plugged


def reading_is_decided(**_: Any) -> list[CheckMessage]:
    """Find out that nobody answers who may read: every download is then refused."""
    if plugged():
        return []
    return [
        Error(
            gettext("没有人回答谁可以看材料(storage.ports),所有下载都会被拒绝。"),
            hint=gettext("请在 grants/apps.py 的 ready() 里调用 storage.ports.plug。"),
            id="storage.E001",
        )
    ]


def store_is_named(**_: Any) -> list[CheckMessage]:
    """Find out that STORAGE_URL names no store this version knows."""
    try:
        store()
    except ImproperlyConfigured as error:
        return [Error(str(error), id="storage.E002")]
    return []
