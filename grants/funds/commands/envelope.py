"""The round's envelope: sources fill it, grants are set aside in it, and sources carry them. Amounts are fen."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import F
from django.utils.translation import gettext

from grants.applications.models import Project
from grants.funds.carrying import allocate, relieve
from grants.funds.commands.posting import post, reverse
from grants.funds.counting import one_row, reread
from grants.funds.enums import AccountKind as K
from grants.funds.ledger import available, project_account, source_account
from grants.funds.models import Entry, FundingSource, SourceLimit
from grants.funds.restricting import said_of
from grants.kernel.money import format_fen
from grants.programmes.models import Round
from storage.models import Document
from workflow import chain, clock
from workflow.effects import Done
from workflow.refusals import Refusal


def add_source(
    round_: Round,
    *,
    kind: str,
    name: str,
    amount_fen: int,
    done: Done,
    intent: str = "",
    document: Document | None = None,
    most_pct: int | None = None,
    limits: Iterable[SourceLimit] = (),
) -> FundingSource:
    """The source exists with its terms, the envelope holds that much more, and it is entered: available ← source.

    `limits` are rows without a source yet. The step proves all that was said of the source.
    """
    facts = {"kind": kind, "name": name, "amount_fen": amount_fen, "intent": intent, "most_pct": most_pct}
    source = FundingSource(round=round_, document=document, **facts)
    return _enter(source, round_, limits, memo=f"资金到位：{name}", done=done)


def _enter(
    source: FundingSource, round_: Round, limits: Iterable[SourceLimit], *, memo: str, done: Done
) -> FundingSource:
    source.save(force_insert=True)
    SourceLimit.objects.bulk_create(
        SourceLimit(source=source, kind=one.kind, code=one.code, area=one.area) for one in limits
    )
    Round.objects.filter(pk=round_.pk).update(envelope_fen=F("envelope_fen") + source.amount_fen)
    reread(round_, "envelope_fen")
    flow = (available(round_), source_account(source), source.amount_fen)
    post(date=clock.today(), memo=memo, postings=[flow], done=done, document=source.document)
    done.prove("source", source_account(source), said_of(source))
    return source


def carry_over(
    source: FundingSource,
    round_: Round,
    into: Round,
    fen: int,
    *,
    name: str,
    done: Done,
    document: Document | None = None,
) -> FundingSource:
    """That much of the source, which no project was promised, is a source of a later year with the same terms.

    In the round that it leaves: source ← available; in the other: available ← the new source; one step proves both,
    and both rest on the minutes.
    Rounds are locked in the order of their years, and money only goes forward. Raises Refused.
    """
    one_row(
        FundingSource.objects.filter(
            pk=source.pk, withdrawn_at__isnull=True, amount_fen__gte=F("committed_fen") + F("carried_fen") + fen
        ),
        Refusal("not_free", gettext("这项来源没有这么多可以结转的资金。"), at="amount_fen"),
        carried_fen=F("carried_fen") + fen,
    )
    one_row(
        Round.objects.filter(pk=round_.pk, committed_fen__lte=F("envelope_fen") - fen),
        Refusal("envelope_committed", gettext("结转后，本轮资金不够已经立项的项目。"), at="amount_fen"),
        envelope_fen=F("envelope_fen") - fen,
    )
    reread(round_, "envelope_fen")
    memo = f"结转下年：{source.name}"
    flow = (source_account(source), available(round_), fen)
    post(date=clock.today(), memo=memo, postings=[flow], done=done, document=document)
    target = Round.objects.select_for_update(no_key=True).get(pk=into.pk)
    facts = {"kind": source.kind, "name": name, "amount_fen": fen, "intent": source.intent}
    carried = FundingSource(round=target, origin=source, document=document, most_pct=source.most_pct, **facts)
    return _enter(carried, target, list(source.limits.all()), memo=f"上年结转：{name}", done=done)


def withdraw_source(source: FundingSource, round_: Round, *, done: Done) -> Entry:
    """A source that no project draws on and no later year was given leaves the envelope. Raises Refused.

    Its entry is reversed.
    """
    one_row(
        FundingSource.objects.filter(pk=source.pk, committed_fen=0, carried_fen=0, withdrawn_at__isnull=True),
        Refusal("source_in_use", gettext("这笔资金已经安排给项目或结转下年，不能撤回。")),
        withdrawn_at=done.at,
    )
    one_row(
        Round.objects.filter(pk=round_.pk, committed_fen__lte=F("envelope_fen") - source.amount_fen),
        Refusal("envelope_committed", gettext("撤回后，本轮资金不够已经立项的项目。")),
        envelope_fen=F("envelope_fen") - source.amount_fen,
    )
    reread(round_, "envelope_fen")
    given = Entry.objects.get(postings__credit__name=source_account(source), reverses__isnull=True)
    return reverse(given, done=done, memo=f"资金撤回：{source.name}")


def commit(project: Project, *, done: Done) -> Entry:
    """The grant is set aside: envelope and sources carry it, committed ← available. Raises Refused."""
    fen = project.granted_fen
    one_row(
        Round.objects.filter(pk=project.round_id, committed_fen__lte=F("envelope_fen") - fen),
        Refusal("envelope_exhausted", gettext("本轮资金余额不足 %(fen)s 元。") % {"fen": format_fen(fen)}),
        committed_fen=F("committed_fen") + fen,
    )
    reread(project.round, "committed_fen")
    allocate(project, fen)
    flow = (project_account(project, K.COMMITTED), available(project.round), fen)
    return post(date=clock.today(), memo=f"立项：{project.number}", postings=[flow], done=done)


def reallocate(project: Project, leaving: FundingSource, *, done: Done) -> int:
    """Other sources carry what this one carried of the project, as the step proves. -> fen moved. Raises Refused."""
    Round.objects.select_for_update(no_key=True).get(pk=project.round_id)
    row = project.allocations.filter(source=leaving, amount_fen__gt=0).first()
    if row is None:
        return 0
    relieve(row, row.amount_fen)
    allocate(project, row.amount_fen, without=leaving)
    carried = list(project.allocations.order_by("source_id").values_list("source_id", "amount_fen"))
    done.prove("allocations", project.number, chain.digest(chain.canonical(carried)))
    return row.amount_fen
