"""Nothing typed is lost when a session ends, a page is stale, or the password is asked for once more."""

from __future__ import annotations

import datetime as dt
import re
from html import unescape
from typing import Any

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from grants.applications.models import Project
from grants.desk.commands import put_forward
from tests.cast import Cast
from tests.grants.desk.visiting import Visitor, text
from tests.journey_steps import starting
from workflow import clock
from workflow.lifecycle import ProjectState as S
from workflow.models import Proposal

GROUNDS = {"reason": "团队成立不满一年。"}
WORDS = "河边的救护课，\n每周六上午。"
FIELD = re.compile(
    r'<input type="hidden" name="([^"]+)" value="([^"]*)"|<textarea name="([^"]+)" hidden>\n([^<]*)</textarea>'
)


@pytest.fixture(autouse=True)
def _nobody_has_tried(db: None) -> None:
    """What limits counted in another test is forgotten."""
    cache.clear()


def offered(client: Client) -> dict[str, str]:
    """What the page of kept forms would send."""
    page = text(client.get(reverse("kept")))
    form = page[page.index("<main") : page.index("</form>", page.index("<main"))]
    found = {a or c: unescape(b or d) for a, b, c, d in FIELD.findall(form)}
    return {name: value for name, value in found.items() if name != "csrfmiddlewaretoken"}


def signs_in(client: Client, person: Any) -> None:
    """By the form, as anybody does."""
    person.set_password("a long secret")
    person.save()
    client.post(reverse("login"), {"username": person.username, "password": "a long secret"})


def ended(visitor: Visitor) -> None:
    """The session is over; the browser is the same."""
    visitor.client.get(reverse("account"))  # whoever signed in has been seen
    visitor.client.post(reverse("logout"))


@starting(S.DRAFT)
def test_a_form_sent_after_the_session_is_offered_after_signing_in(cast: Cast, project: Project):
    visitor = Visitor(cast.team_leader)
    typed = visitor.hidden("project_part", project.pk, "project") | {"summary": WORDS}
    ended(visitor)
    answer = visitor.post("project_part", project.pk, "project", **typed)
    assert answer.headers["Location"] == "/login/?next=%2Fkept%2F"
    assert "刚才填的内容还在" in text(visitor.client.get(answer.headers["Location"]))
    signs_in(visitor.client, cast.team_leader)
    assert "河边的救护课" in text(visitor.client.get(reverse("kept")))
    assert (
        visitor.client.post(reverse("project_part", args=[project.pk, "project"]), offered(visitor.client)).status_code
        == 302
    )
    assert "河边的救护课" in visitor.open("project_part", project.pk, "project")
    assert visitor.client.get(reverse("kept")).status_code == 302


@starting(S.DRAFT)
def test_what_one_person_typed_is_not_shown_to_another(cast: Cast, project: Project):
    visitor = Visitor(cast.team_leader)
    ended(visitor)
    visitor.post("project_part", project.pk, "project", summary=WORDS)
    signs_in(visitor.client, cast.county_officer)
    assert visitor.client.get(reverse("kept")).headers["Location"] == "/"
    assert "河边" not in text(visitor.client.get("/"))


@starting(S.DRAFT)
def test_what_somebody_unknown_sends_is_not_kept(cast: Cast, project: Project):
    client = Client()
    answer = client.post(reverse("project_part", args=[project.pk, "project"]), {"summary": WORDS})
    assert "kept" not in answer.headers["Location"]
    signs_in(client, cast.team_leader)
    assert client.get(reverse("kept")).status_code == 302


@starting(S.DRAFT)
def test_passwords_are_never_kept_and_files_are_named(cast: Cast, project: Project):
    visitor = Visitor(cast.team_leader)
    ended(visitor)
    file = a_file("任务书.pdf")
    visitor.post("project_files", project.pk, slot="commitment", password="secret", present="周明", file=file)
    signs_in(visitor.client, cast.team_leader)
    assert set(offered(visitor.client)) == {"slot", "present", "kept"}
    assert "任务书.pdf" in text(visitor.client.get(reverse("kept")))


def a_file(name: str) -> Any:
    return SimpleUploadedFile(name, b"%PDF-1.7\n", content_type="application/pdf")


@starting(S.DRAFT)
def test_what_was_kept_is_gone_after_a_day_and_when_it_is_not_wanted(cast: Cast, project: Project):
    visitor = Visitor(cast.team_leader)
    ended(visitor)
    visitor.post("project_part", project.pk, "project", summary=WORDS)
    signs_in(visitor.client, cast.team_leader)
    with clock.held(clock.now() + dt.timedelta(days=1, minutes=1)):
        assert visitor.client.get(reverse("kept")).status_code == 302
    assert visitor.client.post(reverse("kept"), {"kept": offered(visitor.client)["kept"]}).status_code == 302
    assert visitor.client.get(reverse("kept")).headers["Location"] == "/"


@starting(S.DRAFT)
def test_a_part_of_a_page_takes_the_whole_page_to_sign_in(cast: Cast, project: Project):
    visitor = Visitor(cast.team_leader)
    ended(visitor)
    answer = visitor.client.post(
        reverse("project_part", args=[project.pk, "project"]), {"summary": WORDS}, headers={"hx-request": "true"}
    )
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (200, "/login/?next=%2Fkept%2F")


@starting(S.DRAFT)
def test_a_form_older_than_the_last_sign_in_is_kept_too(cast: Cast, project: Project):
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.team_leader)
    client.get(reverse("account"))
    url, old = (
        reverse("project_part", args=[project.pk, "project"]),
        {"summary": WORDS, "csrfmiddlewaretoken": "a" * 64},
    )
    answer = client.post(url, old, headers={"origin": "http://testserver"})
    assert answer.headers["Location"] == "/kept/"
    assert offered(client)["summary"] == WORDS.replace("\n", "\r\n") or offered(client)["summary"] == WORDS
    assert client.post(url, old, headers={"origin": "http://elsewhere.example"}).status_code == 403


@starting(S.ELIGIBILITY_CHECK)
def test_a_decision_asks_for_the_password_once_for_a_batch_and_loses_nothing(cast: Cast, project: Project):
    cast.officer.set_password("a long secret")
    cast.officer.save()
    visitor = Visitor(cast.officer)
    visitor.has_not_proved_for(16)
    url = reverse("move", args=["project", project.pk, "fail_eligibility"])
    answer = visitor.client.post(url, GROUNDS)
    assert answer.headers["Location"] == "/login/again/?next=%2Fkept%2F"
    assert not Proposal.objects.filter(move="fail_eligibility").exists()
    page = text(visitor.client.get(answer.headers["Location"]))
    assert "再确认一次是您本人" in page
    assert "刚才填的内容还在" in page
    assert "密码不对" in text(visitor.client.post("/login/again/", {"password": "guessed", "next": "/kept/"}))
    right = visitor.client.post("/login/again/", {"password": "a long secret", "next": "/kept/"})
    assert right.headers["Location"] == "/kept/"
    assert visitor.client.post(url, offered(visitor.client)).headers["Location"].startswith("/proposals/")
    with clock.held(clock.now() + dt.timedelta(minutes=14)):
        assert "/login/" not in visitor.client.post(url, GROUNDS | {"again": "1"}).headers.get("Location", "")
    with clock.held(clock.now() + dt.timedelta(minutes=16)):
        later = visitor.client.post(url, GROUNDS | {"again": "1"})
        assert later.headers["Location"].startswith("/login/again/")


@starting(S.ELIGIBILITY_CHECK)
def test_standing_behind_a_decision_asks_as_well(cast: Cast, project: Project):
    proposal = put_forward(project, "fail_eligibility", actor=cast.officer, given=GROUNDS)
    visitor = Visitor(cast.business_lead)
    visitor.has_not_proved_for(16)
    answer = visitor.client.post(reverse("proposal", args=[proposal.pk]), {"x": "1"})
    assert answer.headers["Location"].startswith("/login/again/")
    assert not proposal.endorsements.exists()
    visitor.proves()
    assert visitor.client.post(reverse("proposal", args=[proposal.pk])).status_code == 302
    assert proposal.endorsements.exists()


@starting(S.ELIGIBILITY_CHECK)
def test_a_decision_waits_for_a_second_factor_where_one_is_demanded(cast: Cast, project: Project, settings):
    settings.SECOND_FACTOR = True
    visitor = Visitor(cast.officer)
    answer = visitor.client.post(reverse("move", args=["project", project.pk, "fail_eligibility"]), GROUNDS)
    assert answer.headers["Location"] == reverse("mfa_index")
    page = text(visitor.client.get(reverse("mfa_index")))
    assert "您还没有设" in page
    assert "接着提交" in page
    assert not Proposal.objects.filter(move="fail_eligibility").exists()


@starting(S.DRAFT)
def test_ordinary_work_asks_for_nothing(cast: Cast, project: Project):
    visitor = Visitor(cast.team_leader)
    visitor.has_not_proved_for(16)
    sent = visitor.client.post(reverse("move", args=["project", project.pk, "withdraw"]), {"reason": "今年不做了。"})
    assert sent.headers["Location"] == reverse("project", args=[project.pk])


def test_an_ordinary_session_lasts_days_a_weighty_one_hours(cast: Cast, settings):
    ordinary, weighty = Visitor(cast.team_leader).client.session, Visitor(cast.cashier).client.session
    assert ordinary.get_expiry_age() == 14 * 24 * 3600
    assert weighty.get_expiry_age() == 12 * 3600


def test_a_visit_moves_the_end_of_a_session_once_a_day(cast: Cast):
    visitor = Visitor(cast.team_leader)
    visitor.open("home")
    first = visitor.client.session["renewed_at"]
    with clock.held(clock.now() + dt.timedelta(hours=5)):
        visitor.open("home")
        assert visitor.client.session["renewed_at"] == first
    with clock.held(clock.now() + dt.timedelta(hours=25)):
        visitor.open("home")
        assert visitor.client.session["renewed_at"] > first
