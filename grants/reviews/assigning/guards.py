"""What the database guards: what a run came to, two people's waivers, answers in time."""

from __future__ import annotations

from grants.applications.models import Project
from grants.reviews.assigning.models import (
    AssignmentChange,
    AssignmentOrder,
    AssignmentRun,
    InvitationAnswer,
    RecusalWaiver,
    ReviewInvitation,
)
from grants.reviews.models import Rescoring
from workflow.guards_sql import Guard, guard


def guard_assigning() -> None:
    """From now on these guards belong to the expected set."""
    runs, waivers = AssignmentRun._meta.db_table, RecusalWaiver._meta.db_table
    other = " OR ".join(
        f"NEW.{column} IS DISTINCT FROM OLD.{column}"
        for column in ("round_id", "rescoring_id", "asked_by_id", "solver", "asked", "problem", "facts", "digest")
    )
    waived = " OR ".join(
        f"NEW.{column} <> OLD.{column}" for column in ("project_id", "reviewer_id", "codes", "reason", "asked_by_id")
    )
    invited = ReviewInvitation._meta.db_table
    late = f"SELECT 1 FROM {invited} i WHERE i.id = NEW.invitation_id AND i.expires_at < NEW.at"  # noqa: S608 -- ours
    runs_of = f"{Rescoring._meta.db_table} r JOIN {Project._meta.db_table} p ON p.id = r.project_id"
    here = f"SELECT 1 FROM {runs_of} WHERE r.id = NEW.rescoring_id AND p.round_id = NEW.round_id"  # noqa: S608 -- ours
    elsewhere = f"NEW.rescoring_id IS NOT NULL AND NOT EXISTS ({here})"
    orders, changes = AssignmentOrder._meta.db_table, AssignmentChange._meta.db_table
    given = f"SELECT 1 FROM {orders} o WHERE o.run_id = NEW.run_id"  # noqa: S608 -- ours
    guard(
        Guard(changes, "before_order", "INSERT", f"EXISTS ({given})", "what is being applied is not changed"),
        Guard(orders, "finished_stays", "UPDATE", "OLD.finished_at IS NOT NULL", "an order stays"),
        Guard(orders, "no_delete", "DELETE", "1 = 1", "orders stay"),
        Guard(runs, "of_its_round", "INSERT", elsewhere, "one more reviewer is of the round of the project"),
        Guard(runs, "finished_stays", "UPDATE", "OLD.finished_at IS NOT NULL", "what an assignment came to stays"),
        Guard(runs, "same_problem", "UPDATE", other, "an assignment is of one problem"),
        Guard(runs, "no_delete", "DELETE", "1 = 1", "assignments stay"),
        Guard(waivers, "agreed_stays", "UPDATE", f"OLD.agreed_by_id IS NOT NULL OR {waived}", "a waiver stays"),
        Guard(waivers, "agreed_later", "INSERT", "NEW.agreed_by_id IS NOT NULL", "a waiver is asked for first"),
        Guard(waivers, "no_delete", "DELETE", "1 = 1", "waivers stay"),
        Guard(InvitationAnswer._meta.db_table, "too_late", "INSERT", f"EXISTS ({late})", "this invitation has expired"),
    )
