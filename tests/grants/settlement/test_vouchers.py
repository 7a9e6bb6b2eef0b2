"""Vouchers: what they say, that nobody is paid twice for one piece of paper, and what finance accepts of them."""

from __future__ import annotations

from typing import Any

import pytest

from grants.applications.models import Project
from grants.funds.models import Entry
from grants.funds.queries import booked, check_identities, standing
from grants.settlement.models import Invoice, Voucher
from grants.settlement.queries import visible_to
from storage.models import Document
from tests.cast import a_team, holding
from tests.factories import on
from tests.grants.funds.builders import put
from tests.grants.running import END, FIRST, START, World, refusals
from tests.grants.settlement.acts import claim, decide, digits, file
from workflow import inbox
from workflow.actions import Refused
from workflow.lifecycle import ProjectState as S
from workflow.lifecycle import Role


@pytest.fixture
def spending(world: World) -> World:
    """The first tranche has arrived and is being spent."""
    world.is_in(S.IN_PROGRESS)
    world.is_paid()
    return world


def test_a_voucher_is_on_record_with_its_photo(spending: World):
    voucher = file(spending, 100_000, activity="")
    assert (voucher.number, voucher.claimed_fen, voucher.category) == (1, 100_000, "ACT_MATERIAL")
    assert voucher.document == Document.objects.get(name="发票.pdf")
    assert voucher.invoice.claimed_fen == 100_000
    assert list(visible_to(spending.county_officer)) == [voucher]
    assert not visible_to(spending.stranger).exists()


def test_a_voucher_names_the_activity_it_was_for(spending: World):
    activity = {
        "name": "演练",
        "held_on": "2026-08-30",
        "place": "礼堂",
        "volunteers": 4,
        "minutes_each": 90,
        "served": 9,
    }
    spending.does(spending.team_leader, "log_activity", **activity)
    assert file(spending, activity="1").activity == spending.project.activities.get()


def test_a_voucher_ends_the_word_that_there_are_none(spending: World):
    spending.is_in(S.CLOSEOUT_DUE)
    spending.does(spending.team_leader, "declare_no_vouchers", reason="没有")
    file(spending)
    assert not spending.project.no_vouchers


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"kind": "poem"}, "kind"),
        ({"seller": ""}, "seller"),
        ({"content": ""}, "content"),
        ({"category": "GIFTS"}, "category"),
        ({"claimed_fen": 0}, "amounts"),
        ({"claimed_fen": 100_001}, "amounts"),
        ({"gross_fen": None}, "amounts"),
        ({"issued_on": "2026-09-02"}, "issued_on"),
        ({"issued_on": "2026-07-01"}, "issued_on"),
        ({"issued_on": "yesterday"}, "issued_on"),
        ({"voucher_no": "123"}, "voucher_no"),
        ({"activity": "7"}, "activity"),
        ({"photo": ""}, "photo"),
        ({"photo": "nothing"}, "photo"),
        ({"photo": "", "lost": True}, "explanation"),
    ],
)
def test_a_voucher_with_gaps_is_not_filed(spending: World, wrong: dict[str, Any], code: str):
    assert refusals(spending.project, "file_voucher", spending.payee_officer, **claim(spending, **wrong)) == {code}


def test_a_voucher_dated_long_after_the_end_is_not_filed(spending: World):
    spending.is_in(S.CLOSEOUT_DUE)
    with on(2027, 9, 2):
        late = claim(spending, issued_on="2027-08-31")
        assert refusals(spending.project, "file_voucher", spending.payee_officer, **late) == {"issued_on"}
        assert not refusals(
            spending.project, "file_voucher", spending.payee_officer, **late | {"issued_on": "2027-08-30"}
        )


# Used once --------------------------------------------------------------------------------------------------------


@pytest.fixture
def other(spending: World) -> World:
    """Another team's project, running beside."""
    cast = spending.cast
    team = a_team(cast.places, name="晨星救援队")
    leader = holding(Role.TEAM_LEADER, "范晨", login="leader2", team=team)
    number = f"{spending.project.number}X"
    second = Project.objects.create(
        round=spending.round,
        number=number,
        title="另一个项目",
        team=team,
        leader=leader,
        payee=spending.project.payee,
        scope=spending.project.scope,
        start_date=START,
        end_date=END,
    )
    inbox.follow(second, "")
    put(second, S.IN_PROGRESS)
    return World(cast, second)


def test_one_paper_is_filed_once_in_a_project(spending: World):
    number = digits()
    file(spending, voucher_no=number)
    again = claim(spending, voucher_no=f"{number[:10]} {number[10:]}")
    assert refusals(spending.project, "file_voucher", spending.payee_officer, **again) == {"filed_before"}


def test_one_paper_is_not_paid_by_two_projects(spending: World, other: World):
    number = digits()
    file(spending, voucher_no=number)
    assert refusals(other.project, "file_voucher", other.payee_officer, **claim(other, voucher_no=number)) == {
        "used_elsewhere"
    }
    shared = claim(other, voucher_no=number, shared=True)
    assert refusals(other.project, "file_voucher", other.payee_officer, **shared) == {"used_elsewhere"}


def test_a_shared_paper_never_carries_more_than_its_sum(spending: World, other: World):
    number = digits()
    file(spending, 100_000, voucher_no=number, claimed_fen=60_000, shared=True)
    share = {"voucher_no": number, "shared": True}
    beyond = claim(other, 100_000, claimed_fen=40_001, **share)
    assert refusals(other.project, "file_voucher", other.payee_officer, **beyond) == {"beyond_gross"}
    altered = claim(other, 110_000, claimed_fen=40_000, **share)
    assert refusals(other.project, "file_voucher", other.payee_officer, **altered) == {"other_gross"}
    file(other, 100_000, claimed_fen=40_000, **share)
    assert Invoice.objects.get(key=number).claimed_fen == 100_000


def test_a_withdrawn_voucher_frees_its_paper(spending: World, other: World):
    number = digits()
    voucher = file(spending, voucher_no=number)
    assert refusals(spending.project, "withdraw_voucher", spending.payee_officer, reason="录错") == {"no_voucher"}
    spending.does(spending.payee_officer, "withdraw_voucher", voucher=str(voucher.number), reason="录错项目")
    assert file(other, 90_000, voucher_no=number).invoice.gross_fen == 90_000


def test_a_lost_voucher_says_how_it_was_lost_and_is_worth_nothing(spending: World):
    lost: dict[str, Any] = {"photo": "", "lost": True, "explanation": "搬家时遗失", "voucher_no": ""}
    voucher = file(spending, **lost)
    assert voucher.invoice.key == f"{spending.project.number}#lost1"
    spending.is_in(S.FINAL_ACCOUNTS)
    given = {"voucher": "1", "accepted_fen": 1, "cut_reason": "无票"}
    assert refusals(spending.project, "decide_voucher", spending.finance_officer, **given) == {"nothing_to_show"}
    decide(spending, voucher, 0, "原票遗失")
    assert standing(spending.project).spent == 0


def test_a_certified_copy_of_a_lost_voucher_may_count(spending: World):
    voucher = file(spending, lost=True, explanation="原件遗失，附开票方盖章复印件")
    spending.is_in(S.FINAL_ACCOUNTS)
    decide(spending, voucher)
    assert standing(spending.project).spent == 100_000


# Decisions --------------------------------------------------------------------------------------------------------


@pytest.fixture
def accounts(spending: World) -> World:
    """Three vouchers are before finance."""
    for fen in (400_000, 300_000, 100_000):
        file(spending, fen)
    spending.is_in(S.FINAL_ACCOUNTS)
    return spending


def test_what_finance_accepts_is_spent_in_the_books(accounts: World):
    voucher = accounts.project.vouchers.get(number=1)
    decide(accounts, voucher, 350_000)
    voucher.refresh_from_db()
    assert (voucher.accepted_fen, voucher.decision_reason, voucher.decided_by) == (
        350_000,
        "与项目无关",
        accounts.finance_officer,
    )
    assert standing(accounts.project).spent == 350_000
    entry = Entry.objects.get(reverses__isnull=True, postings__debit__kind="spent")
    assert voucher.entry == entry
    assert entry.digest in entry.step.payload


def test_a_second_decision_reverses_the_first(accounts: World):
    voucher = accounts.project.vouchers.get(number=1)
    for fen in (350_000, 0, 400_000):
        decide(accounts, voucher, fen)
        assert standing(accounts.project).spent == fen
        assert check_identities(accounts.project) == []
    voucher.refresh_from_db()
    assert voucher.decision_reason == ""


def test_finance_enters_a_voucher_under_another_category_with_the_reason(accounts: World):
    voucher = accounts.project.vouchers.get(number=1)
    was, given = voucher.category, {"voucher": "1", "accepted_fen": 400_000, "category": "VENUE"}
    assert was != "VENUE"
    decide(accounts, voucher, 400_000)
    assert refusals(accounts.project, "decide_voucher", accounts.finance_officer, **given) == {"moved_reason"}
    accounts.does(accounts.finance_officer, "decide_voucher", **given, cut_reason="是场地费")
    voucher.refresh_from_db()
    assert (voucher.category, voucher.decision_reason) == ("VENUE", "是场地费")
    assert booked(accounts.project) == {"VENUE": 400_000}
    assert Entry.objects.filter(reverses__isnull=False).count() == 1
    assert check_identities(accounts.project) == []
    wrong = given | {"category": "MOON", "cut_reason": "x"}
    assert refusals(accounts.project, "decide_voucher", accounts.finance_officer, **wrong) == {"category"}


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"voucher": "9"}, "no_voucher"),
        ({"accepted_fen": 400_001}, "accepted"),
        ({"accepted_fen": -1}, "accepted"),
        ({"accepted_fen": None}, "accepted"),
        ({"accepted_fen": 1}, "cut_reason"),
    ],
)
def test_a_decision_that_cannot_be_is_refused(accounts: World, changed: dict[str, Any], code: str):
    given = {"voucher": "1", "accepted_fen": 400_000} | changed
    assert refusals(accounts.project, "decide_voucher", accounts.finance_officer, **given) == {code}


def test_nobody_decides_on_a_voucher_of_their_own(accounts: World):
    Voucher.objects.filter(number=1).update(filed_by=accounts.finance_officer)
    given = {"voucher": "1", "accepted_fen": 400_000}
    assert refusals(accounts.project, "decide_voucher", accounts.finance_officer, **given) == {"own_voucher"}


def test_spending_beyond_the_grant_is_not_made_up_for(accounts: World):
    Project.objects.filter(pk=accounts.project.pk).update(liquidation=False)
    big = accounts.project.vouchers.get(number=1)
    accounts.is_in(S.IN_PROGRESS)
    bigger = file(accounts, 2_400_000)
    accounts.is_in(S.FINAL_ACCOUNTS)
    decide(accounts, big)
    given = {"voucher": str(bigger.number), "accepted_fen": 2_400_000}
    assert refusals(accounts.project, "decide_voucher", accounts.finance_officer, **given) == {"overspent"}
    decide(accounts, bigger, 2_100_000, "超支不补")


def test_a_liquidation_accepts_no_more_than_was_paid(accounts: World):
    accounts.is_in(S.IN_PROGRESS)
    bigger = file(accounts, FIRST + 1)
    Project.objects.filter(pk=accounts.project.pk).update(liquidation=True)
    accounts.is_in(S.FINAL_ACCOUNTS)
    given = {"voucher": str(bigger.number), "accepted_fen": FIRST + 1}
    assert refusals(accounts.project, "decide_voucher", accounts.finance_officer, **given) == {"overspent"}


def test_an_accepted_voucher_is_not_withdrawn_and_a_rejected_one_is(accounts: World):
    first, second = accounts.project.vouchers.filter(number__lte=2)
    decide(accounts, first)
    decide(accounts, second, 0)
    accounts.is_in(S.ACCEPTED)
    withdraw = {"actor": accounts.payee_officer, "reason": "换票"}
    assert refusals(accounts.project, "withdraw_voucher", voucher="1", **withdraw) == {"voucher_decided"}
    assert refusals(accounts.project, "withdraw_voucher", voucher="2", **withdraw) == set()


# Interest ---------------------------------------------------------------------------------------------------------

INTEREST = {"amount_fen": 1_234, "on": "2026-08-31", "bank_ref": "INT0001"}


def test_interest_is_income_of_the_project(spending: World):
    spending.does(spending.payee_officer, "record_interest", **INTEREST)
    assert (standing(spending.project).interest, standing(spending.project).held) == (1_234, FIRST + 1_234)
    assert refusals(spending.project, "record_interest", spending.payee_officer, **INTEREST) == {"reference_used"}


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"amount_fen": 0}, "amount_fen"),
        ({"on": "2026-09-02"}, "on"),
        ({"on": ""}, "on"),
        ({"bank_ref": ""}, "bank_ref"),
    ],
)
def test_interest_names_amount_day_and_reference(spending: World, wrong: dict[str, Any], code: str):
    assert refusals(spending.project, "record_interest", spending.payee_officer, **INTEREST | wrong) == {code}


def test_a_race_for_one_paper_has_one_winner(spending: World, other: World):
    """The reaction looks again once it holds the paper's row: a rule that looked earlier is not enough."""
    from grants.settlement.reactions import file_voucher  # noqa: PLC0415 -- only here past the rules
    from tests.grants.funds.builders import doing  # noqa: PLC0415

    number = digits()
    file(spending, voucher_no=number, claimed_fen=60_000)
    late = claim(other, voucher_no=number, claimed_fen=40_000)
    with pytest.raises(Refused):
        doing(other.project, file_voucher, actor=other.finance_officer, **late)
    assert Invoice.objects.get(key=number).claimed_fen == 60_000
