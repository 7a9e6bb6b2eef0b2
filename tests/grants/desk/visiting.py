"""A person at a browser: open a page, fill in its form, send it."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape
from typing import Any

from django.db import connection
from django.test import Client
from django.urls import reverse

from grants.people.models import User
from grants.people.proof import PROVED
from workflow import clock

CHOICE = re.compile(r'<input class="form-check-input" type="radio" name="(keep-[^"]+)" value="([^"]+)"')
HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')


class Visitor:
    """Somebody signed in."""

    def __init__(self, user: User) -> None:
        self.client = Client()
        self.client.force_login(user)

    def open(self, name: str, *args: Any, query: str = "", status: int = 200) -> str:
        """The page of that name; its status is as expected."""
        answer = self.client.get(reverse(name, args=args) + query)
        assert answer.status_code == status, answer.content.decode()[:2000]
        return answer.content.decode()

    def hidden(self, name: str, *args: Any, query: str = "") -> dict[str, Any]:
        """What the form of a page carries unseen: version, key and the like."""
        page = self.open(name, *args, query=query)
        form = page[page.index("<main") :]
        return {field: unescape(value) for field, value in HIDDEN.findall(form) if field != "csrfmiddlewaretoken"}

    def carried(self, answer: Any) -> dict[str, Any]:
        """What the form of an answered page carries unseen: the next thing that is sent from it."""
        return {name: values[-1] for name, values in self.fields(text(answer)).items()}

    def fields(self, page: str) -> dict[str, list[str]]:
        """What the form of a page at hand carries unseen, every value of a name."""
        return self.hidden_in(page[page.index("<main") :])

    @staticmethod
    def hidden_in(form: str) -> dict[str, list[str]]:
        """What one form carries unseen, every value of a name."""
        found: dict[str, list[str]] = {}
        for field, value in HIDDEN.findall(form):
            if field != "csrfmiddlewaretoken":
                found.setdefault(field, []).append(unescape(value))
        return found

    def send(self, name: str, /, *args: Any, status: int = 302, query: str = "", **typed: Any) -> Any:
        """Open the page, type, send; the answer has the status expected."""
        found = self.hidden(name, *args, query=query)
        return self.post(name, *args, status=status, **(found | typed))

    def post(self, name: str, /, *args: Any, status: int = 302, **typed: Any) -> Any:
        """Send without opening the page first; the person has just proved who they are."""
        self.proves()
        answer = self.client.post(reverse(name, args=args), typed)
        said = text(answer)
        assert answer.status_code == status, said[max(said.find("errsum"), said.find("<main")) :][:3000]
        return answer

    def has_not_proved_for(self, minutes: int) -> None:
        """The password was given that long ago."""
        session = self.client.session
        session[PROVED] = (clock.now() - dt.timedelta(minutes=minutes)).isoformat()
        session.save()

    def proves(self) -> None:
        """The password was given a moment ago: for tests that are about something else."""
        session, now = self.client.session, clock.now().isoformat()
        if session.get(PROVED, now) != now:
            session[PROVED] = now
            session.save()


@contextmanager
def asked() -> Iterator[list[str]]:
    """Every query inside the block."""
    queries: list[str] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        queries.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield queries


def text(answer: Any) -> str:
    """What an answer says."""
    return str(answer.content.decode())


def choices(answer: Any) -> dict[str, dict[str, str]]:
    """What may be chosen where two people wrote: the values by the field and by whose word it is."""
    found: dict[str, dict[str, str]] = {}
    for name, value in CHOICE.findall(text(answer)):
        found.setdefault(name, {})[value.partition(":")[0]] = value
    return found
