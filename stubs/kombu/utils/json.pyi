"""JSON as messages have it."""

from typing import Any

def dumps(s: Any) -> str: ...
