"""The papers of one project with their earlier versions, the photos behind a PDF, what is asked for again."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from grants.applications.models import Project
from grants.desk.domain import readable
from grants.desk.retaking.queries import askable, open_retakes
from storage.models import Attachment, Retake, Sheet
from storage.queries import attachments_of


@dataclass(frozen=True)
class Papers:
    """What lies on the project: current ones, ended ones; what is asked for again, where one may ask; photos behind."""

    current: list[Attachment]
    ended: list[Attachment]
    retakes: Mapping[UUID, Retake]
    askable: Collection[UUID]
    sheets: Mapping[UUID, list[Sheet]]


def kept_on(project: Project, actor: Any, roles: frozenset[str], slot: str | None = None) -> Papers:
    """The papers that the person may see, of one slot or of all."""
    found = readable(attachments_of(project, slot, current=False), project, roles, actor)
    current = [one for one in found if one.is_current]
    ended = [one for one in found if not one.is_current]
    wishes, may = open_retakes(current), askable(current, project, roles)
    return Papers(current, ended, wishes, may, sheets_behind(current))


def sheets_behind(papers: Iterable[Attachment]) -> dict[UUID, list[Sheet]]:
    """The photos of which each PDF was bound, by its document."""
    found: dict[UUID, list[Sheet]] = {}
    wanted = [one.document_id for one in papers]
    for sheet in Sheet.objects.filter(document__in=wanted).select_related("photo__uploaded_by").order_by("number"):
        found.setdefault(sheet.document_id, []).append(sheet)
    return found
