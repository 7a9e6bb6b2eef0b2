"""A page on a telephone: at most 150 KB the first time, 30 KB after (DESIGN 8), as it goes over the line."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.db import connection
from django.test import Client

from grants.desk.demo.roster import PEOPLE, Person
from grants.people.models import User
from tests.grants.desk.addresses import Address
from tests.grants.desk.demonstration.visits import Visits

pytestmark = [
    pytest.mark.xdist_group("demonstration"),
    pytest.mark.skipif(connection.vendor != "sqlite", reason="the same pages on both databases"),
]

FIRST, AFTER = 150 * 1024, 30 * 1024
LOADED = re.compile(r'(?:href|src)="/static/([^"#]+)')
DRAWN = re.compile(r"url\(([^)]+)\)")


@pytest.mark.parametrize("person", PEOPLE, ids=[person.role for person in PEOPLE])
def test_every_page_is_light(browsing: list[Address], visits: Visits, person: Person):
    heavy = [f"{one.page.url}: {one.weight} bytes" for one in visits.of(person) if one.weight > AFTER]
    assert not heavy


@pytest.mark.parametrize("person", PEOPLE, ids=[person.role for person in PEOPLE])
def test_the_first_page_brings_all_it_needs_in_little(browsing: list[Address], person: Person):
    """The page itself, and each file it names: style, scripts, pictures, and what the style draws."""
    client = Client(headers={"accept-encoding": "gzip"})
    client.force_login(User.objects.get(username=person.login))
    answer = client.get("/")
    assert answer.headers["Content-Encoding"] == "gzip"
    page = gzip.decompress(answer.content).decode()
    files = set(LOADED.findall(page))
    assert {"theme.css", "app.js"} <= files
    styles = " ".join(read(file).decode() for file in files if file.endswith(".css"))
    files |= {name for found in DRAWN.findall(styles) if not (name := found.strip("\"'")).startswith("data:")}
    loaded = sum(len(gzip.compress(read(file))) for file in files)
    assert len(answer.content) + loaded < FIRST


def read(file: str) -> bytes:
    found = finders.find(file)
    assert isinstance(found, str), file
    return Path(found).read_bytes()
