"""Celery carries; the work is in plain functions that may run any number of times."""

from __future__ import annotations

from celery import shared_task

from grants.desk.banking.commands import carry_on_all as carry_on_matches
from grants.desk.commands import carry_on_all, send_digests, send_reminders
from grants.desk.queries.reminders import morning
from grants.funds.commands.requesting import ask_for_ripe
from grants.people.commands.lending import tell_of_days
from grants.programmes.queries import calendar
from grants.reviews.assigning.inviting import remind_invited
from grants.reviews.assigning.running import carry_out_waiting, solve_waiting
from grants.reviews.opinions.commands import remind_departments
from grants.settlement.keeping import keep_finished
from storage.copies import derive_missing
from storage.rescanning import scan_rest
from storage.retention import clear_destroyed, lock_kept
from storage.sweeping import sweep
from storage.waiting import bring_all
from workflow import clock
from workflow.ports import SYSTEM


@shared_task(name="grants.desk.tasks.sweep_uploads")
def sweep_uploads() -> None:
    """Uploads that were never finished, and files that no row claims, go after a day."""
    sweep(now=clock.now())


@shared_task(name="grants.desk.tasks.bring_waiting")
def bring_waiting() -> int:
    """Files that wait for the store come through once it answers again."""
    return bring_all()


@shared_task(name="grants.desk.tasks.scan_files")
def scan_files() -> None:
    """Uploads that wait for the scanner, and documents of a time without one, are scanned while it answers."""
    scan_rest(now=clock.now())


@shared_task(name="grants.desk.tasks.derive_copies")
def derive_copies() -> None:
    """Photos and PDF files have the copies that readers are shown."""
    derive_missing(now=clock.now())


@shared_task(name="grants.desk.tasks.keep_papers")
def keep_papers() -> None:
    """Papers of finished projects have their term, the store locks them where it can; what was destroyed goes."""
    keep_finished(actor=SYSTEM)
    lock_kept(now=clock.now())
    clear_destroyed(now=clock.now())


@shared_task(name="grants.desk.tasks.request_payments")
def request_payments() -> int:
    """A tranche whose conditions are all met is asked for, so that finance finds it waiting."""
    return ask_for_ripe()


@shared_task(name="grants.desk.tasks.remind")
def remind() -> None:
    """Roles lent, reminders of deadlines, invitations and opinions, and digests, of this morning."""
    tell_of_days(actor=SYSTEM)
    if morning(calendar()):
        remind_invited(actor=SYSTEM)
        remind_departments(actor=SYSTEM)
    send_reminders(actor=SYSTEM)
    send_digests(actor=SYSTEM)


@shared_task(name="grants.desk.tasks.carry_on_bulks")
def carry_on_bulks() -> int:
    """Deeds on many projects, and lines of the bank, go on where they stand; the rows are the memory."""
    return carry_on_all() + carry_on_matches()


@shared_task(name="grants.desk.tasks.carry_on_assigning")
def carry_on_assigning() -> int:
    """An assignment that somebody waits for is solved, one that was ordered goes on; the rows are the memory."""
    return solve_waiting() + carry_out_waiting()
