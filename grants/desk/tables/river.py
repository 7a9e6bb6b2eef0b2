"""The six stages as one river: solid where it has flowed, dotted ahead, and in a sentence where it is now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from workflow.lifecycle import PROJECT, ProjectState, Stage
from workflow.models import Step

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

BENDS = (
    "M0 20C35 7,65 7,100 20",
    "C135 33,165 33,200 20",
    "C235 7,265 7,300 20",
    "C335 33,365 33,400 20",
    "C435 7,465 7,500 20",
)
IN_PLAIN_WORDS: dict[Stage, StrOrPromise] = {
    Stage.APPLICATION: _("团队填申报书，县、市红十字会审阅后推荐到省"),
    Stage.REVIEW: _("省里查看资格，专家打分"),
    Stage.AWARD: _("会议审定，公示，签协议"),
    Stage.IMPLEMENTATION: _("团队开展活动，省里拨款和检查"),
    Stage.CLOSEOUT: _("团队写结题报告，省里验收"),
    Stage.SETTLEMENT: _("核对每一笔钱，结清以后归档"),
}


@dataclass(frozen=True)
class Place:
    """One stage on the river: when it was left, or until when it lasts."""

    number: int
    label: str
    when: Any
    look: str
    until: Any = None


@dataclass(frozen=True)
class River:
    """The stages, the two lines that draw them, and the sentence below."""

    places: list[Place]
    flowed: str
    ahead: str
    sentence: str


def river(state: str, steps: Sequence[Step], *, final: bool, until: Any = None) -> River:
    """Where a project is among the six stages, with the day it left each (`steps` newest first).

    A stage that was jumped over, because the project ended early, has no day. `until` is when the present turn ends.
    """
    stages = list(Stage)
    here = stages.index(Stage(PROJECT.stage_of(state)))
    over = final and here == len(stages) - 1
    left = _days(steps)
    looks = ["done" if n < here or over else "now" if n == here else "" for n in range(len(stages))]
    places = [
        Place(n + 1, str(stage.label), left.get(stage), look, until if look == "now" and not final else None)
        for n, (stage, look) in enumerate(zip(stages, looks, strict=True))
    ]
    flowed = "".join(BENDS[:here])
    ahead = f"M{here * 100} 20" + "".join(bend.removeprefix("M0 20") for bend in BENDS[here:])
    return River(places, flowed, ahead if here < len(BENDS) else "", _sentence(state, stages[here], here, final=final))


def _sentence(state: str, stage: Stage, here: int, *, final: bool) -> str:
    words = {"n": here + 1, "stage": str(stage.label), "state": str(ProjectState(state).label)}
    if final and state == ProjectState.ARCHIVED:
        return gettext("六步都走完了，项目已归档。")
    if final:
        return gettext("停在第%(n)s步“%(stage)s”：%(state)s。") % words
    return gettext("第%(n)s步，共6步。%(stage)s：%(plain)s。") % (words | {"plain": str(IN_PLAIN_WORDS[stage])})


def _days(steps: Sequence[Step]) -> dict[str, Any]:
    """The last day on which the project moved out of each stage."""
    found: dict[str, Any] = {}
    for step in steps:
        if step.machine == "project" and step.source:
            before, after = PROJECT.stage_of(step.source), PROJECT.stage_of(step.target)
            if before != after:
                found.setdefault(before, step.at)
    return found
