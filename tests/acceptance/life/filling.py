"""What people fill in: a plausible answer to every field that a form asks for, and answers that are not."""

from __future__ import annotations

import datetime as dt
from itertools import count
from typing import TYPE_CHECKING, Any

from grants.awards.models import Meeting, OfficialNotice
from grants.awards.rules.announcing import FOR_MOVE
from grants.funds.models import BankLine, Batch, Payment
from grants.funds.queries import standing
from grants.people.models import User
from grants.programmes.queries import rules_of
from grants.settlement.queries import live_vouchers
from tests.factories import a_document
from workflow import clock
from workflow.machine import Stateful
from workflow.rules import Ask, asks_of
from workflow.table import Deed

if TYPE_CHECKING:
    from tests.acceptance.life.stage import Life

TEXT = "经核对材料齐全、情况属实，按规定办理，并将继续跟踪后续进展情况。"
_serial = count(1)
MARKS = {"goals": 37, "outcome": 18, "money": 27, "files": 9}
DAYS = {"due_on": 5, "start_date": 20, "end_date": 20 + 270, "ends_on": 25}
LINE_FOR = {"pay": "paid", "bank_refused": "refused", "bank_returned": "returned", "reverse": "returned"}


def fill(life: Life, record: Stateful, deed: Deed, actor: User, *, paper: bool = False) -> dict[str, Any]:
    """A plausible form: what has to be on record first (minutes, a notice, a bank line, a batch) is put there."""
    with clock.held(life.at):
        asks = asks_of(deed, record, by_paper=paper)
    given = {ask.name: _answer(life, record, deed, ask, actor) for ask in asks if ask.required or ask.name in ALWAYS}
    if deed.name == "send":
        given["reauthenticated_at"] = life.at.isoformat()
    return {name: value for name, value in given.items() if value is not None}


ALWAYS = {
    *("number", "photo", "recusal_note", "own_error", "cut_reason", "voucher_no", "meeting", "organisation", "breach"),
    *("change_reason", "held_on", "place", "volunteers", "minutes_each", "served"),
}
"""Optional fields that a careful person fills in all the same."""


def _answer(life: Life, record: Any, deed: Deed, ask: Ask, actor: User) -> Any:
    maker = getattr(_Answers, f"{deed.name}__{ask.name}", None) or getattr(_Answers, ask.name, None)
    if maker:
        return maker(life, record, deed, actor)
    if ask.kind == "document":
        with clock.held(life.at):
            return str(a_document(actor, ask.name).pk)
    if ask.kind in {"choice", "choices"}:
        with clock.held(life.at):
            found = [value for value, _label in ask.choices(record, actor)] if ask.choices else []
        return found if ask.kind == "choices" else next(iter(found), None)
    if ask.kind == "date":
        return life.in_days(DAYS.get(ask.name, 0))
    if ask.kind == "half":
        return _mark(record, ask.name, 80)
    return {"yes": True, "number": MARKS.get(ask.name, 1), "money": 1_234}.get(ask.kind, TEXT)


def _mark(project: Any, code: str, percent: int) -> int:
    weight = next(item.weight for item in rules_of(project.round).rubric.criteria if item.code == code)
    return weight * 2 * percent // 100


class _Answers:
    """Answers by the name of the field, or by deed and field."""

    @staticmethod
    def rank(*_of: Any) -> int:
        return next(_serial)

    reserve_order = rank

    @staticmethod
    def number(life: Life, record: Any, deed: Deed, actor: User) -> str:
        return f"浙红〔{life.today.year}〕{next(_serial)}号"

    @staticmethod
    def reference(*_of: Any) -> str:
        return f"BOC{next(_serial):09d}"

    bank_ref = reference

    @staticmethod
    def voucher_no(*_of: Any) -> str:
        return f"26332000000{next(_serial):09d}"

    @staticmethod
    def account_no(_life: Life, record: Any, *_of: Any) -> str:
        return f"12020212090{record.pk:04d}{record.payee_accounts.count():04d}"

    account_again = account_no

    @staticmethod
    def account_tail(*_of: Any) -> str:
        return "1234"

    @staticmethod
    def holder(life: Life, record: Any, deed: Deed, actor: User) -> str:
        return str(record.payee.name if record.payee else record.team.name)

    @staticmethod
    def name(*_of: Any) -> str:
        return f"名称{next(_serial)}"

    @staticmethod
    def log_activity__name(*_of: Any) -> str:
        return "社区救护课 1"

    @staticmethod
    def minutes_each(*_of: Any) -> int:
        return 120

    @staticmethod
    def served(*_of: Any) -> int:
        return 40

    @staticmethod
    def shortlist__amount_fen(life: Life, record: Any, deed: Deed, actor: User) -> int:
        return int(record.requested_fen)

    @staticmethod
    def add_source__amount_fen(*_of: Any) -> int:
        return 6_000_000

    @staticmethod
    def gross_fen(life: Life, record: Any, deed: Deed, actor: User) -> int:
        return 500_000

    claimed_fen = gross_fen

    @staticmethod
    def accepted_fen(life: Life, record: Any, deed: Deed, actor: User) -> int:
        voucher = live_vouchers(record).order_by("number").first()
        return voucher.claimed_fen if voucher else 0

    @staticmethod
    def voucher(life: Life, record: Any, deed: Deed, actor: User) -> str | None:
        found = record.vouchers.filter(withdrawn_at__isnull=True).order_by("-accepted_fen", "number")
        undecided = found.filter(accepted_fen__isnull=True).first() or found.first()
        return str(undecided.number) if undecided else None

    @staticmethod
    def text(life: Life, record: Any, deed: Deed, actor: User) -> str:
        return str(record.configuration.text)

    @staticmethod
    def digest(life: Life, record: Any, deed: Deed, actor: User) -> str:
        return str(record.configuration.digest)

    @staticmethod
    def call_closes_on(life: Life, record: Any, deed: Deed, actor: User) -> str:
        closes = record.call_closes_at or life.at
        return str((closes.date() + dt.timedelta(days=2)).isoformat())

    @staticmethod
    def organisation(life: Life, record: Any, deed: Deed, actor: User) -> str:
        return str(life.cast.places["330100"].pk)

    @staticmethod
    def meeting(life: Life, record: Any, deed: Deed, actor: User) -> str | None:
        return str(found.pk) if (found := Meeting.objects.order_by("-pk").first()) else _registered(life, Meeting)

    @staticmethod
    def notice(life: Life, record: Any, deed: Deed, actor: User) -> str | None:
        return _registered(
            life, OfficialNotice, kind=str(FOR_MOVE.get(deed.name, "publicity")), ends_on=life.in_days(25)
        )

    @staticmethod
    def correction(life: Life, record: Any, deed: Deed, actor: User) -> str | None:
        return _registered(life, OfficialNotice, kind="correction")

    @staticmethod
    def batch(life: Life, record: Any, deed: Deed, actor: User) -> str | None:
        found = Batch.objects.filter(frozen_at__isnull=True).order_by("-count", "pk").first()
        if found is None:
            _beside(life, "open_batch")
            found = Batch.objects.filter(frozen_at__isnull=True).first()
        return str(found.number) if found else None

    @staticmethod
    def line(life: Life, record: Any, deed: Deed, actor: User) -> str | None:
        if isinstance(record, Payment):
            kind, fen = LINE_FOR.get(deed.name, "paid"), record.amount_fen
            tail = record.account.account_no[-4:] if record.account else "1234"
        else:
            kind, fen, tail = "refund", max(1, standing(record).held), "1234"
        given = {"kind": kind, "amount_fen": fen, "counterparty": "收款单位", "account_tail": tail}
        return _registered(life, BankLine, **given)

    @staticmethod
    def leaving(life: Life, record: Any, deed: Deed, actor: User) -> str | None:
        seat = record.assignments.filter(left_at__isnull=True).first()
        return str(seat.reviewer_id) if seat else None


REGISTERED_BY = {Meeting: "record_meeting", OfficialNotice: "issue_notice", BankLine: "record_bank_line"}


def _registered(life: Life, model: Any, **given: Any) -> str | None:
    """A paper of the round that is put on record now; None where the round takes none."""
    if not _beside(life, REGISTERED_BY[model], **given):
        return None
    found = model.objects.latest("pk")
    return str(found.reference if model is BankLine else found.pk)


def _beside(life: Life, name: str, **given: Any) -> bool:
    """Whether an act of the round that something else needs was done."""
    round_ = life.fresh("round")
    deed = round_.machine().deeds[name]
    makers = life.makers(round_, deed)
    if not makers or str(round_.state) not in deed.sources:
        return False
    facts = fill(life, round_, deed, makers[0]) | given
    return life.attempt(life.fresh("round"), name, makers[0], facts) is None


# Answers that are not plausible ---------------------------------------------------------------------------------

BAD = (
    "left out",
    "empty",
    "one fen more",
    "nothing",
    "less than nothing",
    "far too much",
    "beyond any number",
    "unknown",
    "long ago",
    "never",
    "somebody else's",
    "no text",
    "a list",
    "a tick",
    "too long",
)


def spoil(given: dict[str, Any], how: str, which: int, foreign: str) -> dict[str, Any]:
    """The same form with one answer spoilt, or with one that it did not ask for when there is none to spoil."""
    names = sorted(given) or ["reason"]
    name = names[which % len(names)]
    if how == "left out":
        return {key: value for key, value in given.items() if key != name}
    value = given.get(name)
    figure = value if isinstance(value, int) and not isinstance(value, bool) else 0
    spoilt = {
        "empty": "",
        "one fen more": figure + 1,
        "nothing": 0,
        "less than nothing": -1 - figure,
        "far too much": 10**15,
        "beyond any number": 10**30,
        "unknown": "987654321",
        "long ago": "1999-12-31",
        "never": "2026-02-30",
        "somebody else's": foreign,
        "no text": None,
        "a list": [value],
        "a tick": True,
        "too long": "长" * 3000,
    }
    return given | {name: spoilt[how]}
