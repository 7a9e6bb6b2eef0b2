"""What comes next, in a sentence for each round: nobody is left before an empty page."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from grants.desk.tables.urgency import month_day
from grants.programmes.models import Round
from grants.programmes.queries import due
from workflow.lifecycle import RoundState

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

N = RoundState
COMING: dict[RoundState, StrOrPromise] = {
    N.PLANNING: _("“%(round)s”正在筹备，申报通知还没有发布。"),
    N.OPEN: _("“%(round)s”申报%(close)s截止，县级推荐从%(next)s开始，%(county)s截止。"),
    N.RECOMMENDING: _("“%(round)s”申报已经截止，县级推荐%(county)s截止，市级推荐%(city)s截止。"),
    N.ELIGIBILITY: _("“%(round)s”省里正在审查资格，之后分配专家评审。"),
    N.REVIEWING: _("“%(round)s”专家正在评审，之后开会审定。"),
    N.DELIBERATING: _("“%(round)s”正在审定，之后公示。"),
    N.PUBLICITY: _("“%(round)s”正在公示，期满后发布立项通知。"),
    N.PUBLISHED: _("“%(round)s”的项目正在实施；有要您办的，会出现在这里。"),
}


def coming(rounds: Iterable[Round]) -> list[str]:
    """One sentence a round."""
    return [str(COMING[RoundState(round_.state)]) % _words(round_) for round_ in rounds if round_.state in COMING]


def _words(round_: Round) -> dict[str, str]:
    closes = round_.call_closes_at
    if closes is None or round_.configuration is None:
        later = gettext("（日期待定）")
        return {"round": str(round_), "close": later, "next": later, "county": later, "city": later}
    county = due(round_, "county_recommend", start=closes)
    city = due(round_, "city_recommend", start=county)
    days = {"close": closes, "next": closes + dt.timedelta(days=1), "county": county, "city": city}
    return {"round": str(round_)} | {name: month_day(moment) for name, moment in days.items()}
