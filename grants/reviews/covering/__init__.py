"""Papers for judges who must not learn whose they are: blackened, opened as they are, or not shown yet."""
