"""The operations page: what came of the reservations, where they stopped, what waits, what grows old."""
