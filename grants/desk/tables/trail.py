"""The trail as people read it: who did what, when, in which role, why, on which documents."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext

from grants.applications.models import Project
from grants.applications.queries import HANDING_IN
from grants.desk.tables.given import Said, remarks
from grants.desk.words import ICONS, tone_of
from grants.reviews.enums import Shown
from grants.reviews.queries import JUDGES
from grants.reviews.sight import sees
from storage.models import Attachment
from workflow.lifecycle import MACHINES, Role
from workflow.machine import Stateful
from workflow.models import Step
from workflow.rules import Ask, asks_of
from workflow.table import Deed
from workflow.trail import given_of

REVIEW_ACTS = frozenset(
    {
        *("assign_reviewers", "declare_no_conflict", "recuse", "replace_reviewer", "score", "settle_divergence"),
        *("open_rescoring", "report_concern", "answer_concern"),
    }
)
"""What is done within the review: whether it was done at all tells who reviews, or how far scores lie apart."""
REVIEW_WORDS = frozenset({"finish_review", "finish_with_fewer", "reopen_review", "recheck_eligibility"})
"""Moves of the review that everybody sees; what was said with them may tell of reviewers and scores."""
RECOMMENDING = frozenset(
    move.name
    for move in MACHINES["project"].moves
    if {"opinion", "rank"} & set(move.rules) or "recommend" in move.name or move.name == "province_admit_direct"
)
"""Moves that carry a recommender's words or rank."""
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
    changes: str = ""
    """Where one reads what was changed before it was handed in again."""

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
        if about is None or not may_read(step, actor, roles, record):
            continue
        deed = deed_of(step)
        if (step.machine, step.move) not in asked:
            asked[step.machine, step.move] = asks_of(deed, about, by_paper=True) if deed else ()
        asks = asked[step.machine, step.move]
        given = _told(step, actor, roles, record)
        papers = [found for value in given.values() if (found := by_document.get(str(value)))]
        beside = "" if about is record else f"{about.machine().label} {about}"
        line = _line(step, remarks(asks, given, about, actor), papers, about=beside)
        lines.append(replace(line, receipt=receipt_of(step, roles), changes=changes_of(step)))
    return lines


def may_read(step: Step, actor: Any, roles: frozenset[str], record: Any) -> bool:
    """Whether the step is shown at all."""
    if step.machine != "project" or step.move not in REVIEW_ACTS or step.actor_id == actor.pk:
        return True
    return isinstance(record, Project) and Role.REVIEWER not in roles and sees(Shown.PEERS, record, roles)


def reveals(step: Step, actor: Any, roles: frozenset[str], record: Any) -> bool:
    """Whether its opinions and figures are shown: a person who is only a reviewer reads their own."""
    if step.actor_id == actor.pk:
        return True
    if roles == {Role.REVIEWER}:
        return False
    if step.machine != "project" or not isinstance(record, Project):
        return True
    if step.move in REVIEW_WORDS:
        return sees(Shown.PEERS, record, roles)
    return step.move not in RECOMMENDING or sees(Shown.OPINIONS, record, roles)


def _told(step: Step, actor: Any, roles: frozenset[str], record: Any) -> dict[str, Any]:
    """What was given with a step, as far as it is shown: an opinion may be told without the rank beside it."""
    given = dict(given_of(step)) if reveals(step, actor, roles, record) else {}
    if "rank" in given and isinstance(record, Project) and not sees(Shown.RANKS, record, roles):
        del given["rank"]
    return given


def receipt_of(step: Step, roles: frozenset[str]) -> str:
    """Where the receipt of what was handed in at this step is, for those who may open it."""
    if step.machine != "project" or step.move not in HANDING_IN or roles <= JUDGES:
        return ""
    return reverse("project_receipt", args=[step.object_id, step.seq])


def changes_of(step: Step) -> str:
    """Where one reads what was changed before it was handed in again; nothing for what was handed in first."""
    again = step.machine == "project" and step.move in HANDING_IN[1:]
    return reverse("project_versions", args=[step.object_id]) if again else ""


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
