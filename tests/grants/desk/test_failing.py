"""A page that fails tells so in both languages: which one the reader has may be unknown by then."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import include, path

from tests.grants.desk.visiting import text


@login_not_required
def broken(_request: HttpRequest) -> HttpResponse:
    message = "A page that fails."
    raise RuntimeError(message)


urlpatterns = [path("broken/", broken), path("", include("grants.urls"))]


@pytest.mark.django_db
@pytest.mark.urls("tests.grants.desk.test_failing")
@pytest.mark.parametrize(
    ("asked", "tag", "first", "second"),
    [("zh-hans", "zh-Hans", "系统出错了", "Something went wrong"), ("en", "en", "Something went wrong", "系统出错了")],
)
def test_a_failure_is_told_in_the_readers_language_first_and_in_the_other_too(
    client: Client, asked: str, tag: str, first: str, second: str
):
    client.raise_request_exception = False
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = asked
    answer = client.get("/broken/")
    page = text(answer)
    assert answer.status_code == 500
    assert f'<html lang="{tag}">' in page
    assert f"<title>{first}</title>" in page
    assert page.index(first) < page.index(second)
    assert page.count('href="/"') == 2
