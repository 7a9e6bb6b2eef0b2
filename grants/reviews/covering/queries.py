"""Which papers judges get instead of which; what still lies uncovered, by project and in a round."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.contrib.contenttypes.models import ContentType

from grants.applications.models import Project
from grants.programmes.models import Round
from grants.programmes.queries import seen_by, specs
from grants.reviews.covering.models import Cover
from storage.models import Attachment
from workflow.lifecycle import ProjectState, Role
from workflow.looking import once

COVERED = "covered"
"""The word of a checklist for a slot whose papers judges get only as they are covered."""
SLOT = "for_reviewers"
"""Where the versions for judges lie, beside every other paper of the project."""
COVERERS = frozenset({Role.PROGRAMME_OFFICER})
WAITING = (
    *(ProjectState.COUNTY_RECOMMENDED, ProjectState.CITY_RECOMMENDED, ProjectState.ELIGIBILITY_CHECK),
    *(ProjectState.SUPPLEMENT, ProjectState.UNDER_REVIEW),
)
"""In which states papers are made fit for judges: before their review, and while it runs."""


@dataclass(frozen=True)
class Open:
    """The papers of a project that judges may open: those opened as they are, and versions for them, by original."""

    clear: frozenset[UUID] = frozenset()
    copies: Mapping[UUID, UUID] = field(default_factory=dict)


def hidden_slots(round_: Round) -> frozenset[str]:
    """The slots of a project whose papers judges get only covered."""
    return frozenset(slot for (record, slot), word in seen_by(round_).items() if (record, word) == ("project", COVERED))


def open_to_judges(project: Project) -> Open:
    """What judges may open of the papers that hide names; a cover whose original was replaced opens nothing."""
    return once(("covers", project.pk), lambda: _open(project))


def _open(project: Project) -> Open:
    found = Cover.objects.filter(project=project.pk, ended_at__isnull=True, original__ending="")
    rows = list(found.values_list("original", "copy"))
    return Open(
        frozenset(original for original, copy in rows if copy is None),
        {original: copy for original, copy in rows if copy is not None},
    )


def standing_cover(attachment: Attachment) -> Cover | None:
    """How this paper is shown to judges now, if it is."""
    found = Cover.objects.filter(original=attachment.pk, ended_at__isnull=True, original__ending="")
    return found.select_related("copy__document", "made_by").first()


@dataclass(frozen=True)
class Paper:
    """A paper that must be covered before judges see it, and how it is covered, if it is."""

    attachment: Attachment
    slot: str
    cover: Cover | None


@dataclass(frozen=True)
class Coverings:
    """A project with its papers that hide names."""

    project: Project
    papers: list[Paper]

    @property
    def left(self) -> int:
        """How many of them nobody has covered yet."""
        return sum(one.cover is None for one in self.papers)


def coverings(round_: Round, projects: Iterable[Project]) -> list[Coverings]:
    """The projects that have papers judges get only covered, in their order; two questions for any number."""
    slots, named = hidden_slots(round_), specs(round_)
    rows = {project.pk: project for project in projects}
    if not slots or not rows:
        return []
    papers = Attachment.objects.filter(
        content_type=ContentType.objects.get_for_model(Project), object_id__in=rows, slot__in=slots, ending=""
    ).select_related("document")
    covers = Cover.objects.filter(project__in=rows, ended_at__isnull=True, original__ending="")
    standing = {cover.original_id: cover for cover in covers.select_related("copy__document", "made_by")}
    laid: dict[int, list[Paper]] = {}
    for one in papers:
        title = named["project", one.slot].title
        laid.setdefault(one.object_id, []).append(Paper(one, title, standing.get(one.pk)))
    return [Coverings(project, laid[pk]) for pk, project in rows.items() if pk in laid]


def to_cover(round_: Round) -> list[Project]:
    """The round's projects whose review is still to come or runs, by number."""
    found = Project.objects.filter(round=round_.pk, state__in=WAITING)
    return list(found.select_related("team").order_by("number", "pk"))


def may_cover(roles: Collection[str], project: Any) -> bool:
    """Whether somebody with these roles over the project makes its papers fit for judges."""
    return not COVERERS.isdisjoint(roles) and project.state in WAITING
