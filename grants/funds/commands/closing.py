"""The books of a round are closed up to a day, and opened again; subjects are named. Each joins its step."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext

from grants.funds.counting import broken, refused, reread
from grants.funds.enums import AccountKind as K
from grants.funds.models import Closing, Reopening, Subject
from grants.funds.rules.closing import subject_in
from grants.funds.trial import accounts_summed, closed_by, digest_of, entries_in
from grants.programmes.models import Round
from workflow import chain
from workflow.effects import Done
from workflow.refusals import Refused


def close(round_: Round, through: dt.date, *, done: Done) -> Closing:
    """The books stand up to the day; the step proves what every account then sums to. Raises Refused.

    The round's row is locked by its step, so no entry of an earlier day is on its way: see `funds.days.open_day`.
    """
    rows = accounts_summed(round_, through)
    debits, credits_ = sum(debit for _name, debit, _c in rows), sum(credit for _name, _d, credit in rows)
    if debits != credits_:
        raise Refused([broken()])
    closing = Closing.objects.create(
        round=round_,
        through=through,
        digest=digest_of(rows),
        entries=entries_in(round_, through),
        total_fen=debits,
        step_id=done.ref,
    )
    _closed_to(round_, through)
    done.prove("closing", f"{round_.code}/{through.isoformat()}", closing.digest)
    return closing


def reopen(round_: Round, *, done: Done) -> Reopening:
    """The latest closing no longer holds; the books stand as far as the one before it. Raises Refused."""
    closing = closed_by(round_)
    if closing is None:
        raise refused("not_closed", gettext("本轮的账没有结过。"))
    made = Reopening.objects.create(closing=closing, step_id=done.ref)
    before = closed_by(round_)
    _closed_to(round_, before.through if before else None)
    done.prove("reopening", f"{round_.code}/{closing.through.isoformat()}", closing.digest)
    return made


def _closed_to(round_: Round, through: dt.date | None) -> None:
    Round.objects.filter(pk=round_.pk).update(closed_through=through)
    reread(round_, "closed_through")


def name_subjects(round_: Round, *, done: Done) -> list[Subject]:
    """Every kind of account has the subject that was given, or none; the step proves the table."""
    table = {kind.value: subject_in(done.given, kind) for kind in K}
    rows = [
        Subject(round=round_, kind=kind, code=code, name=name, step_id=done.ref) for kind, (code, name) in table.items()
    ]
    done.prove("subjects", round_.code, chain.digest(chain.canonical({kind: list(to) for kind, to in table.items()})))
    return Subject.objects.bulk_create(rows)
