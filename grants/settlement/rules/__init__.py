"""Why the accounts are not there yet: vouchers and interest, then statement, refund, surplus, closing, archive."""

from __future__ import annotations

from grants.settlement.rules import keeping, settling, vouching

__all__ = ["keeping", "settling", "vouching"]
