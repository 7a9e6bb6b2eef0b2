"""The reasons against the moves of the review, each a function of the name that the table gives it."""

from __future__ import annotations

from grants.reviews.rules import changing, eligibility, scoring, seating

__all__ = ["changing", "eligibility", "scoring", "seating"]
