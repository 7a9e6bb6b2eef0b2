"""An entry is proven by its step, balanced by construction, and corrected only by its mirror image."""

from __future__ import annotations

import json

import pytest

from grants.funds import commands as books
from grants.funds.enums import AccountKind as K
from grants.funds.ledger import available, described, digest_of, name_of, project_account
from grants.funds.models import Account, Entry
from grants.funds.queries import balance
from tests.grants.funds.builders import DAY, World, committed, disbursed, doing, project
from workflow.models import Step
from workflow.refusals import Refused


def flow(it, debit: K, credit: K, fen: int = 100):
    return (project_account(it, debit), project_account(it, credit), fen)


def spend(it, done, fen: int = 100, **more):
    return books.post(date=DAY, memo="场地费", postings=[flow(it, K.HELD, K.UNDRAWN, fen)], done=done, **more)


def test_the_step_carries_the_digest_of_its_entry(at: World):
    made = committed(at)
    entry = Entry.objects.get(step=Step.objects.get(machine="project", object_id=made.pk))
    facts = json.loads(entry.step.payload)["facts"]
    assert facts == [["entry", f"{entry.step_id}/1", entry.digest]]
    assert entry.digest == digest_of(entry, entry.postings.all())


def test_entries_of_one_step_are_numbered(at: World):
    made = disbursed(at)
    entries = doing(made, lambda it, done: [spend(it, done), spend(it, done)], actor=at.cashier)
    assert [entry.key.rpartition("/")[2] for entry in entries] == ["1", "2"]


def test_a_bank_reference_is_entered_once(at: World):
    made = disbursed(at)
    doing(made, lambda it, done: spend(it, done, external_ref="ABC"), actor=at.cashier)
    with pytest.raises(Refused) as refused:
        doing(made, lambda it, done: spend(it, done, external_ref="ABC"), actor=at.cashier)
    assert refused.value.codes == ("reference_used",)


@pytest.mark.parametrize("fen", [0, -5, True, 1.5])
def test_only_whole_fen_above_zero_are_entered(at: World, fen):
    made = disbursed(at)
    with pytest.raises(ValueError, match="fen"):
        doing(made, lambda it, done: spend(it, done, fen), actor=at.cashier)


def test_an_entry_needs_a_posting(at: World):
    made = disbursed(at)
    with pytest.raises(ValueError, match="posting"):
        doing(made, lambda _it, done: books.post(date=DAY, memo="空", postings=[], done=done), actor=at.cashier)


def test_money_goes_only_the_known_ways(at: World):
    made = disbursed(at)
    with pytest.raises(ValueError, match="no way"):
        doing(
            made,
            lambda it, done: books.post(date=DAY, memo="x", postings=[flow(it, K.KEPT, K.UNDRAWN)], done=done),
            actor=at.cashier,
        )


def test_money_does_not_pass_between_projects(at: World):
    one, other = disbursed(at), disbursed(at)
    across = (project_account(one, K.HELD), project_account(other, K.UNDRAWN), 1)
    with pytest.raises(ValueError, match="no way"):
        doing(one, lambda _it, done: books.post(date=DAY, memo="x", postings=[across], done=done), actor=at.cashier)


def test_a_long_memo_is_cut(at: World):
    made = disbursed(at)
    entry = doing(
        made,
        lambda it, done: books.post(date=DAY, memo="长" * 300, postings=[flow(it, K.HELD, K.UNDRAWN)], done=done),
        actor=at.cashier,
    )
    assert entry.memo == "长" * 200


def test_a_reversal_is_the_mirror_image_and_happens_once(at: World):
    made = disbursed(at)
    entry = doing(made, spend, actor=at.cashier)
    before = balance(project_account(made, K.HELD))
    mirror = doing(made, lambda _it, done: books.reverse(entry, done=done), actor=at.cashier)
    assert balance(project_account(made, K.HELD)) == before - 100
    assert mirror.reverses == entry
    assert mirror.memo == "冲销：场地费"
    with pytest.raises(Refused):
        doing(made, lambda _it, done: books.reverse(entry, done=done), actor=at.cashier)
    with pytest.raises(ValueError, match="reversal"):
        doing(made, lambda _it, done: books.reverse(mirror, done=done), actor=at.cashier)


def test_every_account_has_the_name_its_owner_gives_it(at: World):
    made = disbursed(at)
    doing(made, lambda it, done: books.spend(it, "VENUE", 500, "场地", done=done), actor=at.finance_officer)
    accounts = Account.objects.select_related("round")
    assert {account.name for account in accounts} == {name_of(account) for account in accounts}
    assert f"project:{made.pk}:spent:VENUE" in {account.name for account in accounts}


@pytest.mark.parametrize("name", ["cash", "project:1:cash", "project:1:spent", "round:X:held", "project:1:held:X"])
def test_no_account_is_opened_outside_the_grammar(at: World, name: str):
    with pytest.raises(ValueError, match="No account"):
        described(name)


def test_an_account_that_was_never_used_has_no_balance(at: World):
    assert balance(project_account(project(at), K.HELD)) == 0
    assert balance(available(at.round)) == 10_000_000
