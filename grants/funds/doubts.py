"""An account of a payee that is hardly an organisation's: whoever files it says how it was compared with the proof."""

from __future__ import annotations

from django.utils.translation import gettext

from grants.funds.models import PayeeAccount
from grants.kernel.given import words
from grants.kernel.identifiers import Doubt, account_doubts
from grants.people.doubts import Told
from workflow.trail import given_of, steps_of

CHECKED = "account_checked"
"""The name under which the step of filing keeps how the account was compared."""


def doubts_of(account_no: str, bank: str, cnaps: str) -> list[str]:
    """What of an account does not fit, in words. Source: DOMAIN 3.3, 3.4."""
    told = {
        Doubt.PERSONAL: gettext("账号像个人银行卡的卡号，资助款只付到单位账户。"),
        Doubt.OTHER_BANK: gettext("联行号不是这家银行的，请和开户银行核对。"),
    }
    return [told[doubt] for doubt in account_doubts(account_no, bank, cnaps)]


def told_of(account: PayeeAccount) -> list[Told]:
    """The doubts about an account that was filed, with what was said of it, by whom and when; none where nothing is."""
    found = tuple(doubts_of(account.account_no, account.bank, account.cnaps))
    if not found:
        return []
    step = steps_of(account.project).filter(move="file_payee_account").select_related("actor", "behalf").last()
    said = words(given_of(step), CHECKED) if step else ""
    return [Told(found, said, step.hand if step and said else "", step.at if step and said else None)]
