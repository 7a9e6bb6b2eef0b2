"""Why a source of money is not entered or not withdrawn."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from grants.funds.enums import SourceKind
from grants.funds.models import FundingSource
from grants.kernel.given import Given, whole, words
from grants.kernel.money import format_fen
from grants.programmes.asking import document_of, in_yuan
from grants.programmes.models import Round
from workflow.refusals import Refusal
from workflow.rules import Ask, rule


def _source_kinds(_round: Any, _actor: Any) -> list[tuple[str, str]]:
    return [(kind.value, str(kind.label)) for kind in SourceKind]


SOURCE = (
    Ask("kind", _("性质"), "choice", choices=_source_kinds),
    Ask("name", _("名称")),
    Ask("amount_fen", _("金额"), "money"),
    Ask("intent", _("捐赠意愿或使用要求"), required=False),
    Ask("source_document", _("依据（批文、捐赠协议）"), "document", required=False),
)


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
    return None


def _free_sources(round_: Any, _actor: Any) -> list[tuple[str, str]]:
    found = FundingSource.objects.filter(round=round_.pk, withdrawn_at__isnull=True, committed_fen=0)
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
    if round_.committed_fen > round_.envelope_fen - source.amount_fen:
        return Refusal("source", gettext("撤回后，本轮资金不够已经立项的项目。"), at="source")
    return None
