"""High availability for real, on one machine: `python -m tools.cluster`. See docs/high-availability.md."""
