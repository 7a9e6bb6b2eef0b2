"""The bank at the desk: what was read, what fits, what a person decides; confirmed in one press, each on its own."""
