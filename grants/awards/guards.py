"""What the database guards: minutes rest on a paper of their round, letters wait, signed instalments stay."""

from __future__ import annotations

from grants.applications.models import Project
from grants.awards.letters import SENT_IN
from grants.awards.models import Agreement, DecisionPaper, Instalment, Meeting, RefusalLetter, Signature
from grants.programmes.models import Round
from workflow.guards_sql import Guard, guard
from workflow.lifecycle import ProjectState


def guard_letters() -> None:
    """From now on these guards belong to the expected set."""
    letters, projects, rounds = (one._meta.db_table for one in (RefusalLetter, Project, Round))
    states = ", ".join(f"'{state.value}'" for state in SENT_IN)
    public = (
        f"SELECT 1 FROM {projects} p JOIN {rounds} r ON r.id = p.round_id WHERE p.id = NEW.project_id"  # noqa: S608 -- ours
        f" AND p.state = '{ProjectState.DECLINED.value}' AND r.state IN ({states})"
    )
    early = f"NEW.sent_at IS NOT NULL AND NOT EXISTS ({public})"
    guard(
        Guard(letters, "sent_stays", "UPDATE", "OLD.sent_at IS NOT NULL", "a letter that was sent stays"),
        Guard(letters, "sent_early", "UPDATE", early, "a letter goes out once the refusal is public"),
        Guard(letters, "sent_at_once", "INSERT", "NEW.sent_at IS NOT NULL", "a letter is written before it is sent"),
        Guard(letters, "no_delete", "DELETE", "OLD.sent_at IS NOT NULL", "a letter that was sent stays"),
    )


def guard_schemes() -> None:
    """Once a party has signed, neither the scheme nor an instalment of the agreement changes."""
    instalments, agreements = Instalment._meta.db_table, Agreement._meta.db_table
    begun = f"EXISTS (SELECT 1 FROM {Signature._meta.db_table} s WHERE s.agreement_id = "  # noqa: S608 -- ours
    message = "a party has signed these instalments"
    guard(
        Guard(instalments, "unsigned_new", "INSERT", f"{begun}NEW.agreement_id)", message),
        Guard(instalments, "unsigned_other", "UPDATE", f"{begun}OLD.agreement_id)", message),
        Guard(instalments, "unsigned_gone", "DELETE", f"{begun}OLD.agreement_id)", message),
        Guard(agreements, "scheme_signed", "UPDATE", f"NEW.scheme <> OLD.scheme AND {begun}NEW.id)", message),
    )


def guard_meetings() -> None:
    """Minutes rest on a paper of their own round."""
    meetings, papers = Meeting._meta.db_table, DecisionPaper._meta.db_table
    here = f"SELECT 1 FROM {papers} p WHERE p.id = NEW.paper_id AND p.round_id = NEW.round_id"  # noqa: S608 -- ours
    elsewhere = f"NEW.paper_id IS NOT NULL AND NOT EXISTS ({here})"
    guard(Guard(meetings, "paper_of_its_round", "INSERT", elsewhere, "minutes rest on a paper of their round"))
