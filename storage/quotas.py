"""How much a person, or one project's papers, may take: counted from the rows, told before the first byte."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import Count, Q, Sum
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext

from storage.enums import SETTLED
from storage.models import Attachment, Document, Upload
from storage.queries import OPEN
from storage.refusal import Refused

MEGABYTE: Final = 1024 * 1024
NEARLY: Final = 80
"""From this part of a hundred on, people are told how much is left."""


@dataclass(frozen=True, slots=True)
class Use:
    """What is used of what may be used, in bytes and in files; a limit of 0 is none."""

    bytes: int
    files: int
    most_bytes: int
    most_files: int

    @property
    def percent(self) -> int:
        """The fuller of the two, in parts of a hundred."""
        parts = ((self.bytes, self.most_bytes), (self.files, self.most_files))
        return min(100, max((100 * used // most for used, most in parts if most), default=0))

    @property
    def nearly(self) -> bool:
        """Whether there is little room left."""
        return self.percent >= NEARLY

    @property
    def words(self) -> str:
        """已用 x / y，n / m 份."""
        told = []
        if self.most_bytes:
            words = {"used": filesizeformat(self.bytes), "most": filesizeformat(self.most_bytes)}
            told.append(gettext("已用 %(used)s / %(most)s") % words)
        if self.most_files:
            told.append(gettext("%(used)s / %(most)s 份") % {"used": self.files, "most": self.most_files})
        return gettext("，").join(told)

    def takes(self, size: int) -> bool:
        """Whether one more file of that many bytes fits."""
        fits = not self.most_bytes or self.bytes + size <= self.most_bytes
        return fits and (not self.most_files or self.files < self.most_files)


def used_by(person: AbstractBaseUser) -> Use:
    """What the person has brought in, and what is on its way: an upload that was begun counts until it expires."""
    found = Upload.objects.filter(owner=person.pk, state__in=[*OPEN, *SETTLED])
    told = found.aggregate(size=Sum("declared_size"), files=Count("pk"))
    return Use(
        told["size"] or 0,
        told["files"],
        settings.STORAGE_PERSON_MB * MEGABYTE,
        settings.STORAGE_PERSON_FILES,
    )


def used_on(places: Q, *, most_bytes: int, most_files: int) -> Use:
    """What lies on the records that the condition on attachments names, replaced and withdrawn files too."""
    there = Document.objects.filter(pk__in=Attachment.objects.filter(places).order_by().values("document"))
    told = there.aggregate(size=Sum("size"), files=Count("pk"))
    return Use(told["size"] or 0, told["files"], most_bytes, most_files)


def require_room(person: AbstractBaseUser, size: int) -> None:
    """Raise `Refused` with the figures when that many bytes more are beyond what the person may bring in.

    For whoever begins an upload, before the first byte. `start` asks under a lock and counts what it lets in, so that
    two at once cannot pass together.
    """
    use = used_by(person)
    if not use.takes(size):
        raise Refused(
            "person_full",
            gettext(
                "您上传的文件放不下了：%(use)s，这个文件 %(size)s。请用小一些的照片，或请系统管理员放宽每人的上限。"
            )
            % {"use": use.words, "size": filesizeformat(size)},
        )


def lock_person(person: AbstractBaseUser) -> None:
    """Nobody else begins an upload for this person until the transaction ends."""
    users: Any = get_user_model()._base_manager
    users.select_for_update(no_key=True).filter(pk=person.pk).values_list("pk").first()
