"""Organisations come into the tree, many at once. Inside a command that has asked whether they may."""

from __future__ import annotations

from grants.people.models import Organisation
from workflow.command import must_be_inside

AT_ONCE = 500


def plant(rows: list[Organisation]) -> list[Organisation]:
    """They are in the tree, each with the path that its id completes."""
    must_be_inside()
    Organisation.objects.bulk_create(rows, batch_size=AT_ONCE)
    for row in rows:
        row.path = f"{row.parent.path if row.parent else '/'}{row.pk}/"
    Organisation.objects.bulk_update(rows, ["path"], batch_size=AT_ONCE)
    return rows
