"""A round's projects by stage and state."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from grants.desk.queries.rounds import StateCount
from grants.desk.tables.offers import record_url
from grants.desk.tables.trail import Line
from grants.desk.words import pill_of
from grants.funds.models import BankLine
from workflow.lifecycle import ProjectState, Stage


def stage_rows(counts: Iterable[StateCount]) -> list[dict[str, Any]]:
    """Stages with a project, each with its states, counts and granted money (fen)."""
    found = list(counts)
    rows = []
    for stage in Stage:
        mine = [one for one in found if one.stage == stage]
        if mine:
            states = [{"count": one.count, "state": one.state, **_pill(one.state)} for one in mine]
            total, granted = sum(one.count for one in mine), sum(one.granted_fen for one in mine)
            rows.append({"stage": stage, "label": stage.label, "n": total, "granted_fen": granted, "states": states})
    return rows


def in_public(lines: Iterable[Line]) -> list[Line]:
    """Of a round's trail what is for everybody: when it passed from one state to the next. Papers stay inside."""
    return [replace(line, remarks=[], documents=[]) for line in lines if line.passage]


def line_rows(lines: Iterable[BankLine], used: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The bank's lines, each with what it was matched with and the page of that."""
    rows = []
    for line in lines:
        record = used.get(line.matched)
        rows.append({"line": line, "record": record, "url": record_url(record) if record else ""})
    return rows


def _pill(state: str) -> dict[str, str]:
    return pill_of("project", state, str(ProjectState(state).label))
