"""System checks: storage must know where files lie and who may read them."""

from __future__ import annotations

from typing import Any

from django.core import checks
from django.core.checks import CheckMessage, Error
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext

from storage import scanning
from storage.backends import former, home
from storage.ports import plugged


def reading_is_decided(**_: Any) -> list[CheckMessage]:
    """Find out that nobody answers who may read: every download is then refused."""
    if plugged():
        return []
    return [
        Error(
            gettext("没有人回答谁可以看材料（storage.ports），所有下载都会被拒绝。"),
            hint=gettext("请在 grants/apps.py 的 ready() 里调用 storage.ports.plug。"),
            id="storage.E001",
        )
    ]


def scanner_is_named(**_: Any) -> list[CheckMessage]:
    """Find out that CLAMD_URL names no scanner, or that one is required and none named: every upload would wait."""
    if scanning.configured():
        try:
            scanning.address()
        except ImproperlyConfigured as error:
            return [Error(str(error), id="storage.E003")]
        return []
    if not scanning.required():
        return []
    return [
        Error(
            gettext("SCAN_REQUIRED 要求先查毒，但没有写 CLAMD_URL：所有上传都会一直等着。"),
            hint=gettext("请写 CLAMD_URL，例如 unix:///run/clamav/clamd.ctl，或去掉 SCAN_REQUIRED。"),
            id="storage.E004",
        )
    ]


def store_is_named(**_: Any) -> list[CheckMessage]:
    """Find out that STORAGE_URL or STORAGE_FALLBACK_URL names no store this version knows; nobody is asked for it."""
    try:
        home()
        former()
    except ImproperlyConfigured as error:
        return [Error(str(error), id="storage.E002")]
    return []


def store_answers(**_: Any) -> list[CheckMessage]:
    """Find out that the store does not answer, or keeps no versions; asked by `check --deploy` alone."""
    try:
        kept = home()
        kept.ready()
        lacks = not kept.near and "versioning" not in kept.capabilities
    except ImproperlyConfigured:  # E002 says so
        return []
    except OSError as error:
        message = gettext("存放材料的地方连不上或不能写：%(why)s。") % {"why": error}
        return [Error(message, hint=gettext("请用 manage.py documents status 再试。"), id="storage.E005")]
    if lacks:
        message = gettext("存储桶没有打开版本保留：误删或被覆盖的材料找不回来。")
        return [checks.Warning(message, hint=gettext("请看 docs/object-storage.md。"), id="storage.W001")]
    return []
