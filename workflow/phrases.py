"""Several things in one sentence, with the marks of the reader's language between them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext


def listed(things: Iterable[Any]) -> str:
    """Names one after another: 县级、市级 in Chinese, county, city in English."""
    return gettext("、").join(str(thing) for thing in things)


def either(things: Iterable[Any]) -> str:
    """Names of which one is enough: 县级、市级或省级 in Chinese, county, city or province in English."""
    *others, last = [str(thing) for thing in things] or [""]
    return gettext("%(others)s或%(last)s") % {"others": listed(others), "last": last} if others else last


def one_after_another(sayings: Iterable[Any]) -> str:
    """Statements one after another: 缺理由；缺日期 in Chinese, parted by semicolons in English."""
    return gettext("；").join(str(saying) for saying in sayings)


def known_by(thing: object, by: object) -> str:
    """A name, and in brackets what tells it from others: 晨光应急救护队（上城区）; alone where nothing tells."""
    return gettext("%(thing)s（%(by)s）") % {"thing": thing, "by": by} if by else str(thing)


def in_the_name_of(person: object, behalf: object) -> str:
    """Who acted, and for whom: 徐丽华代周敏."""
    return gettext("%(person)s代%(behalf)s") % {"person": person, "behalf": behalf} if behalf else str(person)
