"""Why a payment does not go to the bank: its batch, the hands it passes through, a fresh sign-in."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from grants.awards.queries import meeting_of, meetings_of
from grants.funds.enums import TemplateKind
from grants.funds.models import Batch, Payment
from grants.funds.templates import payment_shape, templates
from grants.kernel.given import Given, whole, words
from grants.kernel.money import format_fen
from grants.people.rules import same_hand
from grants.programmes.asking import shown
from grants.programmes.models import Round
from grants.programmes.queries import rules_of
from workflow import clock
from workflow.lifecycle import PaymentState
from workflow.refusals import Refusal
from workflow.rules import Ask, rule

CONFIRMED = "reauthenticated_at"
FRESH = dt.timedelta(minutes=5)


def batch_in(round_: Round, given: Given) -> Batch | None:
    """The batch of the round that was chosen by its number."""
    chosen = whole(given, "batch")
    return Batch.objects.filter(round=round_.pk, number=chosen).first() if chosen else None


def _open_batches(record: Any, _actor: Any) -> list[tuple[str, str]]:
    round_ = record if isinstance(record, Round) else record.project.round
    found = Batch.objects.filter(round=round_.pk, frozen_at__isnull=True).order_by("number")
    return [(str(row.number), _told(row)) for row in found]


def _told(batch: Batch) -> str:
    told = {"n": batch.number, "count": batch.count, "fen": format_fen(batch.total_fen)}
    return gettext("第 %(n)s 批 · %(count)s 笔 · %(fen)s 元") % told


BATCH = Ask("batch", _("批次"), "choice", choices=_open_batches)


@rule(asks=(BATCH,))
def batch_chosen(payment: Payment, _actor: Any, given: Given) -> Refusal | None:
    """An open batch of the round is chosen."""
    batch = batch_in(payment.project.round, given)
    if batch is None or batch.frozen_at:
        return Refusal("batch", gettext("请选择一个还没有锁定的批次。"), at="batch")
    return None


@rule
def batch_open(payment: Payment, _actor: Any) -> Refusal | None:
    """The payment's batch is not frozen, or is returned as a whole: nothing leaves a frozen one alone."""
    if payment.batch and payment.batch.frozen_at and not payment.batch.returned_at:
        message = gettext("第 %(n)s 批已经锁定，不能单独移出，须由财务退回整批。")
        return Refusal("batch_frozen", message % {"n": payment.batch.number})
    return None


@rule
def batch_frozen(payment: Payment, _actor: Any) -> Refusal | None:
    """The payment's batch is frozen, so that what is sent is what was counted."""
    if payment.batch and payment.batch.frozen_at and not payment.batch.returned_at:
        return None
    return Refusal("batch_not_frozen", gettext("批次还没有锁定，请财务先锁定。"))


def _templates(_record: Any, _actor: Any) -> list[tuple[str, str]]:
    return [(known.code, known.name) for known in templates(TemplateKind.PAYMENT)]


TEMPLATE = Ask("template", _("银行模板"), "choice", required=False, choices=_templates)


@rule(asks=(BATCH, TEMPLATE))
def batch_filled(round_: Round, _actor: Any, given: Given) -> Refusal | None:
    """The batch is open and holds a payment; the template, if one is chosen, is one for payments."""
    batch, code = batch_in(round_, given), words(given, "template")
    if code and payment_shape(code) is None:
        return Refusal("template", gettext("请选择一个付款文件的模板。"), at="template")
    if batch is None or batch.frozen_at:
        return Refusal("batch", gettext("请选择一个还没有锁定的批次。"), at="batch")
    return None if batch.count else Refusal("batch_empty", gettext("这个批次里还没有拨款。"), at="batch")


def _batch_asks(round_: Any) -> tuple[Ask, ...]:
    meeting = Ask("meeting", _("会议纪要"), "choice", required=False, choices=_meetings)
    return (meeting,) if rules_of(round_).disbursement.approval_unit == "batch" else ()


def _meetings(round_: Any, _actor: Any) -> list[tuple[str, str]]:
    return [(str(row.pk), f"{row.number} · {shown(row.held_on)}") for row in meetings_of(round_)]


@rule(asks=_batch_asks)
def batch_threshold_met(round_: Round, _actor: Any, given: Given) -> Refusal | None:
    """Where the limits are for whole batches, one above the limit rests on the minutes of a meeting."""
    rules, batch = rules_of(round_).disbursement, batch_in(round_, given)
    if rules.approval_unit != "batch" or batch is None or not rules.limit_for(batch.total_fen).minutes:
        return None
    told = {"fen": format_fen(batch.total_fen)}
    message = gettext("这一批合计 %(fen)s 元，超过审批限额，请选择会议纪要。") % told
    return None if meeting_of(round_, given) else Refusal("meeting", message, at="meeting")


def _unsent_batches(record: Any, _actor: Any) -> list[tuple[str, str]]:
    unsent = Payment.objects.filter(batch__round=record.pk, state=PaymentState.BATCHED).values("batch")
    found = Batch.objects.filter(pk__in=unsent, frozen_at__isnull=False).order_by("number")
    return [(str(row.number), _told(row)) for row in found]


@rule(asks=(Ask("batch", _("批次"), "choice", choices=_unsent_batches),))
def batch_unsent(round_: Round, _actor: Any, given: Given) -> Refusal | None:
    """The batch is frozen and holds a payment that has not been sent."""
    batch = batch_in(round_, given)
    if batch and batch.frozen_at and batch.payments.filter(state=PaymentState.BATCHED).exists():
        return None
    return Refusal("batch", gettext("请选择一个已经锁定、还有拨款没有发送的批次。"), at="batch")


@rule
def reauthenticated(_payment: Payment, _actor: Any, given: Given) -> Refusal | None:
    """The cashier has given the password again within five minutes; the page puts the moment in."""
    try:
        at = dt.datetime.fromisoformat(words(given, CONFIRMED))
    except ValueError:
        at = None
    if at and at.tzinfo and dt.timedelta(0) <= clock.now() - at <= FRESH:
        return None
    return Refusal("reauthenticate", gettext("请再输入一次密码，然后在 5 分钟内发送。"), asked=True)


@rule
def not_maker_or_checker(payment: Payment, actor: Any) -> Refusal | None:
    """Who verified or approved the payment does not send it."""
    makers = {payment.maker_id, payment.maker_behalf_id, payment.checker_id, payment.checker_behalf_id}
    return same_hand(actor, makers, Refusal("own_payment", gettext("这笔拨款您审核或审批过，须由另一个人发送。")))
