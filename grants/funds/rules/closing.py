"""Why books are not closed or opened again, and which subjects of the accounting system are none."""

from __future__ import annotations

import re
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from grants.funds.closing import end_of_month
from grants.funds.enums import AccountKind as K
from grants.funds.trial import closed_by
from grants.kernel.given import Given, day, words
from grants.programmes.models import Round
from workflow import clock
from workflow.refusals import Refusal
from workflow.rules import Ask, rule

THROUGH = Ask("through", _("结账至"), "date", help=_("某个月的最后一天，这一天已经过去。年结就是结到12月31日。"))
SUBJECT = re.compile(r"(\d{4,20}) (\S.{0,59})")
SUBJECTS = tuple(
    Ask(
        f"subject_{kind.value}",
        kind.label,
        required=False,
        help=_("科目编码，空一格，科目名称，如“1218 其他应收款”。不进会计账的留空。"),
    )
    for kind in K
)


@rule(asks=(THROUGH,))
def period_over(round_: Round, _actor: Any, given: Given) -> Refusal | None:
    """The books are closed at the end of a month that is over, and later than they were closed before."""
    last = day(given, "through")
    if last is None or last != end_of_month(last):
        return Refusal("through", gettext("请填写一个月的最后一天。"), at="through")
    if last >= clock.today():
        return Refusal("through", gettext("这个月还没有过完，不能结账。"), at="through")
    if round_.closed_through and last <= round_.closed_through:
        told = {"day": round_.closed_through.isoformat()}
        return Refusal("through", gettext("账已经结到 %(day)s，请填写以后的月末。") % told, at="through")
    return None


@rule
def books_closed(round_: Round, _actor: Any) -> Refusal | None:
    """There is a closing in force; the latest is the one that is opened again."""
    if round_.closed_through and closed_by(round_):
        return None
    return Refusal("not_closed", gettext("本轮的账没有结过。"))


@rule(asks=SUBJECTS)
def subjects_complete(_round: Round, _actor: Any, given: Given) -> Refusal | None:
    """Every subject that is named has a code and a name."""
    for ask in SUBJECTS:
        text = words(given, ask.name)
        if text and not SUBJECT.fullmatch(text):
            return Refusal(ask.name, gettext("请写成“1218 其他应收款”：编码4到20位数字，空一格，名称。"), at=ask.name)
    return None


def subject_in(given: Given, kind: K) -> tuple[str, str]:
    """(code, name) of the subject given for a kind of account; empty for one that stays outside the accounts."""
    found = SUBJECT.fullmatch(words(given, f"subject_{kind.value}"))
    return (found[1], found[2]) if found else ("", "")
