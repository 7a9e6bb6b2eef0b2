"""One's own account: password, number and address, second factor, signing out elsewhere."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import struct
import time
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from grants.people.models import User
from tests.cast import Cast
from tests.grants.desk.visiting import Visitor, text

SECRET, ANOTHER = "a bridge over the river", "a river under the bridge"


@pytest.fixture(autouse=True)
def _nobody_has_tried(db: None) -> None:
    """What limits counted in another test is forgotten."""
    cache.clear()


@pytest.fixture
def cashier(cast: Cast) -> User:
    """金小敏 with a password."""
    cast.cashier.set_password(SECRET)
    cast.cashier.save()
    return cast.cashier


def code(secret: str) -> str:
    """What the app on a phone shows now (RFC 6238)."""
    counter = struct.pack(">Q", int(time.time()) // 30)
    digest = hmac.new(base64.b32decode(secret), counter, hashlib.sha1).digest()
    at = digest[-1] & 0x0F
    return f"{(struct.unpack('>I', digest[at : at + 4])[0] & 0x7FFFFFFF) % 1_000_000:06d}"


def with_an_app(visitor: Visitor) -> str:
    """The person sets up codes on the phone; the secret in it."""
    page = visitor.open("mfa_activate_totp")
    found = re.search(r'<code class="secret">([A-Z2-7]+)</code>', page)
    assert found
    assert '<svg class="qr"' in page
    answer = visitor.client.post(reverse("mfa_activate_totp"), {"code": code(found[1])})
    assert answer.headers["Location"] == reverse("mfa_view_recovery_codes")
    cache.clear()  # a code is taken once, and this test signs in within the same half minute
    return found[1]


def passes_the_password(user: User, client: Client | None = None) -> tuple[Client, Any]:
    """Somebody at the door with the right password, and where they are sent."""
    client = client or Client()
    return client, client.post(reverse("login"), {"username": user.username, "password": SECRET})


def test_a_person_changes_the_password_and_stays_here_alone(cashier: User):
    here, there = Visitor(cashier), Visitor(cashier)
    wrong = here.post("own_password", present_password="guessed", password=ANOTHER, password_again=ANOTHER, status=422)
    assert "密码不对" in text(wrong)
    here.post("own_password", present_password=SECRET, password=ANOTHER, password_again=ANOTHER)
    assert "密码已改" in here.open("account")
    assert there.client.get("/").status_code == 302
    cashier.refresh_from_db()
    assert cashier.check_password(ANOTHER)


def test_a_person_signs_in_by_the_number_they_have_now(cashier: User):
    Visitor(cashier).post("own_contacts", mobile="138 0000 0002", email="Jin@Example.org")
    cashier.refresh_from_db()
    assert (cashier.mobile, cashier.email) == ("+8613800000002", "jin@example.org")


def test_a_number_of_somebody_else_is_refused_at_its_field(cashier: User, cast: Cast):
    User.objects.filter(pk=cast.auditor.pk).update(mobile="+8613800000002")
    page = text(Visitor(cashier).post("own_contacts", mobile="13800000002", email="", status=422))
    assert "这个手机号已经有账号" in page
    assert "13800000002" in page


def test_changing_the_number_asks_for_the_password(cashier: User):
    visitor = Visitor(cashier)
    visitor.has_not_proved_for(16)
    assert visitor.client.get(reverse("own_contacts")).headers["Location"].startswith("/login/again/")


def test_leaving_elsewhere_leaves_everywhere_but_here(cashier: User):
    here, there = Visitor(cashier), Visitor(cashier)
    here.post("leave_elsewhere")
    assert "别处的登录都已退出" in here.open("account")
    assert there.client.get("/").status_code == 302


def test_codes_on_a_phone_are_asked_for_after_the_password(cashier: User):
    secret = with_an_app(Visitor(cashier))
    client, sent = passes_the_password(cashier)
    assert sent.headers["Location"] == reverse("mfa_authenticate")
    assert client.get("/").status_code == 302
    page = text(client.get(reverse("mfa_authenticate")))
    assert "密码对了" in page
    assert "style=" not in page
    assert "验证码不对" in text(client.post(reverse("mfa_authenticate"), {"code": "000000"}))
    answer = client.post(reverse("mfa_authenticate"), {"code": code(secret)})
    assert answer.headers["Location"] == reverse("mfa_trust")
    answer = client.post(reverse("mfa_trust"), {})
    assert client.get("/").status_code == 200


def test_a_remembered_device_is_not_asked_until_it_is_forgotten(cashier: User):
    secret = with_an_app(Visitor(cashier))
    client, _sent = passes_the_password(cashier)
    client.post(reverse("mfa_authenticate"), {"code": code(secret)})
    assert "记住这台设备吗" in text(client.get(reverse("mfa_trust")))
    client.post(reverse("mfa_trust"), {"action": "trust"})
    client.post(reverse("logout"))
    _client, again = passes_the_password(cashier, client)
    assert again.headers["Location"] == "/"
    client.post(reverse("leave_elsewhere"))
    client.post(reverse("logout"))
    _client, forgotten = passes_the_password(cashier, client)
    assert forgotten.headers["Location"] == reverse("mfa_authenticate")


def test_a_recovery_code_lets_in_once(cashier: User):
    visitor = Visitor(cashier)
    with_an_app(visitor)
    codes = re.findall(r"<li><code>([^<]+)</code>", visitor.open("mfa_view_recovery_codes"))
    assert len(codes) == 10
    client, _sent = passes_the_password(cashier)
    assert client.post(reverse("mfa_authenticate"), {"code": codes[0]}).status_code == 302
    client, _sent = passes_the_password(cashier)
    assert client.post(reverse("mfa_authenticate"), {"code": codes[0]}).status_code == 200


def test_the_secret_is_sealed_in_the_database(cashier: User):
    secret = with_an_app(Visitor(cashier))
    assert secret not in str(list(Authenticator.objects.values_list("data", flat=True)))


def test_whoever_decides_keeps_one_second_factor(cashier: User, settings):
    visitor = Visitor(cashier)
    with_an_app(visitor)
    assert "现在还不能停用" not in visitor.open("mfa_deactivate_totp")
    settings.SECOND_FACTOR = True
    assert "您的身份须留一种第二验证" in visitor.open("mfa_deactivate_totp")
    visitor.client.post(reverse("mfa_deactivate_totp"))
    assert Authenticator.objects.filter(user=cashier, type="totp").exists()


def test_the_account_says_what_is_demanded_of_whom(cast: Cast, cashier: User, settings):
    settings.SECOND_FACTOR = True
    assert "您的身份要审批或经手资金" in Visitor(cashier).open("account")
    assert "您的身份不要求" in Visitor(cast.team_leader).open("account")
    settings.SECOND_FACTOR = False
    assert "演示时不要求第二验证" in Visitor(cashier).open("account")


def test_a_passkey_is_asked_of_the_device_by_a_script_of_ours(cashier: User):
    page = Visitor(cashier).open("mfa_add_webauthn")
    assert 'data-passkey="create"' in page
    assert '<script id="js_data" type="application/json">' in page
    assert "passkeys.js" in page
    assert not re.search(r"<script(?![^>]*(src=|application/json))", page)


def test_new_recovery_codes_replace_the_old(cashier: User):
    visitor = Visitor(cashier)
    with_an_app(visitor)
    before = visitor.open("mfa_view_recovery_codes")
    visitor.client.post(reverse("mfa_generate_recovery_codes"))
    after = re.findall(r"<li><code>([^<]+)</code>", visitor.open("mfa_view_recovery_codes"))
    assert after
    assert not any(one in before for one in after)
