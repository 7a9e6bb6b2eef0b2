"""A team that missed the close through no fault of its own: leadership may let this one hand in late.

Source: DOMAIN §2.3, issue 5: late only by an extension for all, or by a documented fault, decided by leadership.
"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from grants.applications.enums import LateFault
from grants.applications.models import Project
from grants.kernel.given import day, words
from grants.programmes.asking import no_document, no_later_day, no_text, shown
from grants.programmes.queries import calendar
from workflow import clock, trail
from workflow.lifecycle import RoundState
from workflow.ports import Actor, Given
from workflow.refusals import Refusal
from workflow.rules import Ask, rule

MOST_DAYS = 10
"""Working days that one team may have longer: the counties' time for recommending goes on meanwhile."""


def _faults(_project: Any, _actor: Actor) -> list[tuple[str, str]]:
    return [(value, str(label)) for value, label in LateFault.choices]


FAULT = (
    Ask("fault", _("什么原因没有按时提交"), "choice", choices=_faults),
    Ask("fault_text", _("经过"), "longtext", _("什么时间、出了什么事、团队做了什么。")),
    Ask("fault_proof", _("证明材料"), "document", _("故障记录、截图、停电停网的通知，或经办单位的说明。")),
)
LATE_DUE = Ask("due_on", _("补报期限"), "date", _("最多十个工作日。"))


@rule
def lapsed_at_the_close(project: Project, _actor: Actor) -> Refusal | None:
    """The draft was taken off the table by the close of the call, and the round is still recommending."""
    last = trail.steps_of(project).last()
    if last is None or last.move != "lapse_draft":
        return Refusal("not_lapsed", gettext("只有截止时还没有提交、被自动撤回的申报可以补报。"))
    if project.round.state != RoundState.RECOMMENDING:
        return Refusal("round_went_on", gettext("推荐已经截止，不能再补报。"))
    return None


@rule(asks=FAULT)
def fault_proved(_project: Project, _actor: Actor, given: Given) -> Refusal | None:
    """It is on record whose fault it was, what happened, and a paper shows it."""
    if words(given, "fault") not in LateFault.values:
        return Refusal("fault", gettext("请选择原因。团队自己忘了提交，不能补报。"), at="fault")
    return no_text(given, FAULT[1]) or no_document(given, FAULT[2])


@rule(asks=(LATE_DUE,))
def late_due_set(_project: Project, _actor: Actor, given: Given) -> Refusal | None:
    """The team is told until which day, after today and at most ten working days on, it may hand in."""
    if refusal := no_later_day(given, LATE_DUE):
        return refusal
    chosen, last = day(given, "due_on"), calendar().add_working_days(clock.today(), MOST_DAYS)
    if chosen and chosen > last:
        return Refusal("due_on", gettext("补报期限最晚到%(day)s。") % {"day": shown(last)}, at="due_on")
    return None
