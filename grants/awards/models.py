"""Meetings and what they decided, official documents, objections, and the agreement with its signatures."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from grants.applications.models import BudgetVersion, Project
from grants.awards.enums import GRANTING, NoticeKind, ObjectionKind, Outcome, Party, Trigger
from grants.people.models import User
from grants.programmes.models import Round
from grants.reviews.panel.models import PanelMinutes
from storage.models import Document
from workflow.lifecycle import OBJECTION
from workflow.machine import AppendOnly, StateField, Stateful
from workflow.phrases import in_the_name_of


class Meeting(AppendOnly):
    """Minutes of a meeting of the leadership: the decision is the meeting's, not one person's click."""

    round = models.ForeignKey(Round, models.PROTECT, related_name="meetings")
    number = models.CharField(_("纪要编号"), max_length=60)
    held_on = models.DateField(_("会议日期"))
    present = models.CharField(_("出席"), max_length=400)
    recused = models.CharField(_("回避"), max_length=400, blank=True)
    document = models.ForeignKey(Document, models.PROTECT, related_name="+")
    paper = models.ForeignKey(
        "DecisionPaper", models.PROTECT, null=True, blank=True, related_name="meetings", verbose_name=_("所据审定参考")
    )
    panel = models.ForeignKey(PanelMinutes, models.PROTECT, null=True, blank=True, related_name="meetings")
    """The minutes of the panel meeting on which it drew."""
    recorded_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("会议纪要")
        constraints = (models.UniqueConstraint(fields=["round", "number"], name="meeting_number_once"),)

    def __str__(self) -> str:
        return self.number


class Decision(AppendOnly):
    """What a meeting decided on one project; amounts in fen."""

    project = models.ForeignKey(Project, models.PROTECT, related_name="decisions")
    meeting = models.ForeignKey(Meeting, models.PROTECT, related_name="decisions")
    outcome = models.CharField(max_length=20, choices=Outcome)
    amount_fen = models.BigIntegerField(default=0)
    reserve_order = models.PositiveIntegerField(null=True, blank=True)
    reason = models.TextField(blank=True)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("审定意见")
        ordering = ("pk",)
        constraints = (
            models.CheckConstraint(condition=Q(outcome__in=Outcome.values), name="decision_outcome"),
            models.CheckConstraint(condition=Q(amount_fen__gte=0), name="decision_amount"),
            models.CheckConstraint(
                condition=Q(outcome__in=GRANTING, amount_fen__gt=0) | ~Q(outcome__in=GRANTING) & Q(amount_fen=0),
                name="decision_amount_where_it_grants",
            ),
            models.CheckConstraint(
                condition=Q(outcome=Outcome.RESERVE, reserve_order__gte=1, reserve_order__isnull=False)
                | ~Q(outcome=Outcome.RESERVE) & Q(reserve_order__isnull=True),
                name="decision_order_in_reserve",
            ),
        )

    def __str__(self) -> str:
        return self.get_outcome_display()


class Draft(models.Model):
    """Something of a round that is being prepared: nothing in it is decided or published. One of a kind a round."""

    round = models.OneToOneField(Round, models.PROTECT, related_name="+", primary_key=True)
    version = models.PositiveIntegerField(default=1)
    saved_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    saved_at = models.DateTimeField()

    class Meta:
        abstract = True


class DecisionDraft(Draft):
    """The table for a meeting as it stands: by project, what was chosen and everything typed, as typed."""

    meeting = models.ForeignKey(Meeting, models.PROTECT, null=True, blank=True, related_name="+")
    rows = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("审定表草稿")
        constraints = (models.CheckConstraint(condition=Q(version__gte=1), name="decision_draft_from_one"),)

    def __str__(self) -> str:
        return f"{self.round_id} v{self.version}"


class NoticeDraft(Draft):
    """The public notice as it stands, in the words typed."""

    title = models.CharField(_("标题"), max_length=120, blank=True)
    number = models.CharField(_("发文字号"), max_length=40, blank=True)
    text = models.TextField(_("正文"), blank=True)
    contact = models.TextField(_("异议受理方式"), blank=True)
    ends_on = models.DateField(_("公示截止"), null=True, blank=True)

    class Meta:
        verbose_name = _("公示草稿")
        constraints = (models.CheckConstraint(condition=Q(version__gte=1), name="notice_draft_from_one"),)

    def __str__(self) -> str:
        return self.title


class OfficialNotice(AppendOnly):
    """An official document that was issued: call, publicity, result. The office gives its number, never we."""

    round = models.ForeignKey(Round, models.PROTECT, related_name="official_notices")
    kind = models.CharField(max_length=20, choices=NoticeKind)
    number = models.CharField(_("发文字号"), max_length=40, blank=True)
    title = models.CharField(_("标题"), max_length=120)
    issued_on = models.DateField(_("成文日期"))
    ends_on = models.DateField(_("公示截止"), null=True, blank=True)
    text = models.TextField(_("正文"), blank=True)
    contact = models.TextField(_("异议受理方式"), blank=True)
    document = models.ForeignKey(Document, models.PROTECT, related_name="+")
    issued_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("正式文件")
        constraints = (
            models.CheckConstraint(condition=Q(kind__in=NoticeKind.values), name="official_notice_kind"),
            models.UniqueConstraint(fields=["number"], condition=~Q(number=""), name="official_notice_number_once"),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gt=F("issued_on")), name="official_notice_forward"
            ),
            models.CheckConstraint(
                condition=~Q(kind=NoticeKind.PUBLICITY) | Q(ends_on__isnull=False), name="official_notice_public_until"
            ),
            models.CheckConstraint(
                condition=~Q(kind=NoticeKind.RESULT) | ~Q(number=""), name="official_notice_result_numbered"
            ),
        )

    def __str__(self) -> str:
        return self.title


class PublicEntry(AppendOnly):
    """One line of a list that went public, as everybody could read it that day, whatever becomes of the project later.

    It names no person. Amount in fen.
    """

    notice = models.ForeignKey(OfficialNotice, models.PROTECT, related_name="entries")
    project = models.ForeignKey(Project, models.PROTECT, related_name="public_entries")
    number = models.CharField(_("项目编号"), max_length=30)
    title = models.CharField(_("项目名称"), max_length=60)
    team = models.CharField(_("申报团队"), max_length=80)
    recommended_by = models.CharField(_("推荐单位"), max_length=80)
    city = models.CharField(_("设区市"), max_length=40)
    county = models.CharField(_("县（市、区）"), max_length=40, blank=True)
    field = models.CharField(_("服务领域"), max_length=40)
    amount_fen = models.BigIntegerField(_("金额"))
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("公开名单")
        ordering = ("number",)
        constraints = (
            models.UniqueConstraint(fields=["notice", "project"], name="public_entry_once"),
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="public_entry_amount"),
        )

    def __str__(self) -> str:
        return self.title


class Objection(Stateful):
    """An objection from the public or an appeal of a refused team; while open it may hold moves and payments."""

    lock_related = ("project", "project__round", "project__round__configuration")
    found = ("against",)

    state = StateField(OBJECTION, verbose_name=_("状态"))
    project = models.ForeignKey(Project, models.PROTECT, related_name="objections")
    kind = models.CharField(max_length=20, choices=ObjectionKind, default=ObjectionKind.OBJECTION)
    against = models.CharField(_("针对的状态"), max_length=30)
    objector = models.CharField(_("反映人"), max_length=60, blank=True)
    contact = models.CharField(_("联系方式"), max_length=80, blank=True)
    text = models.TextField(_("反映内容"))
    holds = models.BooleanField(_("暂停办理"), default=True)
    received_on = models.DateField(_("收到日期"))
    finding = models.TextField(_("核查结论"), blank=True)
    receipt = models.CharField(_("查询号"), max_length=20, blank=True)
    secret_digest = models.CharField(max_length=64, blank=True)

    class Meta:
        verbose_name = _("异议")
        constraints = (
            models.UniqueConstraint(fields=["receipt"], condition=~Q(receipt=""), name="objection_receipt_once"),
            models.CheckConstraint(
                condition=Q(receipt="", secret_digest="") | ~Q(receipt="") & ~Q(secret_digest=""),
                name="objection_receipt_with_secret",
            ),
            models.CheckConstraint(condition=Q(state__in=OBJECTION.states.values), name="objection_state"),
            models.CheckConstraint(condition=Q(kind__in=ObjectionKind.values), name="objection_kind"),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.pk}"


class Agreement(models.Model):
    """The contract: final plan and budget, amount in fen, tranche scheme, and who has signed.

    `scheme` is the code of one of the round's, or nothing where the instalments are of this project alone.
    """

    project = models.OneToOneField(Project, models.PROTECT, related_name="agreement")
    number = models.CharField(_("协议编号"), max_length=40, unique=True)
    amount_fen = models.BigIntegerField(_("资助金额"))
    scheme = models.CharField(_("拨款方案"), max_length=40, blank=True)
    budget = models.ForeignKey(BudgetVersion, models.PROTECT, null=True, blank=True, related_name="+")
    plan_agreed_at = models.DateTimeField(_("团队确认方案"), null=True, blank=True)
    plan_confirmed_at = models.DateTimeField(_("省级同意方案"), null=True, blank=True)
    effective_at = models.DateTimeField(_("生效"), null=True, blank=True)

    class Meta:
        verbose_name = _("项目协议书")
        constraints = (
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="agreement_amount"),
            models.CheckConstraint(
                condition=Q(effective_at__isnull=True) | Q(budget__isnull=False), name="agreement_with_budget"
            ),
            models.CheckConstraint(
                condition=(Q(effective_at__isnull=True) | Q(plan_confirmed_at__isnull=False))
                & (Q(plan_confirmed_at__isnull=True) | Q(plan_agreed_at__isnull=False)),
                name="agreement_in_order",
            ),
        )

    def __str__(self) -> str:
        return self.number


class Instalment(models.Model):
    """One tranche of a scheme agreed for this project alone: a percent, an amount in fen, or what is left."""

    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="instalments")
    number = models.PositiveSmallIntegerField(_("期次"))
    pct = models.PositiveSmallIntegerField(_("百分之几"), null=True, blank=True)
    fen = models.BigIntegerField(_("固定金额"), null=True, blank=True)
    trigger = models.CharField(_("拨付条件"), max_length=20, choices=Trigger)
    after_d = models.PositiveSmallIntegerField(_("条件满足几天以后"), default=0)
    due_wd = models.PositiveSmallIntegerField(_("拨付时限（工作日）"))

    class Meta:
        verbose_name = _("约定的期次")
        ordering = ("agreement", "number")
        constraints = (
            models.UniqueConstraint(fields=["agreement", "number"], name="instalment_number_once"),
            models.CheckConstraint(condition=Q(number__gte=1, due_wd__gte=1), name="instalment_from_one"),
            models.CheckConstraint(condition=Q(trigger__in=Trigger.values), name="instalment_trigger"),
            models.CheckConstraint(
                condition=Q(pct__isnull=True, fen__isnull=True)
                | Q(pct__gte=1, pct__lte=99, fen__isnull=True)
                | Q(pct__isnull=True, fen__gt=0),
                name="instalment_one_share",
            ),
        )

    def __str__(self) -> str:
        return f"{self.agreement_id} · {self.number}"


class Signature(AppendOnly):
    """One party has signed, on this document."""

    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="signatures")
    party = models.CharField(max_length=10, choices=Party)
    person = models.ForeignKey(User, models.PROTECT, related_name="+")
    behalf = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    document = models.ForeignKey(Document, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("签署")
        constraints = (
            models.UniqueConstraint(fields=["agreement", "party"], name="signature_party_once"),
            models.UniqueConstraint(fields=["agreement", "person"], name="signature_person_once"),
            models.CheckConstraint(condition=Q(party__in=Party.values), name="signature_party"),
        )

    def __str__(self) -> str:
        return self.get_party_display()

    @property
    def hand(self) -> str:
        """Who signed, and for whom."""
        return in_the_name_of(self.person, self.behalf)


class RefusalLetter(models.Model):
    """What a team that was not funded is told: its strongest and weakest point and what to do next time.

    Prepared by the officer, changed until it is sent, never after. `appeal_until` is the last day to object to it.
    """

    project = models.OneToOneField(Project, models.PROTECT, related_name="refusal_letter")
    version = models.PositiveIntegerField(default=1)
    strongest = models.TextField(_("做得好的地方"), blank=True)
    weakest = models.TextField(_("还可以更好的地方"), blank=True)
    advice = models.TextField(_("下次申报的建议"))
    saved_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    saved_at = models.DateTimeField()
    sent_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    sent_at = models.DateTimeField(null=True, blank=True)
    appeal_until = models.DateField(_("异议截止"), null=True, blank=True)

    class Meta:
        verbose_name = _("未立项说明")
        constraints = (
            models.CheckConstraint(condition=Q(version__gte=1), name="refusal_letter_from_one"),
            models.CheckConstraint(condition=~Q(advice=""), name="refusal_letter_of_words"),
            models.CheckConstraint(
                condition=Q(sent_by__isnull=True, sent_at__isnull=True, appeal_until__isnull=True)
                | Q(sent_by__isnull=False, sent_at__gte=F("saved_at"), appeal_until__isnull=False),
                name="refusal_letter_sent",
            ),
        )

    def __str__(self) -> str:
        return f"{self.project_id}"


class DecisionPaper(AppendOnly):
    """What would become of the list under certain limits: for a meeting to read, deciding nothing.

    `text` is canonical JSON: the limits, the scores it rests on by their digest, who is in and out; `digest` proves it.
    """

    round = models.ForeignKey(Round, models.PROTECT, related_name="decision_papers")
    number = models.PositiveIntegerField(_("份号"))
    text = models.TextField(_("试算内容"))
    digest = models.CharField(max_length=64)
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("审定参考")
        constraints = (
            models.UniqueConstraint(fields=["round", "number"], name="decision_paper_number_once"),
            models.CheckConstraint(condition=Q(number__gte=1), name="decision_paper_from_one"),
        )

    def __str__(self) -> str:
        return f"{self.round_id} #{self.number}"
