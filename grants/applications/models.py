"""The project from draft to archive, its budget in versions, and the recommendations it carries."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from grants.applications.enums import MoneySource, RecommendLevel, Route, Voice
from grants.people.models import Organisation, Team, User
from grants.programmes.models import Round
from workflow.lifecycle import PROJECT, ProjectState
from workflow.machine import AppendOnly, StateField, Stateful


class FormVersion(AppendOnly):
    """An application form under which somebody began or handed in an application, by its digest: kept for good."""

    digest = models.CharField(max_length=64, primary_key=True)
    text = models.TextField(_("申报书的定义"))

    class Meta:
        verbose_name = _("申报书定义")

    def __str__(self) -> str:
        return self.digest[:12]


class Project(Stateful):
    """A volunteer-service project. Amounts are fen; `scope` is the path of the Red Cross that guides the team."""

    lock_related = ("round", "round__configuration", "team", "team__guided_by", "payee")

    state = StateField(PROJECT, verbose_name=_("状态"))
    round = models.ForeignKey(Round, models.PROTECT, related_name="projects", verbose_name=_("轮次"))
    number = models.CharField(_("项目编号"), max_length=30, unique=True)
    route = models.CharField(_("申报方式"), max_length=20, choices=Route, default=Route.OPEN)
    title = models.CharField(_("项目名称"), max_length=60, blank=True)
    field = models.CharField(_("服务领域"), max_length=30, blank=True)
    team = models.ForeignKey(Team, models.PROTECT, related_name="projects", verbose_name=_("申报团队"))
    leader = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("项目负责人"))
    payee = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("收款单位")
    )
    scope = models.CharField(max_length=120, db_index=True)
    exclusive = models.BooleanField(default=True)
    previous = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="followed_by")
    form = models.JSONField(_("申报书"), default=dict)
    asked = models.ForeignKey(
        FormVersion, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("申报书定义")
    )
    """The form by which it is asked; without one, the form of its round."""
    copied = models.JSONField(_("复制来的"), default=dict, blank=True)
    """Answers that were copied and not looked at since: the number of the project they came from, by name."""
    hazardous = models.BooleanField(_("涉及人身危险"), default=False)
    start_date = models.DateField(_("实施开始"), null=True, blank=True)
    end_date = models.DateField(_("实施结束"), null=True, blank=True)
    committed_on = models.DateField(_("承诺日期"), null=True, blank=True)
    requested_fen = models.BigIntegerField(_("申请金额"), default=0)
    granted_fen = models.BigIntegerField(_("资助金额"), default=0)
    paid_fen = models.BigIntegerField(_("已拨金额"), default=0)
    released_fen = models.BigIntegerField(_("已释放金额"), default=0)
    score_hundredths = models.PositiveIntegerField(_("评审得分"), null=True, blank=True)
    opened_by_next = models.BooleanField(_("上级已打开"), default=False)
    not_corrected = models.BooleanField(_("未按期修改"), default=False)
    not_supplied = models.BooleanField(_("逾期未补正"), default=False)
    no_vouchers = models.BooleanField(_("声明没有票据"), default=False)
    liquidation = models.BooleanField(_("清算"), default=False)
    reviewed_once = models.BooleanField(_("曾进入评审"), default=False)
    suspended_from = models.CharField(max_length=30, blank=True)
    returned_from = models.CharField(max_length=30, blank=True)
    stood_back = models.CharField(_("回避的层级"), max_length=10, choices=RecommendLevel, blank=True)
    publicity_ends_on = models.DateField(_("公示截止"), null=True, blank=True)

    class Meta:
        verbose_name = _("项目")
        ordering = ("number",)
        indexes = (models.Index(fields=["round", "state"], name="project_round_state"),)
        constraints = (
            models.CheckConstraint(condition=Q(state__in=PROJECT.states.values), name="project_state"),
            models.CheckConstraint(condition=Q(route__in=Route.values), name="project_route"),
            models.CheckConstraint(
                condition=Q(requested_fen__gte=0) & Q(granted_fen__gte=0), name="project_amounts_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(paid_fen__gte=0)
                & Q(released_fen__gte=0)
                & Q(granted_fen__gte=F("paid_fen") + F("released_fen")),
                name="project_paid_within_grant",
            ),
            models.CheckConstraint(
                condition=Q(end_date__isnull=True) | Q(end_date__gt=F("start_date")), name="project_period_forward"
            ),
            models.CheckConstraint(
                condition=~Q(state=ProjectState.SUSPENDED) | ~Q(suspended_from=""), name="project_suspended_from"
            ),
            models.CheckConstraint(
                condition=~Q(state=ProjectState.RETURNED) | ~Q(returned_from=""), name="project_returned_from"
            ),
            models.CheckConstraint(
                condition=Q(stood_back__in=["", RecommendLevel.COUNTY, RecommendLevel.CITY]), name="project_stood_back"
            ),
            models.CheckConstraint(
                condition=Q(score_hundredths__isnull=True) | Q(score_hundredths__lte=10_000),
                name="project_score_at_most_100",
            ),
            models.UniqueConstraint(
                fields=["round", "team"],
                condition=Q(exclusive=True) & ~Q(state=ProjectState.WITHDRAWN),
                name="project_one_per_team_and_round",
            ),
        )

    def __str__(self) -> str:
        return self.title or self.number

    @property
    def undrawn_fen(self) -> int:
        """What has been granted and is neither paid nor released, in fen."""
        return self.granted_fen - self.paid_fen - self.released_fen


class Application(AppendOnly):
    """One version of the application form as it was submitted: every answer, in canonical JSON, with its digest."""

    project = models.ForeignKey(Project, models.PROTECT, related_name="submissions")
    number = models.PositiveIntegerField(_("版本号"))
    answers = models.TextField(_("申报书内容"))
    digest = models.CharField(max_length=64)
    asked = models.ForeignKey(
        FormVersion, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("申报书定义")
    )
    submitted_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    written_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("代填人")
    )
    """Who filled it in at the leader's word, if an officer did."""
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("申报书版本")
        ordering = ("project", "number")
        constraints = (
            models.UniqueConstraint(fields=["project", "number"], name="application_number_once"),
            models.CheckConstraint(condition=Q(number__gte=1), name="application_from_one"),
            models.CheckConstraint(condition=~Q(written_by=F("submitted_by")), name="application_written_by_another"),
        )

    def __str__(self) -> str:
        return f"{self.project_id} v{self.number}"


class Dictation(models.Model):
    """An officer fills in a team's application as its leader told them to, until a day or until one of them ends it.

    Writing is all it opens: the leader looks the application over and hands it in.
    """

    project = models.ForeignKey(Project, models.PROTECT, related_name="dictations")
    writer = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("代填人"))
    leader = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("项目负责人"))
    asked = models.CharField(_("负责人怎样委托的"), max_length=200)
    at = models.DateTimeField(_("开始时间"))
    until = models.DateField(_("到哪天止"))
    handed_at = models.DateTimeField(_("交负责人核对"), null=True, blank=True)
    ended_at = models.DateTimeField(_("结束时间"), null=True, blank=True)
    ended_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = _("代填申报书")
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(fields=["project"], condition=Q(ended_at__isnull=True), name="dictation_one_open"),
            models.CheckConstraint(condition=~Q(writer=F("leader")), name="dictation_by_another"),
            models.CheckConstraint(condition=~Q(asked=""), name="dictation_was_asked_for"),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_by__isnull=True)
                | Q(ended_at__isnull=False, ended_by__isnull=False, ended_at__gte=F("at")),
                name="dictation_ended_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(handed_at__isnull=True) | Q(handed_at__gte=F("at")), name="dictation_handed_later"
            ),
        )

    def __str__(self) -> str:
        return f"{self.project_id} · {self.writer_id}"


class Collaboration(models.Model):
    """Somebody whom the leader invited, by a link, to some pages of an application: to write on them or to look.

    Of the link only a digest is kept; whoever opens it first is the person. `pages` says by code: "write" or "view".
    """

    project = models.ForeignKey(Project, models.PROTECT, related_name="collaborations")
    name = models.CharField(_("请谁"), max_length=50)
    pages = models.JSONField(_("哪几页"))
    invited_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("谁邀请的"))
    at = models.DateTimeField(_("邀请时间"))
    digest = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField(_("链接有效至"))
    person = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="collaborations")
    joined_at = models.DateTimeField(_("参与时间"), null=True, blank=True)
    ended_at = models.DateTimeField(_("结束时间"), null=True, blank=True)
    ended_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = _("一起填申报书")
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(
                fields=["project", "person"],
                condition=Q(ended_at__isnull=True, person__isnull=False),
                name="collaboration_one_open",
            ),
            models.CheckConstraint(condition=Q(expires_at__gt=F("at")), name="collaboration_link_lasts"),
            models.CheckConstraint(condition=~Q(name=""), name="collaboration_of_somebody"),
            models.CheckConstraint(
                condition=Q(person__isnull=True, joined_at__isnull=True)
                | Q(person__isnull=False, joined_at__isnull=False, joined_at__gte=F("at"))
                & Q(joined_at__lte=F("expires_at")),
                name="collaboration_joined_in_time",
            ),
            models.CheckConstraint(condition=~Q(person=F("invited_by")), name="collaboration_with_another"),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_by__isnull=True)
                | Q(ended_at__isnull=False, ended_by__isnull=False, ended_at__gte=F("at")),
                name="collaboration_ended_by_somebody",
            ),
        )

    def __str__(self) -> str:
        return str(self.person or self.name)


class CollaborationChange(AppendOnly):
    """What somebody who was invited may do was changed: from which pages to which, by whom and when."""

    share = models.ForeignKey(Collaboration, models.PROTECT, related_name="changes")
    before = models.JSONField(_("以前哪几页"))
    pages = models.JSONField(_("改成哪几页"))
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField(_("时间"))

    class Meta:
        verbose_name = _("一起填的范围变更")
        ordering = ("pk",)
        constraints = (models.CheckConstraint(condition=~Q(before=F("pages")), name="collaboration_change_changes"),)

    def __str__(self) -> str:
        return f"{self.share_id} · {self.at:%Y-%m-%d}"


class Writing(models.Model):
    """Who wrote on which page of the application, for which version to be handed in, from when to when."""

    project = models.ForeignKey(Project, models.PROTECT, related_name="writings")
    number = models.PositiveIntegerField(_("版本号"))
    page = models.CharField(_("哪一页"), max_length=40)
    person = models.ForeignKey(User, models.PROTECT, related_name="+")
    first_at = models.DateTimeField(_("第一次写"))
    last_at = models.DateTimeField(_("最近一次写"))

    class Meta:
        verbose_name = _("谁写的")
        ordering = ("-last_at", "-pk")
        constraints = (
            models.UniqueConstraint(fields=["project", "number", "page", "person"], name="writing_once"),
            models.CheckConstraint(condition=Q(number__gte=1), name="writing_from_one"),
            models.CheckConstraint(condition=~Q(page=""), name="writing_on_a_page"),
            models.CheckConstraint(condition=Q(last_at__gte=F("first_at")), name="writing_forward"),
        )

    def __str__(self) -> str:
        return f"{self.person_id} · {self.page}"


class Comment(AppendOnly):
    """What somebody said about a page of an application, or one question on it; an answer names what began it."""

    project = models.ForeignKey(Project, models.PROTECT, related_name="comments")
    page = models.CharField(_("哪一页"), max_length=40)
    field = models.CharField(_("哪一问"), max_length=60, blank=True)
    thread = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="answers")
    voice = models.CharField(_("身份"), max_length=10, choices=Voice)
    text = models.CharField(_("评论"), max_length=500)
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField(_("时间"))

    class Meta:
        verbose_name = _("评论")
        ordering = ("pk",)
        constraints = (
            models.CheckConstraint(condition=Q(voice__in=Voice.values), name="comment_voice"),
            models.CheckConstraint(condition=~Q(text="") & ~Q(page=""), name="comment_says_something"),
        )

    def __str__(self) -> str:
        return self.text


class CommentSettled(AppendOnly):
    """A comment with its answers is settled: by whom and when. It stays to be read."""

    comment = models.OneToOneField(Comment, models.PROTECT, related_name="settled")
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField(_("时间"))

    class Meta:
        verbose_name = _("评论已解决")

    def __str__(self) -> str:
        return str(self.comment_id)


class BudgetVersion(models.Model):
    """One version of a project's budget; locked once the project is submitted or a change is approved."""

    project = models.ForeignKey(Project, models.PROTECT, related_name="budgets")
    number = models.PositiveIntegerField(_("版本号"))
    reason = models.CharField(_("说明"), max_length=200, blank=True)
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    locked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("预算版本")
        constraints = (
            models.UniqueConstraint(fields=["project", "number"], name="budget_number_once"),
            models.UniqueConstraint(fields=["project"], condition=Q(locked_at__isnull=True), name="budget_one_open"),
            models.CheckConstraint(condition=Q(number__gte=1), name="budget_from_one"),
            models.CheckConstraint(
                condition=Q(locked_at__isnull=True) | Q(locked_at__gte=F("made_at")), name="budget_locked_after_made"
            ),
        )

    def __str__(self) -> str:
        return f"{self.project_id} v{self.number}"


class BudgetLine(models.Model):
    """One line: price × quantity = amount, in fen."""

    budget = models.ForeignKey(BudgetVersion, models.CASCADE, related_name="lines")
    category = models.CharField(_("科目"), max_length=30)
    item = models.CharField(_("内容"), max_length=80)
    unit = models.CharField(_("单位"), max_length=10)
    unit_price_fen = models.BigIntegerField(_("单价"))
    quantity = models.PositiveIntegerField(_("数量"))
    amount_fen = models.BigIntegerField(_("金额"))
    source = models.CharField(_("来源"), max_length=20, choices=MoneySource, default=MoneySource.GRANT)
    basis = models.CharField(_("测算依据"), max_length=200, blank=True)
    activity = models.CharField(_("对应的活动"), max_length=60, blank=True)
    """The activity of the plan that it pays for, by its name; empty: the project as a whole."""

    class Meta:
        verbose_name = _("预算明细")
        ordering = ("pk",)
        constraints = (
            models.CheckConstraint(
                condition=Q(amount_fen=F("unit_price_fen") * F("quantity"))
                & Q(unit_price_fen__gt=0)
                & Q(quantity__gt=0),
                name="budget_line_foots",
            ),
            models.CheckConstraint(condition=Q(source__in=MoneySource.values), name="budget_line_source"),
        )

    def __str__(self) -> str:
        return self.item


class TeamProof(AppendOnly):
    """A team's paper of registration was compared by the Red Cross that guides it; applications take it over."""

    team = models.ForeignKey(Team, models.PROTECT, related_name="proofs")
    document = models.ForeignKey("storage.Document", models.PROTECT, related_name="+", verbose_name=_("登记证明"))
    source = models.ForeignKey(Project, models.PROTECT, related_name="+", verbose_name=_("哪次申报交的"))
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("谁核对的"))
    at = models.DateTimeField(_("时间"))
    until = models.DateField(_("到哪天有效"))

    class Meta:
        verbose_name = _("团队登记证明的核对")
        ordering = ("pk",)

    def __str__(self) -> str:
        return f"{self.team_id} · {self.until}"


class Ranking(models.Model):
    """The order in which those who sit at one place have the projects in mind, before any rank is given."""

    round = models.ForeignKey(Round, models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    level = models.CharField(_("层级"), max_length=10, choices=RecommendLevel)
    order = models.JSONField(_("次序"), default=list)
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("谁排的"))
    at = models.DateTimeField(_("时间"))

    class Meta:
        verbose_name = _("推荐次序")
        constraints = (
            models.CheckConstraint(condition=Q(level__in=RecommendLevel.values), name="ranking_level"),
            models.UniqueConstraint(fields=["round", "organisation", "level"], name="ranking_once"),
        )

    def __str__(self) -> str:
        return f"{self.organisation_id} · {self.get_level_display()}"


class Recommendation(models.Model):
    """One level's opinion and rank; withdrawn ones stay for the record."""

    project = models.ForeignKey(Project, models.PROTECT, related_name="recommendations")
    round = models.ForeignKey(Round, models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    level = models.CharField(_("层级"), max_length=10, choices=RecommendLevel)
    opinion = models.TextField(_("推荐意见"))
    rank = models.PositiveIntegerField(_("排序"), null=True, blank=True)
    in_place = models.BooleanField(_("由上级代行"), default=False)
    entered_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("推荐意见")
        constraints = (
            models.CheckConstraint(condition=Q(level__in=RecommendLevel.values), name="recommendation_level"),
            models.CheckConstraint(
                condition=Q(rank__isnull=True) | Q(rank__gte=1), name="recommendation_rank_from_one"
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True) | Q(withdrawn_at__gte=F("at")),
                name="recommendation_withdrawn_later",
            ),
            models.UniqueConstraint(
                fields=["project", "level"], condition=Q(withdrawn_at__isnull=True), name="recommendation_one_per_level"
            ),
            models.UniqueConstraint(
                fields=["round", "organisation", "level", "rank"],
                condition=Q(withdrawn_at__isnull=True, rank__isnull=False),
                name="recommendation_rank_once",
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_level_display()} {self.rank or ''}"
