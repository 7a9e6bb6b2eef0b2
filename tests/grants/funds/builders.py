"""A round with money and projects in any state, made directly: what the tests of the books start from."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import uuid4

from django.db.models import F

from grants.applications.models import BudgetVersion, Project
from grants.awards.models import Agreement, Meeting, Objection
from grants.desk.commands import act
from grants.funds import commands as books
from grants.funds import reactions
from grants.funds.banking.reading import Line, Reading
from grants.funds.commands.bank import keep_reading
from grants.funds.enums import SourceKind
from grants.funds.models import BankLine, Batch, FundingSource, Payment, Statement
from grants.funds.verify import faults
from grants.people.enums import Level
from grants.people.models import Organisation, RoleGrant, Team, User
from grants.programmes.models import Configuration, Programme, Round
from grants.programmes.profile import Profile, profile_text
from grants.programmes.queries import rules_of
from storage.models import Document
from tests.factories import a_document, together
from workflow import clock, inbox, trail
from workflow.actions import command, lock
from workflow.effects import Done
from workflow.lifecycle import ProjectState, Role, RoundState
from workflow.machine import Stateful
from workflow.models import Edge

T = TypeVar("T")
R = TypeVar("R", bound=Stateful)
DAY = dt.date(2026, 1, 5)
count = itertools.count(1)


def person(name: str) -> User:
    """Somebody who can sign in, once a name."""
    return User.objects.get_or_create(username=name, defaults={"name": name})[0]


@dataclass
class World:
    """One round of one province, with the people who handle its money."""

    round: Round
    province: Organisation
    county: Organisation
    programme_officer: User
    business_lead: User
    finance_officer: User
    finance_approver: User
    cashier: User
    payee_officer: User


def world(**changes: str) -> World:
    """Return an open round, with one person a role; `changes` replace pieces of the profile's text."""
    province = place("浙江省红十字会", "省", Level.PROVINCE)
    county = place("莲都区红十字会", "莲都", Level.COUNTY, province)
    return World(
        new_round(province, changes),
        province,
        county,
        programme_officer=_holder(Role.PROGRAMME_OFFICER, province),
        business_lead=_holder(Role.BUSINESS_LEAD, province),
        finance_officer=_holder(Role.FINANCE_OFFICER, province),
        finance_approver=_holder(Role.FINANCE_APPROVER, province),
        cashier=_holder(Role.CASHIER, province),
        payee_officer=_holder(Role.PAYEE_OFFICER, county),
    )


def place(name: str, short_name: str, level: Level, parent: Organisation | None = None) -> Organisation:
    """A place of the tree, which every world of a test shares."""
    facts = {"short_name": short_name, "level": level, "parent": parent, "valid_from": DAY}
    found, _made = Organisation.objects.get_or_create(name=name, defaults=facts)
    found.path = f"{parent.path if parent else '/'}{found.pk}/"
    found.save()
    return found


def _holder(role: Role, organisation: Organisation) -> User:
    someone = person(role.value)
    RoleGrant.objects.get_or_create(person=someone, role=role, organisation=organisation, valid_from=DAY)
    return someone


def new_round(province: Organisation, changes: Mapping[str, str] | None = None) -> Round:
    """Return a published round without money."""
    text = profile_text("qingnuan")
    for old, new in (changes or {}).items():
        assert old in text
        text = text.replace(old, new)
    code = f"QNZJ-{2000 + next(count)}"
    programme = Programme.objects.get_or_create(code="QNZJ", defaults={"name": "情暖浙江"})[0]
    round_ = Round.objects.create(programme=programme, code=code, title=code, year=2027, organiser=province)
    round_.configuration = Configuration.objects.create(
        round=round_,
        number=1,
        text=text,
        digest=Profile.parse(text).digest(),
        made_by=person("maker"),
        made_at=clock.now(),
        reason="测试",
    )
    round_.save()
    inbox.follow(round_, "")
    return put(round_, RoundState.PUBLISHED)


def put(record: R, state: str) -> R:
    """Put a record into a state past its machine, by an edge that exists only for that moment."""
    edge, made = Edge.objects.get_or_create(machine=record.machine().name, source=str(record.state), target=state)
    type(record)._base_manager.filter(pk=record.pk).update(state=state, version=F("version") + 1)
    if made:
        edge.delete()
    record.refresh_from_db()
    return record


@command
def doing(record: Stateful, react: Callable[[Any, Done], T], *, actor: User, **given: Any) -> T:
    """Let a function act inside a step of the record, as a reaction does, without the rules of any move."""
    locked = lock(record)
    done = Done(
        deed="test",
        source=str(locked.state),
        target=str(locked.state),
        actor=actor,
        role="test",
        given=given,
        at=clock.now(),
        ref=trail.ref_of(locked),
    )
    answer = react(locked, done)
    trail.write(locked, done, docs=[], endorsed=[])
    type(locked)._base_manager.filter(pk=locked.pk).update(steps=locked.steps, head=locked.head)
    record.refresh_from_db()
    return answer


def source(at: World, fen: int = 10_000_000, kind: SourceKind = SourceKind.FISCAL) -> FundingSource:
    """Return a source whose money is in the envelope."""
    name = f"{kind.label}{next(count)}"
    return doing(
        at.round,
        lambda round_, done: books.add_source(round_, kind=kind, name=name, amount_fen=fen, done=done),
        actor=at.finance_officer,
    )


def project(at: World, fen: int = 2_583_300, **fields: Any) -> Project:
    """Return an approved project with its grant not yet committed."""
    number = next(count)
    team = Team.objects.create(name=f"团队{number}", guided_by=at.county, founded_on=DAY)
    made = Project.objects.create(
        round=at.round,
        number=f"{at.round.code}-{number:04d}",
        title=f"项目{number}",
        team=team,
        leader=person("leader"),
        payee=at.county,
        scope=at.county.path,
        granted_fen=fen,
        **fields,
    )
    inbox.follow(made, "")
    return put(made, ProjectState.APPROVED)


def committed(at: World, fen: int = 2_583_300) -> Project:
    """Return an approved project whose grant is set aside."""
    made = project(at, fen)
    doing(made, reactions.commit_grant, actor=at.programme_officer)
    return made


def agreement(made: Project, scheme: str) -> Agreement:
    """Return an agreement in force."""
    budget = BudgetVersion.objects.create(project=made, number=1, made_by=person("leader"), made_at=clock.now())
    return Agreement.objects.create(
        project=made,
        number=f"{made.number}-XY",
        amount_fen=made.granted_fen,
        scheme=scheme,
        budget=budget,
        plan_agreed_at=clock.now(),
        plan_confirmed_at=clock.now(),
        effective_at=clock.now(),
    )


def signed(at: World, fen: int = 2_583_300, scheme: str = "A", state: str = ProjectState.IN_PROGRESS) -> Project:
    """Return a running project with agreement and tranches by the scheme."""
    made = committed(at, fen)
    agreement(made, scheme)
    put(made, ProjectState.AGREEMENT_SIGNED)
    plans = next(found.tranches for found in rules_of(at.round).disbursement.schemes if found.code == scheme)
    doing(made, lambda it, done: books.oblige(it, plans, done=done), actor=at.programme_officer)
    return put(made, state)


def disbursed(at: World, fen: int = 2_583_300, *, paid: int = 1_000_000) -> Project:
    """Return a running project of one tranche of which so much has been paid."""
    made = signed(at, fen, "C")
    pay_out(at, made, paid)
    return made


def pay_out(at: World, made: Project, fen: int, number: int = 1) -> None:
    """Pay so much of a tranche without any payment beside it."""
    doing(
        made,
        lambda it, done: books.disburse(
            it, it.tranches.get(number=number), fen, date=DAY, memo="拨款", reference="", done=done
        ),
        actor=at.cashier,
    )


# Deeds through the one door --------------------------------------------------------------------------------------


def verified_account(at: World, made: Project, number: str = "6222021202001234567") -> None:
    """File an account of the payee, a day ago where it replaces another, and verify it."""
    names = {"holder": "莲都区红十字会", "bank": "工商银行丽水分行", "cnaps": ""}
    given = {**names, "account_no": number, "account_again": number, "account_checked": "照开户许可证核对。"}
    given["account_proof"] = str(a_document(at.payee_officer, "开户证明").pk)
    with clock.held(clock.now() - dt.timedelta(days=1 if made.payee_accounts.exists() else 0)):
        act(made, "file_payee_account", actor=at.payee_officer, given=given)
    act(made, "verify_payee_account", actor=at.finance_officer)


def requested(at: World, made: Project, number: int = 1) -> Payment:
    """Return the payment that was asked for a tranche."""
    act(made, "request_payment", actor=at.programme_officer, given={"tranche": str(number)})
    return Payment.objects.get(project=made, tranche__number=number, state="requested")


def approved(at: World, payment: Payment) -> Payment:
    """Verify and approve a payment."""
    act(payment, "verify_request", actor=at.finance_officer)
    together(payment, "approve_payment", by=at.finance_approver, endorsed_by=at.business_lead)
    return payment


def open_batch(at: World) -> Batch:
    """Return a fresh batch."""
    act(at.round, "open_batch", actor=at.finance_officer)
    return Batch.objects.filter(round=at.round).latest("number")


def sent(at: World, payment: Payment) -> Payment:
    """Put a payment alone into a batch, freeze it and send it to the bank."""
    approved(at, payment)
    batch = open_batch(at)
    act(payment, "put_in_batch", actor=at.finance_officer, given={"batch": str(batch.number)})
    act(at.round, "freeze_batch", actor=at.finance_officer, given={"batch": str(batch.number)})
    act(payment, "send", actor=at.cashier, given={"reauthenticated_at": clock.now().isoformat()})
    return payment


def bank_line(at: World, kind: str, fen: int, tail: str = "4567", **changes: Any) -> BankLine:
    """Return a line of the bank's statement, registered by the cashier."""
    given = {
        "reference": uuid4().hex,
        "kind": kind,
        "booked_on": clock.today().isoformat(),
        "amount_fen": fen,
        "counterparty": "莲都区红十字会",
        "account_tail": tail,
    }
    act(at.round, "record_bank_line", actor=at.cashier, given=given | changes)
    return BankLine.objects.latest("pk")


def statement(at: World, *lines: Line) -> Statement:
    """Return a statement of these lines that the cashier has taken in."""
    sha256 = uuid4().hex
    reading = Reading(lines=list(lines))
    read = keep_reading(at.round, reading, name="明细.csv", sha256=sha256, template="statement@0", actor=at.cashier)
    act(at.round, "import_statement", actor=at.cashier, given={"statement": str(read.pk)})
    read.refresh_from_db()
    return read


def paid(at: World, payment: Payment) -> Payment:
    """Send a payment and match the bank's word that it arrived."""
    sent(at, payment)
    line = bank_line(at, "paid", payment.amount_fen)
    act(payment, "pay", actor=at.cashier, given={"line": line.reference})
    return payment


def document(owner: User, name: str = "票据.pdf") -> Document:
    """Return a document that somebody uploaded."""
    digest = f"{next(count):064x}"
    return Document.objects.create(
        id=uuid4(),
        sha256=digest,
        size=10,
        name=name,
        media_type="application/pdf",
        uploaded_by=owner,
        uploaded_at=clock.now(),
    )


def meeting(at: World) -> Meeting:
    """Return the minutes of a meeting of the round."""
    return Meeting.objects.create(
        round=at.round,
        number=f"纪要{next(count)}",
        held_on=DAY,
        present="全体",
        document=document(at.programme_officer),
        recorded_by=at.programme_officer,
        at=clock.now(),
    )


def objection(made: Project) -> Objection:
    """Return an open objection that holds the project."""
    return Objection.objects.create(project=made, against=str(made.state), text="反映", received_on=DAY)


def unsound() -> list[str]:
    """Return the faults of the books, but for the payments that these builders leave out beside a disbursement."""
    return [str(fault) for fault in faults() if not fault.row.startswith("funds.tranche")]
