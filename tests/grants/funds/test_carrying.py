"""Unspent money goes on to a later year with what it is tied to; tied money carries only what it may."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
from django.db import Error, connection, transaction

from grants.applications.models import BudgetLine, BudgetVersion
from grants.desk.auditing.sums import findings
from grants.desk.commands import act
from grants.funds import commands as books
from grants.funds.ledger import available, source_account
from grants.funds.models import Allocation, Entry, FundingSource, SourceLimit
from grants.funds.queries import balance, round_story
from grants.funds.restricting import rooms, terms_of
from grants.funds.verify import faults
from grants.people.enums import Level
from tests.factories import together
from tests.grants.funds.builders import (
    World,
    approved,
    committed,
    doing,
    meeting,
    new_round,
    person,
    place,
    project,
    requested,
    signed,
    source,
    verified_account,
)
from workflow.actions import blocked
from workflow.guards_sql import lifted
from workflow.refusals import Refused


@pytest.fixture
def later(at: World) -> Any:
    """The round of the year after."""
    made = new_round(at.province)
    made.year = at.round.year + 1
    made.save()
    return made


def carry(at: World, into: Any, fen: int, name: str = "", **given: Any) -> None:
    chosen = FundingSource.objects.get(round=at.round, name=name) if name else FundingSource.objects.earliest("pk")
    asked = {"source": str(chosen.pk), "into": str(into.pk), "amount_fen": fen, "meeting": str(meeting(at).pk)}
    asked |= {"reason": "当年未用完，经会议同意结转"} | given
    together(at.round, "carry_over", by=at.finance_officer, endorsed_by=at.finance_approver, **asked)


def give(at: World, fen: int = 3_000_000, **terms: Any) -> FundingSource:
    """A donor's money with its terms, entered by finance."""
    given = {"kind": "donation", "name": f"捐赠{FundingSource.objects.count()}", "amount_fen": fen, **terms}
    act(at.round, "add_source", actor=at.finance_officer, given=given)
    return FundingSource.objects.latest("pk")


def refused(at: World, into: Any, fen: int, **given: Any) -> tuple[str, ...]:
    with pytest.raises(Refused) as told:
        carry(at, into, fen, **given)
    return told.value.codes


def carried(made: Any) -> dict[int, int]:
    rows = Allocation.objects.filter(project=made, amount_fen__gt=0)
    return {row.source_id: row.amount_fen for row in rows}


# From one year to the next -----------------------------------------------------------------------------------------


def test_what_no_project_was_promised_is_a_source_of_the_later_year(at: World, later: Any):
    gift = give(at, 3_000_000, intent="助老", only_areas="莲都", most_pct=50)
    committed(at)
    carry(at, later, 1_500_000, gift.name)
    made = FundingSource.objects.get(round=later)
    assert (made.origin, made.amount_fen, made.kind, made.intent, made.most_pct) == (gift, 1_500_000, *facts(gift))
    assert made.name == f"{gift.name}（2027年结转）"
    assert [limit.area for limit in made.limits.all()] == [at.county]
    gift.refresh_from_db()
    at.round.refresh_from_db()
    later.refresh_from_db()
    assert (gift.carried_fen, at.round.envelope_fen, later.envelope_fen) == (1_500_000, 11_500_000, 1_500_000)
    assert balance(source_account(gift)) == balance(source_account(made)) == -1_500_000
    assert balance(available(later)) == round_story(later).envelope == 1_500_000
    assert (list(faults()), list(findings())) == ([], [])


def facts(one: FundingSource) -> tuple[str, str, int | None]:
    return one.kind, one.intent, one.most_pct


def test_both_entries_rest_on_the_minutes_and_stand_in_one_step(at: World, later: Any):
    carry(at, later, 1_000_000)
    out, into = Entry.objects.order_by("-pk")[:2][::-1]
    assert out.step_id == into.step_id
    assert out.document == into.document is not None
    assert (out.memo[:4], into.memo[:4]) == ("结转下年", "上年结转")


def test_a_second_time_has_a_name_of_its_own(at: World, later: Any):
    first = FundingSource.objects.get()
    for _time in range(2):
        carry(at, later, 1_000_000, first.name)
    names = [one.name for one in FundingSource.objects.filter(round=later).order_by("pk")]
    assert names == [f"{first.name}（2027年结转）", f"{first.name}（2027年结转2）"]
    assert list(faults()) == []


def test_no_more_goes_on_than_is_free(at: World, later: Any):
    committed(at)
    assert refused(at, later, 10_000_000 - 2_583_300 + 1) == ("amount_fen",)
    assert refused(at, later, 0) == ("amount_fen",)
    used = FundingSource.objects.get()
    with pytest.raises(Refused) as told:
        doing(
            at.round,
            lambda it, done: books.carry_over(used, it, later, 9_000_000, name="结转", done=done),
            actor=at.finance_officer,
        )
    assert told.value.codes == ("not_free",)


def test_money_goes_on_only_forward_and_only_by_minutes(at: World, later: Any):
    earlier = new_round(at.province)
    earlier.year = at.round.year - 1
    earlier.save()
    assert refused(at, earlier, 1) == ("into",)
    assert refused(at, at.round, 1) == ("into",)
    assert refused(at, later, 1, meeting="0") == ("no_minutes",)
    assert refused(at, later, 1, source="0") == ("source",)


def test_an_envelope_keeps_what_it_promised(at: World, later: Any):
    at.round.committed_fen = at.round.envelope_fen
    at.round.save()
    assert refused(at, later, 1) == ("amount_fen",)
    free = FundingSource.objects.get()
    with pytest.raises(Refused) as told:
        doing(
            at.round,
            lambda it, done: books.carry_over(free, it, later, 1, name="结转", done=done),
            actor=at.finance_officer,
        )
    assert told.value.codes == ("envelope_committed",)


def test_what_went_on_is_withdrawn_where_it_went(at: World, later: Any):
    gift = give(at)
    carry(at, later, 3_000_000, gift.name)
    given = {"source": str(gift.pk), "reason": "撤回"}
    with pytest.raises(Refused) as told:
        act(at.round, "withdraw_source", actor=at.finance_officer, given=given)
    assert told.value.codes == ("source",)
    there = FundingSource.objects.get(round=later)
    act(later, "withdraw_source", actor=at.finance_officer, given={"source": str(there.pk), "reason": "捐赠人撤回"})
    assert (list(faults()), list(findings())) == ([], [])


# What money is tied to ---------------------------------------------------------------------------------------------


def test_tied_money_is_used_first_and_only_where_it_may(at: World):
    free = FundingSource.objects.get()
    aged = give(at, 1_000_000, only_fields=["ELDERLY"])
    here, there = project(at, 2_000_000, field="ELDERLY"), project(at, 2_000_000, field="FIRST_AID")
    for one in (here, there):
        doing(one, commit, actor=at.programme_officer)
    assert carried(here) == {aged.pk: 1_000_000, free.pk: 1_000_000}
    assert carried(there) == {free.pk: 2_000_000}
    assert list(faults()) == []


def commit(it: Any, done: Any) -> Any:
    return books.commit(it, done=done)


def test_money_for_a_place_is_for_everything_below_it(at: World):
    gift = give(at, only_areas="浙江省红十字会")
    made = project(at, 2_000_000)
    doing(made, commit, actor=at.programme_officer)
    assert carried(made) == {gift.pk: 2_000_000}


def test_a_source_carries_no_more_than_its_share_of_a_project(at: World):
    free, half = FundingSource.objects.get(), give(at, most_pct=50)
    made = project(at, 2_000_001)
    doing(made, commit, actor=at.programme_officer)
    assert carried(made) == {half.pk: 1_000_000, free.pk: 1_000_001}


def test_money_for_a_purpose_carries_no_more_than_the_budget_has_of_it(at: World):
    free, tied = FundingSource.objects.get(), give(at, only_categories=["ACT_MATERIAL"])
    made = project(at, 2_000_000)
    budget(made, ACT_MATERIAL=300_000, VENUE=1_700_000)
    doing(made, commit, actor=at.programme_officer)
    assert carried(made) == {tied.pk: 300_000, free.pk: 1_700_000}


def budget(made: Any, **lines: int) -> None:
    number = made.budgets.count() + 1
    made_at = made.round.configuration.made_at
    version = BudgetVersion.objects.create(
        project=made, number=number, made_by=person("leader"), made_at=made_at, locked_at=made_at
    )
    for category, fen in lines.items():
        BudgetLine.objects.create(
            budget=version, category=category, item=category, unit="项", unit_price_fen=fen, quantity=1, amount_fen=fen
        )


def test_a_grant_that_only_unsuited_money_could_carry_is_refused_with_the_terms(at: World):
    free = FundingSource.objects.get()
    give(at, 9_000_000, only_fields=["ELDERLY"])
    made = project(at, 10_500_000, field="FIRST_AID")
    told_before = {one.code: str(one.message) for one in blocked(made, "approve", at.programme_officer)}
    assert free.free_fen == 10_000_000
    assert told_before["sources_unsuited"] == "能用于这个项目的资金来源还差 5,000.00 元：“捐赠1”只用于养老服务。"
    with pytest.raises(Refused) as told:
        doing(made, commit, actor=at.programme_officer)
    assert told.value.codes == ("sources_exhausted",)


def test_a_payment_waits_until_its_sources_suit(at: World):
    gift = give(at, only_fields=["ELDERLY"])
    made = project(at, field="ELDERLY")
    doing(made, commit, actor=at.programme_officer)
    assert carried(made) == {gift.pk: 2_583_300}
    running = signed(at)
    verified_account(at, running)
    payment = requested(at, running)
    Allocation.objects.filter(project=running).delete()
    with lifted():
        Allocation.objects.create(project=running, source=gift, amount_fen=2_583_300)
    with pytest.raises(Refused) as told:
        approved(at, payment)
    assert told.value.codes == ("sources_unsuited",)
    assert "请先更换资金来源" in str(told.value)


@pytest.mark.parametrize(
    ("terms", "field"),
    [
        ({"most_pct": 100}, "most_pct"),
        ({"most_pct": 0}, "most_pct"),
        ({"only_fields": ["gambling"]}, "only_fields"),
        ({"only_categories": ["BRIBES"]}, "only_categories"),
        ({"only_areas": "莲都、没有这个地方"}, "only_areas"),
    ],
)
def test_terms_that_nobody_could_keep_are_not_entered(at: World, terms: dict[str, Any], field: str):
    with pytest.raises(Refused) as told:
        give(at, **terms)
    assert told.value.codes == (field,)
    assert not SourceLimit.objects.exists()


def test_the_database_refuses_what_the_terms_forbid(at: World):
    made = committed(at)
    for terms in ({"only_fields": ["ELDERLY"]}, {"only_categories": ["VENUE"]}, {"most_pct": 10}):
        gift = give(at, **terms)
        with pytest.raises(Error), transaction.atomic():
            Allocation.objects.create(project=made, source=gift, amount_fen=300_000)
        row = Allocation.objects.create(project=made, source=gift, amount_fen=0)
        with pytest.raises(Error), transaction.atomic():
            Allocation.objects.filter(pk=row.pk).update(amount_fen=300_000)
    elsewhere = place("景宁县红十字会", "景宁", Level.COUNTY, at.province)
    gift = give(at, only_areas=elsewhere.name)
    with pytest.raises(Error), transaction.atomic():
        Allocation.objects.create(project=made, source=gift, amount_fen=1)


def test_terms_are_said_in_words_and_proven(at: World):
    gift = give(at, only_fields=["ELDERLY"], only_areas="莲都 浙江省红十字会", most_pct=30)
    assert terms_of(gift, at.round).endswith("每个项目至多承担30%")
    assert "莲都" in terms_of(gift, at.round)
    assert list(faults()) == []
    with lifted(), connection.cursor() as cursor:
        cursor.execute("UPDATE grants_fundingsource SET most_pct = 90 WHERE id = %s", [gift.pk])
    assert [fault.row for fault in faults()] == [f"funds.source {gift.pk}"]


def test_a_source_that_leaves_is_followed_only_by_those_that_suit(at: World):
    made, leaving = signed(at), FundingSource.objects.get()
    give(at, 9_000_000, only_fields=["ELDERLY"])
    assert [room.fen for room in rooms(made, without=leaving.pk)] == [0]
    with pytest.raises(Refused) as told:
        doing(made, partial(_leave, leaving), actor=at.programme_officer)
    assert told.value.codes == ("sources_exhausted",)
    source(at, 3_000_000)
    doing(made, partial(_leave, leaving), actor=at.programme_officer)


def _leave(leaving: FundingSource, it: Any, done: Any) -> int:
    return books.reallocate(it, leaving, done=done)
