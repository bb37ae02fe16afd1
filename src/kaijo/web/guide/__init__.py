"""The guide: a few questions, and the shortest way that is still open."""
