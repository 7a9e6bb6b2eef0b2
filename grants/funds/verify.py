"""Proof of the books: every entry recomputed and held against its step, every counter against its sum."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from django.db.models import F, Q, QuerySet, Sum
from django.utils.translation import gettext

from grants.applications.models import Project
from grants.awards.models import Agreement
from grants.awards.queries import plans_of, scheme_digest
from grants.funds.enums import AccountKind as K
from grants.funds.enums import LineKind
from grants.funds.ledger import FLOWS, digest_of, name_of
from grants.funds.models import (
    Account,
    Allocation,
    BankLine,
    Batch,
    Closing,
    Entry,
    FundingSource,
    Payment,
    Posting,
    Tranche,
)
from grants.funds.queries import PROMISED, SETTLED, MoneyStory, round_story, standings, unfooted
from grants.funds.trial import accounts_summed, entries_in
from grants.funds.trial import digest_of as digest_of_trial
from grants.funds.verify_bank import bank_faults
from grants.funds.verify_payments import faults_of_payments
from grants.kernel.money import format_fen
from grants.programmes.models import Round
from workflow.lifecycle import PaymentState
from workflow.models import Step
from workflow.phrases import listed
from workflow.verify import Fault

CHUNK = 500
PROOF = '["entry",'
"""How a proven entry begins in the canonical facts of a step."""


def faults(round_: Round | None = None) -> Iterator[Fault]:
    """Everything in the books, of one round or of all, that does not hold. Untouched books give none."""
    rounds = Round.objects.filter(pk=round_.pk) if round_ else Round.objects.all()
    yield from _entries(rounds, everything=round_ is None)
    yield from _accounts(rounds)
    yield from _projects(rounds)
    for one in rounds.order_by("pk"):
        yield from _round(one)
        yield from _sources(one)
        yield from _batches(one)
        yield from _closings(one)
    yield from _payments(rounds)
    yield from _lines(rounds)
    yield from bank_faults(rounds)
    yield from faults_of_payments(rounds)


# Entries ---------------------------------------------------------------------------------------------------------


def _entries(rounds: QuerySet[Round], *, everything: bool) -> Iterator[Fault]:
    """Every entry is what its one step proved, and every proven entry is there."""
    steps, found = Step.objects.all(), Entry.objects.all()
    if not everything:
        subjects = [f"round:{pk}" for pk in rounds.values_list("pk", flat=True)]
        subjects += [f"project:{pk}" for pk in Project.objects.filter(round__in=rounds).values_list("pk", flat=True)]
        steps, found = steps.filter(subject__in=subjects), found.filter(step__subject__in=subjects)
    proofs = _proofs(steps)
    rows = found.select_related("document", "reverses").prefetch_related("postings__debit", "postings__credit")
    for entry in rows.order_by("pk").iterator(CHUNK):
        yield from _entry(entry, proofs.pop(entry.key, []))
    for key, told in proofs.items():
        yield Fault(f"funds.entry {key}", gettext("留痕 %(step)s 证明过的分录不见了") % {"step": told[0][0]})


def _proofs(steps: QuerySet[Step]) -> dict[str, list[tuple[str, str]]]:
    """Key of an entry → every (step, digest) that proves it."""
    found: dict[str, list[tuple[str, str]]] = defaultdict(list)
    proving = steps.filter(payload__contains=PROOF).order_by("pk").values_list("pk", "payload")
    for ref, payload in proving.iterator(CHUNK):
        for kind, name, digest in json.loads(payload)["facts"]:
            if kind == "entry":
                found[name].append((ref, digest))
    return found


def _entry(entry: Entry, told: list[tuple[str, str]]) -> Iterator[Fault]:
    row, postings = f"funds.entry {entry.pk}", sorted(entry.postings.all(), key=lambda posting: posting.position)
    lines = listed(str(posting.pk) for posting in postings)
    if digest_of(entry, postings) != entry.digest:
        words = {"lines": lines}
        yield Fault(row, gettext("分录或它的记账行（funds.posting %(lines)s）在入账之后被改动") % words)
    if told != [(entry.step_id, entry.digest)]:
        words = {"step": entry.step_id}
        yield Fault(row, gettext("与留痕 %(step)s 的证明不符，或不止一条留痕证明它") % words)
    for posting in postings:
        if not _legal(posting, backwards=entry.reverses_id is not None):
            yield Fault(f"funds.posting {posting.pk}", gettext("这两个账户之间没有这样的往来"))


def _legal(posting: Posting, *, backwards: bool) -> bool:
    flow = (posting.debit.kind, posting.credit.kind)
    return (flow[::-1] if backwards else flow) in FLOWS


def _accounts(rounds: QuerySet[Round]) -> Iterator[Fault]:
    for account in Account.objects.filter(round__in=rounds).select_related("round").order_by("pk").iterator(CHUNK):
        if account.name != name_of(account):
            yield Fault(f"funds.account {account.pk}", gettext("账户名称与所属不符"))


# Counters ----------------------------------------------------------------------------------------------------------


def _projects(rounds: QuerySet[Round]) -> Iterator[Fault]:
    """Identities, counters, tranches and allocations of every project that money was promised to."""
    kept = {one.pk: one for one in rounds.select_related("configuration")}
    promised = Q(accounts__isnull=False) | Q(state__in=PROMISED)
    found = Project.objects.filter(promised, round__in=rounds).distinct().order_by("pk").iterator(CHUNK)
    while some := list(islice(found, CHUNK)):
        stories = standings(some)
        tranches, carried = _tranche_sums(some), _sums(Allocation.objects.filter(project__in=some), "project")
        for project in some:
            for sentence in unfooted(stories[project.pk], vars(project), tranches[project.pk]):
                yield Fault(f"project:{project.pk}", sentence)
            yield from _carried(project, stories[project.pk], carried.get(project.pk, 0))
        yield from _tranches(some)
        yield from _agreed(some, kept)


def _carried(project: Project, story: MoneyStory, carried: int) -> Iterator[Fault]:
    yield from _differs(f"project:{project.pk}", gettext("各项资金来源的安排"), carried, story.granted - story.released)


def _tranche_sums(projects: list[Project]) -> Mapping[int, Mapping[str, Any]]:
    nothing: Mapping[str, Any] = {"planned": None, "paid": None, "released": None}
    found = dict.fromkeys([project.pk for project in projects], nothing)
    sums = Tranche.objects.filter(project__in=projects).order_by().values("project")
    for row in sums.annotate(planned=Sum("planned_fen"), paid=Sum("paid_fen"), released=Sum("released_fen")):
        found[row["project"]] = {**row}
    return found


def _tranches(projects: list[Project]) -> Iterator[Fault]:
    paid = _sums(Payment.objects.filter(project__in=projects, state__in=SETTLED), "tranche")
    for tranche in Tranche.objects.filter(project__in=projects).order_by("pk"):
        yield from _differs(f"funds.tranche {tranche.pk}", gettext("已拨"), tranche.paid_fen, paid.get(tranche.pk, 0))


def _agreed(projects: list[Project], rounds: Mapping[int, Round]) -> Iterator[Fault]:
    """Tranches are those of their agreement, and instalments of its own those that its last step proved."""
    terms: dict[int, list[tuple[int, str, int, int]]] = defaultdict(list)
    for row in Tranche.objects.filter(project__in=projects).order_by("project", "number"):
        terms[row.project_id].append((row.number, str(row.trigger), row.after_d, row.due_wd))
    wanted = Agreement.objects.filter(project__in=projects).select_related("project").prefetch_related("instalments")
    proven = _schemes([f"project:{project.pk}" for project in projects])
    for agreement in wanted.order_by("pk"):
        project = agreement.project
        if (round_ := rounds[project.round_id]).configuration_id is None:
            continue
        plans = plans_of(agreement, round_)
        said = [(n, str(plan.trigger), plan.after_d, plan.due_wd) for n, plan in enumerate(plans, start=1)]
        if project.pk in terms and terms[project.pk] != said:
            yield Fault(f"project:{project.pk}", gettext("各期的约定与协议不同"))
        if proven.get(agreement.number, "") not in ("", scheme_digest(agreement, round_)):
            yield Fault(f"project:{project.pk}", gettext("协议的拨款方案与约定时不同"))


def _schemes(subjects: list[str]) -> dict[str, str]:
    """Number of an agreement → digest of its tranches that its last step of that kind proved."""
    steps = (
        Step.objects.filter(subject__in=subjects, move="set_scheme").order_by("at").values_list("payload", flat=True)
    )
    facts = (fact for payload in steps.iterator(CHUNK) for fact in json.loads(payload)["facts"])
    return {name: digest for kind, name, digest in facts if kind == "scheme"}


def _round(round_: Round) -> Iterator[Fault]:
    story, row = round_story(round_), f"round:{round_.pk}"
    live = FundingSource.objects.filter(round=round_.pk, withdrawn_at__isnull=True)
    given = live.aggregate(fen=Sum(F("amount_fen") - F("carried_fen")))["fen"] or 0
    yield from _differs(row, gettext("资金总额与账簿"), round_.envelope_fen, story.envelope)
    yield from _differs(row, gettext("资金总额与各项来源"), round_.envelope_fen, given)
    promised = story.projects.granted - story.projects.released
    yield from _differs(row, gettext("已承诺"), round_.committed_fen, promised)
    yield from _differs(row, gettext("可用"), story.available, round_.envelope_fen - round_.committed_fen)


def _sources(round_: Round) -> Iterator[Fault]:
    carried = _sums(Allocation.objects.filter(source__round=round_.pk), "source")
    given = Posting.objects.filter(credit__source__round=round_.pk, entry__reversed_by__isnull=True)
    entered = _sums(given.filter(credit__kind=K.SOURCE, entry__reverses__isnull=True), "credit__source")
    gone = Posting.objects.filter(debit__source__round=round_.pk, debit__kind=K.SOURCE, entry__reverses__isnull=True)
    onward = _sums(gone, "debit__source")
    further = _sums(FundingSource.objects.filter(origin__round=round_.pk), "origin")
    for source in FundingSource.objects.filter(round=round_.pk).order_by("pk"):
        row, fen = f"funds.source {source.pk}", 0 if source.withdrawn_at else source.amount_fen
        yield from _differs(row, gettext("已安排"), source.committed_fen, carried.get(source.pk, 0))
        yield from _differs(row, gettext("金额"), fen, entered.get(source.pk, 0))
        yield from _differs(row, gettext("已结转"), source.carried_fen, onward.get(source.pk, 0))
        yield from _differs(row, gettext("结转到的来源"), source.carried_fen, further.get(source.pk, 0))


def _batches(round_: Round) -> Iterator[Fault]:
    """An open batch counts what is in it; a frozen one keeps what it counted when it was frozen."""
    for batch in Batch.objects.filter(round=round_.pk, frozen_at__isnull=True).order_by("pk"):
        amounts = list(batch.payments.values_list("amount_fen", flat=True))
        yield from _differs(f"funds.batch {batch.pk}", gettext("批次合计"), batch.total_fen, sum(amounts))
        if batch.count != len(amounts):
            yield Fault(f"funds.batch {batch.pk}", gettext("批次笔数不符"))


def _closings(round_: Round) -> Iterator[Fault]:
    """A closing in force still says what every account sums to up to its day, as its step proved."""
    proven = dict(_facts("closing", f"round:{round_.pk}"))
    held = Closing.objects.filter(round=round_.pk, reopening__isnull=True).order_by("through")
    last = None
    for closing in held:
        row, name = f"funds.closing {closing.pk}", f"{round_.code}/{closing.through.isoformat()}"
        rows, last = accounts_summed(round_, closing.through), closing.through
        if not digest_of_trial(rows) == closing.digest == proven.get((closing.step_id, name)):
            yield Fault(row, gettext("试算平衡表与结账时不同"))
        yield from _differs(row, gettext("发生额合计"), closing.total_fen, sum(debit for _name, debit, _c in rows))
        if closing.entries != entries_in(round_, closing.through):
            yield Fault(row, gettext("分录数与结账时不同"))
    if last != round_.closed_through:
        yield Fault(f"round:{round_.pk}", gettext("结账日期与结账记录不符"))


def _facts(wanted: str, subject: str) -> Iterator[tuple[tuple[str, str], str]]:
    """(step, name) → digest of everything of a kind that the steps of a subject proved."""
    found = Step.objects.filter(subject=subject, payload__contains=f'["{wanted}",').values_list("pk", "payload")
    for ref, payload in found:
        yield from (((ref, name), digest) for kind, name, digest in json.loads(payload)["facts"] if kind == wanted)


# Payments and bank lines -----------------------------------------------------------------------------------------


def _payments(rounds: QuerySet[Round]) -> Iterator[Fault]:
    """A paid payment has its standing entry of the same amount; one that came back has it reversed."""
    moved = (*SETTLED, PaymentState.BOUNCED, PaymentState.REVERSED)
    found = Payment.objects.filter(project__round__in=rounds, state__in=moved)
    rows = found.select_related("paid_entry__reversed_by").prefetch_related("paid_entry__postings")
    for payment in rows.order_by("pk").iterator(CHUNK):
        entry = payment.paid_entry
        amount = sum(posting.amount_fen for posting in entry.postings.all()) if entry else 0
        yield from _differs(f"payment:{payment.pk}", gettext("拨款与分录"), payment.amount_fen, amount)
        if entry and hasattr(entry, "reversed_by") == (payment.state in SETTLED):
            yield Fault(f"payment:{payment.pk}", gettext("状态与分录是否冲销不符"))


def _lines(rounds: QuerySet[Round]) -> Iterator[Fault]:
    """A bank line in use names a step that exists, and what it tells of money is entered with its amount."""
    used = BankLine.objects.filter(round__in=rounds).exclude(matched="").order_by("pk")
    for line in used.exclude(matched__in=Step.objects.values("pk")):
        yield Fault(f"funds.bankline {line.pk}", gettext("用于 %(step)s，但没有这条留痕") % {"step": line.matched})
    entered = Posting.objects.filter(debit__round__in=rounds, entry__external_ref__isnull=False)
    amounts = dict(entered.order_by().values_list("entry__external_ref").annotate(fen=Sum("amount_fen")))
    for line in used.exclude(kind=LineKind.REFUSED).iterator(CHUNK):
        amount = amounts.get(line.reference, 0)
        yield from _differs(f"funds.bankline {line.pk}", gettext("流水与分录"), line.amount_fen, amount)


def _sums(rows: QuerySet[Any], by: str) -> dict[int, int]:
    """Σ amount_fen by a foreign key."""
    found: dict[int, int] = dict(rows.order_by().values_list(by).annotate(fen=Sum("amount_fen")))
    return found


def _differs(row: str, name: str, told: int, found: int) -> Iterator[Fault]:
    if told != found:
        words = {"name": name, "told": format_fen(told), "found": format_fen(found)}
        yield Fault(row, gettext("%(name)s：记为 %(told)s 元，合计 %(found)s 元") % words)
