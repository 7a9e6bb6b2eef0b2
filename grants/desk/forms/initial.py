"""What a form knows before anybody types."""

from __future__ import annotations

from typing import Any

from workflow.machine import Stateful


def known_values(record: Stateful, move: str) -> dict[str, Any]:
    """What the record says already of what a deed asks."""
    if (record.machine().name, move) == ("round", "configure"):
        configuration = getattr(record, "configuration", None)
        return {"text": configuration.text} if configuration else {}
    return {}
