"""Words of the pool of reviewers, of ties and of assigning."""

from __future__ import annotations

from django.db.models import IntegerChoices, TextChoices
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


class Rated(IntegerChoices):
    """How a reviewer's work was found after a round, worse and better than what was expected."""

    POOR = 1, _("不合格，下轮不宜再请")
    WEAK = 2, _("不够好")
    EXPECTED = 3, _("符合要求")
    GOOD = 4, _("认真负责")
    EXCELLENT = 5, _("非常出色")


class LeftOut(TextChoices):
    """Why somebody was left out of a project, or of a whole round, when it was solved."""

    TEAM = "team", _("曾在或正在申报团队任职")
    CHAIN = "chain", _("在推荐本项目的红十字会任职")
    COUNTY = "county", _("与申报团队同县")
    CITY = "city", _("与申报团队同市")
    ACTED = "acted", _("已经以其他身份办理过本项目")
    EMPLOYER = "employer", _("与申报方同一单位")
    KIN = "kin", _("与申报方有亲属关系")
    ADVISER = "adviser", _("在申报团队担任顾问或指导")
    COOPERATION = "cooperation", _("近三年与申报方有合作")
    UNSUITABLE = "unsuitable", _("申报方请求回避")
    SEATED = "seated", _("已在或曾在本项目的评审席位上")
    AWAY = "away", _("这段时间不能评审")
    DECLINED = "declined", _("谢绝了本轮邀请")
    SILENT = "silent", _("还没有接受本轮邀请")
    UNASKED = "unasked", _("本轮没有邀请")
    FULL = "full", _("在专家库里写明不评")


class Applied(TextChoices):
    """What became of one project when an assignment was applied."""

    DONE = "done", _("已分配")
    REFUSED = "refused", _("没有分配成")
