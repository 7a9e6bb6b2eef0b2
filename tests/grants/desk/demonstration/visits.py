"""What each person of the demonstration meets at each of its pages: every visit is made once, whoever asks."""

from __future__ import annotations

import gzip
import re
from collections import Counter
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from django.test import Client

from grants.desk.demo.roster import Person
from grants.people.models import User
from tests.grants.desk.addresses import Address
from tests.grants.desk.demonstration.things import Thing, standing_of, things
from tests.grants.desk.visiting import asked
from tests.snapshots import rolled_back

FROM = re.compile(r'FROM "(\w+)"')
EACH = {("project", ""), ("round", "")}
TRIES, A_FEW = 3, 2
VARIES = re.compile(r'csrfmiddlewaretoken" value="[^"]*"|nonce="[^"]*"')
MOMENT = {"Date", "X-Request-Id", "Set-Cookie", "Content-Security-Policy"}  # the policy names the nonce of one answer
SHUT = 404

Told = tuple[int, str, tuple[tuple[str, str], ...]]


@dataclass(frozen=True)
class Visit:
    """A page that was asked for, its bytes on the line, its queries, what an empty form was answered."""

    page: Address
    status: int
    queries: int
    tally: str
    weight: int = 0
    posted: int = 0
    refused: tuple[Told, ...] = ()


@dataclass(frozen=True)
class Tried:
    """A record that was asked for, whether it was there for the person, and what was said if not."""

    thing: Thing
    open: bool
    refused: tuple[Told, ...]


class Visits:
    """The visits of everybody, made when somebody wants to know."""

    def __init__(self, pages: list[Address], *, full: bool) -> None:
        self.pages, self.full, self.things = pages, full, list(things())
        self.made: dict[str, list[Visit]] = {}
        self.tried: dict[str, dict[str, list[Tried]]] = {}

    def of(self, person: Person) -> list[Visit]:
        """Every project and round, and one page of each kind; at full size every page."""
        if person.login not in self.made:
            self.made[person.login] = list(self._go(signed_in(person.login)))
        return self.made[person.login]

    def things_of(self, person: Person) -> dict[str, list[Tried]]:
        """Of each kind of record a few of the person's own and a few foreign ones; at full size all."""
        if person.login not in self.tried:
            client, mine = signed_in(person.login), standing_of(User.objects.get(username=person.login))
            groups: dict[str, list[Thing]] = {}
            for one in self.things:
                groups.setdefault(f"{'own' if mine.owns(one) else 'foreign'} {one.kind}", []).append(one)
            self.tried[person.login] = {
                line: [tried(client, one) for one in spread(found, len(found) if self.full else A_FEW)]
                for line, found in groups.items()
            }
        return self.tried[person.login]

    def _go(self, client: Client) -> Iterator[Visit]:
        if self.full:
            yield from (visit(client, page) for page in self.pages)
            return
        each, others = partition(self.pages, lambda page: page.kind in EACH)
        met = [visit(client, page, sends=False) for page in each]
        yield from met
        seen = {one.page.project for one in met if one.status == 200}
        kinds: dict[tuple[str, str], list[Address]] = {}
        for page in sorted(others, key=lambda page: page.project not in seen):
            kinds.setdefault(page.kind, []).append(page)
        for pages in kinds.values():
            made = [visit(client, pages[0])]
            while made[-1].status == SHUT and len(made) < min(TRIES, len(pages)):
                made.append(visit(client, pages[len(made)]))
            yield made[-1]


def signed_in(login: str) -> Client:
    """Somebody of the demonstration at a browser."""
    client = Client()
    client.force_login(User.objects.get(username=login))
    return client


def visit(client: Client, page: Address, *, sends: bool = True) -> Visit:
    """The page is asked for, and an empty form sent to it; whatever that did is undone."""
    with asked() as queries:
        answer = client.get(page.url)
    weight = 0 if answer.streaming else len(gzip.compress(answer.content))
    found = [told(answer)]
    if sends:
        found.append(told(posted(client, page.url)))
    refused = tuple(one for one in found if one[0] == SHUT)
    return Visit(page, found[0][0], len(queries), tally(queries), weight, found[1][0] if sends else 0, refused)


def tried(client: Client, thing: Thing) -> Tried:
    """Whether it is there for the person; what only takes forms is sent an empty one, and that is undone."""
    found = told(client.get(thing.url))
    if found[0] == 405:
        found = told(posted(client, thing.url))
    assert found[0] in {200, 302, SHUT}, (thing, found)
    return Tried(thing, found[0] != SHUT, (found,) if found[0] == SHUT else ())


def posted(client: Client, url: str) -> Any:
    """The answer to an empty form; whatever it did is undone, and the person is signed in as before."""
    cookies = deepcopy(client.cookies)
    with rolled_back():
        answer = client.post(url)
    client.cookies = cookies
    return answer


def told(answer: Any) -> Told:
    """All that an answer tells, but for what differs between any two; of one that is no refusal only that."""
    words = b"".join(answer)  # a file is closed once it is read
    if answer.status_code != SHUT:
        return answer.status_code, "", ()
    headers = tuple(sorted((name, value) for name, value in answer.headers.items() if name not in MOMENT))
    return SHUT, VARIES.sub("", words.decode()), headers


def spread(found: list[Thing], count: int) -> list[Thing]:
    """So many of them, from all over the list."""
    return found[:: max(1, len(found) // count)][:count]


def partition(pages: list[Address], wanted: Callable[[Address], bool]) -> tuple[list[Address], list[Address]]:
    """Those wanted, and the others."""
    return [page for page in pages if wanted(page)], [page for page in pages if not wanted(page)]


def tally(queries: list[str]) -> str:
    """The queries by table and condition, those asked most often first."""
    parts = [(FROM.search(sql), sql.partition(" WHERE ")[2]) for sql in queries]
    found = Counter(f"{table[1] if table else ''} {where[:120]}" for table, where in parts)
    return "".join(f"\n      {n} × {what}" for what, n in found.most_common(12))
