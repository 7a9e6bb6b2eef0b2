"""决算: vouchers, final accounts, surplus, archive."""
