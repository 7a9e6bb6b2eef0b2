"""A panel's session, who sits on it, what it goes through, its marks as a sealed ledger, its minutes. Written once."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from grants.applications.models import Project
from grants.people.models import User
from grants.programmes.models import Round
from grants.reviews.panel.enums import Leaving, Stage, Standing
from storage.models import Document
from workflow.machine import AppendOnly


class PanelSession(AppendOnly):
    """A meeting of the panel: who chairs and who keeps the minutes, minutes for each part of a project.

    `basis` is the digest of the scores from which the band, and so the agenda, was worked out.
    """

    round = models.ForeignKey(Round, models.PROTECT, related_name="panels")
    number = models.PositiveIntegerField(_("第几次会评"))
    held_on = models.DateField(_("会议日期"))
    place = models.CharField(_("地点"), max_length=80)
    chair = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("主持人"))
    secretary = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("记录人"))
    presenting = models.PositiveSmallIntegerField(_("介绍（分钟）"))
    asking = models.PositiveSmallIntegerField(_("提问（分钟）"))
    scoring = models.PositiveSmallIntegerField(_("打分（分钟）"))
    basis = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("会评")
        constraints = (
            models.UniqueConstraint(fields=["round", "number"], name="panel_number_once"),
            models.CheckConstraint(condition=Q(number__gte=1), name="panel_from_one"),
            models.CheckConstraint(condition=~Q(chair=F("secretary")), name="panel_two_people"),
            models.CheckConstraint(
                condition=Q(presenting__range=(1, 60), asking__range=(1, 60), scoring__range=(1, 60)),
                name="panel_minutes_each",
            ),
        )

    def __str__(self) -> str:
        return f"{self.round_id} #{self.number}"

    @property
    def parts(self) -> list[tuple[str, str]]:
        """The parts of a project that take time, in order, in words."""
        return [(one.value, str(one.label)) for one in Stage if one != Stage.SHOWN]

    def minutes_of(self, stage: str) -> int:
        """How many minutes a part of a project takes; none once its result is shown."""
        known = {Stage.PRESENTING: self.presenting, Stage.ASKING: self.asking, Stage.SCORING: self.scoring}
        return known.get(Stage(stage), 0)


class PanelMember(AppendOnly):
    """A seat on the panel; `votes` is whether it gives marks: a chair may preside only."""

    session = models.ForeignKey(PanelSession, models.PROTECT, related_name="members")
    person = models.ForeignKey(User, models.PROTECT, related_name="panel_seats")
    votes = models.BooleanField(default=True)

    class Meta:
        verbose_name = _("会评成员")
        constraints = (models.UniqueConstraint(fields=["session", "person"], name="panel_member_once"),)

    def __str__(self) -> str:
        return f"{self.session_id} · {self.person_id}"


class PanelPresence(AppendOnly):
    """Somebody came, or went; the newest one counts."""

    member = models.ForeignKey(PanelMember, models.PROTECT, related_name="presences")
    arrived = models.BooleanField()
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("到会与离会")
        ordering = ("pk",)

    def __str__(self) -> str:
        return f"{self.member_id} {self.arrived}"


class PanelItem(AppendOnly):
    """A project on the agenda: from the band (no reason), or put there by somebody who said why."""

    session = models.ForeignKey(PanelSession, models.PROTECT, related_name="items")
    project = models.ForeignKey(Project, models.PROTECT, related_name="panel_items")
    reason = models.CharField(_("加入的理由"), max_length=400, blank=True)
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("会评议程")
        ordering = ("pk",)

    def __str__(self) -> str:
        return f"{self.session_id}: {self.project_id}"


class PanelDrop(AppendOnly):
    """A project was taken off the agenda, and why."""

    item = models.OneToOneField(PanelItem, models.PROTECT, related_name="drop")
    reason = models.CharField(_("移出的理由"), max_length=400)
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("移出议程")
        constraints = (models.CheckConstraint(condition=~Q(reason=""), name="panel_drop_why"),)

    def __str__(self) -> str:
        return str(self.item_id)


class PanelDraw(AppendOnly):
    """The order was drawn: by SHA-256 of this seed and each project's number, lowest first."""

    session = models.OneToOneField(PanelSession, models.PROTECT, related_name="draw")
    seed = models.CharField(_("抽签种子"), max_length=64)
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("抽签")
        constraints = (models.CheckConstraint(condition=~Q(seed=""), name="panel_draw_seed"),)

    def __str__(self) -> str:
        return str(self.session_id)


class PanelClosing(AppendOnly):
    """The chair asks to show the result though somebody has not locked; another person agrees by showing it."""

    item = models.OneToOneField(PanelItem, models.PROTECT, related_name="closing")
    reason = models.CharField(_("提前结束打分的理由"), max_length=400)
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("提前结束打分")
        constraints = (models.CheckConstraint(condition=~Q(reason=""), name="panel_closing_why"),)

    def __str__(self) -> str:
        return str(self.item_id)


class PanelStage(AppendOnly):
    """The panel came to this part of a project; the result is shown by the last lock, or by a closing agreed to."""

    item = models.ForeignKey(PanelItem, models.PROTECT, related_name="stages")
    stage = models.CharField(max_length=12, choices=Stage)
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("会评进程")
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(fields=["item", "stage"], name="panel_stage_once"),
            models.CheckConstraint(condition=Q(stage__in=Stage.values), name="panel_stage_known"),
        )

    def __str__(self) -> str:
        return f"{self.item_id} {self.stage}"


class PanelRoll(AppendOnly):
    """How one of the panel stands to a project, read out before it: marks, presides, is recused or not there."""

    item = models.ForeignKey(PanelItem, models.PROTECT, related_name="roll")
    member = models.ForeignKey(PanelMember, models.PROTECT, related_name="rolls")
    standing = models.CharField(max_length=10, choices=Standing)
    reason = models.CharField(_("回避的原因"), max_length=400, blank=True)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("会评点名")
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(fields=["item", "member"], name="panel_roll_once"),
            models.CheckConstraint(condition=Q(standing__in=Standing.values), name="panel_roll_standing"),
            models.CheckConstraint(
                condition=Q(standing=Standing.RECUSED) & ~Q(reason="") | ~Q(standing=Standing.RECUSED) & Q(reason=""),
                name="panel_roll_why",
            ),
        )

    def __str__(self) -> str:
        return f"{self.item_id} · {self.member_id} {self.standing}"


class PanelOut(AppendOnly):
    """Somebody who was to mark this project no longer does: recused after all, or gone."""

    roll = models.OneToOneField(PanelRoll, models.PROTECT, related_name="out")
    kind = models.CharField(max_length=10, choices=Leaving)
    reason = models.CharField(_("原因"), max_length=400)
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("中途退出")
        constraints = (
            models.CheckConstraint(condition=Q(kind__in=Leaving.values), name="panel_out_kind"),
            models.CheckConstraint(condition=~Q(reason=""), name="panel_out_why"),
        )

    def __str__(self) -> str:
        return f"{self.roll_id} {self.kind}"


class PanelMark(AppendOnly):
    """What somebody gives a project, one version; half points by criterion. The locked one is the last and counts."""

    roll = models.ForeignKey(PanelRoll, models.PROTECT, related_name="marks")
    number = models.PositiveIntegerField()
    halves = models.JSONField(_("各项得分（半分）"))
    total_halves = models.PositiveIntegerField(_("总分（半分）"))
    locked = models.BooleanField(_("已锁定"), default=False)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("会评打分")
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(fields=["roll", "number"], name="panel_mark_number_once"),
            models.UniqueConstraint(fields=["roll"], condition=Q(locked=True), name="panel_mark_locked_once"),
            models.CheckConstraint(condition=Q(total_halves__lte=200), name="panel_mark_at_most_100"),
            models.CheckConstraint(condition=Q(number__gte=1), name="panel_mark_from_one"),
        )

    def __str__(self) -> str:
        return f"{self.roll_id} #{self.number}"

    @property
    def points(self) -> int:
        """The whole in hundredths of a point."""
        return 50 * self.total_halves


class PanelMinutes(AppendOnly):
    """What the meeting came to, as canonical JSON with its digest; with it the session is over."""

    session = models.OneToOneField(PanelSession, models.PROTECT, related_name="minutes")
    text = models.TextField(_("纪要内容"))
    digest = models.CharField(max_length=64)
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("会评纪要")

    def __str__(self) -> str:
        return str(self.session_id)


class PanelSignature(AppendOnly):
    """Somebody of the meeting confirms the minutes, having proved who they are; or the signed paper was scanned."""

    minutes = models.ForeignKey(PanelMinutes, models.PROTECT, related_name="signatures")
    person = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    document = models.ForeignKey(Document, models.PROTECT, null=True, blank=True, related_name="+")
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("会评纪要的签字")
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(fields=["minutes", "person"], name="panel_signature_once"),
            models.CheckConstraint(
                condition=Q(person__isnull=False, document__isnull=True, person=F("by"))
                | Q(person__isnull=True, document__isnull=False),
                name="panel_signature_own_or_paper",
            ),
        )

    def __str__(self) -> str:
        return f"{self.minutes_id} · {self.person_id}"


class PanelDisclosure(AppendOnly):
    """Somebody asks to be told who gave a project which marks, and why; nothing is told before another agrees."""

    item = models.ForeignKey(PanelItem, models.PROTECT, related_name="disclosures")
    reason = models.CharField(_("为什么要知道"), max_length=400)
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("身份披露申请")
        ordering = ("pk",)
        constraints = (models.CheckConstraint(condition=~Q(reason=""), name="panel_disclosure_why"),)

    def __str__(self) -> str:
        return f"{self.item_id} · {self.by_id}"


class PanelConsent(AppendOnly):
    """Another person agreed to a disclosure: who asked may look from then on, for some days."""

    disclosure = models.OneToOneField(PanelDisclosure, models.PROTECT, related_name="consent")
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("同意披露身份")

    def __str__(self) -> str:
        return str(self.disclosure_id)


class PanelLook(AppendOnly):
    """Who gave which marks was looked at, by whom and when."""

    disclosure = models.ForeignKey(PanelDisclosure, models.PROTECT, related_name="looks")
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("查看身份")
        ordering = ("pk",)

    def __str__(self) -> str:
        return f"{self.disclosure_id} · {self.by_id}"
