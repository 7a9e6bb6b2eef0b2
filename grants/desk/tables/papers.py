"""The checklist of each stage as a page shows it: asked for, there, missing, who sees it, where to add."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from grants.applications.models import Project
from grants.desk.domain import SEEN_BY
from grants.desk.papers import look, small
from grants.desk.queries.papers import Papers
from grants.desk.tables.offers import move_url
from grants.programmes.profile.basics import Slot
from grants.programmes.queries import checklist, spec_of
from storage.enums import Scan
from storage.models import Attachment, Retake, Sheet
from storage.slots import SlotSpec
from workflow.lifecycle import PROJECT, Stage
from workflow.rules import asks_of

SEEN: dict[str, StrOrPromise] = {
    "everybody": _("参与这个项目的人都能看"),
    "no_reviewers": _("评审专家看不到"),
    "covered": _("评审专家只看遮盖身份的一份"),
    "money": _("只有团队、收款单位和管钱的人能看"),
    "office": _("只有红十字会内部能看"),
}


@dataclass(frozen=True)
class Paper:
    """One file of a slot, with the versions before it, newest first."""

    attachment: Attachment
    url: str
    unscanned: bool
    retake: Retake | None
    askable: bool
    before: list[Attachment]
    sheets: Sequence[Sheet] = ()

    @property
    def small(self) -> str:
        """Where its small picture is, if everybody may see one."""
        return small(self.attachment)

    @property
    def name(self) -> str:
        """The name of the file."""
        return self.attachment.document.name


@dataclass(frozen=True)
class Asked:
    """One slot: what it asks for and what is there. `state` is there, missing or open."""

    slot: str
    spec: SlotSpec
    papers: list[Paper]
    gone: list[Attachment]
    state: str
    seen: StrOrPromise
    add: str
    deeds: list[tuple[str, str]]

    @property
    def quiet(self) -> bool:
        """Whether there is nothing to see and nothing to do."""
        return not (self.papers or self.gone or self.spec.required or self.add or self.deeds)


@dataclass(frozen=True)
class StageList:
    """The checklist of one stage."""

    stage: str
    label: str
    now: bool
    slots: list[Asked]

    @property
    def first(self) -> list[Asked]:
        """What is there, what must come, and what may be added now."""
        return [one for one in self.slots if not one.quiet]

    @property
    def rest(self) -> list[Asked]:
        """What may come and is not there."""
        return [one for one in self.slots if one.quiet]

    @property
    def missing(self) -> int:
        """How many required papers are not there yet."""
        return len([one for one in self.slots if one.state == "missing"])


def lists(project: Project, papers: Papers, roles: Collection[str], addable: Iterable[Slot]) -> list[StageList]:
    """The six stages; of those to come, what they will ask for."""
    mine, now = {place.slot for place in addable}, PROJECT.stage_of(str(project.state))
    order = [stage.value for stage in Stage]
    deeds = _deeds(project, roles)
    found = []
    for stage in Stage:
        due = now in order and order.index(stage.value) <= order.index(now)
        slots = [
            asked_for(project, place, papers, roles, addable=place.slot in mine, due=due, deeds=deeds)
            for place in checklist(project.round, stage)
            if not SEEN_BY[place.seen_by].isdisjoint(roles)
        ]
        found.append(StageList(stage.value, str(stage.label), stage.value == now, slots))
    return found


def asked_for(
    project: Project,
    place: Slot,
    papers: Papers,
    roles: Collection[str],
    *,
    addable: bool,
    due: bool = True,
    deeds: dict[str, list[tuple[str, str]]] | None = None,
) -> Asked:
    """One slot with what lies in it."""
    rows = [_paper(one, papers) for one in papers.current if one.slot == place.slot]
    current = {one.attachment.ordinal for one in rows}
    gone = [one for one in papers.ended if one.slot == place.slot and one.ordinal not in current]
    state = "there" if rows else "missing" if place.required and due else "open"
    add = reverse("project_slot", args=[project.pk, place.slot]) if addable else ""
    named = (deeds or {}).get(place.slot, [])
    return Asked(place.slot, spec_of(place), rows, gone, state, SEEN[place.seen_by], add, named)


def _paper(one: Attachment, papers: Papers) -> Paper:
    before = [
        old for old in papers.ended if (old.slot, old.ordinal) == (one.slot, one.ordinal) and old.version < one.version
    ]
    return Paper(
        one,
        look(one),
        one.document.scan == Scan.UNSCANNED,
        papers.retakes.get(one.pk),
        one.pk in papers.askable,
        sorted(before, key=lambda old: -old.version),
        papers.sheets.get(one.document_id, ()),
    )


def _deeds(project: Project, roles: Collection[str]) -> dict[str, list[tuple[str, str]]]:
    """By slot the deeds of the present state that ask for its paper and are for one of these roles."""
    found: dict[str, list[tuple[str, str]]] = {}
    for deed in project.machine().by_state[str(project.state)]:
        if set(deed.by).isdisjoint(roles):
            continue
        for ask in asks_of(deed, project):
            if ask.kind == "document":
                found.setdefault(ask.name, []).append((str(deed.label), move_url(project, deed.name)))
    return found
