"""A volunteer is let in by the county, sets a password on a phone, is signed out in mid-form, and has lost nothing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.contrib.auth.hashers import make_password
from django.core.cache import cache
from django.test import override_settings
from playwright.sync_api import Browser

from grants.applications.models import Project
from grants.people.models import User
from tests.cast import Cast, a_cast
from tests.factories import CALL, a_draft
from tests.journeys.person import DESK, PHONE, Person
from tests.journeys.site import Site

SECRET = "a bridge over the river"
NEED = "沿河三个社区老人多，离医院远，会急救的人少。"


@pytest.fixture(scope="module")
def world(site: Site) -> Iterator[tuple[Cast, Project]]:
    """Everybody on the first day of the call, the county with a password; proving is asked for as in real use."""
    cache.clear()
    with override_settings(PROOF_MINUTES=15):
        site.is_at(CALL.date(), CALL.hour)
        with site.moment():
            found = a_cast()
            draft = a_draft(found)
        known = User.objects.filter(pk__in=[found.county_officer.pk, found.cashier.pk])
        known.update(password=make_password(SECRET))
        yield found, draft


def test_a_volunteer_is_let_in_and_loses_nothing(browser: Browser, site: Site, world: tuple[Cast, Project]):
    cast, draft = world
    with Person(browser, site, width=DESK) as officer, Person(browser, site, width=PHONE) as volunteer:
        officer.opens("/login/")
        officer.types(username="county_officer", password=SECRET)
        officer.presses("登录")
        officer.opens("/people/invite/")
        officer.types(name="周秀兰", mobile="138 0000 0007", team=str(cast.team.pk))
        officer.page.get_by_label("项目负责人").check()
        officer.presses("生成链接")
        officer.sees("请周秀兰扫这个二维码")
        assert not officer.faults()
        officer.picture("getting-in-handed")
        words = officer.page.locator("[data-message]").text_content() or ""
        link = words[words.index("http") :].split()[0]

        volunteer.opens(link)
        volunteer.sees("陈晓红请您使用情暖浙江")
        assert not volunteer.faults()
        volunteer.picture("getting-in-link")
        volunteer.types(password=SECRET, password_again=SECRET)
        volunteer.presses("开通账号")
        volunteer.sees("密码设好了")
        assert volunteer.opens(link) == 404
        volunteer.refused.clear()

        volunteer.opens("/login/")
        volunteer.types(username="13800000007", password=SECRET)
        assert not volunteer.faults()
        volunteer.picture("getting-in-sign-in")
        volunteer.presses("登录")
        volunteer.page.wait_for_url(site.url + "/")

        page = f"/projects/{draft.pk}/form/need/"
        volunteer.opens(page)
        cookies = [one for one in volunteer.context.cookies() if one["name"] != "sessionid"]
        volunteer.context.clear_cookies()
        volunteer.context.add_cookies(cookies)  # type: ignore[arg-type]
        volunteer.types(need=NEED)
        volunteer.sees("登录时间到了，刚才填的内容还在")  # saving as one types found the session gone
        assert not volunteer.faults()
        volunteer.types(username="13800000007", password=SECRET)
        volunteer.presses("登录")
        volunteer.sees("刚才填的内容还在", "沿河三个社区")
        assert not volunteer.faults()
        volunteer.picture("getting-in-kept")
        volunteer.presses("接着提交")
        volunteer.page.wait_for_url(lambda url: "/kept/" not in url)
        volunteer.opens(page)
        assert volunteer.page.locator('main [name="need"]').input_value() == NEED

        volunteer.opens("/account/")
        volunteer.sees("我的账号", "陈晓红")
        assert not volunteer.faults()
        volunteer.picture("getting-in-account")


@pytest.fixture
def at_localhost(site: Site) -> Iterator[Site]:
    """The same site under a name: a passkey belongs to a name, never to a number."""
    number, site.url = site.url, site.url.replace("127.0.0.1", "localhost")
    yield site
    site.url = number


DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}
"""A phone that recognises its owner's finger."""


def test_a_passkey_guards_an_account(browser: Browser, at_localhost: Site, world: tuple[Cast, Project]):
    with Person(browser, at_localhost, width=PHONE) as cashier:
        device = cashier.context.new_cdp_session(cashier.page)
        device.send("WebAuthn.enable")
        device.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
        cashier.opens("/login/")
        cashier.types(username="cashier", password=SECRET)
        cashier.presses("登录")
        cashier.opens("/account/second/passkeys/new/")
        assert not cashier.faults()
        cashier.presses("添加", exact=True)
        cashier.sees("请抄下来或打印")
        assert not cashier.faults()
        cashier.opens("/account/second/")
        cashier.sees("我的设备")
        assert not cashier.faults()
        cashier.context.clear_cookies()
        cashier.opens("/login/")
        cashier.types(username="cashier", password=SECRET)
        cashier.presses("登录")
        cashier.sees("密码对了")
        assert not cashier.faults()
        cashier.presses("用指纹、面容或安全钥匙")
        cashier.sees("记住这台设备吗")
        assert not cashier.faults()
        cashier.presses("记住，30 天")
        cashier.page.wait_for_url(at_localhost.url + "/")
