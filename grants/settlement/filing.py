"""What a voucher must say, and whether its piece of paper was used before: asked by rules, again by the reaction."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from grants.applications.models import Project
from grants.kernel.errors import Malformed
from grants.kernel.given import Given, day, ticked, whole, words
from grants.kernel.money import format_fen
from grants.programmes.asking import document_of
from grants.programmes.queries import rules_of
from grants.settlement.enums import VoucherKind
from grants.settlement.models import Invoice
from grants.settlement.numbers import lost_key, voucher_key
from grants.settlement.queries import claims_on
from workflow import clock
from workflow.refusals import Refusal
from workflow.rules import Ask

MARGIN = dt.timedelta(days=30)
"""How long before the first and after the last day of a project a voucher may be dated. Source: DOMAIN 3.3."""
MALFORMED = {
    VoucherKind.DIGITAL: _("数电票号码应为 20 位数字。"),
    VoucherKind.INVOICE: _("请填写发票代码（10 或 12 位）和号码（8 位）。"),
    VoucherKind.FISCAL: _("请填写财政票据代码（8 位）和号码（10 位）。"),
    "number": _("请填写票据编号，不超过 28 个字。"),
}


def _kinds(project: Any, actor: Any) -> list[tuple[str, str]]:
    return [(kind.value, str(kind.label)) for kind in VoucherKind]


def categories(project: Any, actor: Any) -> list[tuple[str, str]]:
    """The categories of the round, as they are chosen: (code, name)."""
    return [(category.code, category.label) for category in rules_of(project.round).budget.categories]


def _activities(project: Any, actor: Any) -> list[tuple[str, str]]:
    return [(str(row.number), f"{row.number} · {row.name}") for row in project.activities.filter(cancelled=False)]


CLAIM = (
    Ask("kind", _("票据类型"), "choice", choices=_kinds),
    Ask("voucher_no", _("票据号码"), help=_("数电票填 20 位号码；旧式发票填代码和号码。"), required=False),
    Ask("gross_fen", _("票面金额"), "money"),
    Ask("claimed_fen", _("本项目列支金额"), "money"),
    Ask("category", _("科目"), "choice", choices=categories),
    Ask("seller", _("开票方")),
    Ask("content", _("内容")),
    Ask("issued_on", _("开票日期"), "date"),
    Ask("activity", _("用于哪次活动"), "choice", required=False, choices=_activities),
    Ask("photo", _("票据照片或电子文件"), "document", required=False),
    Ask("shared", _("与其他项目分摊"), "yes", required=False),
    Ask("lost", _("原票遗失"), "yes", required=False),
    Ask("explanation", _("遗失情况说明"), "longtext", required=False),
)


def claim_of(project: Any) -> tuple[Ask, ...]:
    """The fields of a voucher."""
    return CLAIM


def key_of(project: Project, given: Given) -> str:
    """The key of the voucher given. Raises Malformed."""
    number = words(given, "voucher_no")
    if ticked(given, "lost") and not number:
        return lost_key(project.number, project.vouchers.count() + 1)
    return voucher_key(words(given, "kind"), number, seller=words(given, "seller"), project_no=project.number)


def fault_of(project: Project, given: Given) -> Refusal | None:
    """What is missing or impossible in the voucher itself."""
    return _fault_of_words(project, given) or _fault_of_figures(project, given) or _fault_of_paper(project, given)


def _fault_of_words(project: Project, given: Given) -> Refusal | None:
    if words(given, "kind") not in VoucherKind.values:
        return Refusal("kind", gettext("请选择票据类型。"), at="kind")
    if not 0 < len(words(given, "seller")) <= 80:
        return Refusal("seller", gettext("请填写开票方，不超过 80 个字。"), at="seller")
    if not 0 < len(words(given, "content")) <= 120:
        return Refusal("content", gettext("请填写内容，不超过 120 个字。"), at="content")
    if words(given, "category") not in dict(categories(project, None)):
        return Refusal("category", gettext("请选择科目。"), at="category")
    return None


def _fault_of_figures(project: Project, given: Given) -> Refusal | None:
    gross, claimed = whole(given, "gross_fen") or 0, whole(given, "claimed_fen") or 0
    if not 0 < claimed <= gross:
        return Refusal("amounts", gettext("列支金额应大于零，并且不超过票面金额。"), at="claimed_fen")
    issued = day(given, "issued_on")
    if issued is None or issued > clock.today() or not _in_period(project, issued):
        message = gettext("开票日期应在实施期内（前后各宽 %(n)s 天），并且不晚于今天。") % {"n": MARGIN.days}
        return Refusal("issued_on", message, at="issued_on")
    return None


def _in_period(project: Project, issued: dt.date) -> bool:
    first, last = project.start_date, project.end_date
    return first is not None and last is not None and first - MARGIN <= issued <= last + MARGIN


def _fault_of_paper(project: Project, given: Given) -> Refusal | None:
    try:
        key_of(project, given)
    except Malformed as error:
        return Refusal("voucher_no", MALFORMED[error.code], at="voucher_no")
    if words(given, "activity") and words(given, "activity") not in dict(_activities(project, None)):
        return Refusal("activity", gettext("请选择活动记录里的一次活动。"), at="activity")
    if words(given, "photo"):
        found = document_of(given, "photo")
        return None if found else Refusal("photo", gettext("没有找到这份文件，请重新上传。"), at="photo")
    if not ticked(given, "lost"):
        return Refusal("photo", gettext("请上传票据照片；原票遗失的，请勾选并说明情况。"), at="photo")
    if not words(given, "explanation"):
        return Refusal("explanation", gettext("请说明原票是怎样遗失的。"), at="explanation")
    return None


def used_elsewhere(project: Project, given: Given) -> Refusal | None:
    """Why this piece of paper cannot carry the claim beside what it carries already."""
    invoice = Invoice.objects.filter(key=key_of(project, given)).first()
    if invoice is None or not invoice.claimed_fen:
        return None
    if mine := invoice.vouchers.filter(project=project.pk, withdrawn_at__isnull=True).first():
        message = gettext("这张票据已经登记过，是第 %(n)s 号凭证。") % {"n": mine.number}
        return Refusal("filed_before", message, at="voucher_no")
    return _clash(project, given, invoice)


def _clash(project: Project, given: Given, invoice: Invoice) -> Refusal | None:
    if not ticked(given, "shared") or claims_on(invoice, project).filter(shared=False).exists():
        message = gettext("这张票据已在别的项目列支；确属分摊的，各项目都须注明分摊。")
        return Refusal("used_elsewhere", message, at="voucher_no")
    if invoice.gross_fen != whole(given, "gross_fen"):
        facts = {"gross": format_fen(invoice.gross_fen)}
        return Refusal("other_gross", gettext("票面金额与已登记的 %(gross)s 元不符。") % facts, at="gross_fen")
    left = invoice.gross_fen - invoice.claimed_fen
    if (whole(given, "claimed_fen") or 0) > left:
        facts = {"left": format_fen(left)}
        return Refusal("beyond_gross", gettext("这张票据还可以列支 %(left)s 元。") % facts, at="claimed_fen")
    return None
