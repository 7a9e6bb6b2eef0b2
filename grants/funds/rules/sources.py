"""Why a source of money is not entered, not withdrawn, not carried over, or does not suit a project."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from django.db.models import F, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from grants.applications.models import Project
from grants.awards.models import Meeting
from grants.awards.queries import meetings_of
from grants.funds.enums import LimitKind, SourceKind
from grants.funds.models import FundingSource, Payment, SourceLimit
from grants.funds.restricting import rooms, terms_of, unsuited
from grants.funds.rules.accounts import project_of
from grants.kernel.given import Given, chosen, whole, words
from grants.kernel.money import format_fen
from grants.people.enums import Kind
from grants.people.models import Organisation
from grants.programmes.asking import document_of, in_yuan, shown
from grants.programmes.models import Round
from grants.programmes.queries import rules_of
from workflow.lifecycle import ROUND
from workflow.refusals import Refusal
from workflow.rules import Ask, rule


def _source_kinds(_round: Any, _actor: Any) -> list[tuple[str, str]]:
    return [(kind.value, str(kind.label)) for kind in SourceKind]


def _fields(round_: Any, _actor: Any) -> list[tuple[str, str]]:
    return [(one.code, one.label) for one in rules_of(round_).fields_of_service if one.enabled]


def _categories(round_: Any, _actor: Any) -> list[tuple[str, str]]:
    return [(one.code, one.label) for one in rules_of(round_).budget.categories]


SOURCE = (
    Ask("kind", _("性质"), "choice", choices=_source_kinds),
    Ask("name", _("名称")),
    Ask("amount_fen", _("金额"), "money"),
    Ask("intent", _("捐赠意愿或使用要求"), required=False),
    Ask("source_document", _("依据（批文、捐赠协议）"), "document", required=False),
    Ask("only_fields", _("只用于这些服务领域"), "choices", _("不选就是不限。"), required=False, choices=_fields),
    Ask(
        "only_areas",
        _("只用于这些地区"),
        "text",
        _("写区县或设区市的名称，如“莲都区、丽水市”。不写就是不限。"),
        required=False,
    ),
    Ask(
        "only_categories", _("只用于这些预算科目"), "choices", _("不选就是不限。"), required=False, choices=_categories
    ),
    Ask("most_pct", _("每个项目至多承担（%）"), "number", _("1 到 99。不写就是不限。"), required=False),
)


def limits_in(round_: Round, given: Given) -> Iterator[SourceLimit]:
    """The limits that were filled in, without a source yet. Raises LookupError for a place that is not known."""
    for kind, name, options in (
        (LimitKind.FIELD, "only_fields", _fields),
        (LimitKind.CATEGORY, "only_categories", _categories),
    ):
        known = [code for code, _label in options(round_, None)]
        for code in dict.fromkeys(chosen(given, name)):
            if code not in known:
                raise LookupError(name)
            yield SourceLimit(kind=kind, code=code)
    for area in dict.fromkeys(
        _area(place) for place in re.split(r"[\s、，,；;]+", words(given, "only_areas")) if place
    ):
        yield SourceLimit(kind=LimitKind.AREA, area=area)


def _area(name: str) -> Organisation:
    """The one Red Cross of that name. Raises LookupError with the name where there is none, or more than one."""
    there = Organisation.objects.filter(kind=Kind.RED_CROSS, valid_to__isnull=True)
    found = list(there.filter(Q(name=name) | Q(short_name=name) | Q(short_name=f"{name}红十字会"))[:2])
    if len(found) != 1:
        raise LookupError(name)
    return found[0]


def _no_terms(round_: Round, given: Given) -> Refusal | None:
    """A reason against terms that nobody could keep."""
    pct = whole(given, "most_pct")
    if given.get("most_pct") not in (None, "") and not (pct and 1 <= pct <= 99):
        return Refusal("most_pct", gettext("请填写 1 到 99 之间的整数，不限就不填。"), at="most_pct")
    try:
        list(limits_in(round_, given))
    except LookupError as error:
        name = str(error.args[0])
        if name.startswith("only_"):
            return Refusal(name, gettext("请从列出的选项中选择。"), at=name)
        told = gettext("没有找到“%(name)s”，或有几个同名的，请写全称。") % {"name": name}
        return Refusal("only_areas", told, at="only_areas")
    return None


@rule(asks=SOURCE)
def source_complete(round_: Round, _actor: Any, given: Given) -> Refusal | None:
    """A source has a kind, a name of its own in the round, and an amount."""
    name = words(given, "name")
    if words(given, "kind") not in SourceKind.values:
        return Refusal("kind", gettext("请选择资金的性质。"), at="kind")
    if not 0 < len(name) <= 80 or FundingSource.objects.filter(round=round_.pk, name=name).exists():
        return Refusal("name", gettext("请填写本轮没有用过的名称，不超过 80 个字。"), at="name")
    if (whole(given, "amount_fen") or 0) <= 0:
        return Refusal("amount_fen", gettext("请填写大于零的金额。"), at="amount_fen")
    if len(words(given, "intent")) > 200:
        return Refusal("intent", gettext("使用要求请不要超过 200 个字。"), at="intent")
    if words(given, "source_document") and document_of(given, "source_document") is None:
        return Refusal("source_document", gettext("没有找到这份依据，请重新上传。"), at="source_document")
    return _no_terms(round_, given)


def _free_sources(round_: Any, _actor: Any) -> list[tuple[str, str]]:
    found = FundingSource.objects.filter(round=round_.pk, withdrawn_at__isnull=True, committed_fen=0, carried_fen=0)
    return [(str(row.pk), f"{row.name} · {in_yuan(row.amount_fen)}") for row in found]


def source_in(round_: Round, given: Given) -> FundingSource | None:
    """The source of the round that was chosen."""
    chosen = whole(given, "source")
    return FundingSource.objects.filter(round=round_.pk, pk=chosen).first() if chosen else None


@rule(asks=(Ask("source", _("资金来源"), "choice", choices=_free_sources),))
def source_free(round_: Round, _actor: Any, given: Given) -> Refusal | None:
    """No project draws on the source, and the round's promises are covered without it."""
    source = source_in(round_, given)
    if source is None or source.withdrawn_at:
        return Refusal("source", gettext("请选择一项没有撤回的资金来源。"), at="source")
    if source.committed_fen:
        told = {"fen": format_fen(source.committed_fen)}
        return Refusal("source", gettext("已有 %(fen)s 元安排给项目，请先更换资金来源。") % told, at="source")
    if source.carried_fen:
        told = {"fen": format_fen(source.carried_fen)}
        return Refusal("source", gettext("已有 %(fen)s 元结转到以后年度，请在那一轮撤回。") % told, at="source")
    if round_.committed_fen > round_.envelope_fen - source.amount_fen:
        return Refusal("source", gettext("撤回后，本轮资金不够已经立项的项目。"), at="source")
    return None


# From one year to the next ---------------------------------------------------------------------------------------


def _unspent(round_: Any, _actor: Any) -> list[tuple[str, str]]:
    there = FundingSource.objects.filter(round=round_.pk, withdrawn_at__isnull=True)
    found = there.filter(amount_fen__gt=F("committed_fen") + F("carried_fen"))
    return [
        (str(row.pk), gettext("%(name)s · 未安排 %(fen)s") % {"name": row.name, "fen": in_yuan(row.free_fen)})
        for row in found
    ]


def _later(round_: Round) -> list[Round]:
    """Rounds of later years by the same organiser that are under way, the earliest first."""
    found = Round.objects.filter(organiser=round_.organiser_id, year__gt=round_.year).exclude(state__in=ROUND.final)
    return list(found.order_by("year", "pk"))


def _later_rounds(round_: Any, _actor: Any) -> list[tuple[str, str]]:
    return [(str(one.pk), str(one)) for one in _later(round_)]


def round_into(round_: Round, given: Given) -> Round | None:
    """The later round that was chosen to carry money into."""
    chosen_ = whole(given, "into")
    return next((one for one in _later(round_) if one.pk == chosen_), None)


CARRY = (
    Ask("source", _("资金来源"), "choice", choices=_unspent),
    Ask("into", _("结转到"), "choice", _("同一主办单位以后年度的轮次。"), choices=_later_rounds),
    Ask("amount_fen", _("结转金额"), "money", _("不超过这项来源没有安排给项目的金额。")),
)


@rule(asks=CARRY)
def carriable(round_: Round, _actor: Any, given: Given) -> Refusal | None:
    """Money that no project was promised goes on to a later year, and no more than there is."""
    source = source_in(round_, given)
    if source is None or source.withdrawn_at:
        return Refusal("source", gettext("请选择一项没有撤回的资金来源。"), at="source")
    if round_into(round_, given) is None:
        return Refusal("into", gettext("请选择以后年度还没有结束的一轮。"), at="into")
    free = min(source.free_fen, round_.envelope_fen - round_.committed_fen)
    if not 0 < (whole(given, "amount_fen") or 0) <= free:
        told = {"fen": format_fen(free)}
        return Refusal("amount_fen", gettext("请填写大于零、不超过 %(fen)s 元的金额。") % told, at="amount_fen")
    return None


def _minutes(round_: Any) -> list[Meeting]:
    return [one for each in (round_, *_later(round_)) for one in meetings_of(each).select_related("document")]


def _meetings(round_: Any, _actor: Any) -> list[tuple[str, str]]:
    return [(str(one.pk), f"{one.number} · {shown(one.held_on)}") for one in _minutes(round_)]


def carrying_meeting(round_: Round, given: Given) -> Meeting | None:
    """The minutes that were chosen, of this round or of a later one."""
    picked = whole(given, "meeting")
    return next((one for one in _minutes(round_) if one.pk == picked), None) if picked else None


@rule(asks=(Ask("meeting", _("会议纪要"), "choice", choices=_meetings),))
def carrying_decided(round_: Round, _actor: Any, given: Given) -> Refusal | None:
    """A meeting has decided that the money goes on."""
    if carrying_meeting(round_, given):
        return None
    said = gettext("请选择决定结转的会议纪要；还没有登记的，请先登记会议纪要。")
    return Refusal("no_minutes", said, at="meeting")


# What suits a project ----------------------------------------------------------------------------------------------


@rule
def sources_reach(project: Project, _actor: Any) -> Refusal | None:
    """The sources whose terms the project meets carry its grant."""
    there = rooms(project)
    left = project.granted_fen - sum(one.fen for one in there)
    if left <= 0:
        return None
    kept = [
        f"“{one.source.name}”{terms_of(one.source, project.round)}" for one in there if one.source.free_fen > one.fen
    ]
    told = {"fen": format_fen(left), "terms": gettext("；").join(kept)}
    if kept:
        said = gettext("能用于这个项目的资金来源还差 %(fen)s 元：%(terms)s。") % told
        return Refusal("sources_unsuited", said)
    return Refusal("sources_exhausted", gettext("各项资金来源的余额还差 %(fen)s 元。") % told)


@rule
def sources_suit(record: Project | Payment, _actor: Any) -> Refusal | None:
    """Every source that carries the project may still be used for it: field, place, purpose and share."""
    found = unsuited(project_of(record))
    if not found:
        return None
    terms = gettext("；").join(f"“{source.name}”{why}" for source, why in found)
    return Refusal(
        "sources_unsuited", gettext("资金来源的用途与项目不符：%(terms)s。请先更换资金来源。") % {"terms": terms}
    )
