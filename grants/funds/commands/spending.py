"""What becomes of money the payee holds: accepted expenses, interest, refunds, what stays and what is given up."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext

from grants.applications.models import Project
from grants.funds.commands.payments import use_line
from grants.funds.commands.posting import post, reverse
from grants.funds.counting import refused
from grants.funds.enums import AccountKind as K
from grants.funds.ledger import project_account
from grants.funds.models import BankLine, Entry
from grants.funds.queries import standing
from grants.kernel.money import format_fen
from storage.models import Document
from workflow import clock
from workflow.effects import Done


def spend(
    project: Project, category: str, fen: int, memo: str, *, done: Done, document: Document | None = None
) -> Entry:
    """An expense is accepted: spent ← held. Never more than grant and interest together (超支不补). Raises Refused."""
    story = standing(project)
    if story.spent + fen > (limit := story.granted - story.released + story.interest):
        words = {"limit": format_fen(limit)}
        raise refused("overspent", gettext("认可支出合计不能超过资助与利息之和 %(limit)s 元，超支不补。") % words)
    flow = (project_account(project, K.SPENT, category), project_account(project, K.HELD), fen)
    return post(date=clock.today(), memo=memo, postings=[flow], done=done, document=document)


def unspend(entry: Entry, *, done: Done, memo: str = "") -> Entry:
    """An accepted expense is no longer accepted: its entry is reversed. Raises Refused."""
    return reverse(entry, done=done, memo=memo)


def add_interest(
    project: Project, fen: int, *, on: dt.date, done: Done, bank_ref: str = "", document: Document | None = None
) -> Entry:
    """The grant has earned interest: held ← interest. Raises Refused for a bank reference used before."""
    flow = (project_account(project, K.HELD), project_account(project, K.INTEREST), fen)
    return post(date=on, memo="利息", postings=[flow], done=done, document=document, external_ref=bank_ref or None)


def receive_refund(project: Project, line: BankLine, *, done: Done, document: Document | None = None) -> Entry:
    """The payee has returned the amount of the bank line: the line is used, returned ← held. Raises Refused."""
    use_line(line, done=done)
    flow = (project_account(project, K.RETURNED), project_account(project, K.HELD), line.amount_fen)
    memo = f"退回结余：{project.number}"
    return post(
        date=line.booked_on, memo=memo, postings=[flow], done=done, document=document, external_ref=line.reference
    )


def keep(project: Project, fen: int, *, memo: str, done: Done, document: Document | None = None) -> Entry:
    """A small surplus stays with the payee by the rule that `memo` names: kept ← held."""
    flow = (project_account(project, K.KEPT), project_account(project, K.HELD), fen)
    return post(date=clock.today(), memo=memo, postings=[flow], done=done, document=document)


def write_off(project: Project, fen: int, *, memo: str, done: Done, document: Document | None = None) -> Entry:
    """What cannot be recovered is given up: written off ← held."""
    flow = (project_account(project, K.WRITTEN_OFF), project_account(project, K.HELD), fen)
    return post(date=clock.today(), memo=memo, postings=[flow], done=done, document=document)
