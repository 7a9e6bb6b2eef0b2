"""Any record by machine and number, if the person may see it; a foreign record is as missing as a missing one."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Model, QuerySet

from grants.applications.models import Collaboration, Comment, Dictation, Project
from grants.applications.queries import visible_to as projects_visible_to
from grants.applications.together import share_of
from grants.awards.models import Objection, RefusalLetter
from grants.awards.queries import objections_visible_to
from grants.funds.models import Payment
from grants.funds.queries import payments_visible_to
from grants.implementation.models import ChangeRequest, Check
from grants.implementation.queries import changes_visible_to, checks_visible_to
from grants.people.models import Handover, Lending
from grants.programmes.models import Round
from grants.programmes.queries import visible_to as rounds_visible_to
from grants.reviews.assigning.models import ReviewInvitation
from grants.reviews.opinions.models import OpinionRequest
from storage.models import Infection, Retake
from workflow.machine import Stateful

MODELS: dict[str, type[Stateful]] = {
    model.machine().name: model for model in (Project, Payment, Check, Objection, ChangeRequest, Round)
}


VISIBLE: dict[str, Callable[[Any], QuerySet[Any]]] = {
    "project": projects_visible_to,
    "payment": payments_visible_to,
    "check": checks_visible_to,
    "objection": objections_visible_to,
    "change_request": changes_visible_to,
    "round": rounds_visible_to,
}
APART: dict[type[Model], tuple[str, ...]] = {
    Lending: ("holder", "stand_in", "ended_by"),
    Handover: ("team", "giving", "receiving", "asked_by", "answered_by"),
    Infection: ("upload__owner",),
    Retake: ("attachment__document", "asked_by", "ended_by"),
    ReviewInvitation: ("round", "answer"),
    OpinionRequest: ("department", "project", "opinion"),
    RefusalLetter: ("project",),
    Dictation: ("project__round", "project__team", "writer", "leader", "ended_by"),
    Collaboration: ("project__round", "project__team", "person", "invited_by", "ended_by"),
    Comment: ("project__round__configuration", "project__team", "by", "settled__by"),
}
"""What people arrange among themselves, which is no machine's, with what a notice of it names."""
OF_PROJECT = ("project__round__configuration", "project__team__guided_by", "project__leader", "project__payee")
HANDS = tuple(f"{who}{of}" for who in ("requester", "maker", "checker", "cashier") for of in ("", "_behalf"))
"""Everybody who has a hand in a payment, and whom they stood in for."""
RELATED = {
    "project": ("round__configuration", "round__programme", "team__guided_by", "leader", "payee"),
    "payment": (*OF_PROJECT, "tranche", "account", "batch", *HANDS),
    "check": OF_PROJECT,
    "objection": OF_PROJECT,
    "change_request": (*OF_PROJECT, "drafted_by"),
    "round": ("programme", "configuration", "organiser"),
}


def visible(machine: str, actor: Any) -> QuerySet[Any]:
    """The records of a machine that the person may see, with everything their page names."""
    return VISIBLE[machine](actor).select_related(*RELATED[machine])


def find(machine: str, pk: int, actor: Any) -> Any | None:
    """One record, or None: not there and not theirs look alike."""
    return visible(machine, actor).filter(pk=pk).first() if machine in VISIBLE else None


def find_to_fill_in(pk: int, actor: Any) -> Project | None:
    """An application to work on: one that the person sees, or one to some pages of which they were invited.

    Whoever was invited finds it here alone; every other page is as missing to them as to a stranger.
    """
    found: Project | None = find("project", pk, actor)
    if found is not None:
        return found
    asked = Project.objects.select_related(*RELATED["project"]).filter(pk=pk).first()
    return asked if asked is not None and share_of(asked, actor) else None


def fetch_records(*groups: Iterable[Any]) -> None:
    """Rows that name a record have it at hand, with its project and round; each kind is read once for all of them."""
    rows = [row for group in groups for row in group]
    for machine, model in MODELS.items():
        kind = ContentType.objects.get_for_model(model).pk
        named = {row.object_id for row in rows if row.content_type_id == kind}
        found = model._base_manager.select_related(*RELATED[machine]).in_bulk(named)
        for row in rows:
            if row.content_type_id == kind and row.object_id in found:
                row.record = found[row.object_id]
    for arranged, related in APART.items():
        _fetch(rows, arranged, related)


def _fetch(rows: Iterable[Any], model: type[Model], related: Iterable[str]) -> None:
    kind = ContentType.objects.get_for_model(model).pk
    about = [row for row in rows if row.content_type_id == kind]
    named = {row.object_id for row in about}
    found = model._base_manager.select_related(*related).in_bulk(named) if named else {}
    for row in about:
        row.record = found.get(row.object_id)


def project_of(record: Any) -> Project | None:
    """The project a record belongs to; none for a round."""
    if isinstance(record, Round):
        return None
    found: Project = record if isinstance(record, Project) else record.project
    return found
