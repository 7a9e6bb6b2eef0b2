"""What the database refuses of the domain's rows, whoever writes: every constraint has a row that breaks it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, models, transaction

from grants.applications.models import Application, BudgetVersion, Project, Recommendation
from grants.awards.models import Agreement, Decision, DecisionPaper, Instalment, Meeting, OfficialNotice, Signature
from grants.closeout.models import Acceptance
from grants.funds.models import Account, Batch, Entry, PayeeAccount, Payment, PaymentHold, Posting, Tranche, Waiver
from grants.implementation.models import Activity, ChangeRequest, Check
from grants.programmes.models import Configuration, Round
from grants.reviews.models import Assignment, EligibilityCheck, Figures
from grants.settlement.models import FinalAccounts, Invoice, RefundDemand, Voucher
from tests.factories import a_document, a_planned_round
from tests.grants.running import World
from workflow import clock

BEFORE = dt.timedelta(days=-1)
DAY = dt.date(2026, 9, 1)
Row = Callable[[World], models.Model]


def of_project(model: type[models.Model], **bad: Any) -> Row:
    """A row of the project, fit but for what is bad about it."""
    return lambda it: model(project=it.project, **{"number": 7} | bad)


def changed(model: type[models.Model], **bad: Any) -> Row:
    """A row of that kind that exists, as somebody would overwrite it."""

    def overwrite(it: World) -> models.Model:
        row = model._base_manager.order_by("pk").first()
        assert row is not None
        for name, value in bad.items():
            setattr(row, name, value(it) if callable(value) else value)
        return row

    return overwrite


def at(**more: Any) -> dict[str, Any]:
    """When: now."""
    return {"at": clock.now(), **more}


def application(it: World) -> Application:
    return Application(project=it.project, number=0, answers="{}", digest="0" * 64, submitted_by=it.team_leader, **at())


def decision(**bad: Any) -> Row:
    def make(it: World) -> Decision:
        return Decision(project=it.project, meeting=meeting(it), **at(**bad))

    return make


def meeting(it: World) -> Meeting:
    paper = a_document(it.officer, "纪要")
    row = Meeting(
        round=it.round, number="纪要", held_on=DAY, present="会领导", document=paper, recorded_by=it.officer, **at()
    )
    row.save()
    return row


def notice(**bad: Any) -> Row:
    def make(it: World) -> OfficialNotice:
        paper = a_document(it.officer, "文件")
        return OfficialNotice(
            round=it.round, title="文件", issued_on=DAY, document=paper, issued_by=it.officer, **at(**bad)
        )

    return make


def second_signature(it: World) -> Signature:
    facts = {"agreement": it.project.agreement, "person": it.officer, "document": a_document(it.officer, "签字页")}
    Signature.objects.create(party="province", **facts, **at())
    return Signature(party="payee", **facts, **at())


def account(**bad: Any) -> Row:
    return lambda it: Account(name="of nobody", round=it.round, **{name: _of(it, value) for name, value in bad.items()})


def _of(it: World, value: Any) -> Any:
    return it.project if value is Project else value


def filed(it: World, **bad: Any) -> PayeeAccount:
    facts = {"holder": "浙江", "bank": "中国银行", "account_no": "12345678", "filed_by": it.payee_officer}
    return PayeeAccount(project=it.project, filed_at=clock.now(), **facts, **{"number": 1} | bad)


def instalment(it: World, **bad: Any) -> Instalment:
    """A row of an agreement that nobody has signed."""
    facts = {"agreement": it.project.agreement, "number": 1, "trigger": "settling", "due_wd": 5}
    return Instalment(**facts | bad)


def hold(it: World, **bad: Any) -> PaymentHold:
    facts = {"project": it.project, "reason": "存疑", "held_by": it.finance_officer, "held_at": clock.now() + BEFORE}
    return PaymentHold(**facts | bad)


def payment(**bad: Any) -> Row:
    def make(it: World) -> Payment:
        tranche = it.project.tranches.get(number=1)
        facts = {"project": it.project, "tranche": tranche, "number": "BK", "amount_fen": 1, "requester": it.officer}
        return Payment(**facts | {name: value(it) if callable(value) else value for name, value in bad.items()})

    return make


def seat(it: World, **bad: Any) -> Assignment:
    return Assignment(project=it.project, reviewer=it.reviewers[0], assigned_by=it.officer, **at(**bad))


def voucher(**bad: Any) -> Row:
    def make(it: World) -> Voucher:
        invoice = Invoice.objects.create(key="26", gross_fen=100)
        facts = {"kind": "digital", "seller": "店", "content": "物", "issued_on": DAY, "claimed_fen": 100, "lost": True}
        told = {name: value(it) if callable(value) else value for name, value in bad.items()}
        who = {"filed_by": it.payee_officer, "filed_at": clock.now(), "category": "OTHER"}
        return Voucher(project=it.project, invoice=invoice, **{"number": 1} | facts | who | told)

    return make


def decided(it: World, **more: Any) -> dict[str, Any]:
    return {"accepted_fen": 100, "decided_by": it.finance_officer, "decided_at": clock.now()} | more


def an_entry(it: World) -> Entry:
    found = Entry.objects.first()
    assert found
    return found


def a_batch(**bad: Any) -> Row:
    return lambda it: Batch(round=it.round, opened_by=it.officer, opened_at=clock.now(), **{"number": 1} | bad)


CASES: dict[str, Row] = {
    "people_organisation_path_once": lambda it: _copy(it.project.team.guided_by, division="", name="同路"),
    "people_organisation_one_province": lambda it: _copy(it.round.organiser, division="", path="/0/", name="另一个省"),
    "round_call_opened": changed(Round, call_opens_at=None),
    "configuration_from_one": lambda it: Configuration(
        round=a_planned_round(it.cast, year=2028),
        number=0,
        text="",
        digest="0" * 64,
        made_by=it.officer,
        made_at=clock.now(),
        reason="错",
    ),
    "project_score_at_most_100": changed(Project, score_hundredths=10_001),
    "application_from_one": application,
    "budget_from_one": changed(BudgetVersion, number=0),
    "budget_locked_after_made": changed(BudgetVersion, locked_at=lambda it: clock.now() - dt.timedelta(days=900)),
    "recommendation_rank_from_one": lambda it: recommended(it, rank=0),
    "recommendation_withdrawn_later": lambda it: recommended(it, withdrawn_at=clock.now() + BEFORE),
    "eligibility_from_one": lambda it: EligibilityCheck(project=it.project, number=0, checked_by=it.officer, **at()),
    "figures_in_order": lambda it: Figures(
        project=it.project, scores=1, mean=7000, lowest=8000, highest=9000, means={}, given=[], digest="0" * 64
    ),
    "decision_paper_from_one": lambda it: DecisionPaper(
        round=it.project.round, number=0, text="{}", digest="0" * 64, made_by=it.officer, **at()
    ),
    "assignment_in_order": lambda it: seat(it, declared_at=clock.now() + BEFORE),
    "decision_amount_where_it_grants": decision(outcome="shortlist", amount_fen=0),
    "decision_order_in_reserve": decision(outcome="reserve", amount_fen=1),
    "official_notice_public_until": notice(kind="publicity"),
    "official_notice_result_numbered": notice(kind="result"),
    "agreement_in_order": changed(Agreement, plan_confirmed_at=None),
    "signature_person_once": second_signature,
    "account_has_its_owner": account(kind="held"),
    "account_category_of_spending": account(kind="held", project=Project, category="OTHER"),
    "entry_reverses_another": lambda it: _copy(an_entry(it), key="k", pk=999_999, reverses_id=999_999),
    "posting_from_one": lambda it: _copy(Posting.objects.select_related("debit", "credit").first(), position=0),
    "tranche_trigger": changed(Tranche, trigger="sunshine"),
    "tranche_from_one": changed(Tranche, number=0),
    "instalment_number_once": lambda it: _copy(_saved(instalment(it))),
    "instalment_from_one": lambda it: instalment(it, due_wd=0),
    "instalment_trigger": lambda it: instalment(it, trigger="sunshine"),
    "instalment_one_share": lambda it: instalment(it, pct=10, fen=10),
    "payment_hold_one_at_a_time": lambda it: _copy(_saved(hold(it))),
    "payment_hold_two_people": lambda it: hold(
        it, lifted_by=it.finance_officer, lifted_at=clock.now(), lifted_reason="好了"
    ),
    "payment_hold_with_reason": lambda it: hold(it, reason=""),
    "payment_hold_lifted_by_somebody": lambda it: hold(it, lifted_by=it.finance_approver),
    "payee_account_from_one": lambda it: filed(it, number=0),
    "payee_account_verified_by_somebody": lambda it: filed(it, verified_by=it.finance_officer),
    "batch_from_one": a_batch(number=0),
    "batch_counts_amounts": a_batch(count=1),
    "payment_requester_is_not_checker": payment(
        maker=lambda it: it.finance_officer, checker=lambda it: it.officer, account=lambda it: _saved(filed(it))
    ),
    "payment_hands_in_order": payment(checker=lambda it: it.finance_approver),
    "payment_paid_with_entry": payment(paid_on=DAY),
    "payment_attempt_from_one": payment(attempt=0),
    "waiver_with_reason": lambda it: Waiver(
        tranche=it.project.tranches.get(number=1),
        condition="earlier_paid",
        waived_by=it.officer,
        endorsed_by=it.business_lead,
        **at(),
    ),
    "activity_from_one": lambda it: Activity(
        project=it.project, number=0, held_on=DAY, logged_by=it.team_leader, **at()
    ),
    "activity_cancelled_counts_nothing": lambda it: Activity(
        project=it.project, number=1, cancelled=True, served=1, logged_by=it.team_leader, **at()
    ),
    "check_from_one": of_project(Check, number=0),
    "change_applied_if_approved": lambda it: ChangeRequest(
        project=it.project, kind="goals", reason="想改", drafted_by=it.team_leader, applied_at=clock.now()
    ),
    "acceptance_from_one": lambda it: Acceptance(
        project=it.project, number=0, parts={}, total=0, opinion="", judged_by=it.officer, **at()
    ),
    "voucher_from_one": voucher(number=0),
    "voucher_decided_by_somebody": voucher(accepted_fen=0, decision_reason="不认可"),
    "voucher_accepted_with_entry": lambda it: voucher(**decided(it))(it),
    "voucher_withdrawn_unaccepted": lambda it: voucher(**decided(it), entry=an_entry, withdrawn_at=clock.now())(it),
    "final_accounts_from_one": lambda it: FinalAccounts(
        project=it.project, number=0, rows=[], totals={}, by=it.payee_officer, **at()
    ),
    "refund_demand_settled_in_full": lambda it: RefundDemand(
        project=it.project, amount_fen=100, received_fen=99, asked_at=clock.now(), settled_at=clock.now()
    ),
}


def recommended(it: World, **bad: Any) -> Recommendation:
    place = it.project.team.guided_by
    facts = {"project": it.project, "round": it.round, "organisation": place, "level": "county"}
    return Recommendation(opinion="同意", entered_by=it.officer, **facts, **at(**bad))


def _copy(row: Any, **changes: Any) -> models.Model:
    """The same row once more, but for the changes."""
    row.pk = changes.pop("pk", None)
    for name, value in changes.items():
        setattr(row, name, value)
    found: models.Model = row
    return found


def _saved(row: Any) -> Any:
    row.save()
    return row


@pytest.mark.parametrize("name", CASES)
def test_the_database_refuses_what_breaks_a_constraint(world: World, name: str):
    row = CASES[name](world)

    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        row.save()

    constraint = next(found for found in type(row)._meta.constraints if found.name == name)
    columns = [f"{row._meta.db_table}.{field}" for field in getattr(constraint, "fields", ())]
    told = str(refused.value)
    assert name in told or (columns and all(column in told for column in columns))  # SQLite names what must be unique
