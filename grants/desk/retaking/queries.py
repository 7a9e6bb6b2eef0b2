"""Who may ask for a better picture of which file, who is to take it, and what is asked for now."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any
from uuid import UUID

from django.contrib.contenttypes.models import ContentType
from django.db.models import Q, QuerySet
from django.utils.translation import gettext

from grants.applications.models import Project
from grants.desk.domain import may_read, root_of
from grants.desk.queries.records import MODELS, VISIBLE, fetch_records
from grants.implementation.models import Check
from grants.implementation.rules import CHECK_PHOTOS
from grants.people.models import RoleGrant
from grants.people.queries import OF_TEAMS
from grants.programmes.papers import spec_at
from grants.settlement.queries import judged_vouchers
from storage.enums import Scan
from storage.models import Attachment, Retake
from storage.queries import ALONG
from storage.slots import SlotSpec
from workflow.lifecycle import Role
from workflow.ports import domain
from workflow.refusals import Refusal

CHECKERS = frozenset(
    {
        Role.COUNTY_OFFICER,
        Role.COUNTY_LEADER,
        Role.CITY_OFFICER,
        Role.CITY_LEADER,
        Role.PROGRAMME_OFFICER,
        Role.BUSINESS_LEAD,
        Role.FINANCE_OFFICER,
        Role.FINANCE_APPROVER,
    }
)
"""Who checks what a team hands in. Reviewers do not: a team would learn who they are."""


def project_of(attachment: Attachment) -> Project | None:
    """The project on which, or beside which, the file lies."""
    record: Any = attachment.record
    root = root_of(record) if type(record) in MODELS.values() else None
    return root if isinstance(root, Project) else None


def place_of(attachment: Attachment) -> Any:
    """The record on which the file lies."""
    return attachment.record


def spec_of(attachment: Attachment) -> SlotSpec | None:
    """What the slot of the file asks for, if the round's checklist knows it."""
    return spec_at(place_of(attachment), attachment.slot)


def wanted_as_photo(attachment: Attachment) -> bool:
    """Whether it is shown as a picture of an activity or a check: a PDF in its place would show nothing."""
    project = project_of(attachment)
    of_activity = project is not None and project.activities.filter(photos=attachment.document_id).exists()
    return of_activity or (attachment.slot in CHECK_PHOTOS and isinstance(place_of(attachment), Check))


def attachment_to_check(pk: UUID, actor: Any) -> Attachment | None:
    """The file, if the person checks this project and may read it."""
    found = Attachment.objects.select_related("document", "attached_by").filter(pk=pk).first()
    if found is None or project_of(found) is None or not may_read(actor, found):
        return None
    return found if checks(domain().roles(actor, place_of(found))) else None


def checks(roles: Collection[str]) -> bool:
    """Whether whoever has these roles over a record asks its team: whoever belongs to it has the paper in hand."""
    return not CHECKERS.isdisjoint(roles) and OF_TEAMS.isdisjoint(roles)


def handed_in_by_team(project: Project) -> set[int]:
    """The people who belong, or belonged, to the project's team or its payee: what they handed in is theirs to mend."""
    payee = Q(organisation=project.payee_id) if project.payee_id else Q(team=project.team_id)
    theirs = Q(team=project.team_id, role__in=OF_TEAMS) | payee & Q(role=Role.PAYEE_OFFICER)
    return set(RoleGrant.objects.filter(theirs).values_list("person", flat=True))


def against_retake(attachment: Attachment) -> Refusal | None:
    """Why this file cannot be photographed again, whoever asks; nothing where it can."""
    project = project_of(attachment)
    if project is None or project.is_final or place_of(attachment).is_final:
        return Refusal("closed", gettext("事情已经办结，材料不再更换。"))
    if not attachment.is_current:
        return Refusal("not_current", gettext("这份材料已经换过或撤下了。"))
    if attachment.document.scan == Scan.INFECTED:
        return Refusal("infected", gettext("这份材料查出病毒，已经隔离。"))
    if attachment.attached_by_id not in handed_in_by_team(project):
        return Refusal("not_theirs", gettext("这份材料不是团队或收款单位交的，请直接联系交材料的人。"))
    if judged_vouchers(project, attachment.document):
        return Refusal("judged", gettext("这张凭证财务已经审核，照片不能再换；确实要换，请财务先改审核结论。"))
    return None


def askable(documents: Iterable[Attachment], project: Any, roles: Collection[str]) -> set[UUID]:
    """Those of the listed files beside which whoever has these roles finds the button, by their ids."""
    if not isinstance(project, Project) or project.is_final or not checks(roles):
        return set()
    team = handed_in_by_team(project)
    return {one.pk for one in documents if one.attached_by_id in team and one.document.scan != Scan.INFECTED}


def open_retakes(documents: Iterable[Attachment]) -> dict[UUID, Retake]:
    """What is asked for now, by the id of the file."""
    found = Retake.objects.filter(attachment__in=[one.pk for one in documents], ending="")
    return {one.attachment_id: one for one in found.select_related("asked_by")}


def retakes_visible_to(actor: Any) -> QuerySet[Retake]:
    """Those about files on records that the person may see."""
    seen = Q()
    for machine, model in MODELS.items():
        rows = VISIBLE[machine](actor).order_by().values("pk")
        kind = ContentType.objects.get_for_model(model)
        seen |= Q(attachment__content_type=kind, attachment__object_id__in=rows)
    return Retake.objects.filter(seen)


def find_retake(pk: int, actor: Any) -> Retake | None:
    """One wish, for people of the team and for those who check its files, as far as they may read this one."""
    along = [f"attachment__{part}" for part in ALONG]
    related = (*along, "asked_by", "ended_by", "answer__document__destruction")
    found = Retake.objects.select_related(*related).filter(pk=pk).first()
    if found is None or project_of(found.attachment) is None or not may_read(actor, found.attachment):
        return None
    near = domain().roles(actor, place_of(found.attachment))
    return found if near & (CHECKERS | OF_TEAMS) else None


def mends(retake: Retake, actor: Any) -> bool:
    """Whether the person is of the team, or the payee, whose file it is."""
    return not OF_TEAMS.isdisjoint(domain().roles(actor, place_of(retake.attachment)))


def to_retake(actor: Any, hats: Iterable[RoleGrant]) -> list[Retake]:
    """The files of the person's own teams, or of projects they receive the money for, that are asked for again."""
    if not any(hat.role in OF_TEAMS for hat in hats):
        return []
    related = ("attachment__document", "attachment__content_type", "asked_by")
    found = list(retakes_visible_to(actor).filter(ending="").select_related(*related).order_by("asked_at", "pk"))
    if not found:
        return []
    fetch_records([one.attachment for one in found])
    return [one for one in found if mends(one, actor) and may_read(actor, one.attachment)]
