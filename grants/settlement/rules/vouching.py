"""Why a voucher or interest does not count: what it must say, papers used before, what finance accepts."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from grants.applications.models import Project
from grants.funds.models import Entry
from grants.kernel.given import Given, day, whole, words
from grants.kernel.money import format_fen
from grants.people.rules import same_hand
from grants.programmes.asking import in_yuan
from grants.settlement.filing import categories, claim_of, fault_of, used_elsewhere
from grants.settlement.models import Voucher
from grants.settlement.queries import (
    accepted_fen,
    ceiling_fen,
    standing_vouchers,
    voucher_of,
)
from workflow import clock
from workflow.refusals import Refusal
from workflow.rules import Ask, rule

Choices = list[tuple[str, str]]


def _voucher_choices(project: Any, actor: Any) -> Choices:
    return [
        (str(row.number), f"{row.number} · {row.seller} · {row.content} · {in_yuan(row.claimed_fen)}")
        for row in standing_vouchers(project)
    ]


VOUCHER = Ask("voucher", _("凭证"), "choice", choices=_voucher_choices)


@rule(asks=claim_of)
def voucher_complete(project: Project, actor: Any, given: Given) -> Refusal | None:
    """A voucher says what was bought from whom, when, for how much, and shows it; a lost one says how it was lost."""
    return fault_of(project, given)


@rule
def voucher_not_used(project: Project, actor: Any, given: Given) -> Refusal | None:
    """No piece of paper is paid twice: not here, not elsewhere unless all say they share it, never beyond its sum."""
    return None if fault_of(project, given) else used_elsewhere(project, given)


@rule(asks=(VOUCHER,))
def voucher_undecided(project: Project, actor: Any, given: Given) -> Refusal | None:
    """A voucher is withdrawn before finance has accepted anything of it."""
    found = voucher_of(project, whole(given, "voucher"))
    if found is None:
        return Refusal("no_voucher", gettext("请选择一张凭证。"), at="voucher")
    if found.accepted_fen:
        facts = {"fen": format_fen(found.accepted_fen)}
        return Refusal("voucher_decided", gettext("财务已认可 %(fen)s 元，不能撤回。") % facts, at="voucher")
    return None


DECISION = (
    VOUCHER,
    Ask("accepted_fen", _("认可金额"), "money"),
    Ask(
        "category",
        _("计入科目"),
        "choice",
        _("登记的科目不对时改选；先前入的账冲销，按新科目重新入账。"),
        required=False,
        choices=categories,
    ),
    Ask("cut_reason", _("核减原因"), help=_("没有全部认可，或改了科目时填写。"), required=False),
)


@rule(asks=DECISION)
def voucher_decision(project: Project, actor: Any, given: Given) -> Refusal | None:
    """Finance accepts a voucher whole or in part, with the reason for what it cuts, and never one of its own."""
    found, accepted = voucher_of(project, whole(given, "voucher")), whole(given, "accepted_fen")
    if found is None:
        return Refusal("no_voucher", gettext("请选择一张凭证。"), at="voucher")
    own = Refusal("own_voucher", gettext("这张凭证是您登记的，须由另一个人审核。"), at="voucher")
    if refusal := same_hand(actor, {found.filed_by_id, found.filed_behalf_id}, own):
        return refusal
    if accepted is None or not 0 <= accepted <= found.claimed_fen:
        facts = {"most": format_fen(found.claimed_fen)}
        return Refusal("accepted", gettext("认可金额应在 0 到 %(most)s 元之间。") % facts, at="accepted_fen")
    if accepted < found.claimed_fen and not 0 < len(words(given, "cut_reason")) <= 200:
        return Refusal("cut_reason", gettext("请写明核减原因，不超过 200 个字。"), at="cut_reason")
    return _moved(project, found, given) or _too_much(project, found, accepted)


def _moved(project: Project, found: Voucher, given: Given) -> Refusal | None:
    """Whether another category than the one filed is one of the round's, and is given a reason."""
    moved = words(given, "category") or found.category
    if moved == found.category:
        return None
    if moved not in dict(categories(project, None)):
        return Refusal("category", gettext("请选择预算里的科目。"), at="category")
    if not 0 < len(words(given, "cut_reason")) <= 200:
        return Refusal("moved_reason", gettext("改了科目，请写明原因，不超过 200 个字。"), at="cut_reason")
    return None


def _too_much(project: Project, found: Voucher, accepted: int) -> Refusal | None:
    if accepted and found.lost and found.document_id is None:
        message = gettext("原票遗失又没有复印件或证明，只能认可 0 元。")
        return Refusal("nothing_to_show", message, at="accepted_fen")
    limit = ceiling_fen(project) - accepted_fen(project, without=found)
    if accepted > limit:
        facts = {"limit": format_fen(max(0, limit))}
        return Refusal("overspent", gettext("超支不补，还可以认可 %(limit)s 元。") % facts, at="accepted_fen")
    return None


INTEREST = (
    Ask("amount_fen", _("利息金额"), "money"),
    Ask("on", _("入账日期"), "date"),
    Ask("bank_ref", _("银行流水号")),
)


@rule(asks=INTEREST)
def interest_amount(project: Project, actor: Any, given: Given) -> Refusal | None:
    """Interest is entered with the bank's own reference, once."""
    if (whole(given, "amount_fen") or 0) <= 0:
        return Refusal("amount_fen", gettext("请填写大于零的利息金额。"), at="amount_fen")
    booked_on = day(given, "on")
    if booked_on is None or booked_on > clock.today():
        return Refusal("on", gettext("请填写今天或以前的入账日期。"), at="on")
    reference = words(given, "bank_ref")
    if not 0 < len(reference) <= 80:
        return Refusal("bank_ref", gettext("请填写银行流水号，不超过 80 个字。"), at="bank_ref")
    if Entry.objects.filter(external_ref=reference).exists():
        return Refusal("reference_used", gettext("这个银行流水号已经入过账。"), at="bank_ref")
    return None
