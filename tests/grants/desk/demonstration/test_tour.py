"""From here a visitor of the demonstration begins."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client

from grants.desk.demo.roster import PEOPLE
from tests.grants.desk.addresses import Address
from tests.grants.desk.visiting import text
from workflow.lifecycle import Stage

pytestmark = [
    pytest.mark.xdist_group("demonstration"),
    pytest.mark.skipif(connection.vendor != "sqlite", reason="the same story is told on both databases"),
]


@pytest.fixture
def tour(browsing: list[Address], settings: Any) -> str:
    settings.DEMO = True
    answer = Client().get("/tour/")
    assert answer.status_code == 200
    return text(answer)


def test_every_stage_has_work_for_somebody(tour: str):
    parts = tour.split('<li class="panel">')[1:]
    assert len(parts) == len(Stage)
    for stage, part in zip(Stage, parts, strict=True):
        assert str(stage.label) in part
        assert "去看" in part, stage


def test_everybody_of_the_demonstration_is_on_the_tour(tour: str):
    assert [person.login for person in PEOPLE if f"/tour/{person.login}/" not in tour] == []


def test_one_press_looks_with_the_eyes_of_another(browsing: list[Address], settings: Any):
    settings.DEMO = True
    client = Client()
    assert client.post("/tour/zhou/").headers["Location"] == "/"
    assert "周敏" in text(client.get("/"))
    client.post("/tour/wu/")
    assert "吴美芳" in text(client.get("/"))


@pytest.mark.parametrize("who", ["shao", "admin", "leader05"])
def test_nobody_else_can_be_looked_as(browsing: list[Address], settings: Any, who: str):
    settings.DEMO = True
    assert Client().post(f"/tour/{who}/").status_code == 404


def test_outside_a_demonstration_there_is_no_tour(browsing: list[Address]):
    assert [Client().get("/tour/").status_code, Client().post("/tour/zhou/").status_code] == [404, 404]
