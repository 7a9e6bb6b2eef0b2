"""The auditor's own sums: plain SQL over postings, steps and bank lines, sharing no code with books or `verify`."""
