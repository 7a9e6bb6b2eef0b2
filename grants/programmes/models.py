"""Programme and round, the round's configuration as immutable versions, quotas, and the calendar of working days."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from grants.people.models import Organisation, User
from workflow.lifecycle import ROUND
from workflow.machine import AppendOnly, StateField, Stateful


class Programme(models.Model):
    """A funding programme that runs in rounds."""

    code = models.CharField(_("代码"), max_length=10, unique=True)
    name = models.CharField(_("名称"), max_length=80)
    name_en = models.CharField(_("英文名称"), max_length=120, blank=True)

    class Meta:
        verbose_name = _("计划")

    def __str__(self) -> str:
        return self.name


class Round(Stateful):
    """One funding cycle: its configuration, its call, and the envelope that no race may overspend (fen)."""

    state = StateField(ROUND, verbose_name=_("状态"))
    programme = models.ForeignKey(Programme, models.PROTECT, related_name="rounds")
    code = models.CharField(_("代码"), max_length=20, unique=True)
    title = models.CharField(_("名称"), max_length=120)
    year = models.PositiveSmallIntegerField(_("年度"))
    organiser = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name=_("主办"))
    configuration = models.ForeignKey(
        "grants.Configuration", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("现行配置")
    )
    call_opens_at = models.DateTimeField(_("申报开始"), null=True, blank=True)
    call_closes_at = models.DateTimeField(_("申报截止"), null=True, blank=True)
    envelope_fen = models.BigIntegerField(_("资金总额"), default=0)
    committed_fen = models.BigIntegerField(_("已承诺"), default=0)
    closed_through = models.DateField(_("结账至"), null=True, blank=True)
    numbered = models.PositiveIntegerField(_("已编号项目数"), default=0)
    rehearsed_digest = models.CharField(_("已演练的配置"), max_length=64, blank=True)

    class Meta:
        verbose_name = _("轮次")
        ordering = ("-year", "-pk")
        constraints = (
            models.CheckConstraint(condition=Q(state__in=ROUND.states.values), name="round_state"),
            models.CheckConstraint(
                condition=Q(committed_fen__gte=0) & Q(committed_fen__lte=F("envelope_fen")),
                name="round_within_envelope",
            ),
            models.CheckConstraint(
                condition=Q(call_closes_at__isnull=True) | Q(call_closes_at__gt=F("call_opens_at")),
                name="round_call_forward",
            ),
            models.CheckConstraint(
                condition=Q(call_closes_at__isnull=True) | Q(call_opens_at__isnull=False), name="round_call_opened"
            ),
        )

    def __str__(self) -> str:
        return self.title

    @property
    def free_fen(self) -> int:
        """What nobody has been promised of the envelope, in fen."""
        return self.envelope_fen - self.committed_fen


class Configuration(AppendOnly):
    """One immutable version of a round's rules, with who made it and why."""

    round = models.ForeignKey(Round, models.PROTECT, related_name="configurations")
    number = models.PositiveIntegerField(_("版本号"))
    text = models.TextField(_("配置"))
    digest = models.CharField(max_length=64)
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    reason = models.CharField(_("说明"), max_length=200)

    class Meta:
        verbose_name = _("轮次配置")
        constraints = (
            models.UniqueConstraint(fields=["round", "number"], name="configuration_number_once"),
            models.CheckConstraint(condition=Q(number__gte=1), name="configuration_from_one"),
        )

    def __str__(self) -> str:
        return f"{self.round_id} v{self.number}"


class Quota(models.Model):
    """How many projects a prefecture (or, without organisation, the pool of universities and units) may forward."""

    round = models.ForeignKey(Round, models.PROTECT, related_name="quotas")
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, blank=True, related_name="+")
    places = models.PositiveIntegerField(_("名额"))
    used = models.PositiveIntegerField(_("已用"), default=0)

    class Meta:
        verbose_name = _("推荐名额")
        constraints = (
            models.UniqueConstraint(fields=["round", "organisation"], name="quota_once_per_organisation"),
            models.UniqueConstraint(
                fields=["round"], condition=Q(organisation__isnull=True), name="quota_one_pool_per_round"
            ),
            models.CheckConstraint(condition=Q(used__lte=F("places")), name="quota_not_exceeded"),
        )

    def __str__(self) -> str:
        return f"{self.organisation or _('高校与直属单位')}: {self.used}/{self.places}"


class CalendarYear(models.Model):
    """A year whose working days the State Council has published."""

    year = models.PositiveSmallIntegerField(_("年份"), unique=True)
    source = models.CharField(_("依据"), max_length=200)

    class Meta:
        verbose_name = _("已公布的年份")

    def __str__(self) -> str:
        return str(self.year)


class CalendarEdition(AppendOnly):
    """A year's exceptions as they were loaded once: by whom, when, from which notice; the last one is in force.

    `days` is canonical JSON, [day, working, note] in order. `by` nobody means the product itself.
    """

    year = models.PositiveSmallIntegerField(_("年份"))
    number = models.PositiveSmallIntegerField()
    source = models.CharField(_("依据"), max_length=200)
    days = models.TextField()
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("经手人"))
    at = models.DateTimeField(_("时间"))

    class Meta:
        verbose_name = _("放假安排的一次录入")
        ordering = ("year", "number")
        constraints = (
            models.UniqueConstraint(fields=["year", "number"], name="calendar_edition_once"),
            models.CheckConstraint(condition=Q(number__gte=1), name="calendar_edition_from_one"),
        )

    def __str__(self) -> str:
        return f"{self.year} ·{self.number}"


class CalendarDay(models.Model):
    """A day that differs from Monday–Friday: a holiday, or a weekend day worked instead."""

    day = models.DateField(_("日期"), unique=True)
    working = models.BooleanField(_("上班"))
    note = models.CharField(_("说明"), max_length=40, blank=True)

    class Meta:
        verbose_name = _("工作日例外")
        ordering = ("day",)

    def __str__(self) -> str:
        return f"{self.day} {self.note}"
