"""Prove a package of 情暖浙江 offline: python3 verify.py [package.zip | folder] [--expect DIGEST].

It needs nothing but Python 3.8, asks no network and changes nothing. It recomputes the digest of every file, the chain
of every step, the digest of every entry of the books, the seal over all of them; for the evidence of payments it runs
verify_payments.py, which lies beside it. It names each thing that does not hold and ends with 1 if there is any.
DIGEST is the SHA-256 of manifest.json, as it stands in the system or on paper.
本程序不联网、不改动任何文件：逐一核对文件、留痕、账目和封存清单，说出对不上的每一处。
"""

from __future__ import annotations

import hashlib
import json
import runpy
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

MANIFEST, SEALED, TRAIL, BOOKS = "manifest.json", "封存清单.json", "留痕.json", "账目.json"
EVIDENCE, BESIDE = "qingnuan-evidence/1", "verify_payments.py"
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


def payments(package: Package, manifest: Any) -> list[str]:
    """What does not hold in the evidence of payments, by the program that lies beside this one."""
    faults: list[str] = []
    beside = runpy.run_path(str(Path(__file__).resolve().with_name(BESIDE)))
    parts = {name: parsed(package, name, faults) for name in beside["names"](package.listed)}
    if not faults:
        known = {row["sha256"] for row in [*manifest["files"], *parts[beside["PAPERS"]]]}
        for check in (chains(parts[TRAIL], known), books(parts[BOOKS]), beside["checks"](manifest, parts)):
            gather(check, faults)
    return faults


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
        return faults + payments(package, manifest)
    known = {row["sha256"] for row in manifest["files"]}
    trail, entries, sealed = (parsed(package, name, faults) for name in (TRAIL, BOOKS, SEALED))
    if trail is not None and entries is not None and sealed is not None:
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
