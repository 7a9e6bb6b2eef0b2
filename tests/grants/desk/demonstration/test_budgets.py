"""Every page, for every role of the demonstration, within its budget of queries (DESIGN 8)."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from grants.applications.models import Project
from grants.desk.demo.roster import PEOPLE, Person
from grants.desk.urls import urlpatterns
from grants.people.models import User
from storage.urls import urlpatterns as papers
from tests.grants.desk.addresses import Address
from tests.grants.desk.budgets import BUDGETS, KINDS, NO_PAGES
from tests.grants.desk.demonstration.visits import Visits
from tests.grants.desk.visiting import asked

pytestmark = [
    pytest.mark.xdist_group("demonstration"),
    pytest.mark.skipif(connection.vendor != "sqlite", reason="the same questions are asked on both databases"),
]


def test_every_page_has_a_budget_and_is_in_the_demonstration(browsing: list[Address]):
    named = {str(pattern.name) for pattern in urlpatterns} | {f"storage:{one.name}" for one in papers}
    assert named == {*KINDS, *NO_PAGES}
    assert {page.name for page in browsing} == set(KINDS)


@pytest.mark.parametrize("person", PEOPLE, ids=[person.role for person in PEOPLE])
def test_every_page_keeps_within_its_budget(browsing: list[Address], visits: Visits, person: Person):
    opened = [visit for visit in visits.of(person) if visit.status == 200 and visit.page.name in KINDS]
    over = [
        f"{one.page.url} ({' '.join(one.page.sort)}) asks {one.queries} of {BUDGETS[KINDS[one.page.name]]}{one.tally}"
        for one in opened
        if one.queries > BUDGETS[KINDS[one.page.name]]
    ]
    assert not over, f"{person.role} {person.login}:\n" + "\n".join(over)
    assert opened


@pytest.mark.parametrize("login", ["lin", "chen", "wu"])
def test_more_rows_cost_no_more_queries(browsing: list[Address], login: str):
    client = Client()
    client.force_login(User.objects.get(username=login))

    def cost(query: str) -> int:
        with asked() as queries:
            assert client.get(reverse("projects") + query).status_code == 200
        return len(queries)

    shown = Project.objects.values_list("number", flat=True)
    cost("")  # the first page of a while also counts what is under the bell
    assert {cost(f"?q={shown[0]}"), cost(""), cost("?page=2")} == {cost("")}
