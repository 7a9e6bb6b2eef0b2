"""What a score belongs to, and what there is to see in a review."""

from __future__ import annotations

from enum import StrEnum

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Phase(TextChoices):
    """In which part of the review a version of a score was handed in."""

    FIRST = "first", _("独立评分")
    RESCORE = "rescore", _("复评")
    REOPENED = "reopened", _("重新评审")


class Shown(StrEnum):
    """What somebody may see of a review, as the round's configuration names it."""

    OPINIONS = "opinions"
    RANKS = "ranks"
    PEERS = "peers"
    SCORES = "scores"
    COMMENTS = "comments"
    DEPARTMENT = "department"
