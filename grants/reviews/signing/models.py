"""A signed sheet of scores, the versions it stands for, and what somebody else found when comparing the two."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q
from django.db.models.expressions import Combinable
from django.utils.translation import gettext_lazy as _

from grants.people.models import User
from grants.programmes.models import Round
from grants.reviews.models import Score
from storage.models import Attachment
from workflow.machine import AppendOnly


class SignedSheet(AppendOnly):
    """The scan or photo of a sheet that a reviewer has signed. `digest` tells the versions it was handed in for.

    `read` is what was recognised on it: how many sheets there should be, and which each page is (0 where not
    recognised); empty where nobody looked. Its paper ends when the reviewer takes it back, and it counts no longer.
    """

    round = models.ForeignKey(Round, models.PROTECT, related_name="signed_sheets", verbose_name=_("轮次"))
    reviewer = models.ForeignKey(User, models.PROTECT, related_name="signed_sheets", verbose_name=_("评审专家"))
    paper = models.OneToOneField(Attachment, models.PROTECT, related_name="+", verbose_name=_("签字评分表"))
    digest = models.CharField(_("校验码"), max_length=64)
    read: models.JSONField[dict[str, Any] | Combinable, Any] = models.JSONField(_("认出的码"), default=dict)
    at = models.DateTimeField(_("交来时间"))

    class Meta:
        verbose_name = _("签字评分表")
        ordering = ("-pk",)
        constraints = (models.CheckConstraint(condition=~Q(digest=""), name="signed_sheet_digest"),)

    def __str__(self) -> str:
        return f"{self.round_id} · {self.reviewer_id}"

    @property
    def recognised(self) -> bool:
        """Whether every page was recognised as a sheet of these scores."""
        pages = self.read.get("pages", [])
        return bool(pages) and all(pages)

    @property
    def unread(self) -> list[int]:
        """The pages whose code was not recognised, from 1."""
        return [number for number, sheet in enumerate(self.read.get("pages", []), 1) if not sheet]


class SignedScore(AppendOnly):
    """The paper stands behind this version of a score."""

    sheet = models.ForeignKey(SignedSheet, models.PROTECT, related_name="scores")
    score = models.ForeignKey(Score, models.PROTECT, related_name="papers")

    class Meta:
        verbose_name = _("签字评分")
        ordering = ("pk",)
        constraints = (models.UniqueConstraint(fields=["sheet", "score"], name="signed_score_once"),)

    def __str__(self) -> str:
        return f"{self.sheet_id} · {self.score_id}"


class SheetCheck(AppendOnly):
    """Somebody other than the reviewer has compared the paper with what was entered.

    `code` is what stands on the paper, `differs` the half points on the paper where they are others, by score and
    criterion; `agrees` says that the paper is signed and nothing differs.
    """

    sheet = models.OneToOneField(SignedSheet, models.PROTECT, related_name="check_made")
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("核对人"))
    code = models.CharField(_("纸上的核对码"), max_length=20, blank=True)
    differs: models.JSONField[dict[str, dict[str, int]] | Combinable, Any] = models.JSONField(
        _("不一致的地方"), default=dict
    )
    signed = models.BooleanField(_("有本人签字"))
    agrees = models.BooleanField(_("一致"))
    note = models.CharField(_("说明"), max_length=400, blank=True)
    at = models.DateTimeField(_("核对时间"))

    class Meta:
        verbose_name = _("签字表核对")
        constraints = (
            models.CheckConstraint(condition=Q(agrees=False) | Q(signed=True), name="sheet_check_agrees_signed"),
            models.CheckConstraint(condition=Q(agrees=True) | ~Q(note=""), name="sheet_check_explained"),
        )

    def __str__(self) -> str:
        return f"{self.sheet_id} {self.agrees}"
