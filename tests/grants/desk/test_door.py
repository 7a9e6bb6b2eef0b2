"""In by link and code: an expert without a password reviews, sees nothing else, and is out when the pass ends."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from grants.applications.models import Project
from grants.people.models import User
from grants.reviews.door.commands import HandedPass, hand_pass, try_pass, withdraw_pass
from grants.reviews.door.models import PassEnd, PassTry, ReviewPass
from tests.cast import Cast
from tests.factories import on
from tests.grants.desk.visiting import Visitor, text
from tests.journey_steps import starting
from workflow import clock
from workflow.actions import Refused
from workflow.lifecycle import ProjectState as S

pytestmark = starting(S.UNDER_REVIEW)


@pytest.fixture
def project(cast: Cast) -> Iterator[Project]:
    cache.clear()
    with on(2026, 5, 25):
        yield Project.objects.get()


@pytest.fixture
def me(cast: Cast) -> User:
    return cast.reviewers[0]


def handed(cast: Cast, project: Project, me: User, days: int = 10) -> HandedPass:
    return hand_pass(project.round, me, clock.today() + dt.timedelta(days=days), actor=cast.officer)


def door(given: HandedPass) -> str:
    return reverse("review_door", args=[given.token])


def come_in(given: HandedPass) -> Client:
    client = Client()
    assert client.post(door(given), {"code": f" {given.code[:3]} {given.code[3:]}"})["Location"] == reverse("reviews")
    return client


def test_link_and_code_lead_to_the_reviews_and_nowhere_else(cast: Cast, project: Project, me: User):
    client = come_in(handed(cast, project, me))
    assert client.get(reverse("scoring", args=[project.pk])).status_code == 200
    client.post(reverse("scoring", args=[project.pk]), {"declare": "1"})
    assert "您已声明" in text(client.get(reverse("scoring", args=[project.pk])))
    for name in ("project_reader", "project_versions"):
        assert client.get(reverse(name, args=[project.pk])).status_code == 200
    assert client.get(reverse("move", args=["project", project.pk, "recuse"])).status_code == 200
    for name, args in (("home", []), ("account", []), ("project", [project.pk]), ("search", []), ("own_password", [])):
        answer = client.get(reverse(name, args=args))
        assert (answer.status_code, answer["Location"]) == (302, reverse("reviews"))
    assert client.post(reverse("own_password"), {"password": "x"}).status_code == 404
    assert client.post(reverse("move", args=["project", project.pk, "withdraw"])).status_code == 404


def test_the_session_is_short_and_ends_with_the_pass(cast: Cast, project: Project, me: User):
    client = come_in(handed(cast, project, me))
    client.get(reverse("reviews"))
    assert client.session.get_expiry_age() <= 12 * 3600
    withdraw_pass(project.round, me, actor=cast.officer)
    assert client.get(reverse("reviews")).status_code == 404
    assert client.get(reverse("reviews")).status_code == 302
    other = come_in(handed(cast, project, me, days=1))
    with on(2026, 5, 27):
        assert other.get(reverse("reviews")).status_code in {302, 404}


def test_five_wrong_codes_end_the_link_and_every_try_is_kept(cast: Cast, project: Project, me: User):
    given, client = handed(cast, project, me), Client()
    wrong = f"{(int(given.code) + 1) % 10**6:06d}"
    for _try in range(4):
        assert "码不对" in text(client.post(door(given), {"code": wrong}))
    assert client.post(door(given), {"code": wrong}).status_code == 404
    assert client.post(door(given), {"code": given.code}).status_code == 404
    assert try_pass(given.token, given.code) is None
    assert PassTry.objects.filter(right=False).count() == 5
    assert PassEnd.objects.get().how == "guessed"


def test_opening_the_link_spends_nothing_and_a_foreign_or_late_link_is_not_found(
    cast: Cast, project: Project, me: User
):
    given, client = handed(cast, project, me), Client()
    for _visit in range(3):
        assert "六位码" in text(client.get(door(given)))
    assert not PassTry.objects.exists()
    assert client.get(reverse("review_door", args=["nothing"])).status_code == 404
    assert "errsum" in text(client.post(door(given), {"code": ""}))
    with on(2026, 6, 6):
        assert client.get(door(given)).status_code == 404


def test_a_new_one_replaces_the_old_one(cast: Cast, project: Project, me: User):
    first, second = handed(cast, project, me), handed(cast, project, me)
    assert Client().get(door(first)).status_code == 404
    come_in(second)
    come_in(second)


def test_the_officer_hands_it_over_once_and_takes_it_back(cast: Cast, project: Project, me: User):
    officer, args = Visitor(cast.officer), (project.round_id, me.pk)
    officer.proves()
    assert "发链接和码" in officer.open("review_pass", *args)
    assert reverse("review_pass", args=args) in officer.open("reviewer_pool", project.round_id)
    page = text(officer.post("review_pass", *args, status=200, until="2026-06-10"))
    code = re.search(r'<code class="secret">(\d{6})</code>', page)
    link = re.search(r"http://testserver(/review/[^/]+/)", page)
    assert code
    assert link
    assert Client().post(link[1], {"code": code[1]}).status_code == 302
    assert code[1] not in officer.open("review_pass", *args)
    assert code[1] not in ReviewPass.objects.get().code
    officer.post("review_pass", *args, withdraw="1")
    assert "已收回" in officer.open("review_pass", *args)
    for wrong in ("", "2026-05-01", "2027-01-01"):
        assert "errsum" in text(officer.post("review_pass", *args, status=422, until=wrong))


def test_only_the_officer_hands_it_and_only_to_who_reviews_and_nothing_else(cast: Cast, project: Project, me: User):
    until: Any = clock.today() + dt.timedelta(days=3)
    for actor, person in ((cast.chair, me), (me, cast.reviewers[1]), (cast.officer, cast.team_leader)):
        with pytest.raises(Refused):
            hand_pass(project.round, person, until, actor=actor)
    with pytest.raises(Refused):
        withdraw_pass(project.round, me, actor=cast.team_leader)
    Visitor(cast.chair).open("review_pass", project.round_id, me.pk, status=404)


def test_the_database_lets_nobody_hand_a_pass_to_themselves_or_change_one(cast: Cast, project: Project, me: User):
    given = handed(cast, project, me).given
    now = clock.now()
    facts = {"round": project.round, "person": me, "code": "x", "at": now, "digest": "1" * 64}
    with pytest.raises(IntegrityError), transaction.atomic():
        ReviewPass.objects.create(**facts, handed_by=me, expires_at=now + dt.timedelta(days=1))
    with pytest.raises(IntegrityError), transaction.atomic():
        ReviewPass.objects.create(**facts, handed_by=cast.officer, expires_at=now)
    with pytest.raises(IntegrityError), transaction.atomic():
        ReviewPass.objects.filter(pk=given.pk).update(expires_at=now + dt.timedelta(days=900))
