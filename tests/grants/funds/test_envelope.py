"""The envelope is what sources gave; no project is promised more than it holds."""

from __future__ import annotations

import json

import pytest

from grants.desk.commands import act
from grants.funds import commands as books
from grants.funds.enums import SourceKind
from grants.funds.ledger import available, source_account
from grants.funds.models import Allocation, FundingSource
from grants.funds.queries import balance, check_identities, round_story, standing
from grants.funds.verify import faults
from tests.grants.funds.builders import World, committed, document, doing, project, signed, source
from workflow.models import Step
from workflow.refusals import Refused


def commit(at: World, made):
    return doing(made, lambda it, done: books.commit(it, done=done), actor=at.programme_officer)


def carried(made) -> list[tuple[str, int]]:
    rows = Allocation.objects.filter(project=made).order_by("source_id")
    return [(row.source.name, row.amount_fen) for row in rows if row.amount_fen]


def test_a_source_fills_the_envelope(at: World):
    paper = document(at.finance_officer)
    given = {"kind": "donation", "name": "爱心企业", "amount_fen": 500_000, "intent": "助老"}
    given |= {"source_document": str(paper.pk)}
    act(at.round, "add_source", actor=at.finance_officer, given=given)
    made = FundingSource.objects.get(name="爱心企业")
    assert (made.kind, made.amount_fen, made.intent, made.document) == ("donation", 500_000, "助老", paper)
    at.round.refresh_from_db()
    assert at.round.envelope_fen == balance(available(at.round)) == 10_500_000
    assert balance(source_account(made)) == -500_000
    assert list(faults()) == []


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"kind": "casino"}, "kind"),
        ({"name": ""}, "name"),
        ({"amount_fen": 0}, "amount_fen"),
        ({"intent": "长" * 201}, "intent"),
        ({"source_document": "nothing"}, "source_document"),
    ],
)
def test_a_source_is_described_completely(at: World, wrong, field):
    given = {"kind": "donation", "name": "爱心企业", "amount_fen": 500_000} | wrong
    with pytest.raises(Refused) as refused:
        act(at.round, "add_source", actor=at.finance_officer, given=given)
    assert refused.value.codes == (field,)


def test_a_source_name_is_used_once_in_a_round(at: World):
    given = {"kind": "donation", "name": "爱心企业", "amount_fen": 500_000}
    act(at.round, "add_source", actor=at.finance_officer, given=given)
    with pytest.raises(Refused) as refused:
        act(at.round, "add_source", actor=at.finance_officer, given=given)
    assert refused.value.codes == ("name",)


def test_a_donor_takes_back_what_no_project_draws_on(at: World):
    gift = source(at, 500_000, SourceKind.DONATION)
    act(at.round, "withdraw_source", actor=at.finance_officer, given={"source": str(gift.pk), "reason": "捐赠人撤回"})
    gift.refresh_from_db()
    at.round.refresh_from_db()
    assert gift.withdrawn_at
    assert at.round.envelope_fen == balance(available(at.round)) == 10_000_000
    assert balance(source_account(gift)) == 0
    assert list(faults()) == []


def withdrawal(at: World, chosen: str) -> tuple[str, ...]:
    with pytest.raises(Refused) as refused:
        act(at.round, "withdraw_source", actor=at.finance_officer, given={"source": chosen, "reason": "撤回"})
    return tuple(str(reason.message) for reason in refused.value.reasons)


def test_a_source_in_use_stays(at: World):
    committed(at)
    used = FundingSource.objects.get()
    assert withdrawal(at, str(used.pk)) == ("已有 25,833.00 元安排给项目，请先更换资金来源。",)
    with pytest.raises(Refused) as refused:
        doing(at.round, lambda it, done: books.withdraw_source(used, it, done=done), actor=at.finance_officer)
    assert refused.value.codes == ("source_in_use",)


def test_a_source_is_withdrawn_once(at: World):
    gift = source(at, 500_000)
    act(at.round, "withdraw_source", actor=at.finance_officer, given={"source": str(gift.pk), "reason": "撤回"})
    assert withdrawal(at, str(gift.pk)) == ("请选择一项没有撤回的资金来源。",)
    assert withdrawal(at, "999") == ("请选择一项没有撤回的资金来源。",)


def test_an_envelope_never_falls_below_its_promises(at: World):
    free = source(at, 500_000)
    at.round.refresh_from_db()
    at.round.committed_fen = at.round.envelope_fen
    at.round.save()
    assert withdrawal(at, str(free.pk)) == ("撤回后，本轮资金不够已经立项的项目。",)
    with pytest.raises(Refused) as refused:
        doing(at.round, lambda it, done: books.withdraw_source(free, it, done=done), actor=at.finance_officer)
    assert refused.value.codes == ("envelope_committed",)


def test_a_grant_is_set_aside_in_envelope_and_books(at: World):
    made = committed(at)
    assert made.round.committed_fen == 2_583_300
    assert balance(available(at.round)) == 10_000_000 - 2_583_300
    story = standing(made)
    assert (story.granted, story.undrawn, story.paid, story.released) == (2_583_300, 2_583_300, 0, 0)
    assert check_identities(made) == []


def test_sources_carry_a_grant_in_the_order_they_came(at: World):
    first = FundingSource.objects.get()
    second = source(at, 2_000_000)
    one, other = committed(at, 9_000_000), committed(at, 2_500_000)
    assert carried(one) == [(first.name, 9_000_000)]
    assert carried(other) == [(first.name, 1_000_000), (second.name, 1_500_000)]
    assert list(faults()) == []


def test_no_grant_beyond_the_envelope(at: World):
    committed(at, 9_000_000)
    with pytest.raises(Refused) as refused:
        commit(at, project(at, 1_000_001))
    assert refused.value.codes == ("envelope_exhausted",)
    assert str(refused.value) == "本轮资金余额不足 10,000.01 元。"


def test_no_grant_beyond_the_sources(at: World):
    at.round.envelope_fen += 1
    at.round.save()
    with pytest.raises(Refused) as refused:
        commit(at, project(at, 10_000_001))
    assert refused.value.codes == ("sources_exhausted",)
    assert str(refused.value) == "各项资金来源的余额还差 0.01 元。"


def test_a_project_changes_its_source_when_a_donor_leaves(at: World):
    leaving = FundingSource.objects.get()
    made = signed(at)
    staying = source(at, 3_000_000)
    moved = doing(made, lambda it, done: books.reallocate(it, leaving, done=done), actor=at.programme_officer)
    assert moved == 2_583_300
    assert carried(made) == [(staying.name, 2_583_300)]
    assert json.loads(Step.objects.get(ref=f"project:{made.pk}:{made.steps}").payload)["facts"][0][0] == "allocations"
    again = doing(made, lambda it, done: books.reallocate(it, leaving, done=done), actor=at.programme_officer)
    assert again == 0
    leaving.refresh_from_db()
    assert leaving.committed_fen == 0
    assert list(faults()) == []


def test_a_source_cannot_be_replaced_by_nothing(at: World):
    made, leaving = committed(at), FundingSource.objects.get()
    with pytest.raises(Refused) as refused:
        doing(made, lambda it, done: books.reallocate(it, leaving, done=done), actor=at.programme_officer)
    assert refused.value.codes == ("sources_exhausted",)


def test_books_that_have_parted_refuse_to_go_on(at: World):
    made = committed(at)
    Allocation.objects.filter(project=made).delete()
    with pytest.raises(Refused) as refused:
        doing(made, lambda it, done: books.release(it, 100, memo="释放", done=done), actor=at.finance_officer)
    assert refused.value.codes == ("books_broken",)


def test_the_round_tells_where_its_money_is(at: World):
    committed(at, 1_000_000)
    committed(at, 2_000_000)
    story = round_story(at.round)
    assert (story.envelope, story.available, story.projects.granted) == (10_000_000, 7_000_000, 3_000_000)
