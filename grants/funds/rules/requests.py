"""Why a tranche is not paid: nothing open, a hold, a condition, a limit, the same person twice."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from grants.applications.models import Project
from grants.awards.queries import meeting_of, meetings_of
from grants.funds.conditions import WAIVABLE, unmet
from grants.funds.models import ENDED_UNPAID, Payment, Tranche
from grants.funds.queries import Holds, holds_of, live_payment, payable, tranches_of, undrawn_in_books
from grants.funds.rules.accounts import project_of
from grants.kernel.given import Given, whole, words
from grants.kernel.money import format_fen
from grants.people.rules import same_hand
from grants.programmes.asking import shown
from grants.programmes.queries import rules_of
from workflow import clock
from workflow.lifecycle import ProjectState
from workflow.refusals import Refusal
from workflow.rules import Ask, rule

STOPPED = (ProjectState.SUSPENDED, ProjectState.TERMINATED)


def _open_tranches(project: Any, _actor: Any) -> list[tuple[str, str]]:
    found = [row for row in tranches_of(project) if row.open_fen > 0]
    label = gettext("第 %(n)s 期 · %(fen)s 元")
    return [(str(row.number), label % {"n": row.number, "fen": format_fen(row.open_fen)}) for row in found]


def tranche_of(project: Project, given: Given) -> Tranche | None:
    """The tranche that was chosen by its number."""
    number = whole(given, "tranche")
    found = next((row for row in tranches_of(project) if row.number == number), None) if number else None
    if found:
        found.project = project
    return found


@rule(asks=(Ask("tranche", _("期次"), "choice", choices=_open_tranches),))
def tranche_open(project: Project, _actor: Any, given: Given) -> Refusal | None:
    """The tranche has something to pay and no payment on its way; a condition may be waived while one waits."""
    tranche = tranche_of(project, given)
    if tranche is None or tranche.open_fen <= 0:
        return Refusal("tranche", gettext("请选择还有余额的一期。"), at="tranche")
    if words(given, "condition"):
        return None
    if payment := live_payment(tranche):
        told = {"number": payment.number, "state": payment.label}
        return Refusal("payment_exists", gettext("这一期已有拨款 %(number)s（%(state)s）。") % told, at="tranche")
    if payable(tranche) <= 0:
        return Refusal("nothing_due", gettext("按决算，这一期没有应拨的金额。"), at="tranche")
    return None


@rule
def no_hold(record: Project | Payment, _actor: Any) -> Refusal | None:
    """Nothing holds payments: the project runs, neither finance nor discipline holds them, no objection is open."""
    project = project_of(record)
    if project.state in STOPPED:
        return Refusal("stopped", gettext("项目%(state)s，不能拨款。") % {"state": project.label})
    found = holds_of(project)
    if found.objections:
        return Refusal("objection_open", gettext("有 %(n)s 件异议正在核查，暂不拨款。") % {"n": found.objections})
    return _held(found) if found.since else None


def _held(found: Holds) -> Refusal:
    day = found.since.astimezone(clock.SHANGHAI).date() if found.since else None
    told = {"who": found.who, "day": shown(day) if day else "", "why": found.reason}
    return Refusal("payments_held", gettext("%(who)s从%(day)s起暂停拨款：%(why)s") % told)


@rule
def payments_not_held(project: Project, _actor: Any) -> Refusal | None:
    """Nobody holds the payments of the project."""
    found = holds_of(project)
    return _held(found) if found.since else None


@rule
def payments_held_by_another(project: Project, actor: Any) -> Refusal | None:
    """The payments are held, and not by who would let them go on."""
    found = holds_of(project)
    if found.since is None:
        return Refusal("not_held", gettext("没有暂停拨款。"))
    own = Refusal("own_hold", gettext("拨款是您自己暂停的，须由另一个人恢复。"))
    return same_hand(actor, found.hands - {None}, own)


def _conditions(project: Any, _actor: Any) -> list[tuple[str, str]]:
    names = {name for tranche in tranches_of(project) for name, _sentence in unmet(tranche)}
    return [(name, str(label)) for name, label in WAIVABLE.items() if name in names]


@rule(asks=(Ask("condition", _("豁免的条件"), "choice", choices=_conditions),))
def waivable(project: Project, _actor: Any, given: Given) -> Refusal | None:
    """The condition is one that may be waived and that the tranche does not meet."""
    name = words(given, "condition")
    if name not in WAIVABLE:
        return Refusal("condition", gettext("请选择一项可以豁免的条件。"), at="condition")
    tranche = tranche_of(project, given)
    if tranche and name not in dict(unmet(tranche)):
        return Refusal("condition_met", gettext("这项条件已经满足或已经豁免。"), at="condition")
    return None


def _paid_of(payment: Payment) -> Tranche:
    """The tranche that is paid, of the very project in hand."""
    payment.tranche.project = payment.project
    return payment.tranche


@rule
def conditions_precedent(payment: Payment, _actor: Any) -> Refusal | None:
    """Every condition of the tranche is met or waived, and the amount is no more than may be paid now."""
    tranche = _paid_of(payment)
    sentences = [sentence for _name, sentence in unmet(tranche)]
    if payment.amount_fen > (limit := payable(tranche)):
        told = {"fen": format_fen(payment.amount_fen), "limit": format_fen(limit)}
        sentences.append(gettext("申请 %(fen)s 元，超过现在可拨的 %(limit)s 元") % told)
    if not sentences:
        return None
    return Refusal("conditions", gettext("拨款条件没有满足：%(list)s。") % {"list": "；".join(sentences)})


@rule
def source_has_balance(payment: Payment, _actor: Any) -> Refusal | None:
    """What is undrawn of the project in the books carries the payment."""
    left = undrawn_in_books(payment.project)
    if left >= payment.amount_fen:
        return None
    told = {"left": format_fen(left), "fen": format_fen(payment.amount_fen)}
    return Refusal("balance", gettext("账上未拨资金 %(left)s 元，不够拨付 %(fen)s 元。") % told)


def _meetings(payment: Any, _actor: Any) -> list[tuple[str, str]]:
    return [(str(row.pk), f"{row.number} · {shown(row.held_on)}") for row in meetings_of(payment.project.round)]


def _needs_meeting(payment: Payment) -> bool:
    return rules_of(payment.project.round).disbursement.limit_for(payment.amount_fen).minutes


def _threshold_asks(payment: Any) -> tuple[Ask, ...]:
    return (Ask("meeting", _("会议纪要"), "choice", choices=_meetings),) if _needs_meeting(payment) else ()


@rule(asks=_threshold_asks)
def threshold_met(payment: Payment, _actor: Any, given: Given) -> Refusal | None:
    """A payment above the limit of the round's approval table rests on the minutes of a meeting."""
    if not _needs_meeting(payment) or meeting_of(payment.project.round, given):
        return None
    told = {"fen": format_fen(payment.amount_fen)}
    return Refusal("meeting", gettext("%(fen)s 元超过审批限额，请选择会议纪要。") % told, at="meeting")


@rule
def not_the_maker(payment: Payment, actor: Any) -> Refusal | None:
    """Who asked for the payment or verified it does not approve it."""
    makers = {payment.maker_id, payment.maker_behalf_id, payment.requester_id, payment.requester_behalf_id}
    return same_hand(actor, makers, Refusal("own_payment", gettext("这笔拨款是您经办的，须由另一个人审批。")))


@rule(asks=(Ask("corrected", _("更正了什么"), "longtext"),))
def corrected(payment: Payment, _actor: Any, given: Given) -> Refusal | None:
    """It is said what was put right, and something may still be paid."""
    if not words(given, "corrected"):
        return Refusal("corrected", gettext("请写明更正了什么。"), at="corrected")
    if payable(_paid_of(payment)) <= 0:
        return Refusal("nothing_due", gettext("这一期已没有可拨的金额，请作废。"))
    return None


@rule
def nothing_paid(project: Project, _actor: Any) -> Refusal | None:
    """No money has left and none is about to."""
    if project.paid_fen:
        return Refusal("paid", gettext("已经拨付 %(fen)s 元，不能撤销。") % {"fen": format_fen(project.paid_fen)})
    if payment := Payment.objects.filter(project=project.pk).exclude(state__in=ENDED_UNPAID).first():
        return Refusal("payment_open", gettext("拨款 %(number)s 还没有作废。") % {"number": payment.number})
    return None
