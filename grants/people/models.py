"""Who takes part: people, organisations in a tree, teams, and roles held for a time."""

from __future__ import annotations

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from grants.people.enums import Kind, LegalForm, Level
from workflow.lifecycle import Role


class User(AbstractUser):
    """A person who signs in. The name is one field, as Chinese names are."""

    name = models.CharField(_("姓名"), max_length=50)
    mobile = models.CharField(_("手机号"), max_length=16, blank=True)

    class Meta:
        verbose_name = _("人员")
        constraints = (
            models.UniqueConstraint(fields=["mobile"], condition=~Q(mobile=""), name="people_user_mobile_once"),
        )

    def __str__(self) -> str:
        return self.name or self.username


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
    members = models.PositiveIntegerField(_("成员数"), default=0)
    core_members = models.PositiveIntegerField(_("核心成员数"), default=0)
    banned_until = models.DateField(_("停止申报至"), null=True, blank=True)

    class Meta:
        verbose_name = _("团队")
        constraints = (
            models.UniqueConstraint(fields=["guided_by", "name"], name="people_team_name_once"),
            models.CheckConstraint(condition=Q(core_members__lte=F("members")), name="people_team_core"),
            models.CheckConstraint(condition=Q(legal_form__in=LegalForm.values), name="people_team_form"),
            models.CheckConstraint(
                condition=~Q(legal_form=LegalForm.REGISTERED) | ~Q(uscc=""), name="people_team_registered_code"
            ),
        )

    def __str__(self) -> str:
        return self.name


class RoleGrant(models.Model):
    """A person holds a role, for an organisation's area or one team, for all rounds or one, from a day until a day."""

    person = models.ForeignKey(User, models.PROTECT, related_name="grants", verbose_name=_("人员"))
    role = models.CharField(_("角色"), max_length=30, choices=Role)
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, blank=True, related_name="grants")
    team = models.ForeignKey(Team, models.PROTECT, null=True, blank=True, related_name="grants")
    round = models.ForeignKey("grants.Round", models.PROTECT, null=True, blank=True, related_name="grants")
    valid_from = models.DateField(_("开始日期"))
    valid_to = models.DateField(_("结束日期"), null=True, blank=True)
    granted_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")

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
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")), name="people_grant_valid"
            ),
            models.CheckConstraint(
                condition=Q(team__isnull=True) | Q(role__in=[Role.APPLICANT, Role.TEAM_LEADER, Role.PAYEE_OFFICER]),
                name="people_grant_team_roles",
            ),
        )

    def __str__(self) -> str:
        return f"{self.person} · {self.get_role_display()}"
