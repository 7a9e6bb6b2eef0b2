"""From the payee's accounts to the sealed file: statements, what is left over, closing, archive; and every way back."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from django.db.models import Q

from grants.applications.models import Project
from grants.awards.models import Agreement
from grants.desk.commands import act
from grants.funds.models import Posting
from grants.funds.queries import check_identities, standing
from grants.implementation.commands import draft_change
from grants.settlement.archive import missing_papers
from grants.settlement.models import ArchivePackage, FinalAccounts, RefundDemand, Voucher
from grants.settlement.queries import outstanding_fen
from storage.queries import attachments_of
from tests.factories import a_meeting, due, together
from tests.grants.funds.builders import objection, put
from tests.grants.running import FIRST, GRANT, World, paper, refusals
from tests.grants.settlement.acts import confirm, decide, file, refund_line
from workflow import chain
from workflow.lifecycle import ProjectState as S
from workflow.models import Step

REST = GRANT - FIRST


@pytest.fixture
def spent(world: World) -> World:
    """The first tranche has arrived, 12,000.00 of its 17,500.00 yuan are on vouchers, and the project is accepted."""
    world.is_in(S.IN_PROGRESS)
    world.is_paid()
    file(world, 700_000)
    file(world, 500_000, category="VOL_MEAL")
    world.is_in(S.ACCEPTED)
    return world


@pytest.fixture
def filed(spent: World) -> World:
    """The payee has filed the accounts."""
    spent.does(spent.payee_officer, "submit_final_accounts")
    return spent


def decide_all(world: World) -> None:
    for voucher in world.project.vouchers.filter(withdrawn_at__isnull=True, accepted_fen__isnull=True):
        decide(world, voucher)


@pytest.fixture
def settling(filed: World) -> World:
    """Finance has confirmed them: 5,500.00 yuan are left with the payee."""
    decide_all(filed)
    confirm(filed)
    return filed


# Accounts ---------------------------------------------------------------------------------------------------------


def test_filed_accounts_are_kept_as_they_were(filed: World):
    kept = FinalAccounts.objects.get()
    assert (kept.number, kept.confirmed, kept.totals["claimed_fen"], kept.totals["spent_fen"]) == (
        1,
        False,
        1_200_000,
        0,
    )
    assert kept.totals["undecided"] == 2
    assert (
        chain.digest(chain.canonical({"rows": kept.rows, "totals": kept.totals, "confirmed": False}))
        in Step.objects.get(move="submit_final_accounts").payload
    )


def test_accounts_that_do_not_foot_are_not_filed(spent: World):
    spent.project.tranches.filter(number=1).update(paid_fen=FIRST - 1)
    assert "unbalanced" in refusals(spent.project, "submit_final_accounts", spent.payee_officer)


def test_without_an_agreement_there_is_nothing_to_settle(world: World) -> None:
    Agreement.objects.filter(project=world.project).delete()

    assert "no_agreement" in refusals(world.is_in(S.SUBMITTED), "submit_final_accounts", world.payee_officer)


def test_accounts_wait_for_open_changes(spent: World):
    request = draft_change(spent.project, actor=spent.payee_officer, kind="termination", after={}, reason="不再需要")
    assert refusals(spent.project, "submit_final_accounts", spent.payee_officer) == {"change_open"}
    act(request, "drop_change", actor=spent.payee_officer)
    assert refusals(spent.project, "submit_final_accounts", spent.payee_officer) == set()


def test_accounts_are_confirmed_when_every_voucher_is_decided(filed: World):
    assert refusals(filed.project, "confirm_accounts", filed.finance_approver) == {"undecided", "not_endorsed"}
    decide_all(filed)
    confirm(filed)
    kept = FinalAccounts.objects.get(number=2)
    assert (kept.confirmed, kept.totals["spent_fen"], kept.totals["due_fen"]) == (True, 1_200_000, 1_200_000 - FIRST)


def test_returned_accounts_are_filed_again(filed: World):
    assert "no_liquidation" in refusals(filed.project, "return_liquidation", filed.finance_officer, items="x")
    filed.does(filed.finance_officer, "return_accounts", items="补充保险名单")
    assert filed.project.state == S.ACCEPTED
    assert due(filed.project, "final_accounts")
    filed.does(filed.payee_officer, "submit_final_accounts")
    assert due(filed.project, "final_accounts") is None


def test_confirmed_accounts_are_opened_and_decided_anew(settling: World):
    assert "accounts_confirmed" in refusals(settling.project, "reopen_acceptance", settling.business_lead, reason="x")
    settling.does(settling.finance_approver, "reopen_accounts", reason="发现重复列支")
    assert "accounts_confirmed" not in refusals(
        settling.project, "reopen_acceptance", settling.business_lead, reason="x"
    )
    decide(settling, settling.project.vouchers.get(number=1), 600_000, "重复列支")
    confirm(settling)
    assert standing(settling.project).spent == 1_100_000
    assert list(settling.project.final_accounts.values_list("confirmed", flat=True)) == [False, True, True]


def test_a_liquidation_has_its_own_way_back(spent: World):
    spent.is_in(S.TERMINATED)
    Project.objects.filter(pk=spent.project.pk).update(liquidation=True)
    spent.does(spent.officer, "liquidate")
    assert "is_liquidation" in refusals(spent.project, "return_accounts", spent.finance_officer, items="x")
    spent.does(spent.finance_officer, "return_liquidation", items="补充终止说明")
    assert spent.project.state == S.TERMINATED


# What is left over ------------------------------------------------------------------------------------------------


@pytest.fixture
def owing(settling: World) -> World:
    """The payee was asked to return 5,500.00 yuan."""
    settling.does(settling.finance_officer, "ask_refund")
    return settling


def test_the_payee_is_asked_for_everything_it_holds(owing: World):
    assert RefundDemand.objects.get().amount_fen == 550_000
    assert due(owing.project, "refund").date() == dt.date(2026, 9, 15)


def test_a_refund_comes_back_in_parts(owing: World):
    assert refusals(owing.project, "match_refund", owing.cashier, line="nothing") == {"line"}
    too_much = refund_line(owing, 550_001)
    assert refusals(owing.project, "match_refund", owing.cashier, line=too_much) == {"line"}
    owing.does(owing.cashier, "match_refund", line=refund_line(owing, 500_000))
    assert refusals(owing.project, "refund_received", owing.finance_officer) == {"refund_open"}
    owing.does(owing.cashier, "match_refund", line=refund_line(owing, 50_000))
    owing.does(owing.finance_officer, "refund_received")
    assert (owing.project.state, standing(owing.project).held, standing(owing.project).returned) == (
        S.SETTLING,
        0,
        550_000,
    )
    assert due(owing.project, "refund") is None
    assert refusals(owing.project, "ask_refund", owing.finance_officer) == {"nothing_held"}


def test_one_bank_line_is_one_refund(owing: World):
    line = refund_line(owing, 100_000)
    owing.does(owing.cashier, "match_refund", line=line)
    assert refusals(owing.project, "match_refund", owing.cashier, line=line) == {"line"}


def write_off(world: World) -> dict[str, str]:
    return {"meeting": str(a_meeting(world.cast, world.round).pk)}


def test_what_cannot_be_recovered_is_written_off_after_two_reminders(owing: World):
    given = write_off(owing)
    owing.does(owing.cashier, "match_refund", line=refund_line(owing, 500_000))
    owing.does(owing.officer, "send_reminder")
    assert "too_few_reminders" in refusals(owing.project, "write_off", owing.officer, **given)
    owing.does(owing.county_officer, "send_reminder")
    together(owing.project, "write_off", by=owing.officer, endorsed_by=owing.finance_approver, **given)
    story = standing(owing.project)
    assert (owing.project.state, story.held, story.written_off, story.returned) == (S.SETTLING, 0, 50_000, 500_000)
    assert outstanding_fen(owing.project) == 0
    assert check_identities(owing.project) == []


def test_reminders_before_the_demand_do_not_count(settling: World):
    settling.is_in(S.REFUND_DUE)
    for _ in range(2):
        settling.does(settling.officer, "send_reminder")
    settling.is_in(S.SETTLING)
    settling.does(settling.finance_officer, "ask_refund")
    assert "too_few_reminders" in refusals(settling.project, "write_off", settling.officer)


def test_nothing_is_written_off_that_came_back(owing: World):
    owing.does(owing.cashier, "match_refund", line=refund_line(owing, 550_000))
    assert "nothing_owed" in refusals(owing.project, "write_off", owing.officer, **write_off(owing))


def test_a_small_surplus_may_stay(spent: World):
    spent.is_in(S.IN_PROGRESS)
    file(spent, 525_000)
    spent.is_in(S.FINAL_ACCOUNTS)
    decide_all(spent)
    spent.is_in(S.SETTLING)
    assert standing(spent.project).held == GRANT // 100
    spent.does(spent.finance_officer, "keep_surplus")
    assert (standing(spent.project).held, standing(spent.project).kept) == (0, GRANT // 100)


def test_a_larger_surplus_is_returned(settling: World):
    assert refusals(settling.project, "keep_surplus", settling.finance_officer) == {"surplus"}


# Closing ----------------------------------------------------------------------------------------------------------


def give_back(world: World) -> None:
    world.does(world.finance_officer, "ask_refund")
    world.does(world.cashier, "match_refund", line=refund_line(world, outstanding_fen(world.project)))
    world.does(world.finance_officer, "refund_received")


def test_a_project_closes_when_nothing_is_owed_either_way(settling: World):
    assert refusals(settling.project, "close", settling.finance_officer) == {"held", "undrawn"}
    give_back(settling)
    settling.does(settling.finance_officer, "release_undrawn")
    assert refusals(settling.project, "release_undrawn", settling.finance_officer) == {"nothing_undrawn"}
    settling.does(settling.finance_officer, "close")
    story = standing(settling.project)
    assert (story.granted, story.paid + story.released, story.held) == (GRANT, GRANT, 0)
    assert check_identities(settling.project) == []


def test_a_payment_that_may_still_come_back_holds_the_closing(settling: World):
    give_back(settling)
    settling.does(settling.finance_officer, "release_undrawn")
    put(settling.project.payments.get(), "paid")
    assert refusals(settling.project, "close", settling.finance_officer) == {"receipt_missing"}


def test_money_that_was_given_back_is_not_spent_afterwards(settling: World):
    settling.does(settling.finance_approver, "reopen_accounts", reason="重复列支")
    decide(settling, settling.project.vouchers.get(number=1), 600_000, "重复列支")
    confirm(settling)
    give_back(settling)
    settling.does(settling.finance_approver, "reopen_accounts", reason="改判")
    given = {"voucher": "1", "accepted_fen": 600_001, "cut_reason": "部分重复"}
    assert refusals(settling.project, "decide_voucher", settling.finance_officer, **given) == {"overspent"}


def test_what_is_still_due_is_paid_before_closing(spent: World):
    spent.is_in(S.IN_PROGRESS)
    file(spent, 800_000)
    spent.is_in(S.FINAL_ACCOUNTS)
    decide_all(spent)
    spent.is_in(S.SETTLING)
    assert refusals(spent.project, "close", spent.finance_officer) == {"still_due", "advanced", "undrawn"}
    assert refusals(spent.project, "release_undrawn", spent.finance_officer) == {"still_due"}
    spent.is_paid(250_000, number=2)
    assert refusals(spent.project, "close", spent.finance_officer) == {"undrawn"}


def test_a_payment_on_its_way_holds_the_closing(settling: World):
    second = settling.project.tranches.get(number=2)
    settling.project.payments.create(tranche=second, number="X", amount_fen=1, requester=settling.officer)
    assert "payment_open" in refusals(settling.project, "close", settling.finance_officer)
    assert "payment_open" in refusals(settling.project, "release_undrawn", settling.finance_officer)


# The file ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def closed(settling: World) -> World:
    give_back(settling)
    settling.does(settling.finance_officer, "release_undrawn")
    settling.does(settling.finance_officer, "close")
    return settling


def papers(world: World) -> dict[str, str]:
    return {ask.name: paper(world.officer, str(ask.label)) for ask in missing_papers(world.project)}


def test_the_file_is_sealed_with_every_step_paper_and_entry(closed: World):
    lacking = {ask.name for ask in missing_papers(closed.project)}
    assert lacking == {"evidence", "signed_page"}
    assert refusals(closed.project, "archive", closed.officer) == {"papers_missing"}
    closed.does(closed.officer, "archive", **papers(closed))
    package = ArchivePackage.objects.get()
    listed = json.loads(package.manifest)
    assert package.digest == chain.digest(package.manifest)
    assert package.digest in Step.objects.get(move="archive").payload
    assert {slot for _record, slot, *_ in listed["documents"]} >= lacking | {"photo", "commitment"}
    assert len(listed["documents"]) == attachments_of(closed.project).count()
    mine = Posting.objects.filter(Q(debit__project=closed.project) | Q(credit__project=closed.project))
    assert len(listed["entries"]) == mine.values("entry").distinct().count()
    assert [move for _ref, move, _digest in listed["steps"] if move.startswith("submit_f")] == ["submit_final_accounts"]
    assert closed.project.state == S.ARCHIVED


@pytest.mark.parametrize("matter", ["check", "change", "objection"])
def test_a_file_is_not_sealed_over_an_open_matter(closed: World, matter: str):
    if matter == "check":
        closed.project.checks.create(number=1)
    elif matter == "change":
        closed.project.changes.create(kind="termination", reason="x", drafted_by=closed.officer)
    else:
        objection(closed.project)
    assert refusals(closed.project, "archive", closed.officer, **papers(closed)) == {"matter_open"}


def test_a_terminated_project_comes_to_its_end(world: World):
    world.is_in(S.IN_PROGRESS)
    world.is_paid()
    file(world, 600_000)
    meeting = write_off(world)
    together(world.project, "terminate", by=world.officer, endorsed_by=world.business_lead, ground="silent", **meeting)
    world.does(world.officer, "liquidate")
    decide_all(world)
    confirm(world)
    give_back(world)
    world.does(world.finance_officer, "release_undrawn")
    world.does(world.finance_officer, "close")
    assert "evidence" not in {ask.name for ask in missing_papers(world.project)}
    world.does(world.officer, "archive", **papers(world))
    story = standing(world.project)
    assert (story.paid, story.spent, story.returned, story.released) == (FIRST, 600_000, FIRST - 600_000, REST)


def test_a_project_that_was_never_paid_comes_to_its_end(world: World):
    world.is_in(S.IN_PROGRESS)
    meeting = write_off(world)
    together(world.project, "terminate", by=world.officer, endorsed_by=world.business_lead, ground="unable", **meeting)
    world.does(world.payee_officer, "liquidate")
    confirm(world)
    world.does(world.finance_officer, "release_undrawn")
    world.does(world.finance_officer, "close")
    assert (standing(world.project).released, Voucher.objects.count()) == (GRANT, 0)
