"""Words of the pool of reviewers, of ties and of assigning."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class ExpertKind(TextChoices):
    """Where a reviewer comes from: inside the Red Cross or outside."""

    RED_CROSS = "red_cross", _("红十字会系统")
    CIVILISATION = "civilisation", _("文明办")
    EDUCATION = "education", _("教育")
    HEALTH = "health", _("卫生健康")
    CIVIL_AFFAIRS = "civil_affairs", _("民政")
    UNIVERSITY = "university", _("高校和科研单位")
    SOCIETY = "society", _("社会组织")
    OTHER = "other", _("其他单位")


class TieKind(TextChoices):
    """How a person is tied to a team."""

    KIN = "kin", _("亲属")
    EMPLOYER = "employer", _("同一单位")
    ADVISER = "adviser", _("担任顾问或指导")
    COOPERATION = "cooperation", _("近三年有合作")
    UNSUITABLE = "unsuitable", _("申报方请求回避")


class Declarer(TextChoices):
    """On whose side a tie was declared."""

    TEAM = "team", _("申报方")
    REVIEWER = "reviewer", _("评审专家本人")
    OFFICER = "officer", _("项目管理员")


class Reply(TextChoices):
    """What a reviewer answers to an invitation."""

    ACCEPTED = "accepted", _("接受邀请")
    REDUCED = "reduced", _("接受，少评几个")
    DECLINED = "declined", _("谢绝")


class Applied(TextChoices):
    """What became of one project when an assignment was applied."""

    DONE = "done", _("已分配")
    REFUSED = "refused", _("没有分配成")
