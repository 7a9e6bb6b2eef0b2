"""评审: eligibility, panels, scores, ranking."""
