"""The reasons against decisions, notices, objections and agreements, each a function of the name in the table."""

from __future__ import annotations

from grants.awards.rules import agreeing, announcing, deciding, instalments, objecting

__all__ = ["agreeing", "announcing", "deciding", "instalments", "objecting"]
