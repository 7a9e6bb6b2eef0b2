"""Scores on paper: printed with a code, signed, brought back, compared with what was entered by somebody else."""
