"""What pages themselves keep: who wishes what by mail, one deed asked for on many projects, who took which list."""

from __future__ import annotations

import json
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from grants.applications.models import Project
from grants.funds.models import BankLine, Payment
from grants.people.models import User
from grants.programmes.models import Configuration, Round
from storage.models import Document
from workflow.machine import AppendOnly
from workflow.models import STEPLESS, NoticeKind


class Single(models.TextChoices):
    """How notices of one kind come by mail."""

    EACH = "each", _("每条一封")
    DIGEST = "digest", _("并入汇总")
    OFF = "off", _("不发邮件")


class Digest(models.TextChoices):
    """How often a digest comes: at eight in the morning of a working day."""

    DAILY = "daily", _("每个工作日")
    WEEKLY = "weekly", _("每周第一个工作日")
    OFF = "off", _("不发汇总")


class Tongue(models.TextChoices):
    """The language of the mail."""

    CHINESE = "zh-hans", _("简体中文")
    ENGLISH = "en", _("英文")


WISHED = (NoticeKind.HANDOVER, NoticeKind.REMINDER, NoticeKind.RESULT)
"""The kinds of notices about which a person may choose."""


def wish_of(kind: str) -> str:
    """The choice by which notices of that kind come: a leave, a team on its way or a virus comes like a turn."""
    return NoticeKind.HANDOVER if kind in STEPLESS else kind


class MailWishes(models.Model):
    """What one person has chosen; who has chosen nothing has what stands here."""

    person = models.OneToOneField(User, models.PROTECT, related_name="mail_wishes")
    language = models.CharField(_("邮件语言"), max_length=10, choices=Tongue, default=Tongue.CHINESE)
    handover = models.CharField(_("轮到您"), max_length=10, choices=Single, default=Single.EACH)
    reminder = models.CharField(_("期限提醒"), max_length=10, choices=Single, default=Single.EACH)
    result = models.CharField(_("办理结果"), max_length=10, choices=Single, default=Single.EACH)
    digest = models.CharField(_("工作汇总"), max_length=10, choices=Digest, default=Digest.WEEKLY)

    class Meta:
        verbose_name = _("邮件设置")
        constraints = (
            models.CheckConstraint(
                condition=Q(handover__in=Single.values, reminder__in=Single.values, result__in=Single.values),
                name="mail_wishes_single",
            ),
            models.CheckConstraint(
                condition=Q(digest__in=Digest.values, language__in=Tongue.values), name="mail_wishes_digest"
            ),
            models.CheckConstraint(
                condition=~Q(digest=Digest.OFF)
                | ~Q(handover=Single.DIGEST) & ~Q(reminder=Single.DIGEST) & ~Q(result=Single.DIGEST),
                name="mail_wishes_digest_where_something_goes_in",
            ),
        )

    def __str__(self) -> str:
        return str(self.person_id)

    def of(self, kind: str) -> str:
        """How notices of that kind come."""
        return str(getattr(self, wish_of(kind)))


class Outcome(models.TextChoices):
    """What became of one project of a bulk deed."""

    WAITING = "waiting", _("等待办理")
    DONE = "done", _("已办理")
    REFUSED = "refused", _("没有办成")


class Pressed(models.Model):
    """What a person asked for on many at one press."""

    started_at = models.DateTimeField(_("开始"))
    finished_at = models.DateTimeField(_("办完"), null=True, blank=True)

    class Meta:
        abstract = True


class PressedOne(models.Model):
    """One of them; `reasons` says in the person's words why it was not done."""

    outcome = models.CharField(max_length=10, choices=Outcome, default=Outcome.WAITING)
    reasons = models.TextField(blank=True)
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True


class Bulk(Pressed):
    """One deed that a person asked for on many projects at once, with what they filled in for all of them."""

    person = models.ForeignKey(User, models.PROTECT, related_name="bulks", verbose_name=_("办理人"))
    move = models.CharField(max_length=40)
    given = models.TextField()

    class Meta:
        verbose_name = _("批量办理")
        constraints = (
            models.CheckConstraint(
                condition=Q(finished_at__isnull=True) | Q(finished_at__gte=models.F("started_at")),
                name="bulk_finished_after_started",
            ),
        )
        indexes = (models.Index(fields=["id"], condition=Q(finished_at__isnull=True), name="bulk_open"),)

    def __str__(self) -> str:
        return f"{self.move} #{self.pk}"


class BulkItem(PressedOne):
    """One project of it, in the version the person saw."""

    bulk = models.ForeignKey(Bulk, models.PROTECT, related_name="items")
    project = models.ForeignKey(Project, models.PROTECT, related_name="+")
    version = models.PositiveIntegerField()

    class Meta:
        verbose_name = _("批量办理的项目")
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(fields=["bulk", "project"], name="bulk_item_once"),
            models.CheckConstraint(condition=Q(outcome__in=Outcome.values), name="bulk_item_outcome"),
            models.CheckConstraint(
                condition=Q(outcome=Outcome.WAITING, done_at__isnull=True)
                | Q(done_at__isnull=False) & ~Q(outcome=Outcome.WAITING),
                name="bulk_item_done_at",
            ),
        )

    def __str__(self) -> str:
        return f"{self.bulk_id}:{self.project_id} {self.outcome}"


class MatchRun(Pressed):
    """The bank's clean lines that a person confirmed at one press: each is one move of one payment."""

    round = models.ForeignKey(Round, models.PROTECT, related_name="+")
    person = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("办理人"))

    class Meta:
        verbose_name = _("流水确认")
        constraints = (
            models.CheckConstraint(
                condition=Q(finished_at__isnull=True) | Q(finished_at__gte=models.F("started_at")),
                name="match_run_finished_after_started",
            ),
        )
        indexes = (models.Index(fields=["id"], condition=Q(finished_at__isnull=True), name="match_run_open"),)

    def __str__(self) -> str:
        return f"{self.round_id} #{self.pk}"


class MatchItem(PressedOne):
    """One line of it with the payment it was held to be about."""

    run = models.ForeignKey(MatchRun, models.PROTECT, related_name="items")
    line = models.ForeignKey(BankLine, models.PROTECT, related_name="+")
    payment = models.ForeignKey(Payment, models.PROTECT, related_name="+")
    move = models.CharField(max_length=40)

    class Meta:
        verbose_name = _("流水确认的一条")
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(fields=["run", "line"], name="match_item_line_once"),
            models.UniqueConstraint(fields=["run", "payment"], name="match_item_payment_once"),
            models.CheckConstraint(condition=Q(outcome__in=Outcome.values), name="match_item_outcome"),
            models.CheckConstraint(
                condition=Q(outcome=Outcome.WAITING, done_at__isnull=True)
                | Q(done_at__isnull=False) & ~Q(outcome=Outcome.WAITING),
                name="match_item_done_at",
            ),
        )

    def __str__(self) -> str:
        return f"{self.run_id}:{self.line_id} {self.outcome}"


class PackageBuild(models.Model):
    """The archive package of one project: asked for once, built in the background, then kept as a document.

    Until `claimed_until` one worker is at it; one that died leaves it to the next.
    """

    project = models.OneToOneField(Project, models.PROTECT, related_name="package_build")
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("由谁生成"))
    asked_at = models.DateTimeField()
    claimed_until = models.DateTimeField(null=True, blank=True)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    failure = models.CharField(_("没有生成的原因"), max_length=300, blank=True)
    document = models.ForeignKey(Document, models.PROTECT, null=True, blank=True, related_name="+")
    manifest = models.CharField(_("manifest.json 的 SHA-256"), max_length=64, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("档案包")
        constraints = (
            models.CheckConstraint(condition=Q(done__lte=models.F("total")), name="package_build_progress"),
            models.CheckConstraint(
                condition=Q(finished_at__isnull=True, document__isnull=True, manifest="")
                | Q(finished_at__isnull=False, document__isnull=False, failure="") & ~Q(manifest=""),
                name="package_build_finished",
            ),
        )
        indexes = (models.Index(fields=["id"], condition=Q(finished_at__isnull=True), name="package_build_open"),)

    def __str__(self) -> str:
        return f"{self.project_id} {self.done}/{self.total}"

    @property
    def waiting(self) -> bool:
        """Whether somebody is, or soon will be, at it."""
        return self.finished_at is None and not self.failure


class Rehearsal(models.Model):
    """A version of a configuration played through in the background: asked for, at some scene, what it came to.

    Until `claimed_until` one worker is at it; one that died leaves it to the next. `report` is its own JSON.
    """

    configuration = models.ForeignKey(Configuration, models.PROTECT, related_name="rehearsals")
    projects = models.PositiveIntegerField(_("申报项目数"))
    seed = models.PositiveIntegerField(_("种子"))
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("由谁演练"))
    asked_at = models.DateTimeField()
    claimed_until = models.DateTimeField(null=True, blank=True)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    failure = models.TextField(_("没有走通的原因"), blank=True)
    report = models.TextField(blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("轮次演练")
        ordering = ("-pk",)
        constraints = (
            models.UniqueConstraint(
                fields=["configuration"], condition=Q(finished_at__isnull=True), name="rehearsal_one_at_a_time"
            ),
            models.CheckConstraint(condition=Q(done__lte=models.F("total")), name="rehearsal_progress"),
            models.CheckConstraint(condition=Q(projects__gte=1), name="rehearsal_of_something"),
            models.CheckConstraint(
                condition=Q(finished_at__isnull=True, failure="", report="")
                | Q(finished_at__isnull=False) & (~Q(failure="") & Q(report="") | Q(failure="") & ~Q(report="")),
                name="rehearsal_finished",
            ),
        )

    def __str__(self) -> str:
        return f"{self.configuration_id} {self.done}/{self.total}"

    @property
    def waiting(self) -> bool:
        """Whether somebody is, or soon will be, at it."""
        return self.finished_at is None

    @property
    def told(self) -> dict[str, Any]:
        """What it came to; nothing before its end and where it did not come to one."""
        found: dict[str, Any] = json.loads(self.report) if self.report else {}
        return found

    @property
    def passed(self) -> bool:
        """Whether it came to its end and everything was in order there."""
        return bool(self.told.get("verify") == "ok")


class Sheet(models.TextChoices):
    """In what form a list is taken away."""

    XLSX = "xlsx", "Excel"
    CSV = "csv", "CSV"


class Export(AppendOnly):
    """Somebody took a list of projects away as a file: who, when, in what form, by which filters, how many rows.

    `wanted` is the part of the address that finds the same list, the order included.
    """

    person = models.ForeignKey(User, models.PROTECT, related_name="exports", verbose_name=_("导出人"))
    at = models.DateTimeField(_("导出时间"))
    sheet = models.CharField(_("格式"), max_length=10, choices=Sheet)
    wanted = models.TextField(_("筛选条件"), blank=True)
    rows = models.PositiveIntegerField(_("行数"))

    class Meta:
        verbose_name = _("导出记录")
        ordering = ("-pk",)
        constraints = (models.CheckConstraint(condition=Q(sheet__in=Sheet.values), name="export_sheet"),)

    def __str__(self) -> str:
        return f"{self.person} · {self.sheet} · {self.rows}"
