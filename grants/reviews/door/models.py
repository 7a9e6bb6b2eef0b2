"""A pass for one expert in one round: a link, a code that goes another way, who handed them over, every try."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from grants.people.models import User
from grants.programmes.models import Round
from workflow.machine import AppendOnly


class PassEnding(models.TextChoices):
    """What became of a pass before its time."""

    WITHDRAWN = "withdrawn", _("已收回")
    REPLACED = "replaced", _("已换新的")
    GUESSED = "guessed", _("码错的次数太多，已停用")


class ReviewPass(AppendOnly):
    """Lets this person in to their reviews with link and code until its end; of both only digests are kept."""

    round = models.ForeignKey(Round, models.PROTECT, related_name="review_passes", verbose_name=_("轮次"))
    person = models.ForeignKey(User, models.PROTECT, related_name="review_passes", verbose_name=_("评审专家"))
    digest = models.CharField(max_length=64, unique=True)
    code = models.CharField(max_length=200)
    handed_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("经手人"))
    at = models.DateTimeField(_("发出时间"))
    expires_at = models.DateTimeField(_("有效至"))

    class Meta:
        verbose_name = _("评审链接")
        ordering = ("-pk",)
        constraints = (
            models.CheckConstraint(condition=Q(expires_at__gt=F("at")), name="review_pass_lasts"),
            models.CheckConstraint(condition=~Q(handed_by=F("person")), name="review_pass_to_another"),
            models.CheckConstraint(condition=~Q(code=""), name="review_pass_coded"),
        )

    def __str__(self) -> str:
        return f"{self.round_id} · {self.person_id}"


class PassTry(AppendOnly):
    """Somebody opened the link and typed a code, the right one or not."""

    to = models.ForeignKey(ReviewPass, models.PROTECT, related_name="tries")
    right = models.BooleanField(_("对"))
    at = models.DateTimeField(_("时间"))

    class Meta:
        verbose_name = _("输码记录")
        ordering = ("pk",)

    def __str__(self) -> str:
        return f"{self.to_id} {self.right}"


class PassEnd(AppendOnly):
    """The pass does not open any more: by whom, why."""

    to = models.OneToOneField(ReviewPass, models.PROTECT, related_name="end")
    how = models.CharField(_("结果"), max_length=10, choices=PassEnding)
    by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    at = models.DateTimeField(_("时间"))

    class Meta:
        verbose_name = _("评审链接的结果")
        constraints = (models.CheckConstraint(condition=Q(how__in=PassEnding.values), name="pass_end_known"),)

    def __str__(self) -> str:
        return f"{self.to_id} {self.how}"
