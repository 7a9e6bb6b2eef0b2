"""The books: sources, accounts, entries, postings; tranches, payments, batches, bank lines. All amounts are fen."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from grants.applications.models import Project
from grants.awards.enums import Trigger
from grants.funds.enums import OF_PROJECT, AccountKind, LimitKind, LineKind, SourceKind, TemplateKind
from grants.people.models import Organisation, User
from grants.programmes.models import Round
from storage.models import Document
from workflow.apart import apart, hand
from workflow.lifecycle import PAYMENT, PaymentState
from workflow.machine import AppendOnly, StateField, Stateful
from workflow.models import Step

ENDED_UNPAID = (PaymentState.VOIDED, PaymentState.REVERSED)


class FundingSource(models.Model):
    """Money given for a round; what projects have drawn from it and what went on to a later year never exceed it.

    `most_pct`: of one project's grant it carries no more than this. `origin`: the source of an earlier year whose
    unspent money this is.
    """

    round = models.ForeignKey(Round, models.PROTECT, related_name="sources")
    kind = models.CharField(_("性质"), max_length=20, choices=SourceKind)
    name = models.CharField(_("名称"), max_length=80)
    amount_fen = models.BigIntegerField(_("金额"))
    committed_fen = models.BigIntegerField(_("已安排"), default=0)
    carried_fen = models.BigIntegerField(_("已结转"), default=0)
    most_pct = models.PositiveSmallIntegerField(_("每个项目至多承担（%）"), null=True, blank=True)
    origin = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="carried_on")
    intent = models.CharField(_("捐赠意愿或使用要求"), max_length=200, blank=True)
    document = models.ForeignKey(Document, models.PROTECT, null=True, blank=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("资金来源")
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(fields=["round", "name"], name="source_name_once"),
            models.CheckConstraint(condition=Q(kind__in=SourceKind.values), name="source_kind"),
            models.CheckConstraint(
                condition=Q(amount_fen__gt=0)
                & Q(committed_fen__gte=0)
                & Q(carried_fen__gte=0)
                & Q(amount_fen__gte=F("committed_fen") + F("carried_fen")),
                name="source_not_overdrawn",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True) | Q(committed_fen=0, carried_fen=0),
                name="source_withdrawn_free",
            ),
            models.CheckConstraint(
                condition=Q(most_pct__isnull=True) | Q(most_pct__gte=1, most_pct__lte=99), name="source_most_pct"
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def free_fen(self) -> int:
        """What no project has been promised and no later year was given, in fen."""
        return self.amount_fen - self.committed_fen - self.carried_fen


class SourceLimit(AppendOnly):
    """What a source may only be used for: one of these fields, places or budget categories, as it was given.

    Of a kind that has no row the source is free. A place holds for everything below it.
    """

    source = models.ForeignKey(FundingSource, models.PROTECT, related_name="limits")
    kind = models.CharField(_("限定"), max_length=10, choices=LimitKind)
    code = models.CharField(max_length=30, blank=True)
    area = models.ForeignKey(Organisation, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = _("资金用途限定")
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(fields=["source", "kind", "code"], condition=~Q(code=""), name="source_limit_once"),
            models.UniqueConstraint(
                fields=["source", "area"], condition=Q(area__isnull=False), name="source_limit_area_once"
            ),
            models.CheckConstraint(condition=Q(kind__in=LimitKind.values), name="source_limit_kind"),
            models.CheckConstraint(
                condition=Q(kind=LimitKind.AREA, code="", area__isnull=False)
                | ~Q(kind=LimitKind.AREA) & ~Q(code="") & Q(area__isnull=True),
                name="source_limit_says_what",
            ),
        )

    def __str__(self) -> str:
        return self.code or str(self.area)


class Allocation(models.Model):
    """How much of a project's grant a source carries."""

    project = models.ForeignKey(Project, models.PROTECT, related_name="allocations")
    source = models.ForeignKey(FundingSource, models.PROTECT, related_name="allocations")
    amount_fen = models.BigIntegerField()

    class Meta:
        verbose_name = _("资金安排")
        constraints = (
            models.UniqueConstraint(fields=["project", "source"], name="allocation_once"),
            models.CheckConstraint(condition=Q(amount_fen__gte=0), name="allocation_not_negative"),
        )

    def __str__(self) -> str:
        return f"{self.project_id} ← {self.source_id}"


class Account(models.Model):
    """One account of the books, named for what it is: 'project:17:held'. Its balance is only ever a sum."""

    name = models.CharField(max_length=80, unique=True)
    kind = models.CharField(max_length=20, choices=AccountKind)
    round = models.ForeignKey(Round, models.PROTECT, related_name="accounts")
    project = models.ForeignKey(Project, models.PROTECT, null=True, blank=True, related_name="accounts")
    source = models.ForeignKey(FundingSource, models.PROTECT, null=True, blank=True, related_name="accounts")
    category = models.CharField(max_length=30, blank=True)

    class Meta:
        verbose_name = _("账户")
        constraints = (
            models.CheckConstraint(condition=Q(kind__in=AccountKind.values), name="account_kind"),
            models.CheckConstraint(
                condition=Q(kind=AccountKind.SOURCE, source__isnull=False, project__isnull=True)
                | Q(kind=AccountKind.AVAILABLE, source__isnull=True, project__isnull=True)
                | Q(kind__in=OF_PROJECT, source__isnull=True, project__isnull=False),
                name="account_has_its_owner",
            ),
            models.CheckConstraint(
                condition=Q(kind=AccountKind.SPENT) & ~Q(category="") | ~Q(kind=AccountKind.SPENT) & Q(category=""),
                name="account_category_of_spending",
            ),
        )

    def __str__(self) -> str:
        return self.name


class Entry(AppendOnly):
    """One fact of money, with its document and the step that caused it; corrected only by a reversing entry."""

    key = models.CharField(max_length=120, unique=True)
    date = models.DateField(_("日期"))
    value_on = models.DateField(_("发生日期"), null=True, blank=True)
    memo = models.CharField(_("摘要"), max_length=200)
    document = models.ForeignKey(Document, models.PROTECT, null=True, blank=True, related_name="+")
    external_ref = models.CharField(_("银行流水号"), max_length=80, unique=True, null=True, blank=True)
    reverses = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="reversed_by")
    step = models.ForeignKey(Step, models.PROTECT, related_name="+")
    digest = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("分录")
        ordering = ("pk",)
        constraints = (
            models.CheckConstraint(condition=~Q(reverses=F("pk")), name="entry_reverses_another"),
            models.CheckConstraint(
                condition=Q(value_on__isnull=True) | Q(value_on__lt=F("date")), name="entry_value_before_date"
            ),
        )

    def __str__(self) -> str:
        return self.key


class Posting(AppendOnly):
    """An amount leaves `credit` and arrives at `debit`: balanced by construction."""

    entry = models.ForeignKey(Entry, models.PROTECT, related_name="postings")
    position = models.PositiveSmallIntegerField()
    debit = models.ForeignKey(Account, models.PROTECT, related_name="debits", db_index=False)
    credit = models.ForeignKey(Account, models.PROTECT, related_name="credits", db_index=False)
    amount_fen = models.BigIntegerField()

    class Meta:
        verbose_name = _("记账行")
        ordering = ("entry", "position")
        indexes = (
            models.Index(fields=["debit", "credit", "entry", "amount_fen"], name="posting_came"),
            models.Index(fields=["credit", "debit", "entry", "amount_fen"], name="posting_went"),
        )
        constraints = (
            models.UniqueConstraint(fields=["entry", "position"], name="posting_position_once"),
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="posting_positive"),
            models.CheckConstraint(condition=~Q(debit=F("credit")), name="posting_two_accounts"),
            models.CheckConstraint(condition=Q(position__gte=1), name="posting_from_one"),
        )

    def __str__(self) -> str:
        return f"{self.entry_id}.{self.position}"


class Closing(AppendOnly):
    """The books of a round up to a day, closed by two people: the digest of what every account then summed to."""

    round = models.ForeignKey(Round, models.PROTECT, related_name="closings")
    through = models.DateField(_("结账至"))
    digest = models.CharField(_("试算平衡表摘要"), max_length=64)
    entries = models.PositiveIntegerField(_("分录数"))
    total_fen = models.BigIntegerField(_("发生额合计"))
    step = models.OneToOneField(Step, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("结账")
        ordering = ("pk",)
        constraints = (
            models.CheckConstraint(condition=~Q(digest="") & Q(total_fen__gte=0), name="closing_with_digest"),
        )

    def __str__(self) -> str:
        return f"{self.round_id} · {self.through}"


class Reopening(AppendOnly):
    """A closing that no longer holds, with who opened the books again and why in its step."""

    closing = models.OneToOneField(Closing, models.PROTECT, related_name="reopening")
    step = models.OneToOneField(Step, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("反结账")

    def __str__(self) -> str:
        return str(self.closing_id)


class Subject(AppendOnly):
    """Under which subject of the accounting system a kind of account is kept; a later row of the kind replaces it."""

    round = models.ForeignKey(Round, models.PROTECT, related_name="subjects")
    kind = models.CharField(_("账户类别"), max_length=20, choices=AccountKind)
    code = models.CharField(_("科目编码"), max_length=20, blank=True)
    name = models.CharField(_("科目名称"), max_length=60, blank=True)
    step = models.ForeignKey(Step, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("会计科目")
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(fields=["step", "kind"], name="subject_once_a_step"),
            models.CheckConstraint(condition=Q(kind__in=AccountKind.values), name="subject_kind"),
            models.CheckConstraint(
                condition=Q(code="", name="") | ~Q(code="") & ~Q(name=""), name="subject_code_and_name"
            ),
        )

    def __str__(self) -> str:
        return f"{self.code} {self.name}".strip()


class Tranche(models.Model):
    """A part of the grant that is paid together: it opens so many days after its trigger, and is due soon after."""

    project = models.ForeignKey(Project, models.PROTECT, related_name="tranches")
    number = models.PositiveSmallIntegerField(_("期次"))
    planned_fen = models.BigIntegerField(_("计划金额"))
    paid_fen = models.BigIntegerField(_("已拨"), default=0)
    released_fen = models.BigIntegerField(_("已释放"), default=0)
    trigger = models.CharField(_("拨付条件"), max_length=20, choices=Trigger)
    after_d = models.PositiveSmallIntegerField(_("条件满足几天以后"), default=0)
    due_wd = models.PositiveSmallIntegerField(_("拨付时限（工作日）"))

    class Meta:
        verbose_name = _("拨款期次")
        ordering = ("project", "number")
        constraints = (
            models.UniqueConstraint(fields=["project", "number"], name="tranche_number_once"),
            models.CheckConstraint(
                condition=Q(planned_fen__gte=0)
                & Q(paid_fen__gte=0)
                & Q(released_fen__gte=0)
                & Q(planned_fen__gte=F("paid_fen") + F("released_fen")),
                name="tranche_within_plan",
            ),
            models.CheckConstraint(condition=Q(trigger__in=Trigger.values), name="tranche_trigger"),
            models.CheckConstraint(condition=Q(number__gte=1), name="tranche_from_one"),
        )

    def __str__(self) -> str:
        return f"{self.project_id} · {self.number}"

    @property
    def open_fen(self) -> int:
        """What may still be paid of it, in fen."""
        return self.planned_fen - self.paid_fen - self.released_fen


class PayeeAccount(models.Model):
    """A bank account filed for a project by the payee and verified by somebody else; a new one supersedes it."""

    project = models.ForeignKey(Project, models.PROTECT, related_name="payee_accounts")
    number = models.PositiveSmallIntegerField()
    holder = models.CharField(_("户名"), max_length=80)
    bank = models.CharField(_("开户银行"), max_length=80)
    account_no = models.CharField(_("账号"), max_length=32)
    cnaps = models.CharField(_("联行号"), max_length=12, blank=True)
    proof = models.ForeignKey(Document, models.PROTECT, null=True, blank=True, related_name="+")
    filed_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    filed_behalf = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    filed_at = models.DateTimeField()
    verified_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    verified_behalf = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    verified_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("收款账户")
        ordering = ("project", "number")
        constraints = (
            models.UniqueConstraint(fields=["project", "number"], name="payee_account_number_once"),
            apart("payee_account_two_people", hand("verified_by"), hand("filed_by")),
            models.CheckConstraint(condition=Q(number__gte=1), name="payee_account_from_one"),
            models.CheckConstraint(
                condition=Q(verified_by__isnull=True, verified_at__isnull=True)
                | Q(verified_by__isnull=False, verified_at__isnull=False, verified_at__gte=F("filed_at")),
                name="payee_account_verified_by_somebody",
            ),
        )

    def __str__(self) -> str:
        return f"{self.holder} ·{self.account_no[-4:]}"


class Batch(models.Model):
    """Payments that go to the bank together; frozen with count, total and digest before it is sent.

    A frozen one may be returned: what it has not sent leaves it, and it never opens again.
    """

    round = models.ForeignKey(Round, models.PROTECT, related_name="batches")
    number = models.PositiveIntegerField(_("批次号"))
    opened_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()
    frozen_at = models.DateTimeField(null=True, blank=True)
    returned_at = models.DateTimeField(null=True, blank=True)
    count = models.PositiveIntegerField(default=0)
    total_fen = models.BigIntegerField(default=0)
    digest = models.CharField(max_length=64, blank=True)

    class Meta:
        verbose_name = _("拨款批次")
        constraints = (
            models.UniqueConstraint(fields=["round", "number"], name="batch_number_once"),
            models.CheckConstraint(
                condition=Q(frozen_at__isnull=True) | (Q(count__gt=0) & Q(total_fen__gt=0) & ~Q(digest="")),
                name="batch_frozen_with_control_total",
            ),
            models.CheckConstraint(condition=Q(number__gte=1), name="batch_from_one"),
            models.CheckConstraint(
                condition=Q(count=0, total_fen=0) | Q(count__gt=0, total_fen__gt=0), name="batch_counts_amounts"
            ),
            models.CheckConstraint(
                condition=Q(returned_at__isnull=True) | Q(frozen_at__isnull=False), name="batch_returned_once_frozen"
            ),
        )

    def __str__(self) -> str:
        return f"{self.round_id} · {self.number}"


class BankTemplate(AppendOnly):
    """One version of a template of our own: how a file for the bank looks, or how its statement is read."""

    code = models.CharField(_("代号"), max_length=40)
    number = models.PositiveIntegerField(_("版本"))
    kind = models.CharField(_("用途"), max_length=10, choices=TemplateKind)
    name = models.CharField(_("名称"), max_length=80)
    text = models.TextField(_("内容"))
    digest = models.CharField(max_length=64)
    reason = models.CharField(_("改动原因"), max_length=200)
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("银行模板")
        ordering = ("code", "-number")
        constraints = (
            models.UniqueConstraint(fields=["code", "number"], name="bank_template_number_once"),
            models.CheckConstraint(condition=Q(number__gte=1), name="bank_template_from_one"),
            models.CheckConstraint(condition=Q(kind__in=TemplateKind.values), name="bank_template_kind"),
            models.CheckConstraint(
                condition=~Q(text="") & ~Q(digest="") & ~Q(reason=""), name="bank_template_with_reason"
            ),
        )

    def __str__(self) -> str:
        return f"{self.name} · {self.number}"


class BatchFile(AppendOnly):
    """A file for the bank, fixed when its batch was frozen: its lines and its template make the same bytes again."""

    batch = models.ForeignKey(Batch, models.PROTECT, related_name="files")
    position = models.PositiveSmallIntegerField()
    name = models.CharField(_("文件名"), max_length=120)
    template = models.CharField(_("模板"), max_length=40)
    shape = models.TextField()
    lines = models.TextField()
    count = models.PositiveIntegerField(_("笔数"))
    total_fen = models.BigIntegerField(_("合计"))
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("银行文件")
        ordering = ("batch", "position")
        constraints = (
            models.UniqueConstraint(fields=["batch", "position"], name="batch_file_position_once"),
            models.CheckConstraint(
                condition=Q(position__gte=1, count__gte=1, total_fen__gt=0, size__gte=1) & ~Q(sha256=""),
                name="batch_file_with_control_total",
            ),
        )

    def __str__(self) -> str:
        return self.name


class Statement(models.Model):
    """A statement or return file as it was read; its lines come in when somebody has looked and takes it.

    One file is taken once; `taken` is the step that took it, `entered` how many lines were new then.
    """

    round = models.ForeignKey(Round, models.PROTECT, related_name="statements")
    name = models.CharField(_("文件名"), max_length=200)
    sha256 = models.CharField(max_length=64)
    template = models.CharField(_("模板"), max_length=80)
    lines = models.TextField()
    digest = models.CharField(max_length=64)
    count = models.PositiveIntegerField(_("行数"))
    read_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    read_at = models.DateTimeField()
    taken = models.CharField(max_length=60, blank=True)
    taken_at = models.DateTimeField(null=True, blank=True)
    entered = models.PositiveIntegerField(_("新流水"), default=0)

    class Meta:
        verbose_name = _("银行对账单")
        ordering = ("-pk",)
        constraints = (
            models.UniqueConstraint(fields=["sha256"], condition=~Q(taken=""), name="statement_taken_once"),
            models.CheckConstraint(
                condition=Q(taken="", taken_at__isnull=True, entered=0) | ~Q(taken="") & Q(taken_at__isnull=False),
                name="statement_taken_by_a_step",
            ),
            models.CheckConstraint(condition=Q(entered__lte=F("count")), name="statement_enters_its_lines"),
        )

    def __str__(self) -> str:
        return self.name


class BankLine(AppendOnly):
    """One line of the bank's statement or return file; used once, by the step that matched it.

    `undone`: the bank says that it has taken back an entry of its own (冲正).
    """

    fillable = ("matched",)

    round = models.ForeignKey(Round, models.PROTECT, related_name="bank_lines")
    statement = models.ForeignKey(Statement, models.PROTECT, null=True, blank=True, related_name="bank_lines")
    reference = models.CharField(_("流水号"), max_length=80, unique=True)
    kind = models.CharField(_("类别"), max_length=10, choices=LineKind)
    booked_on = models.DateField(_("记账日期"))
    amount_fen = models.BigIntegerField(_("金额"))
    counterparty = models.CharField(_("对方户名"), max_length=80)
    account_tail = models.CharField(_("对方账号后四位"), max_length=4)
    summary = models.CharField(_("摘要"), max_length=200, blank=True)
    undone = models.BooleanField(_("冲正"), default=False)
    recorded_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    matched = models.CharField(_("用于"), max_length=60, blank=True)

    class Meta:
        verbose_name = _("银行流水")
        constraints = (
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="bank_line_positive"),
            models.CheckConstraint(condition=Q(kind__in=LineKind.values), name="bank_line_kind"),
            models.UniqueConstraint(fields=["matched"], condition=~Q(matched=""), name="bank_line_matched_once"),
        )

    def __str__(self) -> str:
        return self.reference


class LineNote(AppendOnly):
    """A person has set a bank line aside, or taken it up again, with the reason; the last one counts.

    A line that was joined with others, or divided, is `replaced` by what it became and stays aside for good.
    """

    line = models.ForeignKey(BankLine, models.PROTECT, related_name="notes")
    aside = models.BooleanField()
    replaced = models.BooleanField(default=False)
    reason = models.CharField(_("原因"), max_length=200)
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    step = models.CharField(max_length=60)

    class Meta:
        verbose_name = _("流水处理说明")
        ordering = ("pk",)
        constraints = (
            models.CheckConstraint(condition=~Q(reason=""), name="line_note_with_reason"),
            models.CheckConstraint(condition=Q(aside=True) | Q(replaced=False), name="line_note_replaced_is_aside"),
            models.UniqueConstraint(fields=["line"], condition=Q(replaced=True), name="line_note_replaced_once"),
        )

    def __str__(self) -> str:
        return self.reason


class Payment(Stateful):
    """One payment of one tranche; maker, checker, approver and cashier are different people, by constraint.

    Each beside whom they stood in for, if they did.
    """

    lock_related = ("project", "project__round", "tranche", "account", "batch")

    state = StateField(PAYMENT, verbose_name=_("状态"))
    project = models.ForeignKey(Project, models.PROTECT, related_name="payments")
    tranche = models.ForeignKey(Tranche, models.PROTECT, related_name="payments")
    number = models.CharField(_("拨款编号"), max_length=40, unique=True)
    amount_fen = models.BigIntegerField(_("金额"))
    account = models.ForeignKey(PayeeAccount, models.PROTECT, null=True, blank=True, related_name="+")
    requester = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    """Nobody, where the clock asked because every condition was met."""
    requester_behalf = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    maker = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    maker_behalf = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    checker = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    checker_behalf = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    cashier = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    cashier_behalf = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    batch = models.ForeignKey(Batch, models.PROTECT, null=True, blank=True, related_name="payments")
    paid_entry = models.ForeignKey(Entry, models.PROTECT, null=True, blank=True, related_name="+")
    paid_on = models.DateField(_("到账日期"), null=True, blank=True)
    attempt = models.PositiveSmallIntegerField(_("第几次"), default=1)

    class Meta:
        verbose_name = _("拨款")
        ordering = ("pk",)
        constraints = (
            models.CheckConstraint(condition=Q(state__in=PAYMENT.states.values), name="payment_state"),
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="payment_positive"),
            apart("payment_maker_is_not_checker", hand("maker"), hand("checker")),
            apart("payment_maker_is_not_cashier", hand("maker"), hand("cashier")),
            apart("payment_checker_is_not_cashier", hand("checker"), hand("cashier")),
            apart("payment_requester_is_not_checker", hand("requester"), hand("checker")),
            models.CheckConstraint(
                condition=(Q(cashier__isnull=True) | Q(checker__isnull=False))
                & (Q(checker__isnull=True) | Q(maker__isnull=False))
                & (Q(maker__isnull=True) | Q(account__isnull=False)),
                name="payment_hands_in_order",
            ),
            models.CheckConstraint(
                condition=Q(paid_on__isnull=True, paid_entry__isnull=True)
                | Q(paid_on__isnull=False, paid_entry__isnull=False),
                name="payment_paid_with_entry",
            ),
            models.CheckConstraint(condition=Q(attempt__gte=1), name="payment_attempt_from_one"),
            models.UniqueConstraint(
                fields=["tranche"], condition=~Q(state__in=ENDED_UNPAID), name="payment_one_live_per_tranche"
            ),
        )

    def __str__(self) -> str:
        return self.number


class PaymentHold(models.Model):
    """Somebody in finance or discipline lets nothing be paid for a project, until somebody else lifts it for good."""

    project = models.ForeignKey(Project, models.PROTECT, related_name="payment_holds")
    reason = models.TextField(_("原因"))
    held_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    held_behalf = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    held_at = models.DateTimeField()
    lifted_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    lifted_behalf = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_reason = models.TextField(_("恢复的理由"), blank=True)

    class Meta:
        verbose_name = _("暂停拨款")
        constraints = (
            models.UniqueConstraint(
                fields=["project"], condition=Q(lifted_at__isnull=True), name="payment_hold_one_at_a_time"
            ),
            apart("payment_hold_two_people", hand("held_by"), hand("lifted_by")),
            models.CheckConstraint(condition=~Q(reason=""), name="payment_hold_with_reason"),
            models.CheckConstraint(
                condition=Q(
                    lifted_by__isnull=True, lifted_behalf__isnull=True, lifted_at__isnull=True, lifted_reason=""
                )
                | Q(lifted_by__isnull=False, lifted_at__gte=F("held_at")) & ~Q(lifted_reason=""),
                name="payment_hold_lifted_by_somebody",
            ),
        )

    def __str__(self) -> str:
        return f"{self.project_id} · {self.reason}"


class Waiver(AppendOnly):
    """A condition of payment that two people have waived, with the reason."""

    tranche = models.ForeignKey(Tranche, models.PROTECT, related_name="waivers")
    condition = models.CharField(_("条件"), max_length=40)
    reason = models.TextField(_("理由"))
    waived_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    waived_behalf = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    endorsed_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    endorsed_behalf = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("条件豁免")
        constraints = (
            models.UniqueConstraint(fields=["tranche", "condition"], name="waiver_once"),
            apart("waiver_two_people", hand("waived_by"), hand("endorsed_by")),
            models.CheckConstraint(condition=~Q(condition="") & ~Q(reason=""), name="waiver_with_reason"),
        )

    def __str__(self) -> str:
        return self.condition
