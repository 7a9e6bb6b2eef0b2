"""Why an account of the payee is not enough: incomplete, unverified, not verified anew."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from grants.applications.models import Project
from grants.funds.doubts import CHECKED, doubts_of
from grants.funds.matching import plain
from grants.funds.models import Payment
from grants.funds.queries import payee_account, replaced_account
from grants.kernel.errors import Malformed
from grants.kernel.given import Given, words
from grants.kernel.identifiers import account_digits, squeezed
from grants.people.rules import same_hand
from grants.programmes.asking import no_document
from workflow import clock
from workflow.models import Step
from workflow.refusals import Refusal
from workflow.rules import Ask, rule


def project_of(record: Project | Payment) -> Project:
    """The project itself, or the project of a payment."""
    return record if isinstance(record, Project) else record.project


def payee_name(project: Project) -> str:
    """In whose name the account must be: the payee's, or the registered team's own."""
    return project.payee.name if project.payee else project.team.name


PROOF = Ask("account_proof", _("开户证明（照片或扫描件）"), "document", _("开户许可证、印鉴卡或银行盖章的账户信息。"))
ACCOUNT = (
    PROOF,
    Ask("holder", _("户名"), help=_("须与收款单位全称一致。")),
    Ask("bank", _("开户银行")),
    Ask("account_no", _("账号")),
    Ask("account_again", _("再填一次账号"), help=_("照开户证明逐位再填一次，不要复制。")),
    Ask("cnaps", _("联行号"), required=False, help=_("12 位数字，跨行转账时用。")),
)


LEAST, MOST = 4, 200
"""Characters of what is said of an account in doubt."""
COOLING = dt.timedelta(days=1)
"""How long an account that replaces a verified one waits, so that whoever filed the old one can object."""


@rule(asks=ACCOUNT)
def account_complete(project: Project, _actor: Any, given: Given) -> Refusal | None:
    """The account is in the payee's name, with a bank, a possible number typed twice, and the paper that proves it."""
    if plain(words(given, "holder")) != plain(name := payee_name(project)):
        return Refusal("holder", gettext("户名须与收款单位一致：%(name)s。") % {"name": name}, at="holder")
    if not 0 < len(words(given, "bank")) <= 80:
        return Refusal("bank", gettext("请填写开户银行，不超过 80 个字。"), at="bank")
    try:
        account_digits(words(given, "account_no"))
    except Malformed:
        return Refusal("account_no", gettext("账号应为 8 到 32 位数字。"), at="account_no")
    if squeezed(words(given, "account_no")) != squeezed(words(given, "account_again")):
        return Refusal("account_again", gettext("两次填的账号不一样，请照开户证明核对。"), at="account_again")
    if not re.fullmatch(r"([0-9]{12})?", words(given, "cnaps")):
        return Refusal("cnaps", gettext("联行号应为 12 位数字。"), at="cnaps")
    return no_document(given, PROOF)


@rule(
    asks=(
        Ask(
            CHECKED,
            _("账户怎样核对的"),
            "longtext",
            required=False,
            help=_("提示账户可疑、开户证明上却就是这样时才填。会留在经过里，核实的人看得到。"),
        ),
    )
)
def account_plausible(_project: Project, _actor: Any, given: Given) -> Refusal | None:
    """An account that is hardly an organisation's was compared with the proof, and somebody says how."""
    found = doubts_of(words(given, "account_no"), words(given, "bank"), words(given, "cnaps"))
    if not found or LEAST <= len(words(given, CHECKED)) <= MOST:
        return None
    told = {"doubts": "".join(found), "least": LEAST, "most": MOST}
    message = gettext("%(doubts)s请照开户证明核对；证明上就是这样的，请写明怎样核对的（%(least)s 到 %(most)s 个字）。")
    return Refusal("account_doubtful", message % told, at=CHECKED)


@rule
def account_filed(project: Project, actor: Any) -> Refusal | None:
    """An account that nobody has verified was filed, by somebody else; one that replaces another, a day ago."""
    account = payee_account(project)
    if account is None or account.verified_at:
        return Refusal("nothing_filed", gettext("没有待核实的收款账户。"))
    if replaced_account(project) and clock.now() < (cool := account.filed_at + COOLING):
        when = cool.astimezone(clock.SHANGHAI).strftime("%m-%d %H:%M")
        said = gettext("更换收款账户，填报满一天才能核实：%(when)s 以后。已经通知原来的经办人。") % {"when": when}
        return Refusal("cooling", said)
    own = Refusal("own_account", gettext("账户是您填报的，须由另一个人核实。"))
    return same_hand(actor, {account.filed_by_id, account.filed_behalf_id}, own)


@rule
def payee_verified(record: Project | Payment, _actor: Any) -> Refusal | None:
    """The account that was filed last has been verified."""
    account = payee_account(project_of(record))
    if account is None:
        return Refusal("no_account", gettext("收款单位还没有填报收款账户。"))
    return None if account.verified_at else Refusal("account_unverified", gettext("收款账户还没有核实。"))


@rule
def payee_account_reverified(payment: Payment, _actor: Any) -> Refusal | None:
    """The account was filed anew and verified after the bank failed to pay."""
    told = Step.objects.filter(machine="payment", object_id=payment.pk, move__in=("bank_refused", "bank_returned"))
    account, failed = payee_account(payment.project), told.order_by("seq").last()
    if account and account.verified_at and failed and account.verified_at >= failed.at:
        return None
    return Refusal("not_reverified", gettext("请收款单位重新填报账户，并由财务核实，然后才能重付。"))
