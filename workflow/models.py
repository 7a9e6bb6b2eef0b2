"""What the engine keeps: the trail, keys, proposals, deadlines, messages, notices, and whose turn it is."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from viewflow.workflow.models import AbstractProcess, AbstractTask

from workflow.apart import apart, hand, really
from workflow.machine import AppendOnly
from workflow.phrases import in_the_name_of


class OfRecord(models.Model):
    """A row about any record: no foreign key into the domain."""

    content_type = models.ForeignKey(ContentType, models.PROTECT, related_name="+")
    object_id = models.PositiveBigIntegerField()
    record = GenericForeignKey()

    class Meta:
        abstract = True


def place_of(record: models.Model) -> dict[str, Any]:
    """The columns by which such a row names its record."""
    return {"content_type": ContentType.objects.get_for_model(record), "object_id": record.pk}


class Step(AppendOnly, OfRecord):
    """One line of the trail. Written once; `given` and `salt` alone may be blanked, to erase personal data for good."""

    erasable = ("given", "salt")

    ref = models.CharField(_("编号"), max_length=60, primary_key=True)
    machine = models.CharField(max_length=30)
    subject = models.CharField(max_length=60, db_index=True)
    seq = models.PositiveIntegerField()
    version = models.PositiveIntegerField()
    move = models.CharField(max_length=40)
    source = models.CharField(max_length=30, blank=True)
    target = models.CharField(max_length=30)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    behalf = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    role = models.CharField(max_length=30)
    at = models.DateTimeField()
    given = models.TextField(blank=True)
    salt = models.CharField(max_length=64, blank=True)
    payload = models.TextField()
    previous = models.CharField(max_length=64, blank=True)
    digest = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("留痕")
        ordering = ("at", "content_type", "object_id", "seq")
        indexes = (models.Index(fields=["actor", "at"], name="workflow_step_actor"),)
        constraints = (
            models.UniqueConstraint(fields=["content_type", "object_id", "seq"], name="workflow_step_seq"),
            models.CheckConstraint(condition=Q(seq__gte=1), name="workflow_step_from_one"),
            models.CheckConstraint(
                condition=Q(actor__isnull=False) | Q(role="system"), name="workflow_step_somebody_or_system"
            ),
            really("workflow_step_behalf", ("actor", "behalf")),
        )

    def __str__(self) -> str:
        return f"{self.ref} {self.move}"

    @property
    def hand(self) -> str:
        """Who acted, and for whom; nothing where nobody did."""
        return in_the_name_of(self.actor, self.behalf) if self.actor else ""


class Key(AppendOnly):
    """A request that had its effect, with the answer that a replay gets. Never pruned."""

    key = models.CharField(max_length=120, primary_key=True)
    fingerprint = models.CharField(max_length=64)
    answer = models.CharField(max_length=120, blank=True)
    at = models.DateTimeField()
    fillable = ("answer",)

    class Meta:
        verbose_name = _("防重号")

    def __str__(self) -> str:
        return self.key


class Proposal(AppendOnly, OfRecord):
    """What a maker puts before others: one move on one version with one set of facts, or a signed paper."""

    machine = models.CharField(max_length=30)
    move = models.CharField(max_length=40)
    version = models.PositiveIntegerField()
    given = models.TextField()
    digest = models.CharField(max_length=64)
    maker = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    behalf = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    role = models.CharField(max_length=30)
    paper = models.BooleanField(default=False)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("会签事项")
        indexes = (models.Index(fields=["content_type", "object_id", "version"], name="workflow_proposal_record"),)
        constraints = (
            models.UniqueConstraint(
                fields=["content_type", "object_id", "move", "version", "digest", "maker"],
                name="workflow_proposal_once",
            ),
            really("workflow_proposal_behalf", ("maker", "behalf")),
        )

    def __str__(self) -> str:
        return f"{self.machine}:{self.object_id} {self.move} v{self.version}"

    @property
    def hand(self) -> str:
        """Who put it forward, and for whom."""
        return in_the_name_of(self.maker, self.behalf)


class Endorsement(AppendOnly):
    """Another person stands behind a proposal: in an endorsing role, or confirming a paper.

    `behalf` and `maker_behalf` are whom this person, and the maker, stood in for.
    """

    proposal = models.ForeignKey(Proposal, models.PROTECT, related_name="endorsements")
    subject = models.CharField(max_length=60, db_index=True)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    behalf = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    maker = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    maker_behalf = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    role = models.CharField(max_length=30)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("会签")
        constraints = (
            models.UniqueConstraint(fields=["proposal", "person"], name="workflow_endorse_person_once"),
            models.UniqueConstraint(fields=["proposal", "role"], name="workflow_endorse_role_once"),
            apart("workflow_endorser_is_not_maker", ("person", "behalf"), hand("maker")),
            really("workflow_endorsement_behalf", ("person", "behalf")),
        )

    def __str__(self) -> str:
        return f"{self.proposal_id} {self.role}"

    @property
    def hand(self) -> str:
        """Who stands behind it, and for whom."""
        return in_the_name_of(self.person, self.behalf)


class Deadline(OfRecord):
    """Until when something is due; where the table says so, the clock itself makes the move."""

    name = models.CharField(max_length=40)
    due_at = models.DateTimeField()
    starts_at = models.DateTimeField()
    amount = models.PositiveIntegerField(default=0)
    unit = models.CharField(max_length=2, blank=True)
    provisional = models.BooleanField(default=False)
    settled_at = models.DateTimeField(null=True, blank=True)
    refused = models.TextField(blank=True)

    class Meta:
        verbose_name = _("期限")
        indexes = (
            models.Index(fields=["due_at"], condition=Q(settled_at__isnull=True), name="workflow_deadline_open"),
        )
        constraints = (
            models.UniqueConstraint(
                fields=["content_type", "object_id", "name"],
                condition=Q(settled_at__isnull=True),
                name="workflow_deadline_one_open",
            ),
            models.CheckConstraint(condition=Q(due_at__gte=F("starts_at")), name="workflow_deadline_forward"),
        )

    def __str__(self) -> str:
        return f"{self.name} {self.due_at:%Y-%m-%d}"


class Outbox(models.Model):
    """A message that leaves after the commit, at least once; the receiver dedupes by key."""

    key = models.CharField(max_length=120, unique=True)
    topic = models.CharField(max_length=40)
    payload = models.TextField()
    created_at = models.DateTimeField()
    not_before = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True, blank=True)
    given_up_at = models.DateTimeField(null=True, blank=True)
    error = models.TextField(blank=True)

    class Meta:
        verbose_name = _("待发消息")
        ordering = ("pk",)
        indexes = (
            models.Index(
                fields=["not_before"],
                condition=Q(sent_at__isnull=True, given_up_at__isnull=True),
                name="workflow_outbox_waiting",
            ),
        )

    def __str__(self) -> str:
        return self.key


class NoticeKind(models.TextChoices):
    """Why a person is told something."""

    HANDOVER = "handover", _("轮到您")
    REMINDER = "reminder", _("期限提醒")
    RESULT = "result", _("办理结果")
    LENDING = "lending", _("请假交接")
    TEAM = "team", _("团队移交")
    INFECTION = "infection", _("查出病毒")
    PROPOSAL = "proposal", _("会签")
    RETAKE = "retake", _("请重拍")
    DICTATION = "dictation", _("代填申报书")
    TOGETHER = "together", _("一起填申报书")
    COMMENT = "comment", _("评论")
    INVITATION = "invitation", _("评审邀请")
    OPINION = "opinion", _("业务意见")
    REPLY = "reply", _("未立项说明")


STEPLESS = (
    NoticeKind.LENDING,
    NoticeKind.TEAM,
    NoticeKind.INFECTION,
    NoticeKind.PROPOSAL,
    NoticeKind.RETAKE,
    NoticeKind.DICTATION,
    NoticeKind.TOGETHER,
    NoticeKind.COMMENT,
    NoticeKind.INVITATION,
    NoticeKind.OPINION,
    NoticeKind.REPLY,
)
"""What is told beside the trail: no step, no deadline."""


class Notice(OfRecord):
    """What a person is told: one line about one step, about one deadline, or of a record itself, as its key says.

    `days` are the working days that were left to the deadline, or had passed where negative.
    """

    key = models.CharField(max_length=160, unique=True)
    kind = models.CharField(max_length=10, choices=NoticeKind, default=NoticeKind.HANDOVER)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="notices")
    step = models.ForeignKey(Step, models.PROTECT, null=True, related_name="+")
    deadline = models.ForeignKey(Deadline, models.PROTECT, null=True, related_name="+")
    due_at = models.DateTimeField(null=True)
    days = models.SmallIntegerField(default=0)
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("通知")
        ordering = ("-at", "-pk")
        indexes = (models.Index(fields=["person", "read_at"], name="workflow_notice_person"),)
        constraints = (
            models.CheckConstraint(condition=Q(kind__in=NoticeKind.values), name="workflow_notice_kind"),
            models.CheckConstraint(
                condition=Q(kind=NoticeKind.REMINDER, step__isnull=True, deadline__isnull=False, due_at__isnull=False)
                | Q(kind__in=STEPLESS, step__isnull=True, deadline__isnull=True, due_at__isnull=True)
                | Q(kind__in=[NoticeKind.HANDOVER, NoticeKind.RESULT])
                & Q(step__isnull=False, deadline__isnull=True, due_at__isnull=True),
                name="workflow_notice_of_step_or_deadline",
            ),
        )

    def __str__(self) -> str:
        return self.key


class Edge(models.Model):
    """A legal (from, to) of a machine, kept in the database so that its trigger knows the table."""

    machine = models.CharField(max_length=30)
    source = models.CharField(max_length=30)
    target = models.CharField(max_length=30)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["machine", "source", "target"], name="workflow_edge_once"),)

    def __str__(self) -> str:
        return f"{self.machine}: {self.source} → {self.target}"


class Incompatible(models.Model):
    """Two roles that one person may not both take on one root record."""

    left = models.CharField(max_length=30)
    right = models.CharField(max_length=30)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["left", "right"], name="workflow_incompatible_once"),)

    def __str__(self) -> str:
        return f"{self.left} × {self.right}"


class Work(AbstractProcess, OfRecord):
    """viewflow's process of one record: only whose turn it is, never the truth."""

    machine = models.CharField(max_length=30)
    scope = models.CharField(max_length=120, db_index=True)

    class Meta:
        verbose_name = _("办理")
        constraints = (models.UniqueConstraint(fields=["content_type", "object_id"], name="workflow_work_once"),)

    def __str__(self) -> str:
        return f"{self.machine}:{self.object_id}"


class Item(AbstractTask):
    """viewflow's task: one thing that waits for somebody; `owner` is set where it waits for one person."""

    process = models.ForeignKey(Work, models.CASCADE, related_name="items")
    kind = models.CharField(max_length=40)
    since = models.DateTimeField(null=True)
    proposal = models.ForeignKey(Proposal, models.PROTECT, null=True, related_name="items")
    data: dict[str, object] = {}
    seed = None

    class Meta:
        verbose_name = _("待办")
        indexes = (models.Index(fields=["status", "owner"], name="workflow_item_owner"),)
        constraints = (
            models.UniqueConstraint(
                fields=["process"], condition=Q(kind="turn", finished__isnull=True), name="workflow_item_one_turn"
            ),
            models.UniqueConstraint(
                fields=["process", "kind", "owner"],
                condition=Q(owner__isnull=False, proposal__isnull=True, finished__isnull=True),
                name="workflow_item_once_a_person",
            ),
            models.UniqueConstraint(
                fields=["proposal", "kind"], condition=Q(finished__isnull=True), name="workflow_item_once_a_proposal"
            ),
        )


class Turn(models.Model):
    """A role that an open item waits for."""

    item = models.ForeignKey(Item, models.CASCADE, related_name="turns")
    role = models.CharField(max_length=30, db_index=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["item", "role"], name="workflow_turn_once"),)

    def __str__(self) -> str:
        return self.role
