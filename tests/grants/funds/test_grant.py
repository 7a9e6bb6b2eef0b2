"""A grant becomes tranches that add up to it to the fen; what will not be paid goes back to the envelope."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grants.desk.commands import act
from grants.funds import commands as books
from grants.funds import reactions
from grants.funds.ledger import available
from grants.funds.models import FundingSource
from grants.funds.queries import balance, check_identities, standing
from grants.kernel.money import split_grant
from grants.programmes.profile import load_profile
from tests.grants.funds.builders import (
    World,
    agreement,
    approved,
    committed,
    disbursed,
    doing,
    pay_out,
    put,
    requested,
    signed,
    unsound,
    verified_account,
)
from workflow.deadlines import deadline
from workflow.lifecycle import ProjectState
from workflow.refusals import Refused


def release(at: World, made, fen: int):
    return doing(made, lambda it, done: books.release(it, fen, memo="核减", done=done), actor=at.programme_officer)


@pytest.mark.parametrize(
    ("scheme", "parts"),
    [
        ("A", [1_808_310, 774_990]),
        ("B", [1_291_650, 1_033_320, 258_330]),
        ("C", [2_583_300]),
        ("D", [2_324_970, 258_330]),
    ],
)
def test_tranches_follow_the_scheme_of_the_agreement(at: World, scheme: str, parts: list[int]):
    made = signed(at, scheme=scheme)
    assert list(made.tranches.values_list("planned_fen", flat=True)) == parts
    assert check_identities(made) == []
    assert unsound() == []


@given(fen=st.integers(1, 99_999_999_999), scheme=st.sampled_from(["A", "B", "C", "D"]))
def test_tranches_add_up_to_the_fen(fen: int, scheme: str):
    plans = next(found for found in load_profile("qingnuan").disbursement.schemes if found.code == scheme).tranches
    parts = split_grant(fen, [plan.share for plan in plans])
    assert sum(parts) == fen
    assert min(parts) >= 0


def test_an_agreement_is_obliged_once(at: World):
    made = signed(at)
    with pytest.raises(Refused) as refused:
        doing(made, reactions.oblige_grant, actor=at.programme_officer)
    assert refused.value.codes == ("books_broken",)


def test_signing_sets_tranches_and_the_day_of_the_first_payment(at: World):
    made = committed(at)
    agreement(made, "B")
    doing(made, reactions.oblige_grant, actor=at.programme_officer)
    assert made.tranches.count() == 3
    due = deadline(made, "first_payment")
    assert due is not None
    assert (due.amount, due.unit, due.provisional) == (20, "wd", True)


def test_a_scheme_that_the_round_does_not_know_is_refused(at: World):
    made = committed(at)
    with pytest.raises(Refused) as refused:
        doing(made, reactions.oblige_grant, actor=at.programme_officer)
    assert refused.value.codes == ("scheme",)


@pytest.mark.parametrize("move", ["revoke", "give_up", "forfeit"])
def test_what_was_promised_goes_back_when_the_grant_is_lost(at: World, move: str):
    made = committed(at) if move != "revoke" else signed(at)
    doing(made, reactions.release_grant, actor=at.programme_officer)
    put(made, ProjectState.REVOKED)
    story = standing(made)
    assert (story.granted, story.released, story.undrawn) == (2_583_300, 2_583_300, 0)
    at.round.refresh_from_db()
    assert at.round.committed_fen == 0
    assert balance(available(at.round)) == 10_000_000
    assert FundingSource.objects.get().committed_fen == 0
    assert unsound() == []


def test_a_grant_lost_before_anything_was_promised_releases_nothing(at: World):
    made = committed(at)
    doing(made, reactions.release_grant, actor=at.programme_officer)
    doing(made, reactions.release_grant, actor=at.programme_officer)
    doing(made, reactions.release_undrawn, actor=at.finance_officer)
    assert standing(made).released == 2_583_300


def test_a_reduced_grant_shortens_the_last_tranches_first(at: World):
    made = signed(at, 1_000_000, "B")
    pay_out(at, made, 500_000)
    release(at, made, 150_000)
    assert list(made.tranches.values_list("released_fen", flat=True)) == [0, 50_000, 100_000]
    assert (made.released_fen, standing(made).undrawn) == (150_000, 350_000)
    assert unsound() == []


def test_no_more_is_released_than_is_undrawn(at: World):
    made = disbursed(at, 1_000_000, paid=700_000)
    with pytest.raises(Refused) as refused:
        release(at, made, 300_001)
    assert refused.value.codes == ("nothing_to_release",)
    assert str(refused.value) == "未拨的资金不足 3,000.01 元。"


def test_a_grant_reduced_before_the_agreement_is_promised_at_the_rest(at: World):
    made = committed(at, 1_000_000)
    release(at, made, 100_000)
    agreement(made, "A")
    doing(made, reactions.oblige_grant, actor=at.programme_officer)
    assert list(made.tranches.values_list("planned_fen", flat=True)) == [630_000, 270_000]
    assert check_identities(made) == []
    assert unsound() == []


def test_what_a_payment_waits_for_is_not_released(at: World):
    made = signed(at, 1_000_000, "A")
    verified_account(at, made)
    approved(at, requested(at, made))
    release(at, made, 300_000)
    with pytest.raises(Refused) as refused:
        release(at, made, 1)
    assert refused.value.codes == ("payment_waiting",)


def test_at_the_end_the_undrawn_rest_goes_back(at: World):
    made = disbursed(at, 1_000_000, paid=700_000)
    put(made, ProjectState.SETTLING)
    act(made, "release_undrawn", actor=at.finance_officer)
    assert (made.paid_fen, made.released_fen, made.undrawn_fen) == (700_000, 300_000, 0)
    at.round.refresh_from_db()
    assert at.round.committed_fen == 700_000
    assert unsound() == []
