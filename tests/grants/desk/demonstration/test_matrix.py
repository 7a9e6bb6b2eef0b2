"""Who may do what: every address, everybody of the demonstration, every project, own and foreign records (access.txt).

What is meant to change is approved with `APPROVE=1 pytest` on this file; the difference is then read like any other.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles.finders import get_finders
from django.db import connection
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, resolve, reverse

from grants.desk.demo.roster import PEOPLE, Person
from tests.grants.desk.addresses import Address
from tests.grants.desk.budgets import KINDS, NO_PAGES
from tests.grants.desk.demonstration.things import MISSING
from tests.grants.desk.demonstration.visits import EACH, SHUT, Visits, signed_in, told
from tests.snapshots import rolled_back

pytestmark = [
    pytest.mark.xdist_group("demonstration"),
    pytest.mark.skipif(connection.vendor != "sqlite", reason="the same doors on both databases"),
]

APPROVED = Path(__file__).with_name("access.txt")
OPEN = {  # to everybody, without signing in
    "healthz",
    "set_language",
    "home",  # which leads a visitor to the public pages
    "login",
    "account_login",
    "account_inactive",
    "enter",
    "joining",
    "review_door",
    "csp_report",
    "mail_stop",
    "tour",
    "look_as",
    "gallery",
    "public_home",
    "public_call",
    "public_notice",
    "public_objection",
    "public_receipt",
    "public_projects",
    "public_project",
    "public_file",
}
SAMPLES = {"int": 1, "uuid": "00000000-0000-4000-8000-000000000000", "machine": "project"}
STATIC = {
    "app.js",
    "favicon.svg",
    "passkeys.js",
    "theme.css",
    "uploads.js",
    "vendor",
}  # and what the apps of others bring along
STATIC |= {"account", "mfa"}


def routes(found: Any = None, space: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Every pattern of the resolver with its full name."""
    for one in (found or get_resolver()).url_patterns:
        if isinstance(one, URLResolver):
            yield from routes(one, f"{one.namespace}:" if one.namespace else space)
        else:
            yield f"{space}{one.name}", one


def sample(name: str, pattern: URLPattern) -> str:
    """An address of that pattern."""
    converters = {
        key: type(one).__name__.removesuffix("Converter").lower() for key, one in pattern.pattern.converters.items()
    }
    return reverse(name, kwargs={key: SAMPLES.get(kind, "x") for key, kind in converters.items()})


@pytest.fixture
def doors(browsing: list[Address]) -> dict[str, str]:
    """An address for every name: one of the demonstration's pages where there is one."""
    known = {page.name: page.url for page in reversed(browsing)}
    return {name: known.get(name) or sample(name, pattern) for name, pattern in routes()}


def test_every_address_is_listed(doors: dict[str, str]):
    assert set(doors) == {*KINDS, *NO_PAGES, *OPEN}


def test_a_stranger_is_led_to_the_door(doors: dict[str, str]):
    open_ = set()
    for name, url in doors.items():
        answers = [Client().get(url), Client().post(url)]
        if {answer.headers.get("Location", "").partition("?")[0] for answer in answers} != {reverse("login")}:
            open_.add(name)
        for answer in answers:
            b"".join(answer)  # a file is closed once it is read
    assert open_ == OPEN


def test_everybody_opens_what_was_approved_and_nothing_else(browsing: list[Address], visits: Visits):
    found = "".join(sorted({*opened(visits), *posted(visits), *owned(visits)}))
    if "APPROVE" in os.environ:
        APPROVED.write_text(found, encoding="utf-8")
    assert found.splitlines() == APPROVED.read_text(encoding="utf-8").splitlines()


def line_of(page: Address) -> str:
    """A project and a round stand for themselves, other pages for their kind."""
    return page.url if page.kind in EACH else " ".join(filter(None, page.kind))


def opened(visits: Visits) -> Iterator[str]:
    """For every page and every project who opens it."""
    found: dict[str, list[str]] = {}
    for person in PEOPLE:
        for visit in visits.of(person):
            who = person.login if visit.status == 200 else f"{person.login}={visit.status}"
            if visit.status not in {SHUT, 405} and who not in found.setdefault(line_of(visit.page), []):
                found[line_of(visit.page)].append(who)
    yield from (f"{line}: {' '.join(who)}\n" for line, who in found.items() if who)


def posted(visits: Visits) -> Iterator[str]:
    """For every kind of page what an empty form is answered, unless it is as if nothing were there."""
    found: dict[str, dict[int, list[str]]] = {}
    for person in PEOPLE:
        for visit in visits.of(person):
            if visit.posted:
                who = found.setdefault(line_of(visit.page), {}).setdefault(visit.posted, [])
                who += [] if person.login in who else [person.login]
    for line, answers in found.items():
        if [len(who) for who in answers.values()] == [len(PEOPLE)]:
            yield f"POST {line}: {next(iter(answers))} everybody\n"
        else:
            parts = [f"{status} {' '.join(who)}" for status, who in sorted(answers.items()) if status != SHUT]
            yield f"POST {line}: {'; '.join(parts)}\n"


def owned(visits: Visits) -> Iterator[str]:
    """For every kind of record who opens the own ones, and who foreign ones; `~` means some of them."""
    found: dict[str, list[str]] = {}
    for person in PEOPLE:
        for line, group in visits.things_of(person).items():
            seen = [one.open for one in group]
            who = found.setdefault(line, [])
            who += [person.login if all(seen) else f"{person.login}~"] if any(seen) else []
    yield from (f"{line}: {' '.join(who) or 'nobody'}\n" for line, who in found.items())


@pytest.mark.parametrize("person", PEOPLE, ids=[person.role for person in PEOPLE])
def test_a_foreign_record_is_a_missing_one(browsing: list[Address], visits: Visits, person: Person):
    """Whatever is refused, opened or sent a form, is refused as a project that does not exist."""
    ours = told(signed_in(person.login).get(reverse("project", args=[MISSING])))
    found = {visit.page.url: visit.refused for visit in visits.of(person)}
    found |= {one.thing.url: one.refused for group in visits.things_of(person).values() for one in group}
    assert [url for url, refused in found.items() if {*refused} - {ours}] == []


def test_whatever_is_missing_is_missing_alike(browsing: list[Address], visits: Visits):
    client = signed_in("lin")
    ours = told(client.get(reverse("project", args=[MISSING])))
    there = {one.kind: one.missing for one in visits.things} | {page.name: missing(page.url) for page in visits.pages}
    answers = {kind: {told(client.get(url)), told(client.post(url))} for kind, url in there.items() if url}
    assert len(answers) > len(KINDS) // 2
    assert {kind for kind, found in answers.items() if ours not in found or found - {ours, (405, "", ())}} == set()


def missing(url: str) -> str:
    """The address of a record of the same kind that does not exist; none where no record is named."""
    found = resolve(url.partition("?")[0])
    numbers = {key: MISSING if isinstance(value, int) else value for key, value in found.kwargs.items()}
    return reverse(found.view_name, kwargs=numbers) if numbers != found.kwargs else ""


def test_no_other_method_is_answered(browsing: list[Address], visits: Visits, doors: dict[str, str]):
    """PUT, PATCH and DELETE are refused by a page that is there, and lead a stranger to the door."""
    who = {name: (url, "") for name, url in doors.items()}
    for person in PEOPLE:
        who |= {one.page.name: (one.page.url, person.login) for one in visits.of(person) if one.status == 200}
    wrong = {}
    for name, (url, login) in who.items():
        client = signed_in(login) if login else Client()
        for send in (client.put, client.patch, client.delete):
            with rolled_back():
                answer = send(url)
            if answer.status_code not in ({405} if login else {302, 404, 405}):
                wrong[name] = answer.status_code
    assert not wrong


def test_a_static_file_is_for_everybody_and_nothing_lies_there_that_is_not_listed():
    found = [path for finder in get_finders() for path, _storage in finder.list([])]
    assert {path.partition("/")[0] for path in found} == STATIC
    for path in found:
        answer = Client().get(f"/static/{path}")
        b"".join(answer)
        assert (answer.status_code, answer.cookies) == (200, {}), path
        assert Client().post(f"/static/{path}").status_code == 405
    for path in ("no-such-file.css", "../manage.py", "..%2f..%2fmanage.py", "vendor/"):
        assert Client().get(f"/static/{path}").status_code == 404
