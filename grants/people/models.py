"""Who takes part: people, organisations in a tree, teams, and roles held for a time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import NamedTuple

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from grants.people.enums import Ending, HandoverAnswer, Imported, Kind, LegalForm, Level, Line, Purpose
from workflow.lifecycle import Role
from workflow.machine import AppendOnly
from workflow.phrases import in_the_name_of


class User(AbstractUser):
    """A person who signs in. The name is one field, as Chinese names are."""

    name = models.CharField(_("姓名"), max_length=50)
    mobile = models.CharField(_("手机号"), max_length=16, blank=True)
    sessions = models.PositiveIntegerField(_("登录批次"), default=0)
    """Raised to end every session; one that still goes on was renewed after it."""

    class Meta:
        verbose_name = _("人员")
        constraints = (
            models.UniqueConstraint(fields=["mobile"], condition=~Q(mobile=""), name="people_user_mobile_once"),
            models.CheckConstraint(condition=Q(mobile="") | Q(mobile__startswith="+"), name="people_user_mobile_form"),
            models.UniqueConstraint(fields=["email"], condition=~Q(email=""), name="people_user_email_once"),
            models.CheckConstraint(condition=Q(email=Lower("email")), name="people_user_email_form"),
            models.UniqueConstraint(Lower("username"), name="people_user_username_once"),
        )

    def __str__(self) -> str:
        return self.name or self.username

    def get_session_auth_hash(self) -> str:
        """What a session must carry: it ends with the password, and whenever the sessions are raised."""
        return f"{super().get_session_auth_hash()}{self.sessions}"

    def get_session_auth_fallback_hash(self) -> Iterator[str]:
        """The same under the earlier keys of the site."""
        yield from (f"{found}{self.sessions}" for found in super().get_session_auth_fallback_hash())


class AccessLink(AppendOnly):
    """A link somebody handed to a person: it lets them set their password once, within a day.

    Only a digest is kept. What became of it stands in AccessEnd; together they say who let whom in, and when. One that
    nobody handed over was made on the server, where an administrator is let in.
    """

    person = models.ForeignKey(User, models.PROTECT, related_name="access_links", verbose_name=_("人员"))
    purpose = models.CharField(_("用途"), max_length=10, choices=Purpose)
    digest = models.CharField(max_length=64, unique=True)
    handed_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("经手人")
    )
    at = models.DateTimeField(_("发出时间"))
    expires_at = models.DateTimeField(_("有效至"))
    forgets_factor = models.BooleanField(_("同时取消第二验证"), default=False)

    class Meta:
        verbose_name = _("登录链接")
        ordering = ("pk",)
        constraints = (
            models.CheckConstraint(condition=Q(purpose__in=Purpose.values), name="people_link_purpose"),
            models.CheckConstraint(condition=Q(expires_at__gt=F("at")), name="people_link_lasts"),
            models.CheckConstraint(condition=~Q(handed_by=F("person")), name="people_link_to_another"),
        )

    def __str__(self) -> str:
        return f"{self.get_purpose_display()} · {self.person}"


class AccessEnd(AppendOnly):
    """What became of a link, once: used, withdrawn, or replaced by a newer one."""

    link = models.OneToOneField(AccessLink, models.PROTECT, related_name="end")
    how = models.CharField(_("结果"), max_length=10, choices=Ending)
    at = models.DateTimeField(_("时间"))
    by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = _("登录链接的结果")
        constraints = (
            models.CheckConstraint(condition=Q(how__in=Ending.values), name="people_link_end"),
            models.CheckConstraint(
                condition=Q(by__isnull=False) | ~Q(how=Ending.USED), name="people_link_end_by_somebody"
            ),
        )

    def __str__(self) -> str:
        return f"{self.link} · {self.get_how_display()}"


class Organisation(models.Model):
    """One place in the Red Cross tree; `path` is the chain of ids from the province down, '/1/4/37/'."""

    name = models.CharField(_("名称"), max_length=80)
    short_name = models.CharField(_("简称"), max_length=40)
    kind = models.CharField(_("类别"), max_length=20, choices=Kind, default=Kind.RED_CROSS)
    level = models.CharField(_("层级"), max_length=20, choices=Level)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    path = models.CharField(_("层级路径"), max_length=120, db_index=True)
    division = models.CharField(_("行政区划代码"), max_length=6, blank=True)
    uscc = models.CharField(_("统一社会信用代码"), max_length=18, blank=True)
    valid_from = models.DateField(_("设立日期"))
    valid_to = models.DateField(_("撤并日期"), null=True, blank=True)
    succeeded_by = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="predecessors")

    class Meta:
        verbose_name = _("组织")
        ordering = ("path",)
        constraints = (
            models.CheckConstraint(condition=Q(level__in=Level.values), name="people_organisation_level"),
            models.CheckConstraint(condition=Q(kind__in=Kind.values), name="people_organisation_kind"),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")), name="people_organisation_valid"
            ),
            models.CheckConstraint(
                condition=Q(succeeded_by__isnull=True) | Q(valid_to__isnull=False), name="people_organisation_succeeded"
            ),
            models.UniqueConstraint(
                fields=["division"],
                condition=~Q(division="") & Q(valid_to__isnull=True),
                name="people_one_per_division",
            ),
            models.UniqueConstraint(fields=["path"], condition=~Q(path=""), name="people_organisation_path_once"),
            models.UniqueConstraint(
                fields=["parent", "name"], condition=Q(valid_to__isnull=True), name="people_organisation_name_once"
            ),
            models.CheckConstraint(
                condition=Q(level=Level.PROVINCE, parent__isnull=True)
                | ~Q(level=Level.PROVINCE) & Q(parent__isnull=False),
                name="people_organisation_parent",
            ),
            models.CheckConstraint(
                condition=Q(kind=Kind.RED_CROSS) & ~Q(level=Level.DIRECT)
                | ~Q(kind=Kind.RED_CROSS) & Q(level=Level.DIRECT),
                name="people_organisation_direct_kind",
            ),
            models.UniqueConstraint(
                fields=["level"],
                condition=Q(level=Level.PROVINCE, valid_to__isnull=True),
                name="people_organisation_one_province",
            ),
        )

    def __str__(self) -> str:
        return self.name


class Team(models.Model):
    """A volunteer team, guided by a Red Cross; it may have no legal personality and no account of its own."""

    name = models.CharField(_("团队名称"), max_length=80)
    guided_by = models.ForeignKey(Organisation, models.PROTECT, related_name="teams", verbose_name=_("指导红十字会"))
    legal_form = models.CharField(_("登记情况"), max_length=20, choices=LegalForm, default=LegalForm.TEAM)
    uscc = models.CharField(_("统一社会信用代码"), max_length=18, blank=True)
    platform_no = models.CharField(_("志愿服务平台团队编号"), max_length=40, blank=True)
    founded_on = models.DateField(_("成立时间"))
    form_since = models.DateField(_("登记情况起始日"), null=True, blank=True)
    """Since when it has been so; empty where it has never been otherwise."""
    members = models.PositiveIntegerField(_("成员数"), default=0)
    core_members = models.PositiveIntegerField(_("核心成员数"), default=0)
    banned_until = models.DateField(_("停止申报至"), null=True, blank=True)
    same_as = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="duplicates", verbose_name=_("已并入")
    )
    """The entry that stands for this team, if it was in the register twice."""

    class Meta:
        verbose_name = _("团队")
        constraints = (
            models.UniqueConstraint(fields=["guided_by", "name"], name="people_team_name_once"),
            models.CheckConstraint(condition=Q(core_members__lte=F("members")), name="people_team_core"),
            models.CheckConstraint(condition=Q(legal_form__in=LegalForm.values), name="people_team_form"),
            models.CheckConstraint(
                condition=~Q(legal_form=LegalForm.REGISTERED) | ~Q(uscc=""), name="people_team_registered_code"
            ),
            models.UniqueConstraint(fields=["uscc"], condition=~Q(uscc=""), name="people_team_code_once"),
            models.CheckConstraint(
                condition=Q(form_since__isnull=True) | Q(form_since__gte=F("founded_on")), name="people_team_form_since"
            ),
            models.CheckConstraint(condition=~Q(same_as=F("id")), name="people_team_not_its_own_double"),
        )

    def __str__(self) -> str:
        return self.name


class Sanction(AppendOnly):
    """A team or a person who may not apply, on whose word and on what grounds, from a day until a day or for good."""

    name = models.CharField(_("名称或姓名"), max_length=80)
    uscc = models.CharField(_("统一社会信用代码"), max_length=18, blank=True)
    person = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="sanctions")
    basis = models.CharField(_("依据"), max_length=200)
    first_day = models.DateField(_("从哪天起"))
    last_day = models.DateField(_("到哪天止"), null=True, blank=True)
    entered_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("登记人"))
    at = models.DateTimeField(_("时间"))

    class Meta:
        verbose_name = _("停止申报名单")
        ordering = ("-pk",)
        constraints = (
            models.CheckConstraint(condition=~Q(name="") & ~Q(basis=""), name="people_sanction_says_why"),
            models.CheckConstraint(
                condition=Q(last_day__isnull=True) | Q(last_day__gte=F("first_day")), name="people_sanction_forward"
            ),
            models.CheckConstraint(condition=~Q(entered_by=F("person")), name="people_sanction_of_another"),
        )

    def __str__(self) -> str:
        return self.name


class SanctionEnd(AppendOnly):
    """A sanction was lifted before its time, by somebody else than who entered it, and why."""

    sanction = models.OneToOneField(Sanction, models.PROTECT, related_name="end")
    reason = models.CharField(_("原因"), max_length=200)
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField(_("时间"))

    class Meta:
        verbose_name = _("停止申报的解除")
        constraints = (models.CheckConstraint(condition=~Q(reason=""), name="people_sanction_end_why"),)

    def __str__(self) -> str:
        return str(self.sanction)


class Loan(NamedTuple):
    """A role that is lent on the day in question: by which row, to whom, until when."""

    pk: int
    to: int
    name: str
    until: dt.date


class RoleGrant(models.Model):
    """A person holds a role, for an organisation's area or one team, for all rounds or one, from a day until a day.

    One that was ended before its first day was never held: its last day lies before its first.
    """

    loan: Loan | None = None
    """Set where it was asked for: who exercises the role in the place of who holds it."""
    borrowed: bool = False
    """Set where it is not the reader's own, but lent to them."""
    recuses: frozenset[int] = frozenset()
    """Set where it is lent to the reader: the teams whose projects who holds it keeps away from."""

    person = models.ForeignKey(User, models.PROTECT, related_name="grants", verbose_name=_("人员"))
    role = models.CharField(_("角色"), max_length=30, choices=Role)
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, blank=True, related_name="grants")
    team = models.ForeignKey(Team, models.PROTECT, null=True, blank=True, related_name="grants")
    round = models.ForeignKey("grants.Round", models.PROTECT, null=True, blank=True, related_name="grants")
    valid_from = models.DateField(_("开始日期"))
    valid_to = models.DateField(_("结束日期"), null=True, blank=True)
    granted_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    ended_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    ended_reason = models.CharField(_("结束原因"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("角色授权")
        indexes = (models.Index(fields=["role", "organisation"], name="people_grant_role_org"),)
        constraints = (
            models.CheckConstraint(
                condition=Q(organisation__isnull=True) ^ Q(team__isnull=True), name="people_grant_one_scope"
            ),
            models.CheckConstraint(
                condition=Q(role__in=[role for role in Role.values if role != Role.SYSTEM]), name="people_grant_role"
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")) | ~Q(ended_reason=""),
                name="people_grant_valid",
            ),
            models.CheckConstraint(
                condition=Q(team__isnull=True) | Q(role__in=[Role.APPLICANT, Role.TEAM_LEADER, Role.PAYEE_OFFICER]),
                name="people_grant_team_roles",
            ),
            models.CheckConstraint(
                condition=Q(ended_by__isnull=True) | ~Q(ended_reason="") & Q(valid_to__isnull=False),
                name="people_grant_ended_why",
            ),
        )

    def __str__(self) -> str:
        return f"{self.person} · {self.get_role_display()}"

    @property
    def never_held(self) -> bool:
        """Whether it was ended before its first day."""
        return self.valid_to is not None and self.valid_to < self.valid_from

    @property
    def lent_away(self) -> bool:
        """Whether somebody else exercises it meanwhile, as far as its loan was asked for."""
        return self.loan is not None and not self.borrowed

    @property
    def hand(self) -> int:
        """Who exercises it: the stand-in, or who holds it."""
        return self.loan.to if self.loan else self.person_id

    @property
    def hand_name(self) -> str:
        """The same in words: 徐丽华代周敏."""
        return in_the_name_of(self.loan.name, self.person) if self.loan else str(self.person)


class Lending(models.Model):
    """A role that who holds it lends to a stand-in while on leave, both days included; one row a role.

    Rows of one moment by one holder are one slip. It is over after its last day, or once somebody ended it.
    """

    grant = models.ForeignKey(RoleGrant, models.PROTECT, related_name="lendings", verbose_name=_("身份"))
    holder = models.ForeignKey(User, models.PROTECT, related_name="lent", verbose_name=_("交出人"))
    stand_in = models.ForeignKey(User, models.PROTECT, related_name="borrowed", verbose_name=_("代办人"))
    first_day = models.DateField(_("从哪天起"))
    last_day = models.DateField(_("到哪天止"))
    note = models.TextField(_("交接事项"))
    at = models.DateTimeField(_("交接时间"))
    ended_at = models.DateTimeField(_("提前结束时间"), null=True, blank=True)
    ended_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = _("请假交接")
        ordering = ("-at", "pk")
        indexes = (models.Index(fields=["stand_in", "last_day"], name="people_lending_stand_in"),)
        constraints = (
            models.CheckConstraint(condition=Q(last_day__gte=F("first_day")), name="people_lending_days"),
            models.CheckConstraint(condition=~Q(stand_in=F("holder")), name="people_lending_to_another"),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_by__isnull=True)
                | Q(ended_at__isnull=False, ended_by__isnull=False, ended_at__gte=F("at")),
                name="people_lending_ended_by_somebody",
            ),
        )

    def __str__(self) -> str:
        return f"{self.holder} → {self.stand_in} · {self.grant.get_role_display()}"


class Handover(models.Model):
    """A team on its way from the Red Cross that guides it to another: asked for by one side, answered by the other."""

    team = models.ForeignKey(Team, models.PROTECT, related_name="handovers", verbose_name=_("团队"))
    giving = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name=_("移交方"))
    receiving = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name=_("接收方"))
    reason = models.CharField(_("移交原因"), max_length=400)
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("提出人"))
    asked_at = models.DateTimeField(_("提出时间"))
    answer = models.CharField(_("结果"), max_length=10, choices=HandoverAnswer, blank=True)
    answer_reason = models.CharField(_("说明"), max_length=400, blank=True)
    answered_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("答复人")
    )
    answered_at = models.DateTimeField(_("答复时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("团队移交")
        ordering = ("-pk",)
        constraints = (
            models.UniqueConstraint(fields=["team"], condition=Q(answer=""), name="people_handover_one_open"),
            models.CheckConstraint(condition=Q(answer__in=["", *HandoverAnswer.values]), name="people_handover_answer"),
            models.CheckConstraint(condition=~Q(giving=F("receiving")), name="people_handover_elsewhere"),
            models.CheckConstraint(
                condition=Q(answer="", answered_by__isnull=True, answered_at__isnull=True)
                | ~Q(answer="") & Q(answered_by__isnull=False, answered_at__isnull=False),
                name="people_handover_answered",
            ),
            models.CheckConstraint(
                condition=~Q(answer=HandoverAnswer.TAKEN) | ~Q(answered_by=F("asked_by")),
                name="people_handover_two_people",
            ),
        )

    def __str__(self) -> str:
        return f"{self.team}: {self.giving_id} → {self.receiving_id}"


class RegisterLine(AppendOnly):
    """A line of the register: what was done to a team, an organisation or an account, by whom, when and why.

    `by` nobody means the product itself or somebody on its server. `changes` is canonical JSON: for every field that
    was corrected what stood there before and after; for a closed account the roles that ended with it.
    """

    what = models.CharField(_("事项"), max_length=12, choices=Line)
    team = models.ForeignKey(Team, models.PROTECT, null=True, blank=True, related_name="lines")
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, blank=True, related_name="lines")
    person = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="lines")
    by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("经手人"))
    at = models.DateTimeField(_("时间"))
    reason = models.CharField(_("原因"), max_length=400, blank=True)
    changes = models.TextField(_("改动"), blank=True)

    class Meta:
        verbose_name = _("登记簿")
        ordering = ("pk",)
        constraints = (
            models.CheckConstraint(
                condition=Q(what__in=(Line.REGISTERED, Line.CORRECTED, Line.MERGED), team__isnull=False)
                & Q(organisation__isnull=True, person__isnull=True)
                | Q(what__in=(Line.REGISTERED, Line.CORRECTED, Line.MERGED, Line.DISSOLVED))
                & Q(organisation__isnull=False, team__isnull=True, person__isnull=True)
                | Q(what__in=(Line.ADMITTED, Line.CLOSED, Line.REOPENED), person__isnull=False)
                & Q(organisation__isnull=True, team__isnull=True),
                name="people_line_of_one",
            ),
            models.CheckConstraint(
                condition=Q(what__in=(Line.REGISTERED, Line.MERGED)) | ~Q(reason=""), name="people_line_why"
            ),
            models.CheckConstraint(
                condition=~Q(what=Line.CORRECTED) | ~Q(changes=""), name="people_line_corrects_something"
            ),
            models.CheckConstraint(condition=~Q(by=F("person")), name="people_line_not_oneself"),
        )

    def __str__(self) -> str:
        return f"{self.get_what_display()} · {self.team or self.organisation or self.person}"


class RegisterImport(AppendOnly):
    """A list that came into the register in one go: whose hand, when, which file, and what became of its rows.

    `digest` is that of the cells as they were read; `file` and `file_digest` (SHA-256 of its bytes) are empty where
    they were pasted, or changed after the file was read. `by` nobody means somebody on the server.
    """

    what = models.CharField(_("名单"), max_length=20, choices=Imported)
    by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("经手人"))
    at = models.DateTimeField(_("时间"))
    file = models.CharField(_("文件名"), max_length=120, blank=True)
    file_digest = models.CharField(max_length=64, blank=True)
    digest = models.CharField(max_length=64)
    entered = models.PositiveIntegerField(_("新登记"))
    corrected = models.PositiveIntegerField(_("更正"), default=0)
    unchanged = models.PositiveIntegerField(_("没有变化"), default=0)
    leaders = models.PositiveIntegerField(_("开通的负责人账号"), default=0)
    reason = models.CharField(_("更正原因"), max_length=400, blank=True)

    class Meta:
        verbose_name = _("名单导入")
        ordering = ("-pk",)
        constraints = (
            models.CheckConstraint(condition=Q(what__in=Imported.values), name="people_import_what"),
            models.CheckConstraint(
                condition=Q(entered__gt=0) | Q(corrected__gt=0), name="people_import_does_something"
            ),
            models.CheckConstraint(condition=Q(corrected=0) | ~Q(reason=""), name="people_import_why"),
            models.CheckConstraint(condition=~Q(digest=""), name="people_import_of_something"),
            models.CheckConstraint(
                condition=Q(file="", file_digest="") | ~Q(file="") & ~Q(file_digest=""), name="people_import_file"
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_what_display()} · {self.file or self.digest[:8]}"
