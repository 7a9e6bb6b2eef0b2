"""Why the instalments of a project are not agreed: a scheme of the round, or rows that add up to the grant."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, get_args

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from grants.applications.models import Project
from grants.awards import queries
from grants.awards.enums import Trigger
from grants.kernel.given import rows, whole, words
from grants.programmes.profile.checks import plan_faults, too_much
from grants.programmes.profile.kinds import Trigger as Known
from grants.programmes.profile.money import TranchePlan
from grants.programmes.queries import rules_of
from workflow.ports import Given
from workflow.refusals import Refusal
from workflow.rules import Ask, rule

OWN = "own"
MOST_DAYS, MOST_WORKDAYS = 730, 250


def _schemes(project: Any, _actor: Any) -> list[tuple[str, str]]:
    found = rules_of(project.round).disbursement.schemes
    return [*((scheme.code, scheme.name_zh) for scheme in found), (OWN, gettext("另行约定，逐期填写"))]


def _triggers(_project: Any, _actor: Any) -> list[tuple[str, str]]:
    return [(one.value, str(one.label)) for one in Trigger]


COLUMNS = (
    Ask("pct", _("百分之几"), "number", required=False),
    Ask("fen", _("或固定金额（元）"), "money", required=False),
    Ask("trigger", _("拨付条件"), "choice", choices=_triggers),
    Ask("after_d", _("满几天以后"), "number", required=False),
    Ask("due_wd", _("几个工作日内拨付"), "number"),
)
SCHEME = (
    Ask("scheme", _("拨款方案"), "choice", choices=_schemes),
    Ask(
        "instalments",
        _("另行约定的各期"),
        "rows",
        _("按先后一期一行。每期写比例或固定金额；最后一期两样都空着，支付余下的全部。选用现成方案的不用填。"),
        required=False,
        columns=COLUMNS,
    ),
)


def plans_in(given: Given) -> list[TranchePlan] | None:
    """The instalments that were filled in row by row; None where a row says nothing that can be paid."""
    found = [_plan(row) for row in rows(given, "instalments")]
    return None if any(plan is None for plan in found) else [plan for plan in found if plan]


def _plan(row: dict[str, Any]) -> TranchePlan | None:
    trigger, due, after = words(row, "trigger"), whole(row, "due_wd"), whole(row, "after_d") or 0
    pct, fen = whole(row, "pct"), whole(row, "fen")
    figures = 0 <= after <= MOST_DAYS and (pct is None or 1 <= pct <= 99) and (fen is None or fen >= 0)
    if due is None or not 1 <= due <= MOST_WORKDAYS or not figures:
        return None
    opens = next((known for known in get_args(Known) if known == trigger), None)
    return TranchePlan(opens, due, pct, fen, after) if opens else None


@rule(asks=SCHEME)
def scheme_agreed(project: Project, _actor: Any, given: Given) -> Refusal | None:
    """A scheme of the round, or instalments of its own that come in order and leave something for the last."""
    chosen = words(given, "scheme")
    if chosen != OWN:
        known = any(scheme.code == chosen for scheme in rules_of(project.round).disbursement.schemes)
        return None if known else Refusal("scheme", gettext("请选择一个拨款方案。"), at="scheme")
    plans = plans_in(given)
    if plans is None:
        told = {"days": MOST_DAYS, "workdays": MOST_WORKDAYS}
        message = gettext(
            "各期的比例应在 1 到 99 之间，满几天在 0 到 %(days)s 之间，几个工作日在 1 到 %(workdays)s 之间。"
        )
        return Refusal("instalments", message % told, at="instalments")
    wrong = next(_wrong(project, plans), None)
    return Refusal("instalments", wrong, at="instalments") if wrong else None


def _wrong(project: Project, plans: list[TranchePlan]) -> Iterator[str]:
    for place, message in plan_faults(plans):
        row = place.partition("]")[0].strip("[")
        yield gettext("第%(n)s期：%(fault)s。") % {"n": row, "fault": message} if row else f"{message}。"
    agreement = queries.agreement_of(project)
    grant = agreement.amount_fen if agreement else project.granted_fen
    if found := too_much(plans, grant - project.released_fen):
        yield gettext("第%(n)s期：%(fault)s。") % {"n": found[0], "fault": found[1]}


@rule
def nobody_signed(project: Project, _actor: Any) -> Refusal | None:
    """What is signed for is what stands: nothing of it changes after the first signature."""
    agreement = queries.agreement_of(project)
    if agreement is None or not agreement.signatures.exists():
        return None
    return Refusal("signed", gettext("已有一方签署协议，拨款方案不能再改。"))
