"""A project under agreement with money behind it: made once a module, each test on its own savepoint, all rolled back.

The grant is 25,000.00 yuan under scheme A (70 % at the agreement, the rest at settling); the period is August 2026 to
July 2027. Where nothing else is said it is the morning of 1 September 2026.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest

from grants.applications.models import Project
from grants.awards.models import Agreement
from grants.desk.commands import act
from grants.funds import commands as books
from grants.funds.models import Payment
from grants.kernel.numbering import payment_no
from grants.people.models import User
from grants.programmes.models import Round
from grants.programmes.queries import rules_of
from tests.cast import Cast, a_cast
from tests.factories import a_complete_draft, a_document, on
from tests.grants.funds.builders import doing, put
from tests.snapshots import at_the_end_of
from workflow import clock
from workflow.actions import blocked
from workflow.lifecycle import PaymentState, ProjectState, RoundState
from workflow.machine import Stateful
from workflow.models import Step

GRANT = 2_500_000
FIRST = 1_750_000
START, END = dt.date(2026, 8, 1), dt.date(2027, 7, 31)


@dataclass
class World:
    """The cast, one project of its team, and short ways to say who does what."""

    cast: Cast
    project: Project

    def __getattr__(self, role: str) -> Any:
        """Whoever the cast calls that: world.team_leader."""
        return getattr(self.cast, role)

    @property
    def round(self) -> Round:
        """The project's round."""
        return self.project.round

    def does(self, actor: User, move: str, **given: Any) -> Step:
        """One person makes one move with the project."""
        return act(self.project, move, actor=actor, given=given)

    def is_in(self, state: str) -> Project:
        """The project stands in that state, however it came there."""
        if state == ProjectState.SUSPENDED:
            Project.objects.filter(pk=self.project.pk).update(suspended_from=ProjectState.IN_PROGRESS)
        put(self.project, state)
        return self.project

    def is_paid(self, fen: int = FIRST, number: int = 1) -> None:
        """So much of a tranche has reached the payee, whose receipt is there."""
        tranche = self.project.tranches.get(number=number)
        facts: dict[str, Any] = {"date": clock.today(), "memo": "拨款", "reference": uuid4().hex}
        entry = doing(
            self.project,
            lambda it, done: books.disburse(it, tranche, fen, done=done, **facts),
            actor=self.cast.finance_officer,
        )
        payment = Payment.objects.create(
            project=self.project,
            tranche=tranche,
            number=payment_no(self.project.number, number),
            amount_fen=fen,
            requester=self.cast.officer,
            paid_entry=entry,
            paid_on=clock.today(),
        )
        put(payment, PaymentState.RECEIPTED)


def refusals(record: Stateful, move: str, actor: Any, **given: Any) -> set[str]:
    """The codes of every reason that stands against a move now."""
    return {reason.code for reason in blocked(record, move, actor, given)}


def build() -> World:
    """Everything up to an agreement in force, with the money in the books and none of it paid."""
    with on(2026, 3, 2):
        cast = a_cast()
        project = a_complete_draft(cast)
    round_ = put(project.round, RoundState.PUBLISHED)
    doing(
        round_,
        lambda it, done: books.add_source(it, kind="fiscal", name="省级财政", amount_fen=10_000_000, done=done),
        actor=cast.finance_officer,
    )
    Project.objects.filter(pk=project.pk).update(granted_fen=GRANT, start_date=START, end_date=END)
    project = Project.objects.select_related("round__configuration", "team", "payee").get(pk=project.pk)
    put(project, ProjectState.APPROVED)
    doing(project, lambda it, done: books.commit(it, done=done), actor=cast.finance_officer)
    _sign(project, cast)
    return World(cast, project)


def _sign(project: Project, cast: Cast) -> None:
    budget = project.budgets.get()
    budget.locked_at = clock.now()
    budget.save()
    Agreement.objects.create(
        project=project,
        number=f"{project.number}-XY",
        amount_fen=GRANT,
        scheme="A",
        budget=budget,
        plan_agreed_at=clock.now(),
        plan_confirmed_at=clock.now(),
        effective_at=clock.now(),
    )
    plans = next(found.tranches for found in rules_of(project.round).disbursement.schemes if found.code == "A")
    doing(project, lambda it, done: books.oblige(it, plans, done=done), actor=cast.finance_officer)
    put(project, ProjectState.AGREEMENT_SIGNED)


@pytest.fixture(scope="module")
def made(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    """The world of a module."""
    with django_db_blocker.unblock(), at_the_end_of([("agreed", _built)]) as (cast, project):
        yield World(cast, project)


def _built(_nothing: None) -> tuple[Cast, Project]:
    with on(2026, 7, 20):
        world = build()
    return world.cast, world.project


@pytest.fixture
def world(made: World, db: None) -> Iterator[World]:
    """The world as it was made, on the morning of 1 September 2026."""
    project = Project.objects.select_related("round__configuration", "team__guided_by", "payee", "leader")
    with on(2026, 9, 1):
        yield World(made.cast, project.get(pk=made.project.pk))


def paper(owner: User, name: str = "材料") -> str:
    """The id of a document that the person uploaded."""
    return str(a_document(owner, name).pk)
