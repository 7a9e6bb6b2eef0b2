"""What else becomes true while a project runs: deadlines, the activity log, checks, and changes that take effect."""

from __future__ import annotations

import datetime as dt
from typing import Any

from grants.applications.models import Project
from grants.implementation.applying import apply
from grants.implementation.enums import MIDTERM_PERCENT, CheckKind
from grants.implementation.models import Activity, ChangeRequest, Check
from grants.implementation.rules import PAGE, PHOTOS
from grants.implementation.terms import heard_of, push, until
from grants.kernel.given import day, ticked, whole, words
from grants.kernel.periods import add_months, closing_of, day_at
from grants.people.commands import ban_team
from grants.programmes.asking import document_of
from grants.programmes.commands import run_deadline
from grants.programmes.queries import rules_of
from workflow import clock, trail
from workflow.actions import begin
from workflow.deadlines import deadline, settle
from workflow.effects import Done, effects
from workflow.lifecycle import ProjectState
from workflow.ports import SYSTEM

PAUSED = (
    *("closeout_report", "rectification", "acceptance", "final_accounts"),
    *("interim_public_update", "public_result"),
)
"""What stands still while a project is suspended."""


@effects("project.start")
def run(project: Project, done: Done) -> None:
    """The period runs to its last day; a mid-term check is due where tranches or the round ask for one.

    Of a project that runs long the public hears meanwhile.
    """
    settle(project, "start_date")
    if project.start_date is None or project.end_date is None:
        return
    until(project, "end_date", project.end_date)
    heard_of(project)
    percent = rules_of(project.round).midterm.at_pct
    if percent or project.tranches.filter(trigger="check_passed").exists():
        half = day_at(project.start_date, project.end_date, percent or MIDTERM_PERCENT)
        check = new_check(project, CheckKind.MIDTERM, SYSTEM)
        run_deadline(check, "check_due", actor=SYSTEM, period="midterm_report", start=closing_of(half))


def new_check(project: Project, kind: str, actor: Any) -> Check:
    """A check is due; its number counts from 1 in the project."""
    return begin(Check(project=project, kind=kind, number=project.checks.count() + 1), actor=actor)


@effects("project.resume")
def go_on(project: Project, done: Done) -> None:
    """What stood still meanwhile has its time again; the agreed last day moves only by a change request."""
    paused = trail.steps_of(project).filter(target=ProjectState.SUSPENDED).last()
    if paused:
        push(project, PAUSED, paused.at)


@effects("project.terminate")
def wind_up(project: Project, done: Done) -> None:
    """What remains is the liquidation; a team that broke the agreement may not apply for the years the round says."""
    project.liquidation = True
    settle(project, "start_date", "end_date", "closeout_report", "rectification", "acceptance", "interim_public_update")
    run_deadline(project, "final_accounts", actor=SYSTEM)
    if deadline(project, "public_result") is None:
        run_deadline(project, "public_result", actor=SYSTEM)
    if words(done.given, "ground") == "breach":
        years = rules_of(project.round).sanctions.breach_ban_years
        ban_team(project.team, add_months(clock.today(), 12 * years), actor=SYSTEM)


@effects("project.period_end", "project.finish_early")
def await_report(project: Project, done: Done) -> None:
    """The completion report is due, and the day runs until when the public reads what came of it."""
    settle(project, "end_date", "interim_public_update")
    run_deadline(project, "closeout_report", actor=SYSTEM)
    run_deadline(project, "public_result", actor=SYSTEM)


@effects("project.extend_period")
def run_on(project: Project, done: Done) -> None:
    """The period runs to its new last day."""
    settle(project, "closeout_report", "public_result")
    if project.end_date:
        until(project, "end_date", project.end_date)
        heard_of(project)


@effects("project.log_activity")
def log(project: Project, done: Done) -> None:
    """The activity is in the log with its photos, and the public hears of it. What it corrects stays on record."""
    cancelled = ticked(done.given, "cancelled")
    corrected = whole(done.given, "corrects")
    entry = Activity.objects.create(
        project=project,
        number=project.activities.count() + 1,
        name=words(done.given, "name"),
        held_on=None if cancelled else day(done.given, "held_on"),
        place=words(done.given, "place"),
        volunteers=0 if cancelled else whole(done.given, "volunteers") or 0,
        minutes_each=0 if cancelled else whole(done.given, "minutes_each") or 0,
        served=0 if cancelled else whole(done.given, "served") or 0,
        cancelled=cancelled,
        text=words(done.given, "text"),
        corrects=project.activities.get(number=corrected) if corrected else None,
        logged_by=done.actor,
        at=done.at,
    )
    if project.state == ProjectState.IN_PROGRESS:
        heard_of(project)
    entry.photos.set([found for name in PHOTOS if (found := document_of(done.given, name))])


@effects("project.send_reminder")
def remind(project: Project, done: Done) -> None:
    """Everybody whose turn it is gets a notice of the reminder."""
    done.send("step", ref=done.ref)


@effects("project.call_check")
def on_site(project: Project, done: Done) -> None:
    """An on-site check is due on the day that was set."""
    check = new_check(project, CheckKind.ON_SITE, done.actor)
    until(check, "check_due", dt.date.fromisoformat(done.given["due_on"]))


@effects("check.file")
def keep_page(check: Check, done: Done) -> None:
    """The page is on the check; nothing is due from the team any more."""
    check.page = {ask.name: done.given[ask.name] for ask in PAGE if ask.kind != "document" and ask.name in done.given}
    settle(check, "check_due")


@effects("check.pass_check", "check.waive")
def conclude(check: Check, done: Done) -> None:
    """The conclusion is on the check, with who drew it, and the day on which the project was visited."""
    said = done.given.get("opinion") or done.given.get("reason")
    check.conclusion = {"result": done.target, "opinion": said, "by": done.actor.pk}
    if visited_on := done.given.get("visited_on"):
        check.conclusion["visited_on"] = visited_on


@effects("check.rectify")
def put_right(check: Check, done: Done) -> None:
    """What is to be put right is listed, with the day until when."""
    check.conclusion = {"result": done.target, "items": done.given["items"], "due_on": done.given["due_on"]}
    until(check, "check_due", dt.date.fromisoformat(done.given["due_on"]))


@effects("check.rectified")
def was_put_right(check: Check, done: Done) -> None:
    """Nothing is due from the team any more."""
    settle(check, "check_due")


@effects("change_request.approve_change", "change_request.adjust_freely")
def take_effect(change: ChangeRequest, done: Done) -> None:
    """What was asked is true from now on."""
    change.applied_at = done.at
    apply(change, done)
