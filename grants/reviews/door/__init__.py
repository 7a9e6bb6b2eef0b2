"""In by link and code: an expert without a password of their own reviews, and can do nothing else."""
