"""The round's envelope: sources fill it, grants are set aside in it, and sources carry them. Amounts are fen."""

from __future__ import annotations

from django.db.models import F
from django.utils.translation import gettext

from grants.applications.models import Project
from grants.funds.carrying import allocate, relieve
from grants.funds.commands.posting import post, reverse
from grants.funds.counting import one_row, reread
from grants.funds.enums import AccountKind as K
from grants.funds.ledger import available, project_account, source_account
from grants.funds.models import Entry, FundingSource
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
) -> FundingSource:
    """The source exists, the envelope holds that much more, and it is entered: available ← source."""
    source = FundingSource.objects.create(
        round=round_, kind=kind, name=name, amount_fen=amount_fen, intent=intent, document=document
    )
    Round.objects.filter(pk=round_.pk).update(envelope_fen=F("envelope_fen") + amount_fen)
    reread(round_, "envelope_fen")
    flow = (available(round_), source_account(source), amount_fen)
    post(date=clock.today(), memo=f"资金到位：{name}", postings=[flow], done=done, document=document)
    return source


def withdraw_source(source: FundingSource, round_: Round, *, done: Done) -> Entry:
    """A source that no project draws on leaves the envelope; its entry is reversed. Raises Refused."""
    one_row(
        FundingSource.objects.filter(pk=source.pk, committed_fen=0, withdrawn_at__isnull=True),
        Refusal("source_in_use", gettext("这笔资金已经安排给项目，不能撤回。")),
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
