"""Vouchers used once across all projects, final accounts, refunds, and the sealed archive. Amounts are fen."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from grants.applications.models import Project
from grants.funds.models import Entry
from grants.implementation.models import Activity
from grants.people.models import User
from grants.settlement.enums import VoucherKind
from storage.models import Document
from workflow.apart import apart, hand
from workflow.machine import AppendOnly


class Invoice(models.Model):
    """One real-world voucher by its number; several projects share it only with explicit shares within its gross."""

    key = models.CharField(_("票据号码"), max_length=80, unique=True)
    gross_fen = models.BigIntegerField(_("票面金额"))
    claimed_fen = models.BigIntegerField(_("已列支"), default=0)

    class Meta:
        verbose_name = _("票据")
        constraints = (
            models.CheckConstraint(
                condition=Q(gross_fen__gt=0) & Q(claimed_fen__gte=0) & Q(claimed_fen__lte=F("gross_fen")),
                name="invoice_not_claimed_beyond_gross",
            ),
        )

    def __str__(self) -> str:
        return self.key


class Voucher(models.Model):
    """An expense of a project: photo, amount, category, and what finance accepted of it."""

    project = models.ForeignKey(Project, models.PROTECT, related_name="vouchers")
    number = models.PositiveIntegerField()
    kind = models.CharField(_("票据类型"), max_length=20, choices=VoucherKind)
    invoice = models.ForeignKey(Invoice, models.PROTECT, related_name="vouchers")
    shared = models.BooleanField(_("与其他项目分摊"), default=False)
    seller = models.CharField(_("开票方"), max_length=80)
    content = models.CharField(_("内容"), max_length=120)
    issued_on = models.DateField(_("开票日期"))
    claimed_fen = models.BigIntegerField(_("列支金额"))
    category = models.CharField(_("科目"), max_length=30)
    activity = models.ForeignKey(Activity, models.PROTECT, null=True, blank=True, related_name="vouchers")
    document = models.ForeignKey(Document, models.PROTECT, null=True, blank=True, related_name="+")
    lost = models.BooleanField(_("原票遗失，凭说明列支"), default=False)
    filed_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    filed_behalf = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    filed_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    accepted_fen = models.BigIntegerField(_("认可金额"), null=True, blank=True)
    decision_reason = models.CharField(_("核减原因"), max_length=200, blank=True)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    decided_behalf = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    entry = models.ForeignKey(Entry, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = _("凭证")
        ordering = ("project", "number")
        constraints = (
            models.UniqueConstraint(fields=["project", "number"], name="voucher_number_once"),
            models.CheckConstraint(condition=Q(number__gte=1), name="voucher_from_one"),
            models.UniqueConstraint(
                fields=["invoice"],
                condition=Q(shared=False, withdrawn_at__isnull=True),
                name="voucher_invoice_used_once",
            ),
            models.UniqueConstraint(
                fields=["invoice", "project"], condition=Q(withdrawn_at__isnull=True), name="voucher_once_per_project"
            ),
            models.CheckConstraint(condition=Q(claimed_fen__gt=0), name="voucher_positive"),
            models.CheckConstraint(condition=Q(kind__in=VoucherKind.values), name="voucher_kind"),
            models.CheckConstraint(
                condition=Q(accepted_fen__isnull=True)
                | (Q(accepted_fen__gte=0) & Q(accepted_fen__lte=F("claimed_fen"))),
                name="voucher_accepted_within_claim",
            ),
            apart("voucher_two_people", hand("decided_by"), hand("filed_by")),
            models.CheckConstraint(
                condition=Q(accepted_fen__isnull=True) | Q(accepted_fen=F("claimed_fen")) | ~Q(decision_reason=""),
                name="voucher_cut_with_reason",
            ),
            models.CheckConstraint(condition=Q(document__isnull=False) | Q(lost=True), name="voucher_has_photo"),
            models.CheckConstraint(
                condition=Q(accepted_fen__isnull=True, decided_by__isnull=True, decided_at__isnull=True)
                | Q(accepted_fen__isnull=False, decided_by__isnull=False, decided_at__isnull=False),
                name="voucher_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(entry__isnull=True) & (Q(accepted_fen__isnull=True) | Q(accepted_fen=0))
                | Q(entry__isnull=False, accepted_fen__isnull=False, accepted_fen__gt=0),
                name="voucher_accepted_with_entry",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True) | Q(entry__isnull=True), name="voucher_withdrawn_unaccepted"
            ),
        )

    def __str__(self) -> str:
        return f"{self.project_id} · {self.number}"


class FinalAccounts(AppendOnly):
    """One version of the statement as it was filed or confirmed: rows by category and totals, in fen."""

    project = models.ForeignKey(Project, models.PROTECT, related_name="final_accounts")
    number = models.PositiveSmallIntegerField()
    confirmed = models.BooleanField(default=False)
    rows = models.JSONField()
    totals = models.JSONField()
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("决算表")
        ordering = ("project", "number")
        constraints = (
            models.UniqueConstraint(fields=["project", "number"], name="final_accounts_number_once"),
            models.CheckConstraint(condition=Q(number__gte=1), name="final_accounts_from_one"),
        )

    def __str__(self) -> str:
        return f"{self.project_id} v{self.number}"


class RefundDemand(models.Model):
    """A surplus the payee was asked to return; settled by money received or a write-off."""

    project = models.ForeignKey(Project, models.PROTECT, related_name="refund_demands")
    amount_fen = models.BigIntegerField(_("应退金额"))
    received_fen = models.BigIntegerField(_("已退金额"), default=0)
    written_off_fen = models.BigIntegerField(_("核销金额"), default=0)
    asked_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("退款通知")
        constraints = (
            models.UniqueConstraint(
                fields=["project"], condition=Q(settled_at__isnull=True), name="refund_demand_one_open"
            ),
            models.CheckConstraint(
                condition=Q(amount_fen__gt=0)
                & Q(received_fen__gte=0)
                & Q(written_off_fen__gte=0)
                & Q(amount_fen__gte=F("received_fen") + F("written_off_fen")),
                name="refund_demand_foots",
            ),
            models.CheckConstraint(
                condition=Q(settled_at__isnull=True)
                | Q(settled_at__gte=F("asked_at"), amount_fen=F("received_fen") + F("written_off_fen")),
                name="refund_demand_settled_in_full",
            ),
        )

    def __str__(self) -> str:
        return f"{self.project_id} {self.amount_fen}"


class ArchivePackage(AppendOnly):
    """The sealed file of a project: a manifest of every document, step and entry, and its digest."""

    project = models.OneToOneField(Project, models.PROTECT, related_name="archive_package")
    manifest = models.TextField()
    digest = models.CharField(max_length=64)
    sealed_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("归档包")

    def __str__(self) -> str:
        return self.digest
