"""Whatever holds rows costs the same with one and with three of them."""

from __future__ import annotations

from collections import Counter

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client

from tests.factories import CALL
from tests.grants.desk.budgets import KINDS
from tests.grants.desk.visiting import asked, text
from tests.grants.desk.worlds import WORLDS, Shelf, World
from tests.snapshots import rolled_back
from workflow import clock

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(connection.vendor != "sqlite", reason="the same questions are asked on both databases"),
]

ROWS_ELSEWHERE = {
    "document",
    "project",
    "round",
    "recommending",
    "recommending_compare",
    "eligibility",
    "decision_table",
    "meeting_decisions",
    "publicity",
}
ROWS_ELSEWHERE |= {"batch", "activities", "project_money", "project_accounts", "organisation", "person", "team"}
ROWS_ELSEWHERE |= {"project_sharing", "project_comments", "project_form", "project_part"}
ROWS_ELSEWHERE |= {"reviewers", "foretelling", "round_opinions", "refusal_letters"}
ROWS_ELSEWHERE |= {"score_history", "round_sample"}
ROWS_ELSEWHERE |= {"round_assigning", "assigning_project", "reviewer_pool", "may_review"}
ROWS_ELSEWHERE |= {"project_papers", "project_slot", "import_teams"}
ROWS_ELSEWHERE |= {"round_setup", "setup_part", "round_rehearsal", "round_call"}
ROWS_ELSEWHERE |= {"round_questions", "round_question", "round_question_page"}
ROWS_ELSEWHERE |= {"public_home", "public_call", "public_notice", "public_objection", "public_projects"}
"""What is neither a list nor a dashboard by its budget, and holds rows all the same."""


def test_every_list_is_compared():
    lists = {name for name, kind in KINDS.items() if kind in {"list", "dashboard", "finance"}}
    assert {name for pages in WORLDS.values() for name in pages} == lists | ROWS_ELSEWHERE


@pytest.mark.pages
@pytest.mark.parametrize("world", WORLDS, ids=[world.__name__ for world in WORLDS])
def test_three_rows_cost_no_more_queries_than_one(world: World):
    one, three = cost(world, 1), cost(world, 3)
    assert {name for name, _url, _n in one} == {name for name, _url, _n in three} == set(WORLDS[world])
    dear = {name: (few, many) for (name, few), (_name, many) in zip(by_page(one), by_page(three), strict=True)}
    assert {name: told(few, many) for name, (few, many) in dear.items() if len(few) != len(many)} == {}


Asked = tuple[str, int, list[str]]


def cost(world: World, n: int) -> list[Asked]:
    """What each page of a world with so many rows asks the database, where all of the rows are on it."""
    with rolled_back(), clock.held(CALL):
        cache.clear()
        shelves = world(n)
        found = [(shelf.name, place, queries_of(shelf)) for place, shelf in enumerate(shelves)]
    cache.clear()
    return found


def by_page(found: list[Asked]) -> list[tuple[str, list[str]]]:
    """The queries under the name of the page, and its place where a world has two of a name."""
    return [(f"{name} {place}", queries) for name, place, queries in found]


def queries_of(shelf: Shelf) -> list[str]:
    """The page is opened by who may, twice: the first of a while also counts what is under the bell."""
    client = Client()
    if shelf.who:
        client.force_login(shelf.who)
    page = text(client.get(shelf.url))
    missing = [row for row in shelf.rows if not any(word in page for word in row)]
    assert shelf.rows
    assert not missing, (shelf.name, missing, page[page.index("<main") :][:6000])
    with asked() as queries:
        assert client.get(shelf.url).status_code == 200
    return queries


def told(few: list[str], many: list[str]) -> str:
    """How many queries, and those of which there are more."""
    more = Counter(many) - Counter(few)
    return f"{len(few)} → {len(many)}:\n" + "\n".join(f"  {n} × {sql[:300]}" for sql, n in more.most_common(6))
