"""What the panel's records say of themselves."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Stage(TextChoices):
    """How far the panel is with one project, in order."""

    PRESENTING = "presenting", _("介绍")
    ASKING = "asking", _("提问")
    SCORING = "scoring", _("打分")
    SHOWN = "shown", _("已公布")


class Standing(TextChoices):
    """How a person of the panel stands to one project, as the roll before it says."""

    VOTES = "votes", _("打分")
    PRESIDES = "presides", _("主持，不打分")
    RECUSED = "recused", _("回避")
    ABSENT = "absent", _("缺席")


class Leaving(TextChoices):
    """Why somebody who was to mark a project no longer does."""

    RECUSED = "recused", _("回避")
    LEFT = "left", _("离席")
