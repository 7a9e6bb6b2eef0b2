"""The trail as people read it: who did what, when, in which role, why, on which documents."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext

from grants.applications.queries import HANDING_IN
from grants.desk.tables.given import Said, remarks
from grants.desk.words import ICONS, tone_of
from grants.reviews.queries import JUDGES, OVERSEERS
from storage.models import Attachment
from workflow.lifecycle import MACHINES, Role
from workflow.machine import Stateful
from workflow.models import Step
from workflow.rules import Ask, asks_of
from workflow.table import Deed
from workflow.trail import given_of

REVIEW_ACTS = frozenset(
    {"assign_reviewers", "declare_no_conflict", "recuse", "replace_reviewer", "score", "settle_divergence"}
)
ROLES = dict(Role.choices)


@dataclass(frozen=True)
class Line:
    """One step of the trail."""

    step: Step
    label: str
    about: str
    tone: str
    icon: str
    who: str
    role: str
    passage: str
    remarks: list[Said]
    documents: list[Attachment]
    receipt: str = ""

    @property
    def words(self) -> list[Said]:
        """What was said at length: reasons, opinions, comments."""
        return [one for one in self.remarks if one.long]

    @property
    def figures(self) -> list[Said]:
        """What was said in a word or a figure."""
        return [one for one in self.remarks if not one.long]


def trail(
    record: Stateful,
    steps: Sequence[Step],
    *,
    actor: Any,
    roles: frozenset[str],
    others: Sequence[Stateful] = (),
    documents: Sequence[Attachment] = (),
) -> list[Line]:
    """The steps that the person may read, in the order given.

    Reviewers' acts are for those who run the review and for the reviewer alone; a person who is only a reviewer here
    reads no opinions of others. Steps of records beside the project need the record in `others`.
    """
    known: dict[tuple[str, int], Stateful] = {(one.machine().name, one.pk): one for one in (record, *others)}
    asked: dict[tuple[str, str], tuple[Ask, ...]] = {}
    by_document = {str(found.document_id): found for found in documents}
    lines = []
    for step in steps:
        about = known.get((step.machine, step.object_id))
        if about is None or not may_read(step, actor, roles):
            continue
        deed = deed_of(step)
        if (step.machine, step.move) not in asked:
            asked[step.machine, step.move] = asks_of(deed, about, by_paper=True) if deed else ()
        asks = asked[step.machine, step.move]
        given = given_of(step) if reveals(step, actor, roles) else {}
        papers = [found for value in given.values() if (found := by_document.get(str(value)))]
        beside = "" if about is record else f"{about.machine().label} {about}"
        line = _line(step, remarks(asks, given, about, actor), papers, about=beside)
        lines.append(replace(line, receipt=receipt_of(step, roles)))
    return lines


def may_read(step: Step, actor: Any, roles: frozenset[str]) -> bool:
    """Whether the step is shown at all."""
    return step.move not in REVIEW_ACTS or step.actor_id == actor.pk or bool(roles & set(OVERSEERS))


def reveals(step: Step, actor: Any, roles: frozenset[str]) -> bool:
    """Whether its opinions and figures are shown: a person who is only a reviewer reads their own."""
    return step.actor_id == actor.pk or roles != {Role.REVIEWER}


def receipt_of(step: Step, roles: frozenset[str]) -> str:
    """Where the receipt of what was handed in at this step is, for those who may open it."""
    if step.machine != "project" or step.move not in HANDING_IN or roles <= JUDGES:
        return ""
    return reverse("project_receipt", args=[step.object_id, step.seq])


def deed_of(step: Step) -> Deed | None:
    """The row of the table that a step followed; none once the table no longer has it."""
    machine = MACHINES[step.machine]
    return machine.begin if step.move == "begin" else machine.deeds.get(step.move)


def label_of(step: Step) -> str:
    """What was done, in words; a deed that the table no longer has is told by where it led."""
    deed = deed_of(step)
    return str(deed.label) if deed else str(MACHINES[step.machine].states(step.target).label)


def _line(step: Step, said: list[Said], papers: list[Attachment], *, about: str) -> Line:
    tone = tone_of(step.machine, step.target)
    return Line(
        step=step,
        label=label_of(step),
        about=about,
        tone=tone,
        icon=ICONS[tone],
        who=step.hand or gettext("系统"),
        role=str(ROLES.get(step.role, "")),
        passage=_passage(step, MACHINES[step.machine].states),
        remarks=said,
        documents=papers,
    )


def _passage(step: Step, states: Any) -> str:
    if not step.source or step.source == step.target:
        return ""
    words = {"source": str(states(step.source).label), "target": str(states(step.target).label)}
    return gettext("从“%(source)s”到“%(target)s”") % words
