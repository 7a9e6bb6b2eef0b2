"""Prove a package of 情暖浙江 offline: python3 verify.py [package.zip | folder] [--expect DIGEST].

It needs nothing but Python 3.8, asks no network and changes nothing. It recomputes the digest of every file, the chain
of every step, the digest of every entry of the books; of an archive the seal over all of them; of the evidence of
payments bank lines, duties and the sample. It names each thing that does not hold and ends with 1 if there is any.
DIGEST is the SHA-256 of manifest.json, as it stands in the system or on paper.
本程序不联网、不改动任何文件：逐一核对文件、留痕、账目和封存清单，说出对不上的每一处。
"""

from __future__ import annotations

import hashlib
import json
import random
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

MANIFEST, SEALED, TRAIL, BOOKS = "manifest.json", "封存清单.json", "留痕.json", "账目.json"
EVIDENCE = "qingnuan-evidence/1"
BANK, PAPERS, DUTIES, SAMPLE = "流水.json", "材料.json", "职责.json", "样本.json"
APART = (("maker", "checker"), ("maker", "cashier"), ("checker", "cashier"), ("requester", "checker"))
HANDS = {"verify_request": "maker", "approve_payment": "checker", "send": "cashier"}
CHUNK = 1024 * 1024


class Package:
    """A package as a ZIP file or as the folder it was unpacked to."""

    def __init__(self, place: Path) -> None:
        self.zip = zipfile.ZipFile(place) if place.is_file() else None
        self.root = place
        if self.zip:
            self.listed = [info.filename for info in self.zip.infolist() if not info.is_dir()]
        else:
            found = (path.relative_to(place) for path in sorted(place.rglob("*")) if not path.is_dir())
            self.listed = [path.as_posix() for path in found if "__pycache__" not in path.parts]

    def open(self, name: str) -> IO[bytes]:
        """The bytes of one file."""
        return self.zip.open(name) if self.zip else (self.root / name).open("rb")

    def read(self, name: str) -> bytes:
        """All of one file, or nothing where there is none."""
        if name not in self.listed:
            return b""
        with self.open(name) as file:
            return file.read()

    def measure(self, name: str) -> tuple[int, str]:
        """Size and digest of one file; -> (bytes, hex), or (-1, why) where it cannot be read."""
        digest, size = hashlib.sha256(), 0
        try:
            with self.open(name) as file:
                for chunk in iter(lambda: file.read(CHUNK), b""):
                    digest.update(chunk)
                    size += len(chunk)
        except (OSError, zipfile.BadZipFile) as error:
            return -1, str(error)
        return size, digest.hexdigest()


def sha256(content: str | bytes) -> str:
    """The digest of bytes or text, in hex."""
    return hashlib.sha256(content.encode() if isinstance(content, str) else content).hexdigest()


def canonical(value: Any) -> str:
    """JSON as the system writes it: sorted, without spaces."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def parsed(package: Package, name: str, faults: list[str]) -> Any:
    """The JSON of a file; a fault where there is none."""
    try:
        return json.loads(package.read(name).decode())
    except ValueError:
        faults.append(f"{name}: 缺失或读不出 · missing or unreadable")
        return None


def files(package: Package, manifest: Any) -> Iterator[str]:
    """Every file is there under its name, with its size and digest, and nothing else is."""
    wanted = {row["path"]: row for row in manifest["files"]}
    strays = [name for name in package.listed if name not in wanted and name != MANIFEST]
    found = {name: package.measure(name) for name in package.listed if name != MANIFEST}
    for path, row in wanted.items():
        size, digest = found.get(path, (None, ""))
        if size is None:
            twin = next((name for name in strays if found[name][1] == row["sha256"]), None)
            if twin:
                strays.remove(twin)
            yield f"{path}: " + (f"被改名为 {twin} · renamed to {twin}" if twin else "不见了 · missing")
        elif digest != row["sha256"] or size != row["size"]:
            yield f"{path}: 内容被改动 · changed"
    for name in strays:
        yield f"{name}: 不在清单里 · not in the manifest"
    for name in {name for name in package.listed if package.listed.count(name) > 1}:
        yield f"{name}: 出现了两次 · there twice"


def chains(trail: Any, known: set[str]) -> Iterator[str]:
    """Every step follows from the one before; every document it rests on is in the package."""
    for record in trail["records"]:
        previous = ""
        for seq, step in enumerate(record["steps"], start=1):
            said = json.loads(step["payload"])
            if (said["ref"], said["seq"]) != (step["ref"], seq):
                yield f"留痕 step {step['ref']}: 序号不连续 · out of order"
            if step["previous"] != previous or step["digest"] != sha256(f"sha256\n{previous}\n{step['payload']}"):
                yield f"留痕 step {step['ref']}: 校验值对不上 · digest does not follow"
            for slot, digest in said["docs"]:
                if digest not in known:
                    yield f"留痕 step {step['ref']}: 缺材料 {slot} {digest[:12]}… · document not in the package"
            previous = step["digest"]
        if record["head"] != previous:
            yield f"留痕 {record['record']}: 最后一步对不上 · the last step is not the head"


def books(entries: Any) -> Iterator[str]:
    """Every entry's digest is that of its facts."""
    for entry in entries:
        if entry["digest"] != sha256(canonical(entry["facts"])):
            yield f"账目 entry {entry['facts'].get('key')}: 校验值对不上 · digest does not match"


def seal(package: Package, sealed: Any, trail: Any, entries: Any, known: set[str]) -> Iterator[str]:
    """The sealed list is the one that the archiving step proves, and nothing it names is lacking."""
    steps = {step["ref"]: step for record in trail["records"] for step in record["steps"]}
    proofs = [fact for step in steps.values() for fact in json.loads(step["payload"])["facts"] if fact[0] == "archive"]
    if sha256(package.read(SEALED)) not in {proof[2] for proof in proofs}:
        yield f"{SEALED}: 与归档那一步证明的校验值不符 · not the list that was sealed"
    for ref, _move, digest in sealed["steps"]:
        if steps.get(ref, {}).get("digest") != digest:
            yield f"{SEALED}: 留痕 step {ref} 不符 · differs"
    there = {entry["facts"]["key"]: entry["digest"] for entry in entries}
    for key, digest in sealed["entries"]:
        if there.get(key) != digest:
            yield f"{SEALED}: 账目 entry {key} 不符 · differs"
    for record, slot, name, _size, digest in sealed["documents"]:
        if digest not in known:
            yield f"{SEALED}: 缺材料 {record} {slot} {name} · document not in the package"


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


def evidence(package: Package, manifest: Any, faults: list[str]) -> None:
    """Everything in the evidence of payments that does not hold is among the faults."""
    trail, entries, bank, rows = (parsed(package, name, faults) for name in (TRAIL, BOOKS, BANK, PAPERS))
    if trail is None or entries is None or bank is None or rows is None:
        return
    known = {row["sha256"] for row in [*manifest["files"], *rows]}
    checks = [chains(trail, known), books(entries), papers(rows, manifest), proven(entries, bank, trail), duties(trail)]
    if SAMPLE in package.listed:
        checks.append(sampled(parsed(package, SAMPLE, faults)))
    for check in checks:
        gather(check, faults)


def gather(check: Iterator[str], faults: list[str]) -> None:
    """What the check finds is among the faults, and that it could not be made."""
    try:
        faults += check
    except (KeyError, TypeError, ValueError) as error:
        faults.append(f"读不懂 · cannot be understood: {error!r}")


def verify(place: Path, expected: str = "") -> list[str]:
    """Everything in the package that does not hold, one sentence each; nothing for a package as it was made."""
    faults: list[str] = []
    package = Package(place)
    manifest = parsed(package, MANIFEST, faults)
    if manifest is None:
        return faults
    told = manifest.pop("self", "")
    if told != sha256(canonical(manifest)) or (expected and sha256(package.read(MANIFEST)) != expected.lower()):
        faults.append(f"{MANIFEST}: 被改动 · changed")
    faults += files(package, manifest)
    if manifest.get("format") == EVIDENCE:
        evidence(package, manifest, faults)
        return faults
    known = {row["sha256"] for row in manifest["files"]}
    trail, entries, sealed = (parsed(package, name, faults) for name in (TRAIL, BOOKS, SEALED))
    if trail is None or entries is None or sealed is None:
        return faults
    for check in (chains(trail, known), books(entries), seal(package, sealed, trail, entries, known)):
        gather(check, faults)
    return faults


def main(arguments: list[str]) -> int:
    """Verify what is named, or the folder this file lies in."""
    expected = arguments[arguments.index("--expect") + 1] if "--expect" in arguments else ""
    named = [one for one in arguments if one not in {"--expect", expected}]
    place = Path(named[0]) if named else Path(__file__).resolve().parent
    faults = verify(place, expected)
    for fault in faults:
        sys.stdout.write(f"✗ {fault}\n")
    digest = sha256(Package(place).read(MANIFEST))
    sys.stdout.write(f"manifest.json SHA-256: {digest}（请与系统里或纸面上的比对 · compare with the one on paper）\n")
    sys.stdout.write("✓ 全部对得上 · everything holds\n" if not faults else f"{len(faults)} 处对不上 · faults\n")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
