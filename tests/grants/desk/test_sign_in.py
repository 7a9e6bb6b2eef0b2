"""Coming in and going out."""

from __future__ import annotations

from django.test import Client
from django.urls import reverse

from tests.cast import Cast
from tests.grants.desk.visiting import Visitor, text


def test_a_person_signs_in_and_comes_to_their_work(cast: Cast, client: Client):
    cast.cashier.set_password("a long secret")
    cast.cashier.save()
    answer = client.post(reverse("login"), {"username": "cashier", "password": "a long secret"})
    assert answer.headers["Location"] == "/"
    assert "金小敏" in text(client.get("/"))


def test_a_wrong_password_is_said_in_plain_words(cast: Cast, client: Client):
    answer = client.post(reverse("login"), {"username": "cashier", "password": "wrong"})
    assert "用户名或密码不对" in text(answer)


def test_nobody_sees_a_page_without_signing_in(cast: Cast, client: Client):
    for name in ("home", "projects", "rounds"):
        assert client.get(reverse(name)).headers["Location"].startswith("/login/")


def test_signing_out_is_a_button_not_a_link(cast: Cast):
    visitor = Visitor(cast.cashier)
    assert visitor.client.get(reverse("logout")).status_code == 405
    assert visitor.client.post(reverse("logout")).headers["Location"] == "/login/"
    assert visitor.client.get("/").status_code == 302


def test_the_way_back_after_signing_in_is_kept(cast: Cast, client: Client):
    page = text(client.get(client.get("/projects/").headers["Location"]))
    assert 'name="next" value="/projects/"' in page


def test_a_page_says_who_one_is_and_in_which_roles(cast: Cast):
    page = Visitor(cast.county_officer).open("home")
    assert "陈晓红" in page
    assert "县级红十字会经办" in page
    assert "杭州市上城区红十字会" in page


def test_every_page_offers_the_other_language(cast: Cast):
    visitor = Visitor(cast.county_officer)
    assert 'name="language" value="en"' in visitor.open("home")
    visitor.client.post(reverse("set_language"), {"language": "en", "next": "/"})
    assert 'lang="en"' in visitor.open("home")


def test_only_a_demonstration_lists_its_accounts(cast: Cast, client: Client, settings):
    assert "演示账号" not in text(client.get(reverse("login")))
    settings.DEMO = True
    page = text(client.get(reverse("login")))
    assert "演示账号" in page
    assert "chen" in page


def test_a_demonstration_says_so_on_every_page(cast: Cast, settings):
    assert "密码公开" not in Visitor(cast.cashier).open("home")
    settings.DEMO = True
    assert "密码公开" in Visitor(cast.cashier).open("home")
