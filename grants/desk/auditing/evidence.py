"""What an auditor takes along of one payment: entry, steps, papers by their hashes, and how to check them again.

The same payment gives the same bytes until something more happens to it. Papers themselves are read through their
own page, which notes who read them: here is what they must hash to.
"""

from __future__ import annotations

import datetime as dt
import io
import json
from typing import Any

from grants.desk.auditing.duties import attempts
from grants.desk.auditing.reading import day, rows
from storage.packing import Packer, Piece

README = """这是一笔拨款的证据包，可以不用任何软件核对。
1. steps.json：这笔拨款和它的项目的每一步。每一步的 digest 是 SHA-256("sha256\\n" + previous + "\\n" + payload)，
   previous 是上一步的 digest，第一步为空。
2. entries.json：入账和冲销的分录。facts 按键排序、没有空格写成 JSON 以后的 SHA-256 就是 digest，
   它写在 steps.json 里 facts.step 那一步的 payload 中。
3. bank.json：用过的银行流水，金额和日期应与分录一致。
4. papers.json：项目的材料和它们的 SHA-256。
5. duties.json：谁申请、审核、审批、发送，任何两样不能是同一个人。
"""


def pack(payment: int) -> bytes:
    """The evidence of the payment as a ZIP. Raises LookupError for one that is not there."""
    found = rows("SELECT project_id, number FROM grants_payment WHERE id = %s", payment)
    if not found:
        raise LookupError(payment)
    project, number = found[0]
    steps = _steps(payment, project)
    entries = _entries(payment)
    parts: dict[str, Any] = {
        "steps.json": steps,
        "entries.json": entries,
        "bank.json": _bank([one["facts"]["step"] for one in entries]),
        "papers.json": _papers(project),
        "duties.json": _duties(payment),
    }
    out = io.BytesIO()
    packer = Packer(out, at=dt.datetime(1980, 1, 1, tzinfo=dt.UTC))
    packer.add(Piece.made(f"{number}/说明.txt", README.encode()))
    for name, value in parts.items():
        packer.add(Piece.made(f"{number}/{name}", _written(value)))
    sums = "".join(f"{one.sha256}  {one.path}\n" for one in packer.packed)
    packer.add(Piece.made("SHA256SUMS", sums.encode()))
    packer.close()
    return out.getvalue()


def _written(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, indent=1).encode()


def _steps(payment: int, project: int) -> list[dict[str, Any]]:
    found = rows(
        "SELECT ref, move, payload, previous, digest FROM workflow_step WHERE (machine = 'payment' AND object_id = %s)"
        " OR (machine = 'project' AND object_id = %s) ORDER BY machine, seq",
        payment,
        project,
    )
    names = ("ref", "move", "payload", "previous", "digest")
    return [dict(zip(names, row, strict=True)) for row in found]


def _entries(payment: int) -> list[dict[str, Any]]:
    """Every entry that a step of the payment made, with the facts its digest covers."""
    found = rows(
        "SELECT e.id, e.key, e.date, e.value_on, e.memo, d.sha256, e.external_ref, r.key, e.step_id, e.digest"
        " FROM grants_entry e JOIN workflow_step s ON s.ref = e.step_id AND s.machine = 'payment' AND s.object_id = %s"
        " LEFT JOIN storage_document d ON d.id = e.document_id LEFT JOIN grants_entry r ON r.id = e.reverses_id"
        " ORDER BY e.id",
        payment,
    )
    made = []
    for pk, key, date, value_on, memo, document, reference, reverses, step, digest in found:
        facts = {
            "date": day(date),
            "document": document,
            "external_ref": reference,
            "key": key,
            "memo": memo,
            "postings": _postings(pk),
            "reverses": reverses,
            "step": step,
        }
        made.append({"digest": digest, "facts": facts | ({"value": day(value_on)} if value_on else {})})
    return made


def _postings(entry: int) -> list[list[Any]]:
    found = rows(
        "SELECT p.position, d.name, c.name, p.amount_fen FROM grants_posting p"
        " JOIN grants_account d ON d.id = p.debit_id JOIN grants_account c ON c.id = p.credit_id"
        " WHERE p.entry_id = %s ORDER BY p.position",
        entry,
    )
    return [list(row) for row in found]


def _bank(steps: list[str]) -> list[dict[str, Any]]:
    made = []
    for step in steps:
        for reference, kind, booked, fen, counterparty, tail in rows(
            "SELECT reference, kind, booked_on, amount_fen, counterparty, account_tail FROM grants_bankline"
            " WHERE matched = %s ORDER BY id",
            step,
        ):
            line = {"reference": reference, "kind": kind, "booked_on": day(booked), "amount_fen": fen}
            made.append(line | {"counterparty": counterparty, "account_tail": tail, "step": step})
    return made


def _papers(project: int) -> list[dict[str, Any]]:
    found = rows(
        "SELECT DISTINCT d.name, d.sha256, d.size, a.slot FROM storage_attachment a"
        " JOIN storage_document d ON d.id = a.document_id JOIN django_content_type t ON t.id = a.content_type_id"
        " WHERE t.app_label = 'grants' AND t.model = 'project' AND a.object_id = %s ORDER BY a.slot, d.sha256",
        project,
    )
    return [{"name": name, "sha256": sha256, "size": size, "slot": slot} for name, sha256, size, slot in found]


def _duties(payment: int) -> list[dict[str, Any]]:
    names: dict[Any, Any] = dict(rows("SELECT id, name FROM grants_user"))
    return [
        {
            "attempt": one.attempt,
            "hands": {
                duty: {"name": names.get(hand.person), "for": names.get(hand.behalf), "at": hand.at, "step": hand.ref}
                for duty, hand in one.hands.items()
            },
            "endorsed_by": [names.get(pk) for pk in one.endorsers],
            "two_duties_of_one_person": [list(pair) for pair in one.conflicts],
        }
        for one in attempts([payment])
    ]
