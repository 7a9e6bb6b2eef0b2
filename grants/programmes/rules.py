"""Rules that any stage's moves may name (a reason, a list, a day), and the rules of the round itself."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from grants.kernel.given import day, whole, words
from grants.kernel.periods import SHANGHAI
from grants.programmes.asking import no_later_day, no_text, shown
from grants.programmes.models import Quota, Round
from grants.programmes.queries import configuration_faults
from workflow.phrases import one_after_another
from workflow.ports import Actor, Given
from workflow.refusals import Refusal
from workflow.rules import Ask, rule

MOST_PLACES = 1000
REASON = Ask("reason", _("理由"), "longtext")
ITEMS = Ask("items", _("需要改正或补充的事项"), "longtext", help=_("每行写一项。"))
DUE = Ask("due_on", _("完成期限"), "date")
RETURN_DUE = Ask("due_on", _("修改期限"), "date", usual="return_for_edit")
SUPPLEMENT_DUE = Ask("due_on", _("补正期限"), "date", usual="supplement")
RECTIFICATION_DUE = Ask("due_on", _("整改期限"), "date", usual="rectification")
TEXT = Ask("text", _("配置全文"), "longtext", help=_("在现行配置上修改；保存后成为新的一版，旧版保留。"))
DIGEST = Ask("digest", _("演练结果里的配置校验值"))
NEW_CLOSE = Ask("call_closes_on", _("新的截止日期"), "date", help=_("对所有团队一律适用。"))


@rule(asks=(REASON,))
def reason(_record: Any, _actor: Actor, given: Given) -> Refusal | None:
    """The reason is written down."""
    return no_text(given, REASON)


@rule(asks=(ITEMS,))
def items_listed(_record: Any, _actor: Actor, given: Given) -> Refusal | None:
    """What has to be put right is listed."""
    return no_text(given, ITEMS)


@rule(asks=(DUE,))
def due_set(_record: Any, _actor: Actor, given: Given) -> Refusal | None:
    """A day after today is set."""
    return no_later_day(given, DUE)


@rule(asks=(RETURN_DUE,))
def return_due_set(_record: Any, _actor: Actor, given: Given) -> Refusal | None:
    """The team is told until which day, after today, it may correct its application."""
    return no_later_day(given, RETURN_DUE)


@rule(asks=(SUPPLEMENT_DUE,))
def supplement_due_set(_record: Any, _actor: Actor, given: Given) -> Refusal | None:
    """The team is told until which day, after today, it may supply what is missing."""
    return no_later_day(given, SUPPLEMENT_DUE)


@rule(asks=(RECTIFICATION_DUE,))
def rectification_due_set(_record: Any, _actor: Actor, given: Given) -> Refusal | None:
    """The team is told until which day, after today, it may put things right."""
    return no_later_day(given, RECTIFICATION_DUE)


@rule(asks=(TEXT,))
def configuration_parses(round_: Round, _actor: Actor, given: Given) -> Refusal | None:
    """The new configuration can be read without a fault."""
    raw = given.get("text")
    faults = configuration_faults(raw if isinstance(raw, str) else "", round_.programme.code)
    return Refusal("configuration", one_after_another(faults), at="text") if faults else None


@rule
def configuration_valid(round_: Round, _actor: Actor) -> Refusal | None:
    """The configuration in force can be read without a fault."""
    if round_.configuration is None:
        return Refusal("configuration", gettext("本轮还没有配置。"))
    faults = configuration_faults(round_.configuration.text, round_.programme.code)
    return Refusal("configuration", one_after_another(faults)) if faults else None


@rule
def rehearsed(round_: Round, _actor: Actor) -> Refusal | None:
    """Exactly this version of the configuration has been rehearsed."""
    current = round_.configuration
    if current is not None and round_.rehearsed_digest == current.digest:
        return None
    told = {"n": current.number if current else 0}
    return Refusal("not_rehearsed", gettext("第 %(n)s 版配置还没有演练过，请先演练并登记结果。") % told)


@rule(asks=(DIGEST,))
def rehearsal_passed(round_: Round, _actor: Actor, given: Given) -> Refusal | None:
    """The rehearsal that passed was one of the configuration in force."""
    current = round_.configuration
    if current is not None and words(given, "digest") == current.digest:
        return None
    return Refusal("other_rehearsal", gettext("校验值与现行配置不符，演练的不是这一版。"), at="digest")


@rule(asks=(NEW_CLOSE,))
def for_all(round_: Round, _actor: Actor, given: Given) -> Refusal | None:
    """The call is extended for every team alike, to a day after the one announced."""
    chosen, closes = day(given, "call_closes_on"), round_.call_closes_at
    if chosen and closes and chosen > closes.astimezone(SHANGHAI).date():
        return no_later_day(given, NEW_CLOSE)
    announced = shown(closes.astimezone(SHANGHAI).date()) if closes else ""
    return Refusal("not_later", gettext("新的截止日期须晚于%(day)s。") % {"day": announced}, at="call_closes_on")


def _quotas(round_: Any, _actor: Actor) -> list[tuple[str, str]]:
    rows = Quota.objects.filter(round=round_).select_related("organisation").order_by("pk")
    return [(str(row.organisation_id or ""), str(row)) for row in rows]


RISE = (
    Ask("organisation", _("哪里的名额"), "choice", required=False, choices=_quotas, help=_("不选即高校与直属单位。")),
    Ask("places", _("增加几个"), "number"),
)


@rule(asks=RISE)
def quota_rise(round_: Round, _actor: Actor, given: Given) -> Refusal | None:
    """A quota of this round is raised by at least one place."""
    if not 1 <= (whole(given, "places") or 0) <= MOST_PLACES:
        return Refusal("places", gettext("请填写增加的名额数。"), at="places")
    if words(given, "organisation") not in dict(_quotas(round_, None)):
        return Refusal("organisation", gettext("本轮没有给这个单位分配名额。"), at="organisation")
    return None
