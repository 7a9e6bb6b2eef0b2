"""The pages of letting people in: the link handed over, the page behind it, the history of links."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from grants.people.commands import grant_role
from grants.people.models import AccessLink, User
from tests.cast import HANGZHOU, Cast
from tests.grants.desk.visiting import Visitor, text
from workflow.lifecycle import Role
from workflow.ports import SYSTEM

SECRET = "a bridge over the river"
URL = re.compile(r"http://testserver(/enter/[^\s<]+/)")


@pytest.fixture(autouse=True)
def _nobody_has_tried(db: None) -> None:
    """What limits counted in another test is forgotten."""
    cache.clear()


def invited(cast: Cast, **given: Any) -> tuple[str, str]:
    """The page that shows the link, and where the link leads."""
    typed: dict[str, Any] = {
        "name": "周秀兰",
        "mobile": "13800000007",
        "role": Role.APPLICANT,
        "team": cast.team.pk,
    } | given
    page = text(Visitor(cast.county_officer).send("invite", status=200, **typed))
    found = URL.search(page)
    assert found
    return page, found[1]


def test_an_officer_hands_over_a_code_and_words_to_send(cast: Cast):
    page, link = invited(cast)
    assert "请周秀兰扫这个二维码" in page
    assert '<svg class="qr"' in page
    assert "style=" not in page
    assert "周秀兰您好" in page
    person = User.objects.get(name="周秀兰")
    assert link not in Visitor(cast.county_officer).open("reset_access", person.pk)


def test_the_person_sets_a_password_and_signs_in_by_number(cast: Cast, client: Client):
    _page, link = invited(cast)
    assert "陈晓红请您使用情暖浙江" in text(client.get(link))
    typed = {"name": "周秀兰", "mobile": "138 0000 0007", "email": "", "password": SECRET, "password_again": SECRET}
    assert client.post(link, typed).headers["Location"] == "/login/"
    assert client.post("/login/", {"username": "13800000007", "password": SECRET}).status_code == 302
    assert "晨光应急救护队" in text(client.get("/"))


def test_opening_a_link_spends_nothing(cast: Cast, client: Client):
    _page, link = invited(cast)
    for _time in range(3):
        assert client.get(link).status_code == 200
    assert client.get(link).headers["Cache-Control"].startswith("max-age=0")


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"password_again": "something else"}, "两次输入的密码不一样"),
        ({"password": "short", "password_again": "short"}, "密码"),
        ({"mobile": "12"}, "请填写 11 位手机号"),
        ({"email": "zhou"}, "请写完整的邮箱地址"),
        ({"mobile": "", "email": ""}, "登录时要用"),
        ({"name": ""}, "请填写这一项"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_the_link_still_works(
    cast: Cast, client: Client, typed: dict[str, str], said: str
):
    _page, link = invited(cast, mobile="")
    right = {"name": "周秀兰", "mobile": "13800000007", "password": SECRET, "password_again": SECRET}
    answer = client.post(link, right | typed)
    assert answer.status_code == 422
    assert said in text(answer)
    assert client.post(link, right).status_code == 302


def test_a_spent_link_says_what_to_do(cast: Cast, client: Client):
    _page, link = invited(cast)
    client.post(link, {"name": "周秀兰", "mobile": "13800000007", "password": SECRET, "password_again": SECRET})
    for path in (link, "/enter/guessed/"):
        answer = client.get(path)
        assert answer.status_code == 404
        assert "这个链接不能用了" in text(answer)


def test_an_officer_who_opens_the_link_is_told_whose_it_is(cast: Cast):
    _page, link = invited(cast)
    assert "这个浏览器现在登录的是陈晓红" in text(Visitor(cast.county_officer).client.get(link))


def test_a_county_is_offered_its_teams_and_their_roles_only(cast: Cast):
    page = Visitor(cast.county_officer).open("invite")
    assert Role.APPLICANT in page
    assert "city_officer" not in page
    assert 'name="organisation"' not in page
    assert 'name="organisation"' in Visitor(cast.city_officer).open("invite")


def test_a_refused_invitation_keeps_what_was_typed(cast: Cast):
    typed: dict[str, Any] = {"name": "周秀兰", "mobile": "12", "role": Role.APPLICANT, "team": cast.team.pk}
    page = text(Visitor(cast.county_officer).send("invite", status=422, **typed))
    assert "周秀兰" in page
    assert "请填写 11 位手机号" in page


@pytest.mark.parametrize("role", ["team_leader", "auditor", "cashier", "stranger"])
def test_whoever_lets_nobody_in_finds_no_such_page(cast: Cast, role: str):
    visitor = Visitor(getattr(cast, role))
    visitor.open("invite", status=404)
    visitor.open("reset_access", cast.team_leader.pk, status=404)


def test_somebody_out_of_sight_is_somebody_missing(cast: Cast):
    Visitor(cast.county_officer).open("reset_access", cast.cashier.pk, status=404)


def test_a_password_is_reset_by_a_link_and_every_link_is_told(cast: Cast, client: Client):
    _page, link = invited(cast)
    client.post(link, {"name": "周秀兰", "mobile": "13800000007", "password": SECRET, "password_again": SECRET})
    person = User.objects.get(name="周秀兰")
    officer = Visitor(cast.county_officer)
    found = URL.search(text(officer.post("reset_access", person.pk, status=200)))
    assert found
    answer = client.post(found[1], {"password": "another secret", "password_again": "another secret"})
    assert answer.status_code == 302
    person.refresh_from_db()
    assert person.check_password("another secret")
    told = officer.open("reset_access", person.pk)
    assert told.count("已使用") == 2
    assert "陈晓红" in Visitor(person).open("account")


def test_why_somebody_cannot_be_reset_stands_beside_the_greyed_button(cast: Cast):
    grant_role(cast.team_leader, Role.CITY_OFFICER, actor=SYSTEM, organisation=cast.places[HANGZHOU])
    officer = Visitor(cast.county_officer)
    page = officer.open("reset_access", cast.team_leader.pk)
    assert 'aria-disabled="true"' in page
    assert "周明还是“市级红十字会经办”" in page
    officer.post("reset_access", cast.team_leader.pk, status=422)
    assert not AccessLink.objects.exists()


def test_a_link_is_taken_back(cast: Cast, client: Client):
    _page, link = invited(cast)
    person = User.objects.get(name="周秀兰")
    Visitor(cast.county_officer).post("reset_access", person.pk, status=200, withdraw="1")
    assert client.get(link).status_code == 404


def test_handing_out_access_asks_for_the_password(cast: Cast):
    visitor = Visitor(cast.county_officer)
    visitor.has_not_proved_for(16)
    answer = visitor.client.get(reverse("invite"))
    assert answer.headers["Location"] == "/login/again/?next=%2Fpeople%2Finvite%2F"
    answer = visitor.client.post(reverse("reset_access", args=[cast.team_leader.pk]), {"x": "1"})
    assert answer.headers["Location"].startswith("/login/again/")
    assert not AccessLink.objects.exists()


def test_the_way_to_letting_in_is_on_the_pages_of_people(cast: Cast):
    officer = Visitor(cast.county_officer)
    assert reverse("invite") in officer.open("people")
    assert reverse("reset_access", args=[cast.team_leader.pk]) in officer.open("person", cast.team_leader.pk)
    assert reverse("invite") not in Visitor(cast.cashier).open("people")
