"""What happens while a project runs: activities, checks, change requests."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from grants.applications.models import Project
from grants.implementation.enums import ChangeKind, CheckKind
from grants.people.models import User
from storage.models import Document
from workflow.lifecycle import CHANGE, CHECK, ChangeState
from workflow.machine import StateField, Stateful


class Activity(models.Model):
    """One activity: who came, for how long, who was served. `minutes_each` is service time without travel."""

    project = models.ForeignKey(Project, models.PROTECT, related_name="activities")
    number = models.PositiveIntegerField()
    name = models.CharField(_("活动名称"), max_length=80)
    held_on = models.DateField(_("日期"), null=True, blank=True)
    place = models.CharField(_("地点"), max_length=80, blank=True)
    volunteers = models.PositiveIntegerField(_("志愿者人数"), default=0)
    minutes_each = models.PositiveIntegerField(_("人均服务分钟"), default=0)
    served = models.PositiveIntegerField(_("服务人次"), default=0)
    cancelled = models.BooleanField(_("已取消"), default=False)
    text = models.TextField(_("做了什么"), blank=True)
    photos = models.ManyToManyField(Document, related_name="+", verbose_name=_("照片"))
    corrects = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="corrected_by", verbose_name=_("更正")
    )
    logged_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("活动")
        ordering = ("project", "number")
        constraints = (
            models.UniqueConstraint(fields=["project", "number"], name="activity_number_once"),
            models.CheckConstraint(condition=Q(number__gte=1), name="activity_from_one"),
            models.CheckConstraint(
                condition=Q(cancelled=False) | Q(volunteers=0, minutes_each=0, served=0),
                name="activity_cancelled_counts_nothing",
            ),
            models.CheckConstraint(condition=Q(minutes_each__lte=16 * 60), name="activity_at_most_16_hours"),
            models.CheckConstraint(
                condition=Q(cancelled=True) | Q(held_on__isnull=False), name="activity_held_or_cancelled"
            ),
            models.CheckConstraint(condition=~Q(corrects=models.F("pk")), name="activity_corrects_another"),
        )

    def __str__(self) -> str:
        return self.name


class Check(Stateful):
    """A mid-term or on-site check: one page from the team, a conclusion from the officer."""

    lock_related = ("project", "project__round")

    state = StateField(CHECK, verbose_name=_("状态"))
    project = models.ForeignKey(Project, models.PROTECT, related_name="checks")
    kind = models.CharField(max_length=10, choices=CheckKind, default=CheckKind.MIDTERM)
    number = models.PositiveSmallIntegerField()
    page = models.JSONField(_("填报内容"), default=dict)
    conclusion = models.JSONField(_("检查结论"), default=dict)

    class Meta:
        verbose_name = _("检查")
        constraints = (
            models.UniqueConstraint(fields=["project", "number"], name="check_number_once"),
            models.CheckConstraint(condition=Q(number__gte=1), name="check_from_one"),
            models.CheckConstraint(condition=Q(state__in=CHECK.states.values), name="check_state"),
            models.CheckConstraint(condition=Q(kind__in=CheckKind.values), name="check_kind"),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.number}"


class ChangeRequest(Stateful):
    """A change of plan, leader, period, budget …: before and after, and why."""

    lock_related = ("project", "project__round")
    found = ("before",)

    state = StateField(CHANGE, verbose_name=_("状态"))
    project = models.ForeignKey(Project, models.PROTECT, related_name="changes")
    kind = models.CharField(_("类别"), max_length=20, choices=ChangeKind)
    before = models.JSONField(_("变更前"), default=dict)
    after = models.JSONField(_("变更后"), default=dict)
    reason = models.TextField(_("理由"))
    drafted_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    applied_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("变更申请")
        constraints = (
            models.CheckConstraint(condition=Q(state__in=CHANGE.states.values), name="change_state"),
            models.CheckConstraint(condition=Q(kind__in=ChangeKind.values), name="change_kind"),
            models.CheckConstraint(
                condition=Q(applied_at__isnull=True) | Q(state=ChangeState.APPROVED), name="change_applied_if_approved"
            ),
        )

    def __str__(self) -> str:
        return self.get_kind_display()
