"""Whose attempts are counted together: the sender as our own proxies saw them, for allauth and for us alike."""

from __future__ import annotations

from typing import Any

import pytest
from allauth.account.adapter import get_adapter
from django.test import RequestFactory

from grants.people.addresses import household, sender
from grants.people.signing_in import Accounts

CITIZEN, OTHER, INNER, OUTER = "203.0.113.7", "203.0.113.8", "10.0.0.2", "10.0.0.1"


def came(passed: str = "", remote: str = INNER) -> Any:
    headers = {"X-Forwarded-For": passed} if passed else {}
    return RequestFactory().get("/", REMOTE_ADDR=remote, headers=headers)


@pytest.mark.parametrize(
    ("trusted", "count", "passed", "found"),
    [
        (False, 0, "", INNER),
        (False, 0, CITIZEN, INNER),  # anybody can write this header
        (True, 0, CITIZEN, CITIZEN),
        (True, 1, f"1.2.3.4, {CITIZEN}", CITIZEN),
        (True, 2, f"{CITIZEN}, {OUTER}", CITIZEN),
        (True, 2, f"1.2.3.4, {CITIZEN}, {OUTER}", CITIZEN),
        (True, 2, CITIZEN, CITIZEN),  # past the outer proxy
        (True, 2, "", INNER),
        (True, 1, "not an address", "0.0.0.0"),
        (True, 1, "203.0.113.7:51000", CITIZEN),
        (True, 1, "[2001:db8::7]:51000", "2001:db8::7"),
        (True, 1, "::ffff:203.0.113.7", CITIZEN),
    ],
)
def test_the_sender_is_whom_our_outermost_proxy_saw(settings, trusted: bool, count: int, passed: str, found: str):
    settings.TRUST_PROXY, settings.ALLAUTH_TRUSTED_PROXY_COUNT = trusted, count
    assert sender(came(passed)) == found
    assert Accounts().get_client_ip(came(passed)) == found


def test_a_socket_without_address_turns_nobody_away(settings):
    assert Accounts().get_client_ip(came(remote="")) == sender(came(remote="")) == "0.0.0.0"


def test_one_customer_has_one_network():
    assert household(came(remote="2001:db8:1:2:aaaa::1")) == household(came(remote="2001:db8:1:2:bbbb::9"))
    assert household(came(remote="2001:db8:1:2::1")) != household(came(remote="2001:db8:1:3::1"))
    assert household(came(remote=CITIZEN)) != household(came(remote=OTHER))


def test_allauth_asks_us():
    assert isinstance(get_adapter(), Accounts)
