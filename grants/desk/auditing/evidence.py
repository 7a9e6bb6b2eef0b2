"""What an auditor takes along of payments: the papers themselves, steps, entries, bank lines, and how to prove it all.

The same payments give the same bytes until something more happens to them. Every paper is read through storage and
noted as read by whoever takes it along; what they may not read, and what is gone, is listed with the reason.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

from django.db.models import Q, QuerySet

from grants.awards.models import Decision
from grants.desk.archive import verify, verify_payments
from grants.desk.auditing.duties import attempts
from grants.desk.domain import may_read
from grants.funds.ledger import facts_of
from grants.funds.models import BankLine, Entry, Payment
from grants.people.models import User
from storage.enums import Scan
from storage.models import Attachment, Document
from storage.packing import Packer, Piece
from storage.queries import attachments_of
from workflow.models import Step

AT = datetime(1980, 1, 1, tzinfo=UTC)
"""The moment of everything in the package: the same evidence gives the same bytes."""
README = """这是拨款的证据包：材料原件，一个字节也没有改动，和证明它们的数据。

怎样核对（不需要联网，不需要安装别的程序，只要有 Python 3.8 或更新的版本）：
    python3 verify.py
它重新计算每个文件和每一步留痕、每一笔分录的校验值，核对流水和分录的金额日期，
从留痕里重新数一遍谁申请、审核、审批、发送，抽样的按种子再抽一次，说出对不上的每一处。
不用这个程序也能核对：每一步的 digest 是 SHA-256("sha256\\n" + previous + "\\n" + payload)；
分录的 digest 是 facts 按键排序、没有空格写成 JSON 以后的 SHA-256，写在它那一步的 payload 里。

留痕.json  拨款和它的项目的每一步        账目.json  入账和冲销的分录
流水.json  用过的银行流水                材料.json  每份材料的 SHA-256；没有放进来的写明原因
职责.json  谁办了哪一步                  样本.json  怎样抽的（成组抽样才有）

The papers of payments, byte for byte, and what proves them. To prove all of it offline: python3 verify.py
"""


@dataclass(frozen=True)
class Held:
    """A paper that belongs to the evidence, where it lies in the package, or why it is not there."""

    record: str
    slot: str
    document: Document
    path: str = ""
    why: str = ""

    @property
    def row(self) -> dict[str, Any]:
        """How the package tells of it."""
        one = self.document
        facts = {"name": one.name, "record": self.record, "sha256": one.sha256, "size": one.size, "slot": self.slot}
        return facts | {"path": self.path, "why": self.why}


@dataclass(frozen=True)
class Bundle:
    """Everything that goes into one package; `drawn` says how the payments were drawn, if they were."""

    payments: list[Payment]
    held: list[Held]
    drawn: dict[str, Any] = field(default_factory=dict)

    @property
    def documents(self) -> list[Document]:
        """The papers that are in it, each once: whoever takes it along reads them."""
        return list({one.document.pk: one.document for one in self.held if one.path}.values())


def gather(payments: QuerySet[Payment], reader: Any, drawn: dict[str, Any] | None = None) -> Bundle:
    """The evidence of these payments as far as the reader may have it; nothing is read of any paper yet."""
    found = list(payments.select_related("project__round", "tranche", "account__proof").order_by("pk"))
    held = [one for payment in found for one in _papers(payment, reader)]
    return Bundle(found, held, drawn or {})


def _papers(payment: Payment, reader: Any) -> Iterator[Held]:
    """Papers of the project, its checks and the payment, of its entries, its account and the meeting that decided."""
    project, seen = payment.project, set[Any]()
    records = [project, *project.checks.order_by("pk"), payment]
    position = 0
    for record, slot, document, attachment in _bound(payment, records):
        if document.pk in seen:
            continue
        seen.add(document.pk)
        if why := _kept_back(document, attachment, reader):
            yield Held(record, slot, document, why=why)
            continue
        position += 1
        yield Held(record, slot, document, path=f"{payment.number}/{position:02d} {document.name}")


Bound = tuple[str, str, Document, Attachment | None]


def _bound(payment: Payment, records: Sequence[Any]) -> Iterator[Bound]:
    """Every paper with the record it lies on, earlier editions too: steps rest on them."""
    for record in records:
        name = f"{record.machine().name}:{record.pk}"
        for one in attachments_of(record, current=False).order_by("slot", "attached_at", "pk"):
            yield name, one.slot, one.document, one
    for entry in _entries([payment]):
        if entry.document:
            yield f"payment:{payment.pk}", "entry", entry.document, None
    decided = Decision.objects.filter(project=payment.project_id).select_related("meeting__document").order_by("pk")
    for decision in decided:
        yield f"project:{payment.project_id}", "minutes", decision.meeting.document, None


def _kept_back(document: Document, attachment: Attachment | None, reader: Any) -> str:
    """Why a paper is not in the package; empty for one that is."""
    if document.destroyed:
        return "已按期销毁 · destroyed"
    if document.scan == Scan.INFECTED:
        return "查出病毒，已隔离 · infected"
    if attachment is not None and not may_read(reader, attachment):
        return "无权查阅 · not open to the reader"
    return ""


def write(bundle: Bundle, out: BinaryIO) -> str:
    """The package is written; -> the SHA-256 of its manifest, which stands for everything inside.

    Raises `Damaged` or `Missing` where a paper is not what it was.
    """
    packer, payments = Packer(out, at=AT), bundle.payments
    parts: dict[str, Any] = {
        verify.TRAIL: {"records": [*_records(payments)]},
        verify.BOOKS: [{"digest": one.digest, "facts": _facts(one)} for one in _entries(payments)],
        verify_payments.BANK: _bank(payments),
        verify_payments.PAPERS: [one.row for one in bundle.held],
        verify_payments.DUTIES: _duties(payments),
    }
    if bundle.drawn:
        parts[verify_payments.SAMPLE] = bundle.drawn
    packer.add(Piece.made("说明.txt", README.encode()))
    for program in (verify, verify_payments):
        place = Path(str(program.__file__))
        packer.add(Piece.made(place.name, place.read_bytes()))
    for name, value in parts.items():
        packer.add(Piece.made(name, _written(value)))
    for one in bundle.held:
        if one.path:
            packer.add(Piece.kept(one.path, one.document))
    facts: dict[str, Any] = {
        "files": [{"path": one.path, "sha256": one.sha256, "size": one.size} for one in packer.packed],
        "format": verify.EVIDENCE,
        "payments": [one.number for one in payments],
    }
    facts["self"] = verify.sha256(verify.canonical(facts))
    manifest = _written(facts)
    packer.add(Piece.made(verify.MANIFEST, manifest))
    packer.close()
    return verify.sha256(manifest)


def _written(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, indent=1).encode()


def _records(payments: Iterable[Payment]) -> Iterator[dict[str, Any]]:
    """The chain of every payment and of its project, each once, with the head to which it leads."""
    wanted = {(one.machine().name, one.pk): one.head for payment in payments for one in (payment, payment.project)}
    keys = Q()
    for machine, pk in wanted:
        keys |= Q(machine=machine, object_id=pk)
    steps: dict[tuple[str, int], list[dict[str, str]]] = {key: [] for key in wanted}
    if wanted:
        for step in Step.objects.filter(keys).order_by("machine", "object_id", "seq"):
            told = {"digest": step.digest, "payload": step.payload, "previous": step.previous, "ref": step.ref}
            steps[step.machine, step.object_id].append(told)
    for machine, pk in sorted(wanted):
        yield {"head": wanted[machine, pk], "record": f"{machine}:{pk}", "steps": steps[machine, pk]}


def _entries(payments: Iterable[Payment]) -> list[Entry]:
    """Every entry that a step of these payments made."""
    made = Entry.objects.filter(step__machine="payment", step__object_id__in=[one.pk for one in payments])
    related = ("document__destruction", "reverses")
    return list(made.select_related(*related).prefetch_related("postings__debit", "postings__credit").order_by("pk"))


def _facts(entry: Entry) -> dict[str, Any]:
    return facts_of(entry, sorted(entry.postings.all(), key=lambda one: one.position))


def _bank(payments: Iterable[Payment]) -> list[dict[str, Any]]:
    steps = Step.objects.filter(machine="payment", object_id__in=[one.pk for one in payments]).values("ref")
    return [
        {
            "account_tail": line.account_tail,
            "amount_fen": line.amount_fen,
            "booked_on": line.booked_on.isoformat(),
            "counterparty": line.counterparty,
            "kind": line.kind,
            "reference": line.reference,
            "step": line.matched,
        }
        for line in BankLine.objects.filter(matched__in=steps).order_by("pk")
    ]


def _duties(payments: Iterable[Payment]) -> list[dict[str, Any]]:
    names: dict[Any, Any] = dict(User.objects.values_list("pk", "name"))
    return [
        {
            "payment": one.number,
            "attempt": one.attempt,
            "hands": {
                duty: {"name": names.get(hand.person), "for": names.get(hand.behalf), "at": hand.at, "step": hand.ref}
                for duty, hand in one.hands.items()
            },
            "endorsed_by": [names.get(pk) for pk in one.endorsers],
            "two_duties_of_one_person": [list(pair) for pair in one.conflicts],
        }
        for one in attempts([payment.pk for payment in payments])
    ]
