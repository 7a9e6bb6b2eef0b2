"""What the database guards: asked and answered while the project is under way to its decision, by two people."""

from __future__ import annotations

from grants.applications.models import Project
from grants.people.enums import Level
from grants.people.models import Organisation
from grants.reviews.opinions.models import DepartmentOpinion, OpinionRequest
from grants.reviews.opinions.queries import ANSWERABLE, ASKABLE
from workflow.guards_sql import Guard, guard


def guard_opinions() -> None:
    """From now on these guards belong to the expected set."""
    asked, projects, places = (one._meta.db_table for one in (OpinionRequest, Project, Organisation))
    open_, waiting = (", ".join(f"'{state.value}'" for state in states) for states in (ASKABLE, ANSWERABLE))
    may_ask = f"SELECT 1 FROM {projects} p WHERE p.id = NEW.project_id AND p.state IN ({open_})"  # noqa: S608 -- ours
    of_level = f"SELECT 1 FROM {places} o WHERE o.id = NEW.department_id AND o.level = '{Level.DEPARTMENT.value}'"  # noqa: S608
    request = f"SELECT 1 FROM {asked} r JOIN {projects} p ON p.id = r.project_id WHERE r.id = NEW.request_id"  # noqa: S608
    guard(
        Guard(asked, "before_the_end", "INSERT", f"NOT EXISTS ({may_ask})", "asked before the review ends"),
        Guard(asked, "of_department", "INSERT", f"NOT EXISTS ({of_level})", "opinions are asked of departments"),
        Guard(
            DepartmentOpinion._meta.db_table,
            "by_another",
            "INSERT",
            f"EXISTS ({request} AND (r.asked_by_id = NEW.by_id OR r.at > NEW.at))",
            "who asks does not answer",
        ),
        Guard(
            DepartmentOpinion._meta.db_table,
            "before_decision",
            "INSERT",
            f"NOT EXISTS ({request} AND p.state IN ({waiting}))",
            "opinions are given before the decision",
        ),
    )
