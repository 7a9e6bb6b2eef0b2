"""The file of a project as its page lists it: papers under the stage whose checklist names them, steps under theirs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext

from grants.desk.papers import look
from grants.desk.tables.documents import slot_names
from grants.programmes.queries import rules_of
from storage.models import Attachment
from workflow.lifecycle import PROJECT, Stage
from workflow.models import Step


@dataclass(frozen=True)
class PaperLine:
    """One paper of the file."""

    name: str
    slot: str
    of: str
    url: str
    attachment: Attachment


def by_stage(project: Any, papers: Iterable[tuple[Any, Attachment]]) -> list[dict[str, Any]]:
    """Papers under the six stages; those whose slot belongs to no checklist stand under others."""
    names, stage_of = slot_names(project), _stages(project)
    found: dict[str, list[PaperLine]] = {}
    for record, paper in papers:
        of = "" if record is project or record == project else f"{record.machine().label} {record}"
        line = PaperLine(paper.document.name, names.get(paper.slot, ""), of, look(paper), paper)
        found.setdefault(stage_of.get(paper.slot, ""), []).append(line)
    order = [*(stage.value for stage in Stage), ""]
    return [
        {"label": str(Stage(code).label) if code else gettext("办理过程中的材料"), "papers": found[code]}
        for code in order
        if code in found
    ]


def _stages(project: Any) -> dict[str, str]:
    checklist = rules_of(project.round).checklist
    return {slot.slot: stage.value for stage in Stage for slot in getattr(checklist, stage.value)}


def steps_by_stage(steps: Iterable[Step]) -> list[dict[str, Any]]:
    """How many steps of the project's own course each stage has, and when it was entered."""
    found: dict[str, list[Step]] = {}
    for step in steps:
        if step.machine == "project":
            found.setdefault(str(PROJECT.stage_of(step.target)), []).append(step)
    return [
        {"label": str(stage.label), "n": len(rows), "since": rows[0].at, "until": rows[-1].at}
        for stage in Stage
        if (rows := found.get(str(stage)))
    ]
