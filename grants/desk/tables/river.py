"""The six stages as one river: solid where it has flowed, dotted ahead."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from workflow.lifecycle import PROJECT, Stage
from workflow.models import Step

BENDS = (
    "M0 20C35 7,65 7,100 20",
    "C135 33,165 33,200 20",
    "C235 7,265 7,300 20",
    "C335 33,365 33,400 20",
    "C435 7,465 7,500 20",
)


@dataclass(frozen=True)
class Place:
    """One stage on the river."""

    number: int
    label: str
    when: Any
    look: str


@dataclass(frozen=True)
class River:
    """The stages and the two lines that draw them."""

    places: list[Place]
    flowed: str
    ahead: str


def river(state: str, steps: Sequence[Step], *, final: bool) -> River:
    """Where a project is among the six stages, with the day it left each (`steps` newest first).

    A stage that was jumped over, because the project ended early, has no day.
    """
    stages = list(Stage)
    here = stages.index(Stage(PROJECT.stage_of(state)))
    over = final and here == len(stages) - 1
    left = _days(steps)
    places = [
        Place(n + 1, str(stage.label), left.get(stage), "done" if n < here or over else "now" if n == here else "")
        for n, stage in enumerate(stages)
    ]
    flowed = "".join(BENDS[:here])
    ahead = f"M{here * 100} 20" + "".join(bend.removeprefix("M0 20") for bend in BENDS[here:])
    return River(places, flowed, ahead if here < len(BENDS) else "")


def _days(steps: Sequence[Step]) -> dict[str, Any]:
    """The last day on which the project moved out of each stage."""
    found: dict[str, Any] = {}
    for step in steps:
        if step.machine == "project" and step.source:
            before, after = PROJECT.stage_of(step.source), PROJECT.stage_of(step.target)
            if before != after:
                found.setdefault(before, step.at)
    return found
