"""Which payment a line of the bank tells of: a pure function that proposes and explains; it never decides.

Clean is a line that fits one payment, and no other line does, by amount, name, tail of the account and day. Everything
else is odd for a reason that a person can check. Amounts are fen.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import combinations
from typing import Final

EARLY, LATE = dt.timedelta(days=1), dt.timedelta(days=31)
"""How long before and after sending the bank may book a payment."""
RETURNS: Final = dt.timedelta(days=92)
"""How long after it was paid a payment may come back."""
MOST_PARTS, MOST_LOOKED = 4, 14
"""A payment in so many pieces at most, sought among so many lines of one payee."""
MOST_CANDIDATES: Final = 5
NUMBER: Final = re.compile(r"[0-9A-Z][0-9A-Z\-]*-BK[0-9]+", re.IGNORECASE)


class Says(StrEnum):
    """What the bank says."""

    PAID = "paid"
    REFUSED = "refused"
    RETURNED = "returned"
    REFUND = "refund"


class Verdict(StrEnum):
    """What a line is held to be."""

    CLEAN = "clean"
    SPLIT = "split"
    MERGED = "merged"
    WRONG_NAME = "wrong_name"
    WRONG_TAIL = "wrong_tail"
    WRONG_AMOUNT = "wrong_amount"
    WRONG_DAY = "wrong_day"
    DUPLICATE = "duplicate"
    ALIKE = "alike"
    REVERSED = "reversed"
    RETURNED = "returned"
    INCOMING = "incoming"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Told:
    """One line of the bank that nobody has used."""

    pk: int
    says: Says
    fen: int
    day: dt.date
    name: str
    tail: str
    words: str = ""
    undone: bool = False


@dataclass(frozen=True)
class Due:
    """One payment that the bank may tell of; `paid_on` once it has arrived."""

    pk: int
    number: str
    fen: int
    name: str
    tail: str
    sent_on: dt.date
    paid_on: dt.date | None = None
    batch: int = 0


@dataclass(frozen=True)
class Candidate:
    """A payment that a line may be about, with what agrees and what does not: amount, name, tail, day, number."""

    due: int
    agrees: tuple[str, ...]
    differs: tuple[str, ...]


@dataclass
class Finding:
    """One line with its verdict; the payment where it is clean, else what it might be; lines that belong together."""

    line: int
    verdict: Verdict = Verdict.UNKNOWN
    due: int | None = None
    candidates: tuple[Candidate, ...] = ()
    beside: tuple[int, ...] = ()


Key = tuple[int, str, str]


def plain(name: str) -> str:
    """A name as it is compared: NFKC, so full and half width alike, without spaces and marks; no word is left out."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    return "".join(sign for sign in folded if sign.isalnum())


@dataclass
class _Desk:
    """Lines and payments by their facts."""

    lines: Sequence[Told]
    dues: Sequence[Due]
    found: dict[int, Finding] = field(default_factory=dict)
    used: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.names = {due.pk: plain(due.name) for due in self.dues}
        self.line_names = {line.pk: plain(line.name) for line in self.lines}
        self.open = [due for due in self.dues if due.paid_on is None]
        self.paid = [due for due in self.dues if due.paid_on is not None]
        self.by_number = {due.number.upper(): due for due in self.dues}
        self.by_key = _grouped(self.open, self.key_of_due)
        self.paid_by_key = _grouped(self.paid, self.key_of_due)
        self.open_by_fen = _grouped(self.open, lambda due: due.fen)
        self.paid_by_fen = _grouped(self.paid, lambda due: due.fen)
        self.open_by_payee = _grouped(self.open, lambda due: (self.names[due.pk], due.tail))

    def key_of_due(self, due: Due) -> Key:
        return due.fen, self.names[due.pk], due.tail

    def key_of(self, line: Told) -> Key:
        return line.fen, self.line_names[line.pk], line.tail

    def settle(self, line: Told, verdict: Verdict, dues: Iterable[Due] = (), beside: Iterable[int] = ()) -> None:
        """The line has its verdict, with the payments it may be about."""
        chosen = list(dict.fromkeys(dues))[:MOST_CANDIDATES]
        made = tuple(self.explained(line, due) for due in chosen)
        clean = chosen[0].pk if verdict == Verdict.CLEAN else None
        self.found[line.pk] = Finding(line.pk, verdict, clean, made, tuple(beside))

    def explained(self, line: Told, due: Due) -> Candidate:
        """What agrees between them and what does not; the number only where the bank repeats one."""
        facts = {
            "amount": line.fen == due.fen,
            "name": self.line_names[line.pk] == self.names[due.pk],
            "tail": line.tail == due.tail,
            "day": _in_time(line, due),
        }
        if told := _number(line):
            facts["number"] = told == due.number.upper()
        agrees = tuple(name for name, same in facts.items() if same)
        return Candidate(due.pk, agrees, tuple(name for name, same in facts.items() if not same))

    def left(self, says: Iterable[Says] = Says) -> list[Told]:
        """Lines without a verdict."""
        wanted = set(says)
        return [line for line in self.lines if line.pk not in self.found and line.says in wanted]

    def free(self, dues: Iterable[Due]) -> list[Due]:
        """Payments that no line has been proposed for."""
        return [due for due in dues if due.pk not in self.used]


def match(lines: Sequence[Told], dues: Sequence[Due]) -> list[Finding]:
    """Every line with its verdict, in the order of the lines; no payment is proposed to two of them."""
    desk = _Desk(lines, dues)
    for look in (_taken_back, _by_number, _by_facts, _arrived_before, _pieces, _sums, _nearly, _rest):
        look(desk)
    return [desk.found[line.pk] for line in lines]


def _grouped(rows: Iterable[Due], key: object) -> dict[object, list[Due]]:
    found: dict[object, list[Due]] = defaultdict(list)
    for row in rows:
        found[key(row)].append(row)  # type: ignore[operator]
    return found


def _number(line: Told) -> str:
    """The number of a payment that the bank repeats, if it does."""
    found = NUMBER.search(unicodedata.normalize("NFKC", line.words))
    return found.group().upper() if found else ""


def _in_time(line: Told, due: Due) -> bool:
    if line.says in {Says.PAID, Says.REFUSED} or due.paid_on is None:
        return due.sent_on - EARLY <= line.day <= due.sent_on + LATE
    return due.paid_on <= line.day <= due.paid_on + RETURNS


def _taken_back(desk: _Desk) -> None:
    """Money that came back is never proposed by itself: a person looks why. Other money in is not a payment's."""
    back = [line for line in desk.left() if line.undone or line.says in {Says.RETURNED, Says.REFUND}]
    for line in back:
        alike = [*desk.paid_by_key.get(desk.key_of(line), ()), *desk.by_key.get(desk.key_of(line), ())]
        near = [*desk.paid_by_fen.get(line.fen, ()), *desk.open_by_fen.get(line.fen, ())]
        named = [due] if (due := desk.by_number.get(_number(line))) else []
        ours = [*named, *alike, *(due for due in near if _kin(desk, line, due))]
        if line.undone:
            desk.settle(line, Verdict.REVERSED, ours)
        elif line.says == Says.RETURNED:
            desk.settle(line, Verdict.RETURNED, ours)
        else:
            desk.settle(line, Verdict.INCOMING, ours)


def _kin(desk: _Desk, line: Told, due: Due) -> bool:
    return line.tail == due.tail or desk.line_names[line.pk] == desk.names[due.pk]


def _by_number(desk: _Desk) -> None:
    """The bank repeats our number, amount, name, tail and day agree, and no second line does the same."""
    told: dict[int, list[Told]] = defaultdict(list)
    for line in desk.left():
        due = desk.by_number.get(_number(line))
        if due and due.paid_on is None and desk.key_of(line) == desk.key_of_due(due) and _in_time(line, due):
            told[due.pk].append(line)
    dues = {due.pk: due for due in desk.open}
    for pk, lines in told.items():
        desk.used.add(pk)
        for line in lines:
            desk.settle(line, Verdict.CLEAN if len(lines) == 1 else Verdict.DUPLICATE, [dues[pk]], _others(lines, line))


def _by_facts(desk: _Desk) -> None:
    """One line and one payment of the same facts are clean; more lines than payments are one too many of them."""
    groups: dict[Key, list[Told]] = defaultdict(list)
    for line in desk.left():
        groups[desk.key_of(line)].append(line)
    for key, lines in groups.items():
        dues = desk.free(desk.by_key.get(key, ()))
        fits = [due for due in dues if all(_in_time(line, due) for line in lines)]
        if not fits:
            for line in lines if dues else ():
                desk.settle(line, Verdict.WRONG_DAY, dues)
        elif len(lines) == len(fits) == 1:
            desk.used.add(fits[0].pk)
            desk.settle(lines[0], Verdict.CLEAN, fits)
        else:
            desk.used.update(due.pk for due in fits)
            verdict = Verdict.DUPLICATE if len(lines) > len(fits) else Verdict.ALIKE
            for line in lines:
                desk.settle(line, verdict, fits, _others(lines, line))


def _arrived_before(desk: _Desk) -> None:
    """All facts are those of a payment that has arrived: told twice."""
    for line in desk.left():
        known = [*desk.paid_by_key.get(desk.key_of(line), ()), *desk.by_key.get(desk.key_of(line), ())]
        if known:
            desk.settle(line, Verdict.DUPLICATE, known)


def _pieces(desk: _Desk) -> None:
    """Several lines of one payee add up to one payment."""
    by_payee: dict[tuple[str, str], list[Told]] = defaultdict(list)
    for line in desk.left((Says.PAID,)):
        by_payee[desk.line_names[line.pk], line.tail].append(line)
    for payee, lines in by_payee.items():
        for due in desk.free(desk.open_by_payee.get(payee, ())):
            rest = [line for line in lines if line.pk not in desk.found and line.fen < due.fen and _in_time(line, due)]
            for together in _adding_up(rest[:MOST_LOOKED], due.fen):
                desk.used.add(due.pk)
                for line in together:
                    desk.settle(line, Verdict.SPLIT, [due], _others(together, line))


def _adding_up(lines: Sequence[Told], fen: int) -> Iterable[tuple[Told, ...]]:
    """The first few lines whose sum it is, if there are any."""
    for size in range(2, MOST_PARTS + 1):
        for some in combinations(lines, size):
            if sum(line.fen for line in some) == fen:
                yield some
                return


def _sums(desk: _Desk) -> None:
    """One line is the sum of several payments to one payee."""
    for line in desk.left((Says.PAID,)):
        payee = desk.line_names[line.pk], line.tail
        dues = [due for due in desk.free(desk.open_by_payee.get(payee, ())) if due.fen < line.fen]
        for size in range(2, MOST_PARTS + 1):
            fitting = (some for some in combinations(dues[:MOST_LOOKED], size) if sum(d.fen for d in some) == line.fen)
            if some := next(fitting, None):
                desk.used.update(due.pk for due in some)
                desk.settle(line, Verdict.MERGED, some)
                break


def _nearly(desk: _Desk) -> None:
    """One fact differs: the name, the tail, the amount."""
    for line in desk.left():
        same = desk.free(desk.open_by_fen.get(line.fen, ()))
        payee = desk.line_names[line.pk], line.tail
        if tails := [due for due in same if due.tail == line.tail]:
            desk.settle(line, Verdict.WRONG_NAME, tails)
        elif names := [due for due in same if desk.names[due.pk] == payee[0]]:
            desk.settle(line, Verdict.WRONG_TAIL, names)
        elif other := desk.free(desk.open_by_payee.get(payee, ())):
            desk.settle(line, Verdict.WRONG_AMOUNT, other)


def _rest(desk: _Desk) -> None:
    for line in desk.left():
        named = desk.by_number.get(_number(line))
        desk.settle(line, Verdict.UNKNOWN, [named] if named else [])


def _others(lines: Iterable[Told], one: Told) -> tuple[int, ...]:
    return tuple(line.pk for line in lines if line is not one)
