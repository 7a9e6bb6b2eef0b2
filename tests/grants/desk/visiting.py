"""A person at a browser: open a page, fill in its form, send it."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

from django.test import Client
from django.urls import reverse

from grants.people.models import User

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

    def send(self, name: str, *args: Any, status: int = 302, query: str = "", **typed: Any) -> Any:
        """Open the page, type, send; the answer has the status expected."""
        found = self.hidden(name, *args, query=query)
        return self.post(name, *args, status=status, **(found | typed))

    def post(self, name: str, *args: Any, status: int = 302, **typed: Any) -> Any:
        """Send without opening the page first."""
        answer = self.client.post(reverse(name, args=args), typed)
        assert answer.status_code == status, text(answer)[:3000]
        return answer


def text(answer: Any) -> str:
    """What an answer says."""
    return str(answer.content.decode())
