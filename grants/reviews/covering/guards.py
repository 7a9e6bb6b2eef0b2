"""What the database guards: a cover is of a paper of its own project, lies in the place for judges, and stays."""

from __future__ import annotations

from django.contrib.contenttypes.models import ContentType

from grants.reviews.covering.models import Cover
from grants.reviews.covering.queries import SLOT
from storage.models import Attachment
from workflow.guards_sql import Guard, guard, seal


def guard_covers() -> None:
    """From now on these guards belong to the expected set."""
    covers, papers = Cover._meta.db_table, Attachment._meta.db_table
    joined = f"{papers} o JOIN {papers} c ON o.content_type_id = c.content_type_id AND o.object_id = c.object_id"
    where = f"o.id = NEW.original_id AND c.id = NEW.copy_id AND c.slot = '{SLOT}' AND c.object_id = NEW.project_id"
    beside = f"NEW.copy_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM {joined} WHERE {where})"  # noqa: S608 -- ours
    kinds = f"{ContentType._meta.db_table} t ON t.id = o.content_type_id AND t.app_label = 'grants'"
    whose = "o.id = NEW.original_id AND o.object_id = NEW.project_id AND t.model = 'project'"
    mine = f"SELECT 1 FROM {papers} o JOIN {kinds} WHERE {whose}"  # noqa: S608 -- names of ours
    current = f"{mine} AND o.ending = '' AND o.slot <> '{SLOT}'"
    seal(Cover, "ended_by", "ended_at")
    guard(
        Guard(covers, "current", "INSERT", f"NOT EXISTS ({current})", "only a paper that counts is covered"),
        Guard(covers, "beside", "INSERT", beside, "the version for judges lies beside its original"),
        Guard(covers, "ended_stays", "UPDATE", "OLD.ended_at IS NOT NULL", "what was taken back stays"),
    )
