"""What is kept: an upload on its way, a document for good, an attachment that binds one to a record."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import CharField, F, Func, Q, Value
from django.db.models.functions import Length
from django.db.models.lookups import Exact
from django.utils.translation import gettext_lazy as _

from storage.backends import key_of
from storage.enums import Ending, Scan, UploadState
from storage.names import MAX_CHARACTERS


def is_sha256(field: str) -> Q:
    """Return the condition that the column holds 64 lower-case hexadecimal digits, in SQL that any tool can check."""
    foreign = Func(F(field), Value("0123456789abcdef"), function="TRIM", output_field=CharField())
    return Q(Exact(Length(field), 64)) & Q(Exact(foreign, Value("")))


class Upload(models.Model):
    """A file on its way in: started by a person, received, then finished into a document, refused or expired."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("上传人"))
    name = models.CharField(_("文件名"), max_length=MAX_CHARACTERS)
    declared_size = models.PositiveBigIntegerField(_("说明的大小(字节)"))
    state = models.CharField(_("状态"), max_length=10, choices=UploadState, default=UploadState.STARTED)
    started_at = models.DateTimeField(_("开始时间"))
    expires_at = models.DateTimeField(_("最晚完成时间"))
    sha256 = models.CharField(_("SHA-256"), max_length=64, blank=True)
    refusal_code = models.CharField(max_length=30, blank=True)
    refusal = models.CharField(_("未通过的原因"), max_length=300, blank=True)
    document = models.OneToOneField(
        "Document", models.PROTECT, null=True, blank=True, related_name="upload", verbose_name=_("材料")
    )

    class Meta:
        verbose_name = _("上传")
        indexes = (models.Index(fields=["state", "expires_at"], name="storage_upload_due"),)
        constraints = (
            models.CheckConstraint(condition=Q(state__in=UploadState.values), name="storage_upload_state"),
            models.CheckConstraint(condition=Q(expires_at__gt=F("started_at")), name="storage_upload_expires"),
            models.CheckConstraint(condition=Q(sha256="") | is_sha256("sha256"), name="storage_upload_sha256"),
            models.CheckConstraint(
                condition=~Q(state__in=[UploadState.RECEIVED, UploadState.FINISHED]) | ~Q(sha256=""),
                name="storage_upload_measured",
            ),
            models.CheckConstraint(
                condition=Q(state=UploadState.REFUSED) & ~Q(refusal_code="") & ~Q(refusal="")
                | ~Q(state=UploadState.REFUSED) & Q(refusal_code="", refusal=""),
                name="storage_upload_reason",
            ),
            models.CheckConstraint(
                condition=Q(state=UploadState.FINISHED, document__isnull=False, document=F("id"))
                | ~Q(state=UploadState.FINISHED) & Q(document__isnull=True),
                name="storage_upload_document",
            ),
        )

    def __str__(self) -> str:
        return self.name


class Document(models.Model):
    """A file that passed inspection. It never changes; equal bytes of two people are two documents on one key.

    Its id is the id of its upload, so that finishing twice cannot make two.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    size = models.PositiveBigIntegerField(_("大小(字节)"))
    name = models.CharField(_("文件名"), max_length=MAX_CHARACTERS)
    media_type = models.CharField(_("类型"), max_length=100)
    scan = models.CharField(_("查毒"), max_length=10, choices=Scan, default=Scan.UNSCANNED)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("上传人")
    )
    uploaded_at = models.DateTimeField(_("上传时间"))

    class Meta:
        verbose_name = _("材料")
        indexes = (models.Index(fields=["sha256"], name="storage_document_bytes"),)
        constraints = (
            models.CheckConstraint(condition=is_sha256("sha256"), name="storage_document_sha256"),
            models.CheckConstraint(condition=Q(size__gt=0), name="storage_document_size"),
            models.CheckConstraint(condition=~Q(name="") & ~Q(media_type=""), name="storage_document_described"),
            models.CheckConstraint(condition=Q(scan__in=Scan.values), name="storage_document_scan"),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def key(self) -> str:
        """Where the bytes lie in the store."""
        return key_of(self.sha256)


class Attachment(models.Model):
    """A document in a slot of a record. `ordinal` counts the files of the slot, `version` the editions of one file.

    Only its ending is ever written: by whom, when, why and whether a newer version took its place.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    content_type = models.ForeignKey(ContentType, models.PROTECT, related_name="+")
    object_id = models.PositiveBigIntegerField()
    record = GenericForeignKey()
    slot = models.CharField(_("材料项"), max_length=60)
    ordinal = models.PositiveSmallIntegerField(_("序号"))
    version = models.PositiveSmallIntegerField(_("版本"))
    document = models.ForeignKey(Document, models.PROTECT, related_name="attachments", verbose_name=_("材料"))
    attached_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("提交人")
    )
    attached_at = models.DateTimeField(_("提交时间"))
    ending = models.CharField(_("不再有效"), max_length=10, choices=Ending, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("经手人")
    )
    ended_at = models.DateTimeField(_("失效时间"), null=True, blank=True)
    ended_reason = models.CharField(_("原因"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("附件")
        ordering = ("slot", "ordinal", "version")
        constraints = (
            models.CheckConstraint(condition=~Q(slot=""), name="storage_attachment_slot"),
            models.CheckConstraint(
                condition=Q(ordinal__gte=1, version__gte=1), name="storage_attachment_counts_from_1"
            ),
            models.CheckConstraint(
                condition=Q(ending="", ended_by__isnull=True, ended_at__isnull=True, ended_reason="")
                | Q(ending__in=Ending.values, ended_by__isnull=False, ended_at__isnull=False)
                & Q(ended_at__gte=F("attached_at"))
                & ~Q(ended_reason=""),
                name="storage_attachment_ending",
            ),
            models.UniqueConstraint(
                fields=["content_type", "object_id", "slot", "ordinal", "version"], name="storage_attachment_once"
            ),
            models.UniqueConstraint(
                fields=["content_type", "object_id", "slot", "ordinal"],
                condition=Q(ending=""),
                name="storage_attachment_one_current",
            ),
            models.UniqueConstraint(
                fields=["content_type", "object_id", "slot", "document"],
                condition=Q(ending=""),
                name="storage_attachment_document_once",
            ),
        )

    def __str__(self) -> str:
        return f"{self.document} · {self.slot} {self.ordinal}.{self.version}"

    @property
    def is_current(self) -> bool:
        """Whether it still counts."""
        return not self.ending
