"""钱到哪了: each tranche with the way of its payment, from request to account, and when it should be there."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext

from grants.applications.models import Project
from grants.awards.enums import Trigger
from grants.desk.tables.offers import record_url, role_names
from grants.desk.words import DUTIES, ICONS, pill, tone_of
from grants.funds.models import ENDED_UNPAID, Payment, Tranche
from grants.programmes.profile.money import TranchePlan
from grants.programmes.queries import calendar, counted, rules_of
from workflow import clock
from workflow.lifecycle import PAYMENT, PaymentState
from workflow.models import Step

P = PaymentState
ON_THE_WAY = (P.REQUESTED, P.VERIFIED, P.APPROVED, P.BATCHED, P.SENT)
ARRIVED = (P.PAID, P.RECEIPTED)
OPENED_BY: dict[str, tuple[str, str]] = {
    Trigger.AGREEMENT_SIGNED: ("project", "sign_agreement"),
    Trigger.CHECK_PASSED: ("check", "pass_check"),
    Trigger.ACCEPTED: ("project", "accept"),
    Trigger.SETTLING: ("project", "confirm_accounts"),
}
"""The step that opens a tranche, by its trigger."""


@dataclass(frozen=True)
class Stop:
    """One place on the way of the money: reached, here, or still ahead."""

    label: str
    tone: str
    icon: str
    when: Any = None
    note: str = ""


@dataclass(frozen=True)
class Way:
    """One tranche: how much (fen), its payment if there is one, and the stops of the way."""

    number: int
    fen: int
    url: str
    payment: Payment | None
    stops: list[Stop]


def ways(
    project: Project, tranches: Sequence[Tranche], payments: Sequence[Payment], steps: Sequence[Step]
) -> list[Way]:
    """The tranches of a project in their order; `steps` are its trail with all beside it, newest first."""
    return [_way(project, tranche, payments, steps) for tranche in tranches if tranche.planned_fen]


def _way(project: Project, tranche: Tranche, payments: Sequence[Payment], steps: Sequence[Step]) -> Way:
    live = [one for one in payments if one.tranche_id == tranche.pk and one.state not in ENDED_UNPAID]
    payment = live[-1] if live else None
    fen = payment.amount_fen if payment else tranche.planned_fen
    stops = _stops(payment, steps) if payment else _before(tranche)
    if payment is None or payment.state not in ARRIVED:
        stops = [*stops, *_expected(project, tranche, steps)]
    return Way(tranche.number, fen, record_url(payment) if payment else "", payment, stops)


def _before(tranche: Tranche) -> list[Stop]:
    """Nobody has asked for it yet, or it will not be paid any more."""
    if tranche.open_fen <= 0:
        return [Stop(gettext("不再拨付"), "rest", ICONS["rest"], note=gettext("余下的已经释放"))]
    told = {"trigger": tranche.get_trigger_display()}
    return [Stop(gettext("还没申请"), "rest", ICONS["rest"], note=gettext("拨付条件：%(trigger)s") % told)]


def _stops(payment: Payment, steps: Sequence[Step]) -> list[Stop]:
    state = str(payment.state)
    days = _days(payment, steps)
    if state in ARRIVED:
        when = payment.paid_on or days.get(P.PAID)
        note = gettext("已收到票据") if state == P.RECEIPTED else gettext("等收款单位登记收据")
        return [Stop(gettext("已到账"), "ok", "check-lg", when, note)]
    if state not in ON_THE_WAY:
        said = pill(payment)
        return [Stop(said["label"], said["tone"], said["icon"], days.get(state), _waits(state))]
    here = ON_THE_WAY.index(P(state))
    return [_stop(payment, stop, days.get(stop), here=stop == state) for stop in ON_THE_WAY[: here + 1]]


def _stop(payment: Payment, state: PaymentState, when: Any, *, here: bool) -> Stop:
    label = gettext("已申请") if state == P.REQUESTED else str(state.label)
    if not here:
        return Stop(label, "ok", "check-lg", when)
    return Stop(label, "doing", "play-fill", when, _batch(payment) or _waits(str(state)))


def _batch(payment: Payment) -> str:
    """Where a batched payment stands; nothing for any other."""
    if payment.batch is None or payment.state != P.BATCHED:
        return ""
    words = {"n": payment.batch.number}
    if payment.batch.frozen_at:
        return gettext("第%(n)s批，已锁定，等出纳发送银行") % words
    return gettext("第%(n)s批，财务还在编") % words


def _waits(state: str) -> str:
    """Whom the payment waits for, and what for."""
    words = {"who": role_names(PAYMENT.waits.get(state, ())), "what": str(DUTIES["payment"].get(state, ""))}
    return gettext("等%(who)s%(what)s") % words


def _days(payment: Payment, steps: Sequence[Step]) -> dict[str, Any]:
    """When the payment last came into each state."""
    found: dict[str, Any] = {}
    for step in steps:
        if step.machine == "payment" and step.object_id == payment.pk:
            found.setdefault(step.target, step.at)
    return found


def _expected(project: Project, tranche: Tranche, steps: Sequence[Step]) -> list[Stop]:
    """When the money should come, once what opens the tranche has happened."""
    if tranche.open_fen <= 0:
        return []
    machine, move = OPENED_BY[tranche.trigger]
    opened = next((step.at for step in steps if (step.machine, step.move) == (machine, move)), None)
    label, icon = gettext("预计到账"), "three-dots"
    if opened is None:
        return [Stop(label, "rest", icon, note=within(tranche))]
    rules = rules_of(project.round)
    term = counted(
        opened + dt.timedelta(days=tranche.after_d), tranche.due_wd, "wd", calendar(), rules.deadlines.closing
    )
    return [Stop(label, *_look(term.due_at), note=_by_when(term.due_at))]


def within(one: Tranche | TranchePlan) -> str:
    """When a tranche is paid, in words: what opens it, so many days after, within so many working days."""
    told = {"trigger": Trigger(one.trigger).label, "days": one.after_d, "n": one.due_wd}
    if one.after_d:
        return gettext("%(trigger)s满%(days)s天后%(n)s个工作日内") % told
    return gettext("%(trigger)s后%(n)s个工作日内") % told


def _look(due_at: dt.datetime) -> tuple[str, str]:
    return ("rest", "three-dots") if due_at > clock.now() else ("back", "exclamation-circle-fill")


def _by_when(due_at: dt.datetime) -> str:
    words = {"day": date_format(due_at.astimezone(clock.SHANGHAI), "DATE_FORMAT")}
    if due_at > clock.now():
        return gettext("%(day)s前") % words
    return gettext("原定%(day)s前，已晚，可以问省红十字会财务") % words


def alongside(payments: Sequence[Payment]) -> list[dict[str, Any]]:
    """Payments on their way, for the line 同时在走: which tranche, whom it waits for, its state and page."""
    return [
        {
            "number": payment.tranche.number,
            "who": role_names(PAYMENT.waits.get(str(payment.state), ())),
            "label": payment.label,
            "tone": tone_of("payment", str(payment.state)),
            "url": record_url(payment),
        }
        for payment in payments
        if payment.state in PAYMENT.waits and payment.state not in ARRIVED
    ]
