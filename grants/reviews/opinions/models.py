"""A department is asked about an application, once, and answers once; an answer after its day is kept and says so."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from grants.applications.models import Project
from grants.people.models import Organisation, User
from grants.reviews.opinions.enums import Stance
from workflow import clock
from workflow.machine import AppendOnly


class OpinionRequest(AppendOnly):
    """The officer asks a department for its opinion on a project, until a moment; nothing waits for the answer."""

    project = models.ForeignKey(Project, models.PROTECT, related_name="opinion_requests")
    department = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name=_("职能处室"))
    question = models.CharField(_("想请处室看什么"), max_length=400, blank=True)
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    due_at = models.DateTimeField(_("请在此前答复"))

    class Meta:
        verbose_name = _("征求业务意见")
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(fields=["project", "department"], name="opinion_asked_once"),
            models.CheckConstraint(condition=Q(due_at__gt=F("at")), name="opinion_in_order"),
        )

    def __str__(self) -> str:
        return f"{self.project_id} · {self.department_id}"

    @property
    def said(self) -> DepartmentOpinion | None:
        """The answer, if there is one."""
        return getattr(self, "opinion", None)

    @property
    def late(self) -> bool:
        """Whether the day passed without an answer, or the answer came after it."""
        return (self.said.at if self.said else clock.now()) > self.due_at


class DepartmentOpinion(AppendOnly):
    """What the department answered, by whom."""

    request = models.OneToOneField(OpinionRequest, models.PROTECT, related_name="opinion")
    stance = models.CharField(_("总的看法"), max_length=10, choices=Stance)
    text = models.TextField(_("业务意见"))
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("业务意见")
        constraints = (
            models.CheckConstraint(condition=Q(stance__in=Stance.values), name="opinion_stance"),
            models.CheckConstraint(condition=~Q(text=""), name="opinion_of_words"),
        )

    def __str__(self) -> str:
        return f"{self.request_id} {self.stance}"
