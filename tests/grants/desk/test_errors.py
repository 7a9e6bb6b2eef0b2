"""Pages for when something is wrong."""

from __future__ import annotations

import pytest
from django.template.loader import render_to_string
from django.test import Client

from tests.cast import Cast
from tests.grants.desk.visiting import Visitor, text


@pytest.mark.parametrize("name", ["403.html", "403_csrf.html", "404.html", "500.html"])
def test_every_error_page_says_what_to_do_and_leads_home(name: str):
    page = render_to_string(name)
    assert "回到我的工作" in page


def test_a_page_left_open_too_long_is_explained(cast: Cast):
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.cashier)
    answer = client.post("/logout/")
    assert answer.status_code == 403
    assert "已经过期" in text(answer)


def test_an_address_that_does_not_exist_is_explained(cast: Cast):
    answer = Visitor(cast.cashier).client.get("/no/such/page/")
    assert answer.status_code == 404
    assert "没有找到这一页" in text(answer)
