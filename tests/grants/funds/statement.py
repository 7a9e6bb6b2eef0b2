"""A statement of any size with oddities planted: the lines, the payments, and what each odd line is."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass, field, replace

from grants.funds.matching import Due, Says, Told, Verdict

DAY = dt.date(2027, 3, 5)
KINDS = ("split", "merged", "wrong_name", "wrong_tail", "duplicate", "reversed")


@dataclass
class Planted:
    """What the bank tells of the payments, and which lines are not plain, with the reason that must be given."""

    dues: list[Due]
    lines: list[Told] = field(default_factory=list)
    odd: dict[int, Verdict] = field(default_factory=dict)
    plain: dict[int, int] = field(default_factory=dict)

    def tell(self, line: Told, verdict: Verdict | None = None) -> None:
        """The bank tells this line; without a verdict it fits the payment of its place."""
        self.lines.append(line)
        if verdict:
            self.odd[line.pk] = verdict


def payees(count: int) -> list[tuple[str, str]]:
    """So many names of payees with the tails of their accounts; names come twice, facts together do not."""
    return [(f"浙江省第{n // 2}号红十字会（志愿服务）", f"{(n * 37) % 10_000:04d}") for n in range(count)]


def planted(count: int, oddities: int, seed: int = 7) -> Planted:
    """So many payments, and a statement of as many lines or a few more, with so many oddities among them."""
    chance = random.Random(seed)
    known = payees(count)
    dues = [
        Due(n + 1, f"QNZJ-2027-{n + 1:05d}-BK1", 1_000_000 + n * 100, *known[n], sent_on=DAY, batch=1)
        for n in range(count)
    ]
    made = Planted(dues)
    chosen = chance.sample(range(0, count - 1, 2), oddities)
    strange = {at: KINDS[n % len(KINDS)] for n, at in enumerate(chosen)}
    skipped: set[int] = set()
    pk = 1_000_000
    for at, due in enumerate(dues):
        if at in skipped:
            continue
        pk += 10
        line = Told(pk, Says.PAID, due.fen, DAY + dt.timedelta(days=1), due.name, due.tail, "项目资助款")
        kind = strange.get(at)
        if kind is None:
            made.tell(line)
            made.plain[line.pk] = due.pk
        elif kind == "split":
            first = due.fen // 3
            made.tell(replace(line, fen=first), Verdict.SPLIT)
            made.tell(replace(line, pk=pk + 1, fen=due.fen - first), Verdict.SPLIT)
        elif kind == "merged":
            other = dues[at + 1] = replace(dues[at + 1], name=due.name, tail=due.tail)
            skipped.add(at + 1)
            made.tell(replace(line, fen=due.fen + other.fen), Verdict.MERGED)
        elif kind == "wrong_name":
            made.tell(replace(line, name="另一家单位"), Verdict.WRONG_NAME)
        elif kind == "wrong_tail":
            made.tell(replace(line, tail=f"{(int(due.tail) + 5_001) % 10_000:04d}"), Verdict.WRONG_TAIL)
        elif kind == "duplicate":
            made.tell(line, Verdict.DUPLICATE)
            made.tell(replace(line, pk=pk + 1), Verdict.DUPLICATE)
        else:
            made.tell(line)
            made.plain[line.pk] = due.pk
            made.tell(replace(line, pk=pk + 1, says=Says.RETURNED, undone=True), Verdict.REVERSED)
    return made
