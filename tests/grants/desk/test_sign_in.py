"""Coming in and going out."""

from __future__ import annotations

import pytest
from django.core.cache import cache
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from grants.people.models import User
from tests.cast import Cast
from tests.grants.desk.visiting import Visitor, text

PASSWORD = "a long secret"


@pytest.fixture(autouse=True)
def _nobody_has_tried(db: None) -> None:
    """What limits counted in another test is forgotten."""
    cache.clear()


@pytest.fixture
def cashier(cast: Cast) -> User:
    """金小敏 with a password, a number and an address."""
    cast.cashier.set_password(PASSWORD)
    cast.cashier.mobile, cast.cashier.email = "+8613800000009", "jin@example.org"
    cast.cashier.save()
    return cast.cashier


def signs_in(client: Client, login: str, password: str = PASSWORD) -> bool:
    """Whether the person came in."""
    return bool(client.post(reverse("login"), {"username": login, "password": password}).status_code == 302)


@pytest.mark.parametrize(
    "login",
    ["cashier", "Cashier", "13800000009", "138 0000 0009", "+86 138-0000-0009", "jin@example.org", "JIN@example.org"],
)
def test_a_person_is_known_by_name_number_and_address_however_written(cashier: User, client: Client, login: str):
    assert signs_in(client, login)
    assert "金小敏" in text(client.get("/"))


@pytest.mark.parametrize("login", ["13800000008", "nobody", "nobody@example.org", "cashier", "13800000009"])
def test_a_refusal_does_not_tell_whether_there_is_such_an_account(cashier: User, client: Client, login: str):
    answer = client.post(reverse("login"), {"username": login, "password": "wrong"})
    assert "用户名或密码不对" in text(answer)


def test_the_password_of_a_person_cannot_be_guessed_by_writing_the_number_in_many_ways(cashier: User, client: Client):
    for login in ("13800000009", "138 00000009", "+8613800000009", "86 13800000009", "138-0000-0009"):
        assert not signs_in(client, login, "wrong")
    answer = client.post(reverse("login"), {"username": "13800000009", "password": PASSWORD})
    assert "试的次数太多了" in text(answer)


def test_one_who_mistypes_may_try_again(cashier: User, client: Client):
    for _time in range(3):
        assert not signs_in(client, "cashier", "wrong")
    assert signs_in(client, "cashier")


def test_whoever_tries_everybody_is_stopped(cashier: User, client: Client, settings):
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "login": "3/m/ip"}
    for number in range(3):
        assert not signs_in(client, f"somebody{number}", "wrong")
    answer = client.post(reverse("login"), {"username": "cashier", "password": PASSWORD})
    assert answer.status_code == 429
    assert "试得太快了" in text(answer)


def test_a_closed_account_is_told_so_only_to_whoever_knows_the_password(cashier: User, client: Client):
    User.objects.filter(pk=cashier.pk).update(is_active=False)
    assert not signs_in(client, "cashier", "wrong")
    answer = client.post(reverse("login"), {"username": "cashier", "password": PASSWORD}, follow=True)
    assert "账号已经停用" in text(answer)


@pytest.mark.parametrize(
    "path",
    ["/signup/", "/accounts/signup/", "/login/code/", "/password/reset/", "/accounts/login/", "/account/email/"],
)
def test_what_is_not_needed_is_closed(cast: Cast, path: str):
    assert Visitor(cast.cashier).client.get(path).status_code == 404


@pytest.mark.parametrize(
    "changed", [{"mobile": "+8613800000009"}, {"email": "jin@example.org"}, {"username": "CASHIER"}]
)
def test_the_database_knows_each_number_address_and_name_once(cashier: User, cast: Cast, changed: dict[str, str]):
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.filter(pk=cast.auditor.pk).update(**changed)


@pytest.mark.parametrize("changed", [{"mobile": "13800000009"}, {"email": "Jin@example.org"}])
def test_the_database_keeps_numbers_and_addresses_in_one_form(cast: Cast, changed: dict[str, str]):
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.filter(pk=cast.auditor.pk).update(**changed)


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
    for name in ("notices", "projects", "rounds"):
        assert client.get(reverse(name)).headers["Location"].startswith("/login/")


def test_a_visitor_is_led_to_the_public_pages(cast: Cast, client: Client):
    assert client.get("/").headers["Location"] == reverse("public_home")


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
