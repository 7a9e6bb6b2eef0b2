"""Pages for when something is wrong: each says what happened and what to do, in Chinese and in English."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.test import Client, RequestFactory
from django.utils import translation
from django.views.defaults import permission_denied, server_error

from tests.cast import Cast
from tests.grants.desk.visiting import text

WRONG = {
    "403": (403, "这一页您不能打开", "请联系指导您的红十字会"),
    "too old": (403, "已经过期", "刷新后再提交"),
    "404": (404, "没有找到这一页", "请问一下对方"),
    "429": (429, "试得太快了", "请过几分钟再试"),
    "500": (500, "系统出错了", "请过几分钟再试"),
}
"""What each of them is, what it says has happened, what it says to do."""
ENGLISH = {
    "403": ("You cannot open this page", "contact your guiding Red Cross"),
    "too old": ("has expired", "refresh it and submit again"),
    "404": ("This page was not found", "ask whether it was meant for you"),
    "429": ("That was too fast", "in a few minutes"),
    "500": ("Something went wrong", "in a few minutes"),
}


@pytest.fixture(autouse=True)
def _nobody_has_tried(db: None) -> Iterator[None]:
    """What limits counted elsewhere is forgotten, and what is counted here, too."""
    cache.clear()
    yield
    cache.clear()


def wrong(name: str, cast: Cast, language: str) -> Any:
    """The answer of the product when that has happened to somebody who reads that language."""
    client = Client(enforce_csrf_checks=name == "too old", headers={"accept-language": language})
    client.force_login(cast.cashier)
    if name == "too old":
        return client.post("/logout/")
    if name == "404":
        return client.get("/no/such/page/")
    if name == "429":
        tried = [client.post("/account/password/", {"password": "guessed"}) for _time in range(11)]
        return tried[-1]
    with translation.override(language):
        request = RequestFactory().get("/")
        return permission_denied(request, PermissionDenied()) if name == "403" else server_error(request)


def said(page: str, part: str) -> str:
    """What an element says."""
    found = re.search(rf"<{part}[^>]*>(.*?)</{part}>", page[page.index("<main") :], re.DOTALL)
    assert found
    return found[1]


@pytest.mark.parametrize("name", WRONG)
def test_every_error_says_what_happened_and_what_to_do_and_leads_home(cast: Cast, name: str):
    status, happened, help_ = WRONG[name]
    answer = wrong(name, cast, "zh-hans")
    page = text(answer)
    assert answer.status_code == status
    assert happened in said(page, "h1")
    assert help_ in said(page, "p")
    assert '<html lang="zh-Hans"' in page
    assert re.search(r'href="/"[^>]*>回到我的工作</a>', page)


@pytest.mark.parametrize("name", ENGLISH)
def test_every_error_says_the_same_in_english(cast: Cast, name: str):
    happened, help_ = ENGLISH[name]
    page = text(wrong(name, cast, "en"))
    assert happened in said(page, "h1")
    assert help_ in said(page, "p")
    assert '<html lang="en"' in page
    assert re.search(r'href="/"[^>]*>Back to my work</a>', page)


def test_what_broke_is_told_by_a_page_that_needs_nothing_of_what_may_be_broken(cast: Cast):
    """No style, no script, no database."""
    page = text(wrong("500", cast, "zh-hans"))
    assert not re.search(r"<link|<script|<img", page)
