"""The same pages with and without something that a person must not know: their bytes must be the same."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from difflib import unified_diff
from typing import Any

from django.core.cache import cache
from django.test import Client

from grants.people.models import User
from tests.snapshots import rolled_back
from workflow.outbox import relay

EVERYTHING = 10_000
VARIES = re.compile(
    rb'name="csrfmiddlewaretoken" value="[^"]*"|nonce="[^"]*"|nonce-[\w+/=-]+'
    rb'|name="(?:say-)?key" value="[^"]*"|"X-CSRFToken": "[^"]*"'
)
"""What differs between two answers that say the same: tokens, nonces and keys of one answer."""


def said(client: Client, url: str) -> tuple[int, bytes]:
    """Status and body of an answer, without what differs from one to the next."""
    answer: Any = client.get(url)
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    where = str(answer.get("Location", "")).encode()
    return answer.status_code, VARIES.sub(b"", body) + where + str(answer.get("Content-Disposition", "")).encode()


def looks(people: Iterable[User | None], urls: list[str]) -> dict[tuple[str, str], tuple[int, bytes]]:
    """What each of these people, nobody being the public, meets at each address; what looking writes is undone."""
    found = {}
    for person in people:
        client = Client()
        if person:
            client.force_login(person)
        for url in urls:
            with rolled_back():
                cache.clear()
                found[person.name if person else "public", url] = said(client, url)
    return found


def leaks(people: list[User | None], urls: list[str], hidden: Callable[[], object]) -> Iterator[str]:
    """Where somebody can tell that `hidden` was done, its notices handed out, with the lines that tell it."""
    relay(EVERYTHING)
    before = looks(people, urls)
    with rolled_back():
        hidden()
        relay(EVERYTHING)
        after = looks(people, urls)
    for place, (status, body) in before.items():
        if (status, body) != after[place]:
            yield f"{place} {status} {after[place][0]}\n" + _told(body, after[place][1])


def _told(one: bytes, other: bytes) -> str:
    lines = unified_diff(_lines(one), _lines(other), lineterm="", n=0)
    return "\n".join(line[:300] for line in lines if not line.startswith(("---", "+++", "@@")))


def _lines(body: bytes) -> list[str]:
    return body.decode("utf-8", "replace").replace("><", ">\n<").splitlines()
