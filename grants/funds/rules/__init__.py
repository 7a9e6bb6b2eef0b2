"""Why money does not move: accounts, conditions and limits, batches, bank lines, sources."""

from __future__ import annotations

from grants.funds.rules import accounts, bank, closing, requests, sending, sources, statements
from grants.funds.rules.bank import line_of
from grants.funds.rules.requests import tranche_of
from grants.funds.rules.sending import batch_in
from grants.funds.rules.sources import carrying_meeting, limits_in, round_into, source_in

__all__ = (
    "accounts",
    "bank",
    "batch_in",
    "carrying_meeting",
    "closing",
    "limits_in",
    "line_of",
    "requests",
    "round_into",
    "sending",
    "source_in",
    "sources",
    "statements",
    "tranche_of",
)
