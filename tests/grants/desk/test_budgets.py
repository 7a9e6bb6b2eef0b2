"""Every page, for every role of the demonstration, within its budget of queries (DESIGN 8)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test import Client
from django.urls import reverse

from grants.applications.models import Project
from grants.desk.demo.roster import PEOPLE, Person
from grants.desk.demo.story import tell
from grants.desk.queries.records import MODELS
from grants.desk.urls import urlpatterns
from grants.implementation.enums import ChangeKind
from grants.people.models import User
from grants.programmes.models import Round
from tests.grants.running import rolled_back
from workflow import clock
from workflow.models import Proposal

pytestmark = [
    pytest.mark.xdist_group("demonstration"),
    pytest.mark.skipif(connection.vendor != "sqlite", reason="the same questions are asked on both databases"),
]

BUDGETS = {"list": 10, "detail": 15, "project": 25, "form": 12, "dashboard": 15}
KINDS = {
    "home": "dashboard",
    "projects": "list",
    "rounds": "list",
    "round_money": "list",
    "project": "project",
    "round": "detail",
    "record": "detail",
    "proposal": "detail",
    "move": "form",
    "new_project": "form",
    "new_round": "form",
    "new_objection": "form",
    "new_change": "form",
    "rewrite_change": "form",
    "project_text": "detail",
    "project_form": "form",
    "project_budget": "form",
    "project_files": "form",
    "project_report": "form",
}
FROM = re.compile(r'FROM "(\w+)"')
NO_PAGES = {"login", "logout", "proposed_document"}
OF_PROJECT = ("project_text", "project_form", "project_budget", "project_files", "project_report", "new_objection")


@dataclass(frozen=True)
class Address:
    """A page: its name among the addresses, what tells it from others of that name, where it is, in which state."""

    name: str
    about: str
    url: str
    state: str = ""

    @property
    def sort(self) -> tuple[str, ...]:
        """Pages alike: what is shown of a record depends on its state, the form of a deed hardly."""
        return (self.name, self.about, "" if self.name == "move" else self.state)


def addresses() -> Iterator[Address]:
    """Every page that the demonstration has, whoever may open it."""
    for name in ("home", "projects", "rounds", "new_project", "new_round"):
        yield Address(name, "", reverse(name))
    yield Address("projects", "filtered", reverse("projects") + "?q=a&stage=review")
    for machine, model in MODELS.items():
        for record in model._base_manager.order_by("pk"):
            yield from of_record(machine, record)
    for proposal in Proposal.objects.order_by("pk"):
        about, move = f"{proposal.machine} {proposal.move}", (proposal.machine, proposal.object_id, proposal.move)
        yield Address("proposal", about, reverse("proposal", args=[proposal.pk]))
        yield Address("move", f"{about}, proposed", reverse("move", args=move) + f"?proposal={proposal.pk}")


def of_record(machine: str, record: Any) -> Iterator[Address]:
    """The pages of one record in the state it is in."""
    state = str(record.state)
    page = machine if machine in {"project", "round"} else "record"
    place = [record.pk] if page == machine else [machine, record.pk]
    yield Address(page, machine, reverse(page, args=place), state)
    for deed in record.machine().by_state[state]:
        url = reverse("move", args=[machine, record.pk, deed.name])
        yield Address("move", f"{machine} {deed.name}", url, state)
    if isinstance(record, Round):
        yield Address("round_money", "", reverse("round_money", args=[record.pk]), state)
    if machine == "change_request":
        yield Address("rewrite_change", "", reverse("rewrite_change", args=[record.pk]), state)
    if isinstance(record, Project):
        for name in OF_PROJECT:
            yield Address(name, "", reverse(name, args=[record.pk]), state)
        for kind in ("", *ChangeKind.values):
            yield Address("new_change", kind, reverse("new_change", args=[record.pk]) + f"?kind={kind}")


@pytest.fixture(scope="module")
def story(django_db_setup: None, django_db_blocker: Any) -> Iterator[list[Address]]:
    """The demonstration, told once; what a process learns once about kinds of records it knows already."""
    with django_db_blocker.unblock(), rolled_back():
        tell(clock.today())
        for model in apps.get_models():
            ContentType.objects.get_for_model(model)
        yield list(addresses())


@contextmanager
def asked() -> Iterator[list[str]]:
    """Every query inside the block."""
    queries: list[str] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        queries.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield queries


def visit(client: Client, url: str) -> list[str] | None:
    """What opening a page asks the database; None where there is no such page for this person."""
    with asked() as queries:
        answer = client.get(url)
    if answer.status_code == 404:
        return None
    assert answer.status_code == 200, url
    return queries


def tally(queries: list[str]) -> str:
    """The queries by table and condition, those asked most often first."""
    parts = [(FROM.search(sql), sql.partition(" WHERE ")[2]) for sql in queries]
    found = Counter(f"{table[1] if table else ''} {where[:120]}" for table, where in parts)
    return "".join(f"\n      {n} × {what}" for what, n in found.most_common(12))


@pytest.fixture
def browsing(story: list[Address], db: None) -> list[Address]:
    return story


def test_every_page_has_a_budget():
    assert {str(pattern.name) for pattern in urlpatterns} == {*KINDS, *NO_PAGES}


@pytest.mark.parametrize("person", PEOPLE, ids=[person.role for person in PEOPLE])
def test_every_page_keeps_within_its_budget(browsing: list[Address], person: Person, full: bool):
    """One record of each state and one form of each deed, unless the run is at full size."""
    client, seen, over = Client(), set(), []
    client.force_login(User.objects.get(username=person.login))
    for page in browsing:
        if page.sort in seen and not full:
            continue
        if (queries := visit(client, page.url)) is None:
            continue
        seen.add(page.sort)
        if len(queries) > BUDGETS[KINDS[page.name]]:
            told = (
                f"{page.url} ({page.name} {page.about} {page.state}) asks {len(queries)} of {BUDGETS[KINDS[page.name]]}"
            )
            over.append(told + tally(queries))
    assert not over, f"{person.role} {person.login}:\n" + "\n".join(over)
    assert seen


@pytest.mark.parametrize("login", ["lin", "chen", "wu"])
def test_more_rows_cost_no_more_queries(browsing: list[Address], login: str):
    client = Client()
    client.force_login(User.objects.get(username=login))
    shown = list(Project.objects.values_list("number", flat=True))
    one = visit(client, f"{reverse('projects')}?q={shown[0]}")
    assert one
    assert [len(visit(client, reverse("projects") + query) or ()) for query in ("", "?page=2")] == [len(one)] * 2
