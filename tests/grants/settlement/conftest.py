"""A project under agreement, for every test here."""

from __future__ import annotations

from tests.grants.running import made, world

__all__ = ["made", "world"]
