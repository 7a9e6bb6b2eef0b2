"""Rules of the application and of its recommendation: importing them registers them."""

from __future__ import annotations

from grants.applications.rules import application, late, own_team, recommendation, team, undoing

__all__ = ("application", "late", "own_team", "recommendation", "team", "undoing")
