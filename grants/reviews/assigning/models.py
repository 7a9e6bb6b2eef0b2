"""The pool of reviewers, ties and waivers, invitations, and every assignment as it was solved, changed and applied."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from grants.applications.models import Project
from grants.people.models import Organisation, Team, User
from grants.programmes.models import Round
from grants.reviews.assigning.enums import Applied, Declarer, ExpertKind, Rated, Reply, TieKind
from grants.reviews.models import Rescoring
from workflow.machine import AppendOnly


class Expert(models.Model):
    """What is known of a reviewer beside the role: from where, how many projects a round, when away.

    `home` is the organisation of the place they belong to; none is the whole province, which is nobody's home.
    """

    person = models.OneToOneField(User, models.PROTECT, related_name="expert", verbose_name=_("评审专家"))
    kind = models.CharField(_("类别"), max_length=20, choices=ExpertKind, default=ExpertKind.OTHER)
    employer = models.CharField(_("工作单位"), max_length=80, blank=True)
    home = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("所在地")
    )
    most = models.PositiveIntegerField(_("每轮最多评几个"), default=12)
    away_from = models.DateField(_("从哪天起不能评审"), null=True, blank=True)
    away_to = models.DateField(_("到哪天止"), null=True, blank=True)
    note = models.CharField(_("备注"), max_length=200, blank=True)
    saved_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    saved_at = models.DateTimeField()

    class Meta:
        verbose_name = _("专家库")
        constraints = (
            models.CheckConstraint(condition=Q(kind__in=ExpertKind.values), name="expert_kind"),
            models.CheckConstraint(condition=Q(most__lte=200), name="expert_most"),
            models.CheckConstraint(
                condition=Q(away_from__isnull=True, away_to__isnull=True) | Q(away_to__gte=F("away_from")),
                name="expert_away_forward",
            ),
        )

    def __str__(self) -> str:
        return str(self.person)


class Expertise(models.Model):
    """A field of service in which a reviewer is at home, and how much: 1 knows it, 2 works in it, 3 leads in it."""

    expert = models.ForeignKey(Expert, models.PROTECT, related_name="fields")
    field = models.CharField(_("服务领域"), max_length=30)
    level = models.PositiveSmallIntegerField(_("熟悉程度"))

    class Meta:
        verbose_name = _("专长")
        ordering = ("-level", "field")
        constraints = (
            models.UniqueConstraint(fields=["expert", "field"], name="expertise_once"),
            models.CheckConstraint(condition=Q(level__gte=1, level__lte=3), name="expertise_level"),
        )

    def __str__(self) -> str:
        return f"{self.field} {self.level}"


class Tie(AppendOnly):
    """A tie between a person and a team, declared by one of them or by the officer; it is never taken back.

    An applicant does not know who reviews and names somebody in words: `named`. `until` is the last day of something
    that has ended, such as working together.
    """

    team = models.ForeignKey(Team, models.PROTECT, related_name="ties", verbose_name=_("申报团队"))
    person = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="ties", verbose_name=_("评审专家")
    )
    named = models.CharField(_("姓名"), max_length=50, blank=True)
    kind = models.CharField(_("关系"), max_length=20, choices=TieKind)
    reason = models.CharField(_("说明"), max_length=400)
    until = models.DateField(_("结束日期"), null=True, blank=True)
    side = models.CharField(_("谁声明的"), max_length=10, choices=Declarer)
    declared_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("利害关系声明")
        ordering = ("-pk",)
        constraints = (
            models.CheckConstraint(condition=Q(kind__in=TieKind.values), name="tie_kind"),
            models.CheckConstraint(condition=Q(side__in=Declarer.values), name="tie_side"),
            models.CheckConstraint(condition=~Q(reason=""), name="tie_why"),
            models.CheckConstraint(condition=Q(person__isnull=False) ^ ~Q(named=""), name="tie_with_somebody"),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {self.team_id}"


class RecusalWaiver(models.Model):
    """A soft reason against a reviewer does not count on one project: one person asks, another agrees, both for good.

    `codes` are the reasons that were known, with commas; one that becomes known later still counts.
    """

    project = models.ForeignKey(Project, models.PROTECT, related_name="recusal_waivers")
    reviewer = models.ForeignKey(User, models.PROTECT, related_name="recusal_waivers")
    codes = models.CharField(max_length=100)
    reason = models.CharField(_("理由"), max_length=400)
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    agreed_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    agreed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("免于回避")
        constraints = (
            models.UniqueConstraint(fields=["project", "reviewer", "codes"], name="recusal_waiver_once"),
            models.CheckConstraint(condition=~Q(reason="") & ~Q(codes=""), name="recusal_waiver_why"),
            models.CheckConstraint(
                condition=Q(agreed_by__isnull=True) | ~Q(agreed_by=F("asked_by")), name="recusal_waiver_two_people"
            ),
            models.CheckConstraint(
                condition=~Q(asked_by=F("reviewer")) & (Q(agreed_by__isnull=True) | ~Q(agreed_by=F("reviewer"))),
                name="recusal_waiver_by_others",
            ),
            models.CheckConstraint(
                condition=Q(agreed_by__isnull=True, agreed_at__isnull=True) | Q(agreed_at__gte=F("asked_at")),
                name="recusal_waiver_agreed",
            ),
        )

    def __str__(self) -> str:
        return f"{self.project_id} · {self.reviewer_id}"


class ReviewInvitation(AppendOnly):
    """A reviewer is asked to take part in the review of a round, until a moment; the newest one counts."""

    round = models.ForeignKey(Round, models.PROTECT, related_name="invitations")
    reviewer = models.ForeignKey(User, models.PROTECT, related_name="review_invitations")
    load = models.PositiveIntegerField(_("请评几个"))
    note = models.CharField(_("附言"), max_length=400, blank=True)
    invited_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    expires_at = models.DateTimeField(_("请在此前答复"))

    class Meta:
        verbose_name = _("评审邀请")
        ordering = ("-pk",)
        constraints = (
            models.CheckConstraint(condition=Q(load__gte=1), name="invitation_load"),
            models.CheckConstraint(condition=Q(expires_at__gt=F("at")), name="invitation_lasts"),
            models.CheckConstraint(condition=~Q(invited_by=F("reviewer")), name="invitation_to_another"),
        )

    def __str__(self) -> str:
        return f"{self.round_id} · {self.reviewer_id}"


class InvitationAnswer(AppendOnly):
    """What the reviewer answered, once: how many projects, with the pledges signed; or why not."""

    invitation = models.OneToOneField(ReviewInvitation, models.PROTECT, related_name="answer")
    reply = models.CharField(_("答复"), max_length=10, choices=Reply)
    load = models.PositiveIntegerField(_("能评几个"), default=0)
    reason = models.CharField(_("原因"), max_length=400, blank=True)
    wishes = models.CharField(_("愿意评的领域"), max_length=400, blank=True)
    pledged = models.BooleanField(_("已签保密和回避承诺"), default=False)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("邀请的答复")
        constraints = (
            models.CheckConstraint(condition=Q(reply__in=Reply.values), name="invitation_reply"),
            models.CheckConstraint(
                condition=Q(reply=Reply.DECLINED, load=0) | ~Q(reply=Reply.DECLINED) & Q(load__gte=1, pledged=True),
                name="invitation_pledged",
            ),
            models.CheckConstraint(
                condition=Q(reply=Reply.ACCEPTED) | ~Q(reason=""), name="invitation_why_not_or_fewer"
            ),
        )

    def __str__(self) -> str:
        return f"{self.invitation_id} {self.reply}"


class ReviewerRating(AppendOnly):
    """How the officer found a reviewer's work in a round, after it: 1 to 5 and why; a later one counts, none goes.

    For the programme officers and the leadership alone: neither the reviewer nor another reviewer reads it.
    """

    round = models.ForeignKey(Round, models.PROTECT, related_name="reviewer_ratings")
    reviewer = models.ForeignKey(User, models.PROTECT, related_name="ratings")
    number = models.PositiveIntegerField()
    points = models.PositiveSmallIntegerField(_("评价"), choices=Rated)
    words = models.CharField(_("说明"), max_length=400)
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("对评审专家的评价")
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(fields=["round", "reviewer", "number"], name="rating_number_once"),
            models.CheckConstraint(condition=Q(number__gte=1), name="rating_from_one"),
            models.CheckConstraint(condition=Q(points__gte=1, points__lte=5), name="rating_points"),
            models.CheckConstraint(condition=~Q(words=""), name="rating_of_words"),
            models.CheckConstraint(condition=~Q(by=F("reviewer")), name="rating_of_another"),
        )

    def __str__(self) -> str:
        return f"{self.round_id} · {self.reviewer_id} #{self.number}"


class AssignmentRun(models.Model):
    """One solving of a round: what went in, by which solver, what came out. Anybody may solve it again.

    `problem` and `answer` are the solver's canonical JSON, `digest` the SHA-256 of `problem`, `asked` what the officer
    chose, as JSON. Until `claimed_until` one worker is at it; one that died leaves it to the next.
    """

    round = models.ForeignKey(Round, models.PROTECT, related_name="assignment_runs")
    rescoring = models.ForeignKey(
        Rescoring, models.PROTECT, null=True, blank=True, related_name="runs", verbose_name=_("为哪次复评加派")
    )
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("谁分配的"))
    at = models.DateTimeField(_("时间"))
    solver = models.CharField(_("算法"), max_length=20)
    asked = models.TextField(_("设定"))
    problem = models.TextField()
    digest = models.CharField(_("输入的 SHA-256"), max_length=64)
    facts = models.TextField()
    """What the scores were made of, who was left out and why, as JSON: for the explanations, not for the solver."""
    claimed_until = models.DateTimeField(null=True, blank=True)
    version = models.CharField(_("算法版本"), max_length=60, blank=True)
    answer = models.TextField(blank=True)
    objective = models.BigIntegerField(_("目标值"), null=True, blank=True)
    failure = models.CharField(_("没有算出的原因"), max_length=300, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("评审分配")
        ordering = ("-pk",)
        constraints = (
            models.CheckConstraint(
                condition=Q(finished_at__isnull=True, answer="", failure="", objective__isnull=True)
                | Q(finished_at__isnull=False)
                & (
                    ~Q(answer="") & Q(failure="", objective__isnull=False) & ~Q(version="")
                    | Q(answer="", objective__isnull=True) & ~Q(failure="")
                ),
                name="assignment_run_finished",
            ),
        )
        indexes = (models.Index(fields=["id"], condition=Q(finished_at__isnull=True), name="assignment_run_open"),)

    def __str__(self) -> str:
        return f"{self.round_id} #{self.pk}"

    @property
    def waiting(self) -> bool:
        """Whether somebody is, or soon will be, at it."""
        return self.finished_at is None


class AssignmentOrder(models.Model):
    """Somebody pressed: the run, with its changes, is being applied, project by project, until it is finished."""

    run = models.OneToOneField(AssignmentRun, models.PROTECT, related_name="order")
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("分配的下达")
        constraints = (
            models.CheckConstraint(
                condition=Q(finished_at__isnull=True) | Q(finished_at__gte=F("at")), name="assignment_order_in_order"
            ),
        )
        indexes = (models.Index(fields=["id"], condition=Q(finished_at__isnull=True), name="assignment_order_open"),)

    def __str__(self) -> str:
        return str(self.run_id)


class AssignmentChange(AppendOnly):
    """On top of what was solved somebody put another person on a project, or nobody, and said why."""

    run = models.ForeignKey(AssignmentRun, models.PROTECT, related_name="changes")
    project = models.ForeignKey(Project, models.PROTECT, related_name="+")
    leaving = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    coming = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    reason = models.CharField(_("理由"), max_length=400)
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("人工调整")
        ordering = ("pk",)
        constraints = (
            models.CheckConstraint(condition=~Q(reason=""), name="assignment_change_why"),
            models.CheckConstraint(
                condition=Q(leaving__isnull=False) | Q(coming__isnull=False), name="assignment_change_of_somebody"
            ),
            models.CheckConstraint(
                condition=Q(leaving__isnull=True) | Q(coming__isnull=True) | ~Q(leaving=F("coming")),
                name="assignment_change_another",
            ),
        )

    def __str__(self) -> str:
        return f"{self.run_id}: {self.project_id}"


class AssignmentOutcome(AppendOnly):
    """What became of one project when a run was applied; `reasons` says in the officer's words why it was refused."""

    run = models.ForeignKey(AssignmentRun, models.PROTECT, related_name="outcomes")
    project = models.ForeignKey(Project, models.PROTECT, related_name="+")
    outcome = models.CharField(max_length=10, choices=Applied)
    reasons = models.TextField(blank=True)
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("分配的结果")
        ordering = ("pk",)
        constraints = (
            models.CheckConstraint(condition=Q(outcome__in=Applied.values), name="assignment_outcome"),
            models.UniqueConstraint(fields=["run", "project"], name="assignment_outcome_once"),
        )

    def __str__(self) -> str:
        return f"{self.run_id}: {self.project_id} {self.outcome}"
