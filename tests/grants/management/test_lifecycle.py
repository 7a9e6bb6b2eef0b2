"""`manage.py lifecycle` prints the table; the page of the reference is what it prints."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils.translation import override

from grants.management.commands import docs
from workflow.lifecycle import PROJECT

ROOT = Path(__file__).resolve().parent.parent.parent.parent
PAGES = ("docs/reference/lifecycle.md", "docs/reference/lifecycle.svg")


def told(*words: str) -> str:
    out = StringIO()
    call_command("lifecycle", *words, stdout=out)
    return out.getvalue()


def test_it_prints_the_diagram_the_moves_and_the_rules_of_a_machine():
    text = told("objection")
    assert text.startswith("## 异议 · objection")
    assert "stateDiagram-v2" in text
    assert "| 受理 `take_up` | 已收到 | 核查中 | 监督举报受理人 |" in text


def test_without_a_name_it_prints_the_six_machines_of_the_table():
    headings = [line for line in told().splitlines() if line.startswith("## ")]
    assert [line.rpartition(" ")[2] for line in headings] == [
        "project",
        "payment",
        "check",
        "objection",
        "change_request",
        "round",
    ]


def test_it_prints_mermaid_alone():
    text = told("round", "--mermaid")
    assert text.startswith("stateDiagram-v2\n")
    assert "|" not in text


def test_it_prints_plain_data():
    found = json.loads(told("--json"))
    project = found["project"]
    assert len(found) == 6
    assert [move["name"] for move in project["moves"]] == [move.name for move in PROJECT.moves]
    assert (len(project["states"]), project["initial"]) == (31, "draft")
    resume, recommend = (
        next(move for move in project["moves"] if move["name"] == name) for name in ("resume", "county_recommend")
    )
    assert (resume["back"], recommend["paper"]["evidence"]) == (True, "signed_opinion")
    assert project["states"][0] == {
        "code": "draft",
        "label": "草稿",
        "stage": "applications",
        "final": False,
        "waits": ["team_leader", "applicant"],
    }


def test_a_machine_that_the_table_does_not_have_is_refused_with_those_it_has():
    with pytest.raises(CommandError, match="project、payment"):
        told("postman")


@pytest.mark.parametrize("path", PAGES)
def test_the_page_of_the_reference_is_current(path: str):
    assert (ROOT / path).read_text(encoding="utf-8") == docs.pages()[path], "run: make docs"


@pytest.mark.parametrize("path", PAGES)
def test_the_page_is_the_same_whatever_language_its_writer_speaks(path: str):
    with override("en"):
        assert docs.pages()[path] == (ROOT / path).read_text(encoding="utf-8")
