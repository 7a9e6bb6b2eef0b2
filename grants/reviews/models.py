"""Eligibility checks, reviewers' seats, scores in versions, and the chair's settling of divergence."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from grants.applications.models import Project
from grants.people.models import User
from grants.reviews.enums import Phase
from workflow.machine import AppendOnly


class EligibilityCheck(AppendOnly):
    """One pass over the conditions: answers by condition key, {key: {"ok": bool, "note": str}}."""

    project = models.ForeignKey(Project, models.PROTECT, related_name="eligibility_checks")
    number = models.PositiveIntegerField()
    answers = models.JSONField(default=dict)
    budget_checked = models.BooleanField(_("预算已审核"), default=False)
    checked_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("资格审查")
        constraints = (
            models.UniqueConstraint(fields=["project", "number"], name="eligibility_number_once"),
            models.CheckConstraint(condition=Q(number__gte=1), name="eligibility_from_one"),
        )

    def __str__(self) -> str:
        return f"{self.project_id} #{self.number}"


class Assignment(models.Model):
    """A reviewer's seat on a project; a recused or replaced seat stays with its reason."""

    project = models.ForeignKey(Project, models.PROTECT, related_name="assignments")
    reviewer = models.ForeignKey(User, models.PROTECT, related_name="assignments")
    assigned_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    declared_at = models.DateTimeField(_("声明无冲突"), null=True, blank=True)
    left_at = models.DateTimeField(_("回避或更换"), null=True, blank=True)
    left_reason = models.CharField(_("原因"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("评审席位")
        constraints = (
            models.UniqueConstraint(fields=["project", "reviewer"], name="assignment_once"),
            models.CheckConstraint(
                condition=Q(left_at__isnull=True) | ~Q(left_reason=""), name="assignment_left_with_reason"
            ),
            models.CheckConstraint(
                condition=(Q(left_at__isnull=True) | Q(left_at__gte=F("at")))
                & (Q(declared_at__isnull=True) | Q(declared_at__gte=F("at"))),
                name="assignment_in_order",
            ),
        )

    def __str__(self) -> str:
        return f"{self.project_id} · {self.reviewer_id}"


class Score(AppendOnly):
    """A reviewer's score, one version; points are half points (0.5 分 = 1), by criterion code.

    `saw` is what of the others the reviewer could see then, by the names of `Shown`. Versions from before the ledger
    knew phases have none, and no reason.
    """

    assignment = models.ForeignKey(Assignment, models.PROTECT, related_name="scores")
    number = models.PositiveIntegerField()
    halves = models.JSONField(_("各项得分（半分）"))
    total_halves = models.PositiveIntegerField(_("总分（半分）"))
    comment = models.TextField(_("评语"))
    phase = models.CharField(_("阶段"), max_length=10, choices=Phase.choices, blank=True)
    reason = models.TextField(_("改分理由"), blank=True)
    saw = models.JSONField(_("当时看得到的"), default=dict)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("评分")
        constraints = (
            models.CheckConstraint(
                condition=Q(number=1) | ~Q(reason="") | Q(phase=""), name="score_changed_with_reason"
            ),
            models.CheckConstraint(condition=Q(phase__in=["", *Phase.values]), name="score_phase_known"),
            models.UniqueConstraint(fields=["assignment", "number"], name="score_number_once"),
            models.CheckConstraint(condition=Q(total_halves__lte=200), name="score_at_most_100"),
            models.CheckConstraint(condition=Q(number__gte=1), name="score_from_one"),
        )

    def __str__(self) -> str:
        return f"{self.assignment_id} #{self.number}"


class ScoreSheet(models.Model):
    """What a reviewer has filled in so far and not handed in: half points by criterion, and the comment.

    `version` rises with every writing, so that of two windows the second is told.
    """

    assignment = models.OneToOneField(Assignment, models.PROTECT, related_name="sheet")
    version = models.PositiveIntegerField(default=1)
    halves = models.JSONField(_("各项得分（半分）"), default=dict)
    comment = models.TextField(_("评语"), blank=True)
    reason = models.TextField(_("改分理由"), blank=True)
    saved_at = models.DateTimeField()

    class Meta:
        verbose_name = _("评分草稿")

    def __str__(self) -> str:
        return f"{self.assignment_id}"


class Rescoring(AppendOnly):
    """A time in which every reviewer of a project looks at their score again: who opened it, why, until when.

    `totals` are the half points that lay apart then, lowest first. It is over once every standing seat has handed in
    since, or at its end.
    """

    project = models.ForeignKey(Project, models.PROTECT, related_name="rescorings")
    number = models.PositiveIntegerField()
    chair = models.ForeignKey(User, models.PROTECT, related_name="+")
    reason = models.TextField(_("理由"))
    totals = models.JSONField(_("开启时的总分（半分）"))
    at = models.DateTimeField()
    due_at = models.DateTimeField(_("复评截止"))

    class Meta:
        verbose_name = _("复评")
        constraints = (
            models.UniqueConstraint(fields=["project", "number"], name="rescoring_number_once"),
            models.CheckConstraint(condition=Q(due_at__gt=F("at")), name="rescoring_in_order"),
            models.CheckConstraint(condition=~Q(reason=""), name="rescoring_with_reason"),
        )

    def __str__(self) -> str:
        return f"{self.project_id} #{self.number}"


class Moderation(AppendOnly):
    """The chair has discussed a divergence with the reviewers; the scores stand, with the reason."""

    project = models.ForeignKey(Project, models.PROTECT, related_name="moderations")
    chair = models.ForeignKey(User, models.PROTECT, related_name="+")
    scores_seen = models.PositiveIntegerField(_("合议时的评分版本数"))
    reason = models.TextField(_("合议意见"))
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("合议")

    def __str__(self) -> str:
        return f"{self.project_id}"


class Figures(models.Model):
    """What the scores of a project that count add up to, kept when its review ends; a copy, recomputed by `verify`.

    Points are hundredths. `given` is [reviewer, half points by criterion] in the order of the seats, `means` the means
    by criterion, without highest and lowest where the round leaves them out.
    """

    project = models.OneToOneField(Project, models.PROTECT, related_name="figures")
    scores = models.PositiveIntegerField(_("有效评分数"))
    mean = models.PositiveIntegerField(_("平均分"))
    trimmed = models.PositiveIntegerField(_("去掉最高最低后的平均分"), null=True)
    spread = models.PositiveIntegerField(_("标准差"), null=True)
    lowest = models.PositiveIntegerField(_("最低分"))
    highest = models.PositiveIntegerField(_("最高分"))
    means = models.JSONField(_("各项平均分"))
    given = models.JSONField(_("有效评分"))
    digest = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("评分统计")
        constraints = (
            models.CheckConstraint(
                condition=Q(scores__gte=1)
                & Q(lowest__lte=F("mean"))
                & Q(mean__lte=F("highest"))
                & Q(highest__lte=10_000),
                name="figures_in_order",
            ),
        )

    def __str__(self) -> str:
        return f"{self.project_id}"
