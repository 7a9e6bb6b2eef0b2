"""What a form knows before anybody types."""

from __future__ import annotations

from typing import Any

from grants.programmes.models import Round
from workflow.machine import Stateful


def known_values(record: Stateful, move: str) -> dict[str, Any]:
    """What the record says already of what a deed asks."""
    if isinstance(record, Round) and move == "configure" and record.configuration:
        return {"text": record.configuration.text}
    return {}
