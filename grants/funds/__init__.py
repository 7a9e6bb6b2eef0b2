"""拨付: the ledger, commitments, tranches, payments by three persons."""
