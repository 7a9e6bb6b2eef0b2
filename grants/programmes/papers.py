"""Whether a document fits where it is to lie: the slot of the round's checklist, and the room of its project."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db.models import Q
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext

from grants.programmes.models import Round
from grants.programmes.queries import round_of, rules_of, specs
from storage.models import Attachment, Document
from storage.queries import place
from storage.quotas import MEGABYTE, Use, used_on
from storage.refusal import Refused as NotTaken
from storage.slots import SlotSpec
from workflow.machine import Stateful
from workflow.ports import domain
from workflow.refusals import Refusal, Refused


def spec_at(record: Stateful, slot: str) -> SlotSpec | None:
    """What that slot of the record asks for, if the round's checklist knows it."""
    return specs(round_of(record)).get((record.machine().name, slot))


def family_of(project: Stateful) -> Q:
    """The condition on attachments that lie on the project or on any record beside it."""
    found = Q(**place(project))
    for model in apps.get_app_config("grants").get_models():
        if issubclass(model, Stateful) and any(part.name == "project" for part in model._meta.fields):
            kept: Any = model._base_manager
            beside = kept.filter(project=project.pk).values("pk")
            found |= Q(content_type=ContentType.objects.get_for_model(model), object_id__in=beside)
    return found


def room_of(project: Stateful) -> Use:
    """How much the papers of a project take, of how much they may: the round's word before the installation's."""
    round_ = round_of(project)
    said = rules_of(round_).checklist.room if round_.configuration_id else None
    most_mb = said.project_mb if said else settings.STORAGE_PROJECT_MB
    most_files = said.project_files if said else settings.STORAGE_PROJECT_FILES
    return used_on(family_of(project), most_bytes=most_mb * MEGABYTE, most_files=most_files)


def require_fitting(record: Stateful, slot: str, document: Document, *, more: int = 0) -> None:
    """The slot takes the document, and the project has room for it; the project is locked until the transaction ends.

    `more` is how many files the slot holds beside it, asked only where it is one more. Raises Refused at the slot.
    """
    spec = spec_at(record, slot)
    if spec:
        try:
            spec.check(document)
            spec.check_room(more)
        except NotTaken as error:
            raise Refused([Refusal(error.code, error.message, at=slot)]) from error
    root: Any = domain().root(record)
    if isinstance(root, Round):
        return
    type(root)._base_manager.select_for_update(no_key=True).values_list("pk").get(pk=root.pk)
    if Attachment.objects.filter(family_of(root), document=document).exists():
        return
    if refusal := no_room(root, document.size, at=slot):
        raise Refused([refusal])


def no_room(project: Stateful, size: int, at: str = "") -> Refusal | None:
    """Why that many bytes more do not fit into the project, with the figures; nothing where they do."""
    use = room_of(project)
    if use.takes(size):
        return None
    words = {"use": use.words, "size": filesizeformat(size)}
    said = gettext("这个项目的材料放不下了：%(use)s，这个文件 %(size)s。请用小一些的照片，或请省级项目管理员放宽上限。")
    return Refusal("project_full", said % words, at=at)
