"""Pages of the demonstration that nobody opens by their address: at the door, by a link, when something goes wrong."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.test import Client, RequestFactory, override_settings
from django.urls import reverse
from django.utils import translation
from django.views.defaults import permission_denied, server_error

from grants.applications.models import Project
from grants.awards.models import OfficialNotice, PublicEntry
from grants.desk.letters import token_of
from grants.people.commands.access import let_in_again
from grants.people.models import User
from grants.programmes.models import Round
from grants.reviews.door.commands import hand_pass
from tests.grants.desk.test_account import SECRET, code, passes_the_password, with_an_app
from tests.grants.desk.visiting import Visitor
from workflow import clock

Speaks = Callable[[Client], Client]
Shown = Iterator[tuple[str, Any]]
WORDS = "河边的救护课。"
A_FEW = 6


def rare_pages(speaks: Speaks = lambda client: client) -> Shown:
    """(what it is, the answer) of each; `speaks` lets a browser choose its language first."""
    cache.clear()
    yield from at_the_door(speaks)
    yield from with_a_second_factor(speaks)
    yield from by_a_link(speaks)
    yield from typed_in_vain(speaks)
    yield from gone_wrong(speaks)
    yield from in_public(speaks)
    with override_settings(DEMO=True):
        yield "tour", speaks(Client()).get(reverse("tour"))
        yield "login of the demonstration", speaks(Client()).get(reverse("login"))
    cache.clear()


def known(login: str) -> User:
    """Somebody of the demonstration, who has a password of the tests."""
    person = User.objects.get(username=login)
    person.set_password(SECRET)
    person.save()
    return person


def at_the_door(speaks: Speaks) -> Shown:
    """Signing in, refused and closed; the password once more."""
    client = speaks(Client())
    yield "login", client.get(reverse("login") + "?next=/projects/")
    yield "login refused", client.post(reverse("login"), {"username": "chen", "password": "wrong"})
    yield "login closed", client.get(reverse("account_inactive"))
    client.force_login(known("jin"))
    again = reverse("account_reauthenticate") + "?next=/account/contacts/"
    yield "login again", client.get(again)
    yield "login again refused", client.post(again, {"password": "wrong"})


def with_a_second_factor(speaks: Speaks) -> Shown:
    """Setting it up, being asked for it, doing without it."""
    visitor = Visitor(person := known("jin"))
    speaks(visitor.client)
    yield "second factor refused", visitor.client.post(reverse("mfa_activate_totp"), {"code": "000000"})
    secret = with_an_app(visitor)
    for name in ("mfa_view_recovery_codes", "mfa_deactivate_totp", "mfa_index", "mfa_reauthenticate"):
        yield name, visitor.client.get(reverse(name))
    client, _sent = passes_the_password(person, speaks(Client()))
    yield "mfa_authenticate", client.get(reverse("mfa_authenticate"))
    yield "mfa_authenticate refused", client.post(reverse("mfa_authenticate"), {"code": "000000"})
    client.post(reverse("mfa_authenticate"), {"code": code(secret)})
    yield "mfa_trust", client.get(reverse("mfa_trust"))
    Authenticator.objects.filter(user=person).delete()


def by_a_link(speaks: Speaks) -> Shown:
    """A link to come in, one that is spent, and the one under a letter."""
    officer, client = User.objects.get(username="lin"), speaks(Client())
    handed = let_in_again(known("zhou"), actor=officer)
    link = reverse("enter", args=[handed.token])
    yield "enter", client.get(link)
    yield "enter refused", client.post(link, {"password": "1", "password_again": "2"})
    yield "enter spent", client.get(reverse("enter", args=["x"]))
    reviewer, round_ = known("qian"), Round.objects.latest("pk")
    given = hand_pass(round_, reviewer, clock.today() + dt.timedelta(days=3), actor=officer)
    door = reverse("review_door", args=[given.token])
    yield "review_door", client.get(door)
    yield "review_door refused", client.post(door, {"code": ""})
    stop = reverse("mail_stop", args=[token_of(officer, "handover")])
    yield "mail_stop", client.get(stop)
    yield "mail_stop done", client.post(stop, {"all": "1"})


def typed_in_vain(speaks: Speaks) -> Shown:
    """The session was over when the form was sent: the door says so, and behind it everything is there."""
    client, person = speaks(Client()), known("lin")
    client.force_login(person)
    client.get(reverse("account"))  # whoever signed in has been seen
    client.post(reverse("logout"))
    sent = client.post(reverse("new_objection", args=[Project.objects.earliest("pk").pk]), {"text": WORDS})
    yield "login with something kept", client.get(sent.headers["Location"])
    passes_the_password(person, client)
    yield "kept", client.get(reverse("kept"))


def gone_wrong(speaks: Speaks) -> Shown:
    """Not allowed, not there, too old, too often, broken."""
    client = speaks(Client(enforce_csrf_checks=False))
    person = known("chen")
    client.force_login(person)
    yield "404", client.get("/no/such/page/")
    yield "404 record", client.get(reverse("project", args=[999_999]))
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = client.cookies
    yield "403 too old", strict.post(reverse("logout"))
    language = translation.get_language_from_request(asking(client))
    with translation.override(language):
        yield "403", permission_denied(asking(client), PermissionDenied())
        yield "500", server_error(asking(client))
    answer: Any = None
    for _time in range(60):
        answer = client.post(reverse("own_password"), {"password": "guessed"})
        if answer.status_code == 429:
            break
    yield "429", answer


def asking(client: Client) -> HttpRequest:
    """A request of that browser, for pages that Django makes when a view has failed."""
    request = RequestFactory().get("/")
    request.COOKIES = {name: one.value for name, one in client.cookies.items()}
    return request


def in_public(speaks: Speaks) -> Shown:
    """Everything that the public reads."""
    client = speaks(Client())
    for name in ("public_home", "public_projects", "public_receipt"):
        yield name, client.get(reverse(name))
    yield "public_receipt refused", client.post(reverse("public_receipt"), {"number": "1", "secret": "2"})
    for round_ in Round.objects.exclude(state="planning"):
        yield "public_call", client.get(reverse("public_call", args=[round_.pk]))
    for notice in OfficialNotice.objects.filter(entries__isnull=False).distinct():
        yield "public_notice", client.get(reverse("public_notice", args=[notice.pk]))
        yield "public_objection", client.get(reverse("public_objection", args=[notice.pk]))
    for entry in PublicEntry.objects.order_by("pk")[::A_FEW]:
        yield "public_project", client.get(reverse("public_project", args=[entry.number]))
