"""The demonstration: one account a role, three rounds, projects at every turn of the road."""

from __future__ import annotations

from grants.desk.demo.roster import accounts

__all__ = ["accounts"]
