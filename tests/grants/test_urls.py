"""What every answer of the site carries."""

from __future__ import annotations

import json

import pytest

pytestmark = pytest.mark.django_db


def test_a_supervisor_may_ask_for_health_without_signing_in(client):
    answer = client.get("/healthz")
    assert (answer.status_code, answer.content) == (200, b"ok")


def test_health_cannot_be_posted(client):
    assert client.post("/healthz").status_code == 405


def test_every_answer_forbids_foreign_content_and_frames(client):
    headers = client.get("/healthz").headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"


def test_a_visitor_may_choose_the_language(client, settings):
    answer = client.post("/lang/", {"language": "en", "next": "/healthz"})
    assert answer.headers["Location"] == "/healthz"
    assert answer.cookies[settings.LANGUAGE_COOKIE_NAME].value == "en"


def test_what_a_browser_refuses_is_one_line_in_the_log(client, caplog):
    report = {"csp-report": {"blocked-uri": "https://elsewhere.example/a.js", "violated-directive": "script-src"}}
    answer = client.post("/csp-report/", json.dumps(report), content_type="application/csp-report")
    assert answer.status_code == 204
    assert "https://elsewhere.example/a.js" in caplog.text


@pytest.mark.parametrize("body", ["", "[]", "not json", '{"csp-report": 3}', "x" * 9000])
def test_a_report_nobody_can_read_does_no_harm(client, body):
    assert client.post("/csp-report/", body, content_type="application/csp-report").status_code == 204


def test_a_form_instead_of_a_report_does_no_harm(client):
    assert client.post("/csp-report/", {"csp-report": "x"}).status_code == 204
