"""Every page of the demonstration can be read by everybody who may open it, and every page that is met seldom."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Browser, Route

from grants.desk.demo.roster import PEOPLE
from grants.desk.demo.roster import Person as Played
from grants.desk.demo.story import tell
from grants.people.models import User
from tests.grants.desk.addresses import Address, addresses
from tests.grants.desk.rare import rare_pages
from tests.journeys.person import WIDTHS, Person
from tests.journeys.site import Site
from workflow import clock
from workflow.tasks import relay_outbox

NOT_FOUND = 404
TRIES = 3
BY_STATE = {"project", "record"}
MAIN = re.compile(r"<main.*</main>", re.DOTALL)
DRAWN = re.compile(r'(?<=name="csrfmiddlewaretoken" value=")[^"]*|(?<=name="key" value=")[^"]*')

HALVES = [pytest.mark.xdist_group(f"reading {n}") for n in (0, 1)]
"""One worker would read for everybody while the other has nothing left to do."""
READERS = [pytest.param(one, id=one.role, marks=HALVES[n % 4 in (1, 2)]) for n, one in enumerate(PEOPLE)]


@pytest.fixture(scope="module")
def told(site: Site) -> None:
    """The demonstration, its notices handed out."""
    with site.moment():
        tell(clock.today())
        relay_outbox()


@pytest.fixture(scope="module")
def shelves(site: Site, told: None, full: bool) -> dict[str, list[Address]]:
    """The pages of the demonstration that each of its people reads: the own home, and what nobody before has read.

    At full size everybody finds their own shelf.
    """
    seen, found = set[object](), dict[str, list[Address]]()
    for played in () if full else PEOPLE:
        found[played.login] = list(shelf(site, played, seen))
    return found


@pytest.fixture(scope="module")
def read() -> set[str]:
    """What each page said that this worker has put on a shelf at full size, without what is drawn by lot."""
    return set()


def shelf(site: Site, played: Played, seen: set[object], read: set[str] | None = None) -> Iterator[Address]:
    """What that person may open and is not among what has been seen, which it joins.

    A project and every page of a round is read in each of its states, another page once. With `read` every page is in
    each of its states, and what says to the letter what somebody else has read is left: a page's head is read at home.
    """
    client, tried = Client(), Counter[object]()
    with site.moment():
        client.force_login(User.objects.get(username=played.login))
        pages = list(addresses())
    for page in pages:
        by_state = read is not None or not page.project or page.name in BY_STATE
        mark = (page.sort if by_state else (page.name, page.about), played.login if page.name == "home" else "")
        if mark in seen or tried[mark] == TRIES:
            continue
        tried[mark] += 1
        with site.moment():
            answer = client.get(page.url)
        if answer.status_code == NOT_FOUND:
            continue
        seen.add(mark)
        said = main_of(answer.content.decode())
        if read is None or page.name == "home" or said not in read:
            yield page
        if read is not None:
            read.add(said)


def main_of(text: str) -> str:
    """A digest of what a page says between its head and its foot; tokens and keys are drawn anew each time."""
    found = MAIN.search(text)
    return hashlib.sha256(DRAWN.sub("", found[0] if found else text).encode()).hexdigest()


@pytest.fixture
def reader(browser: Browser, site: Site, shelves: object, played: Played) -> Iterator[Person]:
    """Somebody of the demonstration."""
    with Person(browser, site) as person:
        yield person.is_(User.objects.get(username=played.login))


@pytest.fixture
def seldom(site: Site, told: None) -> list[tuple[str, Any]]:
    """What the product answers at the door, by a link, in public, in a demonstration, and when something goes wrong."""
    with site.moment():
        return list(rare_pages())


@HALVES[0]
def test_every_page_that_is_met_seldom_can_be_read(browser: Browser, site: Site, seldom: Any):
    """The answer of the product is shown where the browser asks for it, with its policy and whatever it loads."""
    faults = []
    with Person(browser, site) as person:
        for place, (name, answer) in enumerate(seldom):
            person.page.route(f"**/seldom/{place}", partial(shows, answer))
            person.opens(f"/seldom/{place}")
            faults += [f"{name}: {one}" for one in at_both_widths(person)]
    assert not faults, "\n".join(faults)
    assert len(seldom) > len(WIDTHS)


def at_both_widths(person: Person) -> Iterator[str]:
    """What is wrong with the page in the window, on a screen and then, drawn narrow, on a phone."""
    for width, where in WIDTHS.items():
        person.resizes(width)
        yield from (f"{where}: {one}" for one in person.faults())


def shows(answer: Any, route: Route) -> None:
    """The browser is given that answer; one of a broken server as if it were a page like others."""
    headers = {name: value for name, value in answer.headers.items() if name != "Content-Length"}
    route.fulfill(status=min(answer.status_code, NOT_FOUND), headers=headers, body=answer.content)


@pytest.mark.parametrize("played", READERS)
def test_every_page_can_be_read_by_everybody(
    reader: Person, site: Site, shelves: dict[str, list[Address]], read: set[str], played: Played
):
    """No fault that axe-core knows, nothing refused by the policy, nothing cut at the side."""
    faults = []
    for page in shelves.get(played.login) or shelf(site, played, set(), read):
        reader.opens(page.url)
        faults += [f"{page.url}: {one}" for one in at_both_widths(reader)]
    assert not faults, "\n".join(faults)
