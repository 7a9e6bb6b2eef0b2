"""The completion report and its acceptance."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from grants.applications.models import Project
from grants.people.models import User
from workflow.machine import AppendOnly


class CompletionReport(models.Model):
    """What the project achieved; counts come from the activity log, never names of people served."""

    project = models.OneToOneField(Project, models.PROTECT, related_name="report")
    summary = models.TextField(_("总结"), blank=True)
    goals = models.JSONField(_("目标完成情况"), default=list)
    lessons = models.TextField(_("问题与体会"), blank=True)
    follow_up = models.TextField(_("后续计划"), blank=True)
    written_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("结题报告")

    def __str__(self) -> str:
        return str(self.project_id)


class Acceptance(AppendOnly):
    """One judgement of the closeout, 0–100 by the weights of the round, which also draws the line of a pass."""

    project = models.ForeignKey(Project, models.PROTECT, related_name="acceptances")
    number = models.PositiveSmallIntegerField()
    parts = models.JSONField(_("分项得分"))
    total = models.PositiveSmallIntegerField(_("总分"))
    opinion = models.TextField(_("验收意见"))
    judged_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("验收")
        constraints = (
            models.UniqueConstraint(fields=["project", "number"], name="acceptance_number_once"),
            models.CheckConstraint(condition=Q(number__gte=1), name="acceptance_from_one"),
            models.CheckConstraint(condition=Q(total__lte=100), name="acceptance_at_most_100"),
        )

    def __str__(self) -> str:
        return f"{self.project_id} {self.total}"
