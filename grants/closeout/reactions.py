"""What else becomes true at the close: deadlines, the judgement on record, and what failure leads to."""

from __future__ import annotations

import datetime as dt

from grants.applications.models import Project
from grants.closeout.models import Acceptance
from grants.closeout.queries import parts_of, report_of
from grants.implementation.terms import until
from grants.kernel.given import words
from grants.programmes.commands import run_deadline
from workflow import chain
from workflow.deadlines import settle
from workflow.effects import Done, effects
from workflow.ports import SYSTEM


@effects("project.submit_closeout", "project.submit_closeout_for_team")
def await_acceptance(project: Project, done: Done) -> None:
    """The step proves the report as it was submitted, and the judgement is due."""
    if report := report_of(project):
        said = {name: getattr(report, name) for name in ("summary", "goals", "lessons", "follow_up")}
        done.prove("report", str(project.pk), chain.digest(chain.canonical(said)))
    settle(project, "closeout_report", "rectification")
    run_deadline(project, "acceptance", actor=SYSTEM)


@effects("project.return_closeout")
def await_rectification(project: Project, done: Done) -> None:
    """The team has until the day that was set."""
    settle(project, "acceptance")
    until(project, "rectification", dt.date.fromisoformat(done.given["due_on"]))


@effects("project.accept", "project.fail_acceptance")
def judge(project: Project, done: Done) -> None:
    """The judgement is on record, its digest in the step; the accounts are due."""
    parts = parts_of(project, done.given) or {}
    row = Acceptance.objects.create(
        project=project,
        number=project.acceptances.count() + 1,
        parts=parts,
        total=sum(parts.values()),
        opinion=words(done.given, "opinion"),
        judged_by=done.actor,
        at=done.at,
    )
    facts = {"number": row.number, "parts": parts, "total": row.total, "opinion": row.opinion}
    done.prove("acceptance", str(row.number), chain.digest(chain.canonical(facts)))
    settle(project, "acceptance")
    run_deadline(project, "final_accounts", actor=SYSTEM)


@effects("project.fail_acceptance")
def end_in_liquidation(project: Project, done: Done) -> None:
    """What remains is the liquidation."""
    project.liquidation = True


@effects("project.reopen_acceptance")
def judge_again(project: Project, done: Done) -> None:
    """The judgement is due again."""
    settle(project, "final_accounts")
    run_deadline(project, "acceptance", actor=SYSTEM)


@effects("project.declare_no_vouchers")
def remember_none(project: Project, done: Done) -> None:
    """The project says that nothing was spent on vouchers, until one is filed."""
    project.no_vouchers = True
