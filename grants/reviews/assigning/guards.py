"""What the database guards: what a run came to, two people's waivers, answers in time."""

from __future__ import annotations

from grants.applications.models import Project
from grants.programmes.models import Round
from grants.reviews.assigning.models import (
    AssignmentChange,
    AssignmentOrder,
    AssignmentRun,
    InvitationAnswer,
    RecusalWaiver,
    ReviewerRating,
    ReviewInvitation,
)
from grants.reviews.assigning.rating import RATED_IN
from grants.reviews.models import Assignment, Rescoring
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
    rounds, seats = Round._meta.db_table, Assignment._meta.db_table
    over = ", ".join(f"'{state.value}'" for state in RATED_IN)
    after = f"SELECT 1 FROM {rounds} r WHERE r.id = NEW.round_id AND r.state IN ({over})"  # noqa: S608 -- ours
    sat = (
        f"SELECT 1 FROM {seats} s JOIN {Project._meta.db_table} p ON p.id = s.project_id"  # noqa: S608 -- ours
        " WHERE s.reviewer_id = NEW.reviewer_id AND p.round_id = NEW.round_id"
    )
    ratings = ReviewerRating._meta.db_table
    guard(
        Guard(ratings, "after_review", "INSERT", f"NOT EXISTS ({after})", "reviewers are rated after the review"),
        Guard(ratings, "of_a_reviewer", "INSERT", f"NOT EXISTS ({sat})", "who had no seat is not rated"),
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
