"""The sample of a round with the marks it is measured by, and what each reviewer gave it; apart from every score."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q
from django.db.models.expressions import Combinable
from django.utils.translation import gettext_lazy as _

from grants.applications.models import Project
from grants.people.models import User
from grants.programmes.models import Round
from workflow.machine import AppendOnly


class Sample(AppendOnly):
    """An application of another round, or a text, with the mark and the reason for each criterion. The newest counts.

    `halves` are half points by criterion, `why` words by criterion.
    """

    round = models.ForeignKey(Round, models.PROTECT, related_name="samples", verbose_name=_("轮次"))
    project = models.ForeignKey(
        Project, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("以往的申报书")
    )
    title = models.CharField(_("名称"), max_length=60)
    text = models.TextField(_("样题内容"), blank=True)
    halves: models.JSONField[dict[str, int] | Combinable, Any] = models.JSONField(_("参考得分（半分）"))
    why: models.JSONField[dict[str, str] | Combinable, Any] = models.JSONField(_("为什么这样打"))
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("经手人"))
    at = models.DateTimeField(_("时间"))

    class Meta:
        verbose_name = _("样题")
        ordering = ("-pk",)
        constraints = (
            models.CheckConstraint(
                condition=Q(project__isnull=False, text="") | Q(project__isnull=True) & ~Q(text=""),
                name="sample_application_or_text",
            ),
            models.CheckConstraint(condition=~Q(title=""), name="sample_titled"),
        )

    def __str__(self) -> str:
        return self.title


class SampleScore(AppendOnly):
    """What a reviewer gave the sample, once, before seeing the marks it is measured by."""

    sample = models.ForeignKey(Sample, models.PROTECT, related_name="scores")
    reviewer = models.ForeignKey(User, models.PROTECT, related_name="sample_scores", verbose_name=_("评审专家"))
    halves: models.JSONField[dict[str, int] | Combinable, Any] = models.JSONField(_("各项得分（半分）"))
    comment = models.TextField(_("评语"), blank=True)
    at = models.DateTimeField(_("时间"))

    class Meta:
        verbose_name = _("样题评分")
        ordering = ("pk",)
        constraints = (models.UniqueConstraint(fields=["sample", "reviewer"], name="sample_score_once"),)

    def __str__(self) -> str:
        return f"{self.sample_id} · {self.reviewer_id}"
