"""What judges see instead of a paper: its version for them, or the word that it may be opened as it is."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.db.models.expressions import Combinable
from django.utils.translation import gettext_lazy as _

from grants.applications.models import Project
from grants.people.models import User
from storage.models import Attachment


class How(models.TextChoices):
    """How a paper is made fit for judges."""

    BOXES = "boxes", _("在页面上涂黑")
    UPLOAD = "upload", _("上传遮好的一份")
    CLEAR = "clear", _("没有身份信息，原样给专家看")


class Cover(models.Model):
    """A paper of a project as judges get it: a version of its own, or as it is. Only its ending is ever written.

    It belongs to this one version of the paper: where a newer one takes its place, judges get nothing until that is
    covered too. `boxes` are [page, left, top, right, bottom] in thousandths of the page.
    """

    project = models.ForeignKey(Project, models.PROTECT, related_name="covers", verbose_name=_("项目"))
    original = models.ForeignKey(Attachment, models.PROTECT, related_name="covers", verbose_name=_("原件"))
    how = models.CharField(_("方式"), max_length=10, choices=How)
    boxes: models.JSONField[list[list[int]] | Combinable, Any] = models.JSONField(_("涂黑的范围"), default=list)
    copy = models.OneToOneField(
        Attachment, models.PROTECT, null=True, blank=True, related_name="covering", verbose_name=_("给专家看的一份")
    )
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("经手人"))
    at = models.DateTimeField(_("时间"))
    ended_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("撤回人")
    )
    ended_at = models.DateTimeField(_("撤回时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("遮盖版")
        ordering = ("-at", "-pk")
        constraints = (
            models.UniqueConstraint(fields=["original"], condition=Q(ended_at__isnull=True), name="cover_one_open"),
            models.CheckConstraint(
                condition=Q(how="clear", copy__isnull=True) | Q(how__in=["boxes", "upload"], copy__isnull=False),
                name="cover_copy_or_clear",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_by__isnull=True)
                | Q(ended_at__gte=F("at"), ended_by__isnull=False),
                name="cover_ending",
            ),
            models.CheckConstraint(condition=Q(copy__isnull=True) | ~Q(copy=F("original")), name="cover_another_paper"),
        )

    def __str__(self) -> str:
        return f"{self.original_id} {self.how}"
