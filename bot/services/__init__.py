"""Use cases: one verb each, in one transaction."""
