"""What verify.py, which runs this, looks at in the evidence of payments: papers, bank lines, duties and the sample.

Like it, it needs nothing but Python 3.8, and shares no code with the system whose work it judges.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from typing import Any

TRAIL, BOOKS = "留痕.json", "账目.json"
BANK, PAPERS, DUTIES, SAMPLE = "流水.json", "材料.json", "职责.json", "样本.json"
APART = (("maker", "checker"), ("maker", "cashier"), ("checker", "cashier"), ("requester", "checker"))
HANDS = {"verify_request": "maker", "approve_payment": "checker", "send": "cashier"}


def names(listed: list[str]) -> list[str]:
    """The parts that are read, of the files in the package: the sample is there only where one was drawn."""
    return [TRAIL, BOOKS, BANK, PAPERS, *(name for name in (SAMPLE,) if name in listed)]


def checks(manifest: Any, parts: dict[str, Any]) -> Iterator[str]:
    """Everything that does not hold in these parts, one sentence each."""
    yield from papers(parts[PAPERS], manifest)
    yield from proven(parts[BOOKS], parts[BANK], parts[TRAIL])
    yield from duties(parts[TRAIL])
    if SAMPLE in parts:
        yield from sampled(parts[SAMPLE])


def papers(rows: Any, manifest: Any) -> Iterator[str]:
    """Every paper that is named is in the package with its digest, or it is said why not."""
    there = {row["path"]: row["sha256"] for row in manifest["files"]}
    for row in rows:
        if there.get(row["path"]) != row["sha256"] and not row["why"]:
            yield f"{PAPERS}: {row['name']} 不在包里，也没有说明原因 · not there, and no reason given"


def proven(entries: Any, bank: Any, trail: Any) -> Iterator[str]:
    """Every entry is in the step that made it; a bank line says of it the same amount and day."""
    steps = {step["ref"]: json.loads(step["payload"]) for record in trail["records"] for step in record["steps"]}
    by_reference = {line["reference"]: line for line in bank}
    for entry in entries:
        facts = entry["facts"]
        if ["entry", facts["key"], entry["digest"]] not in steps.get(facts["step"], {}).get("facts", []):
            yield f"账目 entry {facts['key']}: 留痕里没有证明它 · no step proves it"
        line = by_reference.pop(facts["external_ref"], None)
        day, fen = facts.get("value", facts["date"]), sum(posting[3] for posting in facts["postings"])
        told = (line["amount_fen"], line["booked_on"], line["step"]) if line else None
        if facts["external_ref"] and told != (fen, day, facts["step"]):
            yield f"账目 entry {facts['key']}: 与银行流水不符 · differs from the bank line"
    for line in by_reference.values():
        if line["kind"] != "refused" or line["step"] not in steps:
            yield f"流水 {line['reference']}: 没有入账 · never entered"


def duties(trail: Any) -> Iterator[str]:
    """Of no attempt at a payment did one person do two duties, in person or standing in for another."""
    for record in trail["records"]:
        if not record["record"].startswith("payment:"):
            continue
        hands: dict[str, set[int]] = {}
        for place, step in enumerate(record["steps"]):
            said = json.loads(step["payload"])
            if said["move"] in ("request_again", "reissue"):
                hands = {}
            duty = "requester" if not place or not hands else HANDS.get(said["move"])
            if duty:
                hands[duty] = {who for who in (said["actor"], said.get("behalf")) if who is not None}
            for one, other in APART:
                if hands.get(one, set()) & hands.get(other, set()):
                    yield f"{record['record']}: 一个人办了两样 · one person did two duties ({one}, {other})"
                    hands.pop(other)


def sampled(told: Any) -> Iterator[str]:
    """The same payments, seed, size and method draw the same sample."""
    people, size, dice = told["population"], told["size"], random.Random(told["seed"])  # noqa: S311 -- drawn again
    if told["method"] == "random":
        drawn = sorted(dice.sample([pk for pk, _fen in people], min(size, len(people))))
    else:
        total = sum(fen for _pk, fen in people)
        interval = max(1, total // size)
        wanted, drawn, below = list(range(dice.randrange(interval), total, interval)), [], 0
        for pk, fen in people:
            if any(below <= target < below + fen for target in wanted):
                drawn.append(pk)
            below += fen
    if drawn != told["drawn"]:
        yield f"{SAMPLE}: 再抽一次，抽到的不一样 · another sample is drawn"
