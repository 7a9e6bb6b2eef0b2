"""Several things in one sentence, with the marks of the reader's language between them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext


def listed(things: Iterable[Any]) -> str:
    """Names one after another: 县级、市级 in Chinese, county, city in English."""
    return gettext("、").join(str(thing) for thing in things)


def one_after_another(sayings: Iterable[Any]) -> str:
    """Statements one after another: 缺理由；缺日期 in Chinese, parted by semicolons in English."""
    return gettext("；").join(str(saying) for saying in sayings)
