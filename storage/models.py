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
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from storage.backends import key_of
from storage.enums import SETTLED, AskEnding, Ending, Purpose, Scan, Term, Unclear, UploadState, Way
from storage.kinds import PDF, PHOTOS
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
    declared_size = models.PositiveBigIntegerField(_("说明的大小（字节）"))
    arrived = models.PositiveBigIntegerField(_("分段收到的字节"), default=0)
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
            models.CheckConstraint(condition=Q(arrived__lte=F("declared_size")), name="storage_upload_arrived"),
            models.CheckConstraint(condition=Q(sha256="") | is_sha256("sha256"), name="storage_upload_sha256"),
            models.CheckConstraint(
                condition=~Q(state__in=[UploadState.RECEIVED, UploadState.HELD, *SETTLED]) | ~Q(sha256=""),
                name="storage_upload_measured",
            ),
            models.CheckConstraint(
                condition=Q(state=UploadState.REFUSED) & ~Q(refusal_code="") & ~Q(refusal="")
                | ~Q(state=UploadState.REFUSED) & Q(refusal_code="", refusal=""),
                name="storage_upload_reason",
            ),
            models.CheckConstraint(
                condition=Q(state__in=SETTLED, document__isnull=False, document=F("id"))
                | ~Q(state__in=SETTLED) & Q(document__isnull=True),
                name="storage_upload_document",
            ),
        )

    def __str__(self) -> str:
        return self.name


class Document(models.Model):
    """A file that passed inspection. Only what is known about viruses in it is ever written later.

    Equal bytes of two people are two documents on one key.

    Its id is the id of its upload, so that finishing twice cannot make two.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    size = models.PositiveBigIntegerField(_("大小（字节）"))
    name = models.CharField(_("文件名"), max_length=MAX_CHARACTERS)
    media_type = models.CharField(_("类型"), max_length=100)
    scan = models.CharField(_("查毒"), max_length=10, choices=Scan, default=Scan.UNSCANNED)
    scanned_at = models.DateTimeField(_("查毒时间"), null=True, blank=True)
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
            models.CheckConstraint(
                condition=Q(scan=Scan.UNSCANNED, scanned_at__isnull=True)
                | ~Q(scan=Scan.UNSCANNED) & Q(scanned_at__isnull=False),
                name="storage_document_scanned",
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def key(self) -> str:
        """Where the bytes lie in the store."""
        return key_of(self.sha256)

    @property
    def drawn(self) -> bool:
        """Whether its first page can be shown as a picture: of photos and of PDF."""
        return self.media_type in PHOTOS | {PDF} and self.scan != Scan.INFECTED and not self.destroyed

    @property
    def destroyed(self) -> Destruction | None:
        """By whom and why it was destroyed; the row of the document stays, its bytes go. None of most."""
        return getattr(self, "destruction", None)

    @property
    def waits(self) -> bool:
        """Whether the bytes are still on their way to the store; asks for the upload unless it was fetched along."""
        upload = getattr(self, "upload", None)
        return upload is not None and upload.state == UploadState.WAITING


class Infection(models.Model):
    """A virus that was found: in what upload, and so whose, by what name, when. The row stays when the bytes go."""

    upload = models.OneToOneField(Upload, models.PROTECT, related_name="infection", verbose_name=_("上传"))
    signature = models.CharField(_("病毒名称"), max_length=200)
    found_at = models.DateTimeField(_("发现时间"))

    class Meta:
        verbose_name = _("查出的病毒")
        constraints = (models.CheckConstraint(condition=~Q(signature=""), name="storage_infection_named"),)

    def __str__(self) -> str:
        return f"{self.upload}: {self.signature}"


class Derivative(models.Model):
    """A copy of a document made for readers, or why none can be made. It can always be made again from the original.

    `taken_at` is when a photo says it was taken, by the camera's own clock, without a time zone.
    """

    document = models.ForeignKey(Document, models.PROTECT, related_name="derivatives", verbose_name=_("材料"))
    purpose = models.CharField(_("用途"), max_length=10, choices=Purpose)
    sha256 = models.CharField(_("SHA-256"), max_length=64, blank=True)
    size = models.PositiveBigIntegerField(_("大小（字节）"), default=0)
    media_type = models.CharField(_("类型"), max_length=100, blank=True)
    width = models.PositiveIntegerField(_("宽（像素）"), default=0)
    height = models.PositiveIntegerField(_("高（像素）"), default=0)
    taken_at = models.CharField(_("拍摄时间"), max_length=19, blank=True)
    problem = models.CharField(max_length=30, blank=True)
    made_at = models.DateTimeField(_("生成时间"))

    class Meta:
        verbose_name = _("阅览件")
        indexes = (models.Index(fields=["sha256"], name="storage_derivative_bytes"),)
        constraints = (
            models.UniqueConstraint(fields=["document", "purpose"], name="storage_derivative_once"),
            models.CheckConstraint(condition=Q(purpose__in=Purpose.values), name="storage_derivative_purpose"),
            models.CheckConstraint(
                condition=is_sha256("sha256") & Q(size__gt=0, width__gt=0, height__gt=0, problem="") & ~Q(media_type="")
                | Q(sha256="", size=0, media_type="") & ~Q(problem=""),
                name="storage_derivative_made_or_not",
            ),
        )

    def __str__(self) -> str:
        return f"{self.document} · {self.get_purpose_display()}"

    @property
    def waits(self) -> bool:
        """Never: a copy goes straight home, or is made another time."""
        return False

    @property
    def key(self) -> str:
        """Where the bytes lie in the store."""
        return key_of(self.sha256)


class Sheet(models.Model):
    """A page of a document that was bound from photos: which photo, how it was turned and cut."""

    document = models.ForeignKey(Document, models.PROTECT, related_name="sheets", verbose_name=_("材料"))
    number = models.PositiveSmallIntegerField(_("页码"))
    photo = models.ForeignKey(Document, models.PROTECT, related_name="+", verbose_name=_("照片"))
    turn = models.PositiveSmallIntegerField(_("转动（度）"), default=0)
    crop = models.CharField(_("裁剪"), max_length=60, blank=True)

    class Meta:
        verbose_name = _("合成页")
        ordering = ("number",)
        constraints = (
            models.UniqueConstraint(fields=["document", "number"], name="storage_sheet_once"),
            models.CheckConstraint(condition=Q(turn__in=[0, 90, 180, 270], number__gte=1), name="storage_sheet_turned"),
        )

    def __str__(self) -> str:
        return f"{self.document} {self.number}"


class Attachment(models.Model):
    """A document in a slot of a record. `ordinal` counts the files of the slot, `version` the editions of one file.

    Only its ending is ever written: by whom, when, why and whether a newer version took its place.
    """

    asked_again: int | None = None
    """The open wish for a better one, where the query looked for it."""

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


class Retake(models.Model):
    """看不清，请重拍: somebody who checks a file asks for a better one. Only its ending is ever written later."""

    attachment = models.ForeignKey(Attachment, models.PROTECT, related_name="retakes", verbose_name=_("附件"))
    why = models.CharField(_("哪里看不清"), max_length=10, choices=Unclear)
    words = models.CharField(_("补充说明"), max_length=200, blank=True)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("谁请重拍"))
    asked_at = models.DateTimeField(_("何时"))
    ending = models.CharField(_("结果"), max_length=10, choices=AskEnding, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("经手人")
    )
    ended_at = models.DateTimeField(_("办结时间"), null=True, blank=True)
    answer = models.OneToOneField(
        Attachment, models.PROTECT, null=True, blank=True, related_name="answers", verbose_name=_("新的一份")
    )

    class Meta:
        verbose_name = _("请重拍")
        ordering = ("-asked_at", "-pk")
        constraints = (
            models.UniqueConstraint(fields=["attachment"], condition=Q(ending=""), name="storage_retake_one_open"),
            models.CheckConstraint(
                condition=Q(why__in=Unclear.values) & (~Q(why=Unclear.OTHER) | ~Q(words="")), name="storage_retake_why"
            ),
            models.CheckConstraint(
                condition=Q(ending="", ended_by__isnull=True, ended_at__isnull=True, answer__isnull=True)
                | Q(ending=AskEnding.COME, ended_by__isnull=False, ended_at__isnull=False, answer__isnull=False)
                | Q(ending__in=[AskEnding.WITHDRAWN, AskEnding.GONE], ended_by__isnull=False)
                & Q(ended_at__isnull=False, answer__isnull=True),
                name="storage_retake_ending",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("asked_at")), name="storage_retake_in_order"
            ),
        )

    def __str__(self) -> str:
        return self.attachment.document.name

    @property
    def reason(self) -> str:
        """Why, in words: the ready-made reason and what was added."""
        parts = [] if self.why == Unclear.OTHER else [str(self.get_why_display())]
        return gettext("：").join([*parts, self.words] if self.words else parts)


class AccessHead(models.Model):
    """How long the access log of one document is, and the digest of its last row: what a removed row betrays."""

    document = models.OneToOneField(
        Document, models.PROTECT, primary_key=True, related_name="access_head", verbose_name=_("材料")
    )
    count = models.PositiveIntegerField(default=0)
    digest = models.CharField(max_length=64, blank=True)

    class Meta:
        verbose_name = _("查阅登记校验")
        constraints = (
            models.CheckConstraint(
                condition=Q(count=0, digest="") | Q(count__gt=0) & is_sha256("digest"), name="storage_access_head"
            ),
        )

    def __str__(self) -> str:
        return f"{self.document_id} {self.count}"


class Access(models.Model):
    """Somebody read a document that is not for everybody: who, when, how, which page.

    Each row of a document carries the digest of the one before; written once, never changed or removed.
    """

    document = models.ForeignKey(Document, models.PROTECT, related_name="accesses", verbose_name=_("材料"))
    seq = models.PositiveIntegerField()
    reader = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("谁看过"))
    at = models.DateTimeField(_("时间"))
    way = models.CharField(_("方式"), max_length=10, choices=Way)
    page = models.PositiveIntegerField(_("页码"), default=0)
    previous = models.CharField(max_length=64, blank=True)
    digest = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("查阅登记")
        ordering = ("-at", "-seq")
        constraints = (
            models.UniqueConstraint(fields=["document", "seq"], name="storage_access_once"),
            models.CheckConstraint(condition=Q(way__in=Way.values), name="storage_access_way"),
            models.CheckConstraint(
                condition=Q(seq=1, previous="") | Q(seq__gt=1) & is_sha256("previous"), name="storage_access_chained"
            ),
            models.CheckConstraint(condition=is_sha256("digest"), name="storage_access_digest"),
        )

    def __str__(self) -> str:
        return f"{self.document_id} {self.seq}"


class Keeping(models.Model):
    """Until which day, that one included, a document is kept for the sake of a record; never shortened.

    `locked_until` is how far the store itself refuses to remove the bytes, where it can.
    """

    document = models.ForeignKey(Document, models.PROTECT, related_name="keepings", verbose_name=_("材料"))
    content_type = models.ForeignKey(ContentType, models.PROTECT, related_name="+")
    object_id = models.PositiveBigIntegerField()
    record = GenericForeignKey()
    term = models.CharField(_("保管类别"), max_length=10, choices=Term)
    until = models.DateField(_("保管到"))
    set_at = models.DateTimeField(_("定期限的时间"))
    locked_until = models.DateTimeField(_("存储锁定到"), null=True, blank=True)

    class Meta:
        verbose_name = _("保管期限")
        indexes = (models.Index(fields=["content_type", "until"], name="storage_keeping_due"),)
        constraints = (
            models.UniqueConstraint(fields=["document", "content_type", "object_id"], name="storage_keeping_once"),
            models.CheckConstraint(condition=Q(term__in=Term.values), name="storage_keeping_term"),
        )

    def __str__(self) -> str:
        return f"{self.document} {self.until}"


class Hold(models.Model):
    """A record whose documents nobody may destroy, because of a lawsuit or an audit; lifted by somebody else."""

    content_type = models.ForeignKey(ContentType, models.PROTECT, related_name="+")
    object_id = models.PositiveBigIntegerField()
    record = GenericForeignKey()
    documents = models.ManyToManyField(Document, related_name="holds", verbose_name=_("材料"))
    held_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("谁冻结"))
    held_at = models.DateTimeField(_("冻结时间"))
    reason = models.TextField(_("冻结原因"))
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("谁解除")
    )
    lifted_at = models.DateTimeField(_("解除时间"), null=True, blank=True)
    lifted_reason = models.TextField(_("解除原因"), blank=True)

    class Meta:
        verbose_name = _("材料冻结")
        constraints = (
            models.UniqueConstraint(
                fields=["content_type", "object_id"], condition=Q(lifted_at__isnull=True), name="storage_hold_one"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="storage_hold_reason"),
            models.CheckConstraint(
                condition=Q(lifted_by__isnull=True, lifted_at__isnull=True, lifted_reason="")
                | Q(lifted_by__isnull=False, lifted_at__gte=F("held_at")) & ~Q(lifted_reason=""),
                name="storage_hold_lifted",
            ),
            models.CheckConstraint(
                condition=Q(lifted_by__isnull=True) | ~Q(lifted_by=F("held_by")), name="storage_hold_two_people"
            ),
        )

    def __str__(self) -> str:
        return f"{self.content_type_id}:{self.object_id}"


class Destruction(models.Model):
    """A document was destroyed when its time was over: proposed by one, confirmed by another, with the reason.

    `gone_at` is when the store had removed the bytes; a store that holds them still refuses until its own lock ends.
    """

    document = models.OneToOneField(Document, models.PROTECT, related_name="destruction", verbose_name=_("材料"))
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("谁提出销毁")
    )
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("谁同意销毁")
    )
    reason = models.TextField(_("销毁原因"))
    at = models.DateTimeField(_("销毁时间"))
    gone_at = models.DateTimeField(_("文件删除时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("材料销毁")
        constraints = (
            models.CheckConstraint(condition=~Q(reason=""), name="storage_destruction_reason"),
            models.CheckConstraint(condition=~Q(proposed_by=F("confirmed_by")), name="storage_destruction_two_people"),
            models.CheckConstraint(
                condition=Q(gone_at__isnull=True) | Q(gone_at__gte=F("at")), name="storage_destruction_gone"
            ),
        )

    def __str__(self) -> str:
        return f"{self.document}"
