"""What weighs enough to prove anew who one is, and of whom a second factor is asked."""

from __future__ import annotations

from django.apps import apps

from grants.people.proof import OURS, WEIGHTY, weighs, weighty_deeds
from workflow.lifecycle import PAYMENT, PROJECT, Role
from workflow.machine import Stateful


def test_money_and_decisions_weigh():
    deeds = PROJECT.deeds | PAYMENT.deeds
    for name in ("approve", "decline", "shortlist", "suspend", "send", "approve_payment", "pay", "confirm_accounts"):
        assert weighs(deeds[name]), name


def test_the_work_of_teams_and_counties_does_not():
    for name in ("submit", "county_recommend", "city_recommend", "county_return", "submit_closeout", "receive"):
        assert not weighs(PROJECT.deeds[name]), name
    assert not weighs(PAYMENT.deeds["receipt"])


def test_a_second_factor_is_asked_of_those_who_decide_touch_money_or_hand_out_accounts():
    assert {Role.CASHIER, Role.FINANCE_APPROVER, Role.BUSINESS_LEAD, Role.PROGRAMME_OFFICER, Role.SYSADMIN} < WEIGHTY
    spared = {Role.TEAM_LEADER, Role.APPLICANT, Role.COUNTY_OFFICER, Role.COUNTY_LEADER, Role.REVIEWER, Role.SYSTEM}
    assert not spared & WEIGHTY


def test_no_machine_of_ours_is_forgotten():
    ours = {
        model.machine().name
        for model in apps.get_models()
        if issubclass(model, Stateful) and model._meta.app_label == "grants"
    }
    assert {machine.name for machine in OURS} == ours
    assert {name for name, _deed in weighty_deeds()} <= ours
