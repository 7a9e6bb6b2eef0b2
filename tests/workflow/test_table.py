"""The table of the six machines, in memory: what it offers is what the engine allows, and every life can end."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from django.apps import apps
from django_fsm import TransitionNotAllowed

from tests.toy.models import BOX, TAG
from workflow.actions import Standing, judge
from workflow.lifecycle import MACHINES, PAYMENT, PROJECT, Role, Stage
from workflow.machine import Stateful, apply
from workflow.ports import SYSTEM, Right
from workflow.table import Back, Deed, Machine

REAL = [machine for machine in MACHINES.values() if machine not in (BOX, TAG)]
each = pytest.mark.parametrize("machine", REAL, ids=lambda machine: machine.name)
SOMEBODY = SimpleNamespace(pk=1)
SILENT = {Role.APPLICANT, Role.TEAM_LEADER, Role.PAYEE_OFFICER}


class Sketch:
    """A record without a database: a machine, and the state it is in."""

    pk = None
    label = "此时"

    def __init__(self, machine: Machine, state: str) -> None:
        self.drawn, self.state = machine, state

    def machine(self) -> Machine:
        return self.drawn


def makers(deed: Deed) -> set[str]:
    """The roles that may take the deed: by their own signature, or by entering a paper."""
    return {*deed.by, *(deed.paper.by if deed.paper else ())}


def bare(machine: Machine) -> Machine:
    """The machine without what it asks of other rows: only states and roles are left."""

    def strip(deed: Deed) -> Deed:
        return replace(deed, by=tuple(makers(deed)), paper=None, rules=(), also=(), due=None)

    return replace(machine, moves=tuple(map(strip, machine.moves)), acts=tuple(map(strip, machine.acts)))


def expected(deed: Deed, state: str, role: str) -> tuple[str, ...]:
    wrong = () if state in deed.sources else ("wrong_state",)
    return (*wrong, *(() if role in makers(deed) else ("not_yours",)))


@each
def test_the_engine_refuses_exactly_what_the_table_does_not_offer(machine: Machine) -> None:
    drawn = bare(machine)
    for role in Role.values:
        for state in machine.states.values:
            for deed in machine.deeds.values():
                record: Any = Sketch(drawn, state)
                actor = SYSTEM if role == Role.SYSTEM else SOMEBODY
                known = Standing(record, actor)
                vars(known).update(rights=(Right(role),), taken={})
                verdict = judge(record, deed.name, actor, {}, known)
                told = tuple(reason.code for reason in verdict.reasons)
                assert told == expected(deed, state, role), (state, deed.name, role)


MODELS = {model.machine().name: model for model in apps.get_models() if issubclass(model, Stateful)}


@each
def test_django_fsm_lets_pass_exactly_the_moves_of_the_table(machine: Machine) -> None:
    for state in machine.states.values:
        for deed in machine.deeds.values():
            back = {deed.target.field: deed.targets[0]} if isinstance(deed.target, Back) else {}
            record: Any = MODELS[machine.name](**{"state": state, **back})
            if state in deed.sources:
                apply(record, deed)
                assert record.state == (deed.targets[0] if deed.targets else state), (state, deed.name)
            else:
                with pytest.raises(TransitionNotAllowed):
                    apply(record, deed)


def reach(edges: set[tuple[str, str]], start: set[str]) -> set[str]:
    while more := {target for source, target in edges if source in start} - start:
        start = start | more
    return start


@each
def test_every_state_can_be_reached(machine: Machine) -> None:
    assert reach(set(machine.edges()), {machine.initial}) == set(machine.states.values)


@each
def test_every_life_can_end_though_the_team_and_the_payee_keep_silent(machine: Machine) -> None:
    backwards = {
        (target, source)
        for move in machine.moves
        if makers(move) - SILENT
        for source in move.sources
        for target in move.targets
    }

    assert reach(backwards, set(machine.final)) == set(machine.states.values)


@each
def test_names_are_unique_and_every_role_and_state_is_known(machine: Machine) -> None:
    names = Counter(deed.name for deed in (machine.begin, *machine.moves, *machine.acts))
    assert [name for name, count in names.items() if count > 1] == []
    for deed in (machine.begin, *machine.deeds.values()):
        assert set(deed.roles) <= set(Role.values), deed.name
        assert {*deed.sources, *deed.targets} <= set(machine.states.values), deed.name
        assert deed.by, deed.name


@each
def test_endorsers_are_other_roles_than_makers_and_a_paper_needs_no_further_role(machine: Machine) -> None:
    for deed in machine.deeds.values():
        assert not set(deed.by) & set(deed.also), deed.name
        assert not (deed.paper and deed.also), deed.name
        assert not deed.paper or (deed.paper.evidence and deed.paper.confirm), deed.name


@each
def test_what_only_the_system_does_happens_at_a_deadline(machine: Machine) -> None:
    alone = {deed.name for deed in machine.moves if set(deed.by) == {Role.SYSTEM}}

    assert alone <= {deed.name for deed in machine.moves if deed.due}
    assert all(Role.SYSTEM in deed.by for deed in machine.moves if deed.due)


@each
def test_whoever_is_waited_for_can_do_something_there(machine: Machine) -> None:
    idle = {
        (state, role)
        for state, roles in machine.waits.items()
        for role in roles
        if not any(role in deed.roles for deed in machine.by_state[state])
    }

    by_bank = {("refund_due", "payee_officer")}  # who sends the money back
    assert idle <= by_bank | {("draft", "applicant"), ("supplement", "applicant")}  # who helps to fill the form in


@each
def test_an_end_is_waited_for_by_nobody_and_every_other_state_by_somebody(machine: Machine) -> None:
    assert set(machine.waits) == set(machine.states.values) - set(machine.final)
    assert all(machine.waits.values())


def test_no_state_and_no_move_of_the_regulation_has_been_lost() -> None:
    """More may come; the regulation's own stay."""
    least = {
        "project": (31, 76),
        "payment": (12, 14),
        "check": (6, 6),
        "objection": (5, 4),
        "change_request": (6, 5),
        "round": (10, 10),
    }
    found = {machine.name: (len(machine.states), len(machine.moves)) for machine in REAL}

    assert {name: tuple(map(min, found[name], counts)) for name, counts in least.items()} == least


def test_a_project_passes_six_stages_in_order_and_every_state_lies_in_one() -> None:
    assert [str(Stage(stage).label) for stage in PROJECT.stages] == ["立项", "评审", "发布", "实施", "结题", "决算"]
    counted = Counter(state for states in PROJECT.stages.values() for state in states)
    assert counted == Counter(PROJECT.states.values)
    assert (PROJECT.stage_of("approved"), PAYMENT.stage_of("paid")) == ("awards", "")


def test_a_project_ends_in_one_of_six_ways() -> None:
    assert set(PROJECT.final) == {"not_recommended", "withdrawn", "ineligible", "declined", "revoked", "archived"}


def test_only_four_kinds_of_ends_are_left_again_and_each_by_named_moves() -> None:
    left = {move.name: source for move in PROJECT.moves for source in move.sources if source in PROJECT.final}

    assert left == {
        "reopen_draft": "withdrawn",
        "admit_late": "withdrawn",
        "reopen_recommendation": "not_recommended",
        "readmit": "ineligible",
        "revise_refusal": "declined",
    }


def test_whatever_decides_about_money_or_a_place_needs_a_second_person() -> None:
    deciding = {
        "shortlist",
        "put_in_reserve",
        "decline",
        "promote",
        "approve",
        "revoke",
        "terminate",
        "confirm_accounts",
    }
    deciding |= {"write_off", "accept", "fail_eligibility"}

    assert {name for name in deciding if not PROJECT.deeds[name].also} == set()
    assert all(PAYMENT.deeds[name].also for name in ("approve_payment", "void", "reverse"))


def test_maker_checker_and_cashier_of_a_payment_are_three_roles() -> None:
    parts = [set(PAYMENT.deeds[name].by) for name in ("verify_request", "approve_payment", "send")]

    assert not parts[0] & parts[1]
    assert not (parts[0] | parts[1]) & parts[2]


def test_a_suspended_project_goes_back_only_where_it_may_have_come_from() -> None:
    resume = PROJECT.deeds["resume"]

    assert set(resume.targets) == set(PROJECT.deeds["suspend"].sources)


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.SYSADMIN])
def test_who_only_reads_has_no_part_in_any_move(role: Role) -> None:
    assert [deed.name for machine in REAL for deed in machine.deeds.values() if role in deed.roles] == []
