"""Arithmetic of the domain — money, time, numbers, scores, masking — in plain Python."""
